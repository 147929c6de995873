import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { MsrpRelay, type MsrpRelayOptions } from '../msrp-relay.ts'
import { ManualEnv } from './manual-env.ts'
import { authLines, field, md5, nonceOf, RawMsrp } from './raw-msrp.ts'

const PASSWORDS: Readonly<Record<string, string>> = {
  alice: 'wonderland',
  bob: 'builder',
  carol: 'christmas',
}
export const REALM = 'example.test'

/** What a client of the relay has after AUTH. */
export interface Member {
  readonly client: RawMsrp
  /** Own URI. */
  readonly uri: string
  /** The relay's URI for it. */
  readonly granted: string
}

/** A relay on loopback with nothing else around it, and a clock of its own. */
export async function startRelay(options: Partial<MsrpRelayOptions> = {}) {
  const env = new ManualEnv()
  const handleProtocols = () => 'msrp'
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const relay = new MsrpRelay({
    host: '127.0.0.1',
    port,
    secure: false,
    domain: REALM,
    ha1(user) {
      const password = PASSWORDS[user]
      return password === undefined ? null : md5(`${user}:${REALM}:${password}`)
    },
    env,
    ...options,
  })
  server.on('connection', (socket) => relay.accept(socket))
  const address = `msrp://127.0.0.1:${port};ws`

  const url = `ws://127.0.0.1:${port}`
  const connect = () => RawMsrp.connect(url)

  /** AUTH as far as 200; the request headers in `extra` go along. */
  async function authenticate(
    client: RawMsrp,
    user: string,
    uri: string,
    extra: readonly string[] = [],
  ): Promise<string[]> {
    client.send('MSRP 49fh AUTH', `To-Path: ${address}`, `From-Path: ${uri}`, '-------49fh$')
    const nonce = nonceOf(await client.next())
    const password = PASSWORDS[user] ?? ''
    client.send(
      ...authLines('49fi', {
        to: address,
        from: uri,
        username: user,
        realm: REALM,
        password,
        nonce,
        extra,
      }),
    )
    return client.next()
  }

  async function join(user: string): Promise<Member> {
    const client = await connect()
    const uri = `msrp://${user}.invalid:2855/${user}-session;ws`
    const granted = field(await authenticate(client, user, uri), 'Use-Path')
    return { client, uri, granted }
  }

  async function stop(): Promise<void> {
    await relay.close()
    for (const socket of server.clients) socket.terminate()
    server.close()
  }

  return { relay, env, url, address, port, connect, authenticate, join, stop }
}

export type TestRelay = Awaited<ReturnType<typeof startRelay>>
