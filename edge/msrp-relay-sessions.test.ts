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
import { systemEnv } from './env.ts'
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

async function webSocketEnd(user: string, password: string): Promise<End> {
  const wire = await opened(new WebSocket(relay.url, MSRP_SUBPROTOCOL))
  return end(wire, relay.address, user, password)
}

async function end(wire: Wire, address: string, username: string, password: string): Promise<End> {
  const connection = new MsrpConnection(wire, systemEnv)
  const uri = newSessionUri(systemEnv.random)
  const login = { relay: address, uri, username, password, through: [] }
  const { usePath } = await connection.authenticate(login)
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

test('a wrong password is told as one', async () => {
  relay = await startRelay()
  await expect(webSocketEnd('alice', 'guess')).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
})

test.each([
  ['TCP', false],
  ['TLS', true],
])('a client over %s and one over WebSocket', async (_, secure) => {
  relay = await startRelay()
  const identity = ca.issue('localhost')
  const port = await relay.relay.listen(0, '127.0.0.1', secure ? identity : undefined)
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
