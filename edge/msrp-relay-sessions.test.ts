import { connect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { afterAll, afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpMessage,
  type MsrpSessionDoor,
  type MsrpSessionEvent,
  newSessionUri,
  opened,
  type Wire,
} from '../msrp/index.ts'
import { type EdgeEnv, systemEnv } from './env.ts'
import { makeCa } from './testing/local-ca.ts'
import { startRelay, type TestRelay } from './testing/relay.ts'

const ca = makeCa()
afterAll(() => ca.remove())

let relay: TestRelay
afterEach(() => relay.stop())

/** One end of a conversation, as the chat makes it, with a session but no peer yet. */
interface End {
  readonly connection: MsrpConnection
  readonly session: MsrpSessionDoor
  /** All but messages. */
  readonly events: MsrpSessionEvent[]
  readonly messages: MsrpMessage[]
  /** What its SDP says. */
  readonly path: readonly string[]
}

async function webSocketEnd(user: string, password: string, more: Terms = {}): Promise<End> {
  const wire = await opened(new WebSocket(relay.url, MSRP_SUBPROTOCOL))
  return end(wire, relay.address, user, password, more)
}

interface Terms {
  readonly env?: EdgeEnv
  /** Seconds; the grant is kept in force from then on. */
  readonly expires?: number
}

async function end(
  wire: Wire,
  address: string,
  username: string,
  password: string,
  { env = systemEnv, expires }: Terms = {},
): Promise<End> {
  const connection = new MsrpConnection(wire, env)
  const uri = newSessionUri(env.random)
  const login = {
    relay: address,
    uri,
    username,
    password,
    through: [],
    ...(expires && { expires }),
  }
  const grant = await connection.authenticate(login)
  const { usePath } = grant
  if (expires !== undefined) {
    connection.keep(
      () => login,
      grant,
      () => session.close(),
    )
  }
  const events: MsrpSessionEvent[] = []
  const messages: MsrpMessage[] = []
  const session = connection.open({ uri, usePath }, (event) => {
    if (event.type === 'message') messages.push(event.message)
    else events.push(event)
  })
  return { connection, session, events, messages, path: [...usePath.toReversed(), uri] }
}

async function bind(active: End, passive: End): Promise<void> {
  passive.session.start({ remotePath: active.path, active: false })
  active.session.start({ remotePath: passive.path, active: true })
  for (const { events } of [active, passive]) {
    await expect.poll(() => events).toContainEqual({ type: 'bound' })
  }
}

async function exchange(alice: End, bob: End): Promise<void> {
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const before = to.messages.length
    const body = Buffer.from(`-------\r\nHello\0 ${'x'.repeat(200_000)}`)
    const message = { id: `hello${before}`, contentType: 'text/plain', body: new Uint8Array(body) }
    from.session.send(message, { success: 'yes', failure: 'yes' })
    await expect.poll(() => to.messages.length).toBe(before + 1)
    const last = to.messages.at(-1)!
    expect([last.id, body.equals(last.body)]).toEqual([message.id, true])
    to.session.report(message.id, 200)
    await expect.poll(() => from.events).toContainEqual({ type: 'delivered', id: message.id })
    expect(from.events).toContainEqual({ type: 'sent', id: message.id })
  }
}

test('two sessions bind, talk and report through the relay', async () => {
  relay = await startRelay()
  const alice = await webSocketEnd('alice', 'wonderland')
  const bob = await webSocketEnd('bob', 'builder')
  await bind(alice, bob)
  await exchange(alice, bob)
  bob.connection.close()
  await expect.poll(() => relay.relay.counters.grants).toBe(1)
  const message = { id: 'late', contentType: 'text/plain', body: new Uint8Array(1) }
  alice.session.send(message, { success: 'no', failure: 'yes' })
  await expect.poll(() => alice.events.at(-1)!.type).toBe('closed') // 481: RFC 4975 §10.
})

test('a conversation outlives its grants of 60 s by an hour', async () => {
  relay = await startRelay()
  const { env } = relay
  const alice = await webSocketEnd('alice', 'wonderland', { env, expires: 60 })
  const bob = await webSocketEnd('bob', 'builder', { env, expires: 60 })
  await bind(alice, bob)
  for (let seconds = 0; seconds < 3600; seconds += 10) {
    env.advance(10_000)
    // Time stands still until nobody has anything to say: AUTH takes two round trips.
    for (let trip = 0; trip < 3; trip++) await relay.settle()
  }
  await exchange(alice, bob)
  expect([...alice.events, ...bob.events].map(({ type }) => type)).not.toContain('closed')
})

test('a wrong password is told as one', async () => {
  relay = await startRelay()
  await expect(webSocketEnd('alice', 'guess')).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
})

test.each([
  ['TCP', false],
  ['TLS', true],
])('a client over %s and one over WebSocket', async (_, secure) => {
  relay = await startRelay({ port: 0, ...(secure && { tls: ca.issue('localhost') }) })
  const { port } = relay
  const socket = secure
    ? tlsConnect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.ca })
    : connect(port, '127.0.0.1')
  const wire: Wire = {
    framing: 'stream',
    send: (bytes) => socket.write(bytes),
    close: () => socket.end(),
    onBytes: () => {},
    onClose: () => {},
  }
  socket.on('data', (bytes) => wire.onBytes(bytes))
  const alice = await end(wire, `msrp://localhost:${port};tcp`, 'alice', 'wonderland')
  const bob = await webSocketEnd('bob', 'builder')
  await bind(alice, bob)
  await exchange(alice, bob)
})
