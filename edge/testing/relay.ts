import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { WebSocketServer } from 'ws'
import { MsrpRelay, type MsrpRelayOptions } from '../msrp-relay.ts'
import { MsrpPort } from '../msrp-relay-port.ts'
import { ManualEnv } from './manual-env.ts'
import { authLines, field, md5, nonceOf, RawMsrp } from './raw-msrp.ts'
import type { RawStream } from './raw-msrp-stream.ts'

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

/** With a port, 0 for any, it has one for TCP, or for TLS; its URIs name it. */
type RelaySettings = Partial<MsrpRelayOptions> & { readonly tls?: TlsOptions | undefined }

/** A relay on loopback with nothing else around it, and a clock of its own. */
export async function startRelay({ tls, ...options }: RelaySettings = {}) {
  const env = new ManualEnv()
  const streams =
    options.port === undefined ? null : await MsrpPort.open(options.port, '127.0.0.1', tls)
  const handleProtocols = () => 'msrp'
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const relay = new MsrpRelay({
    host: '127.0.0.1',
    secure: tls !== undefined,
    domain: REALM,
    ha1(user) {
      const password = PASSWORDS[user]
      return password === undefined ? null : md5(`${user}:${REALM}:${password}`)
    },
    env,
    ...options,
    ...(streams === null ? { port } : { streams, port: streams.number }),
  })
  server.on('connection', (socket) => relay.accept(socket, '127.0.0.1'))
  const address = `msrp://127.0.0.1:${port};ws`

  const url = `ws://127.0.0.1:${port}`
  const connect = () => RawMsrp.connect(url)

  /** AUTH as far as 200; the request headers in `extra` go along. */
  async function authenticate(
    client: Pick<RawMsrp, 'send' | 'next'>,
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

  /** @returns the relay's URI for a client that is not a browser */
  const authenticateStream = async (client: RawStream, user: string, uri: string) =>
    field(await authenticate(client, user, uri), 'Use-Path')

  async function join(user: string): Promise<Member> {
    const client = await connect()
    const uri = `msrp://${user}.invalid:2855/${user}-session;ws`
    const granted = field(await authenticate(client, user, uri), 'Use-Path')
    return { client, uri, granted }
  }

  /** What is on its way to WebSockets has arrived there, and what they answered has come. */
  async function settle(): Promise<void> {
    for (const socket of server.clients) {
      socket.ping()
      await once(socket, 'pong')
    }
  }

  async function stop(): Promise<void> {
    await relay.close()
    for (const socket of server.clients) socket.terminate()
    server.close()
  }

  return {
    relay,
    env,
    url,
    address,
    port: streams?.number ?? port,
    connect,
    authenticate,
    authenticateStream,
    join,
    settle,
    stop,
  }
}

export type TestRelay = Awaited<ReturnType<typeof startRelay>>
