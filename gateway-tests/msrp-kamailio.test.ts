import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpEnv,
  type MsrpSession,
  type MsrpSessionEvent,
  newIdent,
  newSessionUri,
  opened,
  type RelayGrant,
  relayUri,
  unwrapCpim,
  type WebSocketLike,
  wrapCpim,
} from '../msrp/index.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'

const YES = { success: 'yes', failure: 'yes' } as const
const env: MsrpEnv = {
  random: (length) => randomBytes(length),
  after(ms, task) {
    const timer = globalThis.setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

let relay: Kamailio
const connections: MsrpConnection[] = []

beforeAll(async () => {
  relay = await startKamailio()
})
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close()
})
afterAll(() => relay?.[Symbol.asyncDispose]())

async function connect(): Promise<MsrpConnection> {
  const socket = new WebSocket(relay.url, MSRP_SUBPROTOCOL)
  const connection = new MsrpConnection(await opened(socket as unknown as WebSocketLike), env)
  connections.push(connection)
  return connection
}

/** One user with a grant and a session, not started. */
class User {
  readonly uri: string
  readonly events: MsrpSessionEvent[] = []
  readonly connection: MsrpConnection
  readonly grant: RelayGrant
  readonly session: MsrpSession

  private constructor(connection: MsrpConnection, uri: string, grant: RelayGrant) {
    this.uri = uri
    this.connection = connection
    this.grant = grant
    const setup = { uri, usePath: grant.usePath, acceptTypes: ['message/cpim', 'text/*'] }
    this.session = connection.open(setup, (event) => this.events.push(event))
  }

  static async of(name: string): Promise<User> {
    const connection = await connect()
    const uri = newSessionUri(env.random)
    return new User(connection, uri, await connection.authenticate(login(name, uri)))
  }

  /** What the SDP says: `a=path`. */
  get path(): string[] {
    return [...this.grant.usePath].reverse().concat(this.uri)
  }

  messages() {
    return this.events.flatMap((event) => (event.type === 'message' ? [event.message] : []))
  }

  async saw(type: MsrpSessionEvent['type'], id?: string): Promise<void> {
    const wanted = expect.objectContaining(id === undefined ? { type } : { type, id })
    await expect.poll(() => this.events, { timeout: 5000 }).toContainEqual(wanted)
  }
}

function login(username: string, uri: string, password = passwordOf(username)) {
  return { relay: relayUri(relay.url), uri, username, password, through: [] }
}

async function conversation() {
  const [alice, bob] = await Promise.all([User.of('alice'), User.of('bob')])
  bob.session.start({ remotePath: alice.path, active: false })
  alice.session.start({ remotePath: bob.path, active: true })
  await Promise.all([alice.saw('bound'), bob.saw('bound')])
  return { alice, bob }
}

const plain = (body: string | Uint8Array) => ({
  id: newIdent(env.random),
  contentType: 'text/plain; charset=utf-8',
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
})

describe('Kamailio’s MSRP relay over WebSocket', () => {
  test('grants a URI to the right password, and to no other', async () => {
    const connection = await connect()
    const uri = newSessionUri(env.random)
    const grant = await connection.authenticate(login('alice', uri))
    expect(grant.expires).toBe(3600)
    expect(grant.usePath).toEqual([
      expect.stringMatching(`^msrp://127\\.0\\.0\\.1:${relay.port}/[0-9a-f-]{36};tcp$`),
    ])
    await expect(connection.authenticate(login('alice', uri, 'wrong'))).rejects.toMatchObject({
      code: 'MSRP_AUTH_REFUSED',
    })
    await expect(connection.authenticate(login('nobody', uri))).rejects.toMatchObject({
      code: 'MSRP_AUTH_REFUSED',
    })
  })

  test.each([
    ['more', 7200, 3600],
    ['less', 1, 5],
  ])('grants its own time to who asks for %s (423)', async (_, expires, granted) => {
    const connection = await connect()
    const terms = { ...login('alice', newSessionUri(env.random)), expires }
    expect(await connection.authenticate(terms)).toMatchObject({ expires: granted })
  })

  test('carries messages both ways, with their reports', async () => {
    const { alice, bob } = await conversation()
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const message = plain('Grüße, 世界 👋\r\n-------')
      from.session.send(message, YES)
      await from.saw('sent', message.id)
      await to.saw('message')
      expect(to.messages()).toEqual([message])
      expect(from.events.map((event) => event.type)).not.toContain('delivered')
      to.session.report(message.id, 200)
      await from.saw('delivered', message.id)
    }
  })

  test('says what the receiver could not read', async () => {
    const { alice, bob } = await conversation()
    const message = plain('hi')
    alice.session.send(message, YES)
    await bob.saw('message')
    bob.session.report(message.id, 400)
    await alice.saw('failed', message.id)
    expect(alice.events.at(-1)).toMatchObject({ status: 400, reason: 'Bad request' })
  })

  test('carries 10,000 bytes of every value in one chunk', async () => {
    const { alice, bob } = await conversation()
    const body = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff)
    const message = plain(body)
    alice.session.send(message, YES)
    await bob.saw('message')
    expect(bob.messages()).toEqual([message])
  })

  test('carries CPIM in chunks, in order, 100,000 bytes', async () => {
    const [alice, bob] = await Promise.all([User.of('alice'), User.of('bob')])
    bob.session.start({ remotePath: alice.path, active: false })
    alice.session.start({ remotePath: bob.path, active: true, maxChunk: 8192 })
    await Promise.all([alice.saw('bound'), bob.saw('bound')])
    const cpim = {
      from: { name: 'Alice', uri: 'sip:alice@test.local' },
      to: { name: null, uri: 'sip:bob@test.local' },
      dateTime: '2026-01-02T03:04:05Z',
      contentType: 'text/plain; charset=utf-8',
      body: new Uint8Array(randomBytes(100_000)),
      extensions: [],
    }
    const id = newIdent(env.random)
    const message = { id, contentType: 'message/cpim', body: wrapCpim(cpim) }
    alice.session.send(message, YES)
    await alice.saw('sent', id)
    await bob.saw('message')
    expect(unwrapCpim(bob.messages()[0]!.body)).toEqual(cpim)
    bob.session.report(id, 200)
    await alice.saw('delivered', id)
  })

  test('keeps order: 500 messages at once, each way', async () => {
    const { alice, bob } = await conversation()
    const numbers = Array.from({ length: 500 }, (_, i) => String(i))
    for (const number of numbers) {
      alice.session.send(plain(number), YES)
      bob.session.send(plain(number), YES)
    }
    for (const user of [alice, bob]) {
      await expect.poll(() => user.messages().length, { timeout: 10_000 }).toBe(500)
      const bodies = user.messages().map(({ body }) => new TextDecoder().decode(body))
      expect(bodies).toEqual(numbers)
    }
  })

  test('carries two sessions on one connection, each with a grant of its own', async () => {
    const alice = await User.of('alice')
    const peers = await Promise.all([User.of('bob'), User.of('carol')])
    const received: string[][] = []
    for (const peer of peers) {
      const uri = newSessionUri(env.random)
      const { usePath } = await alice.connection.authenticate(login('alice', uri))
      const mine: string[] = []
      received.push(mine)
      const session = alice.connection.open({ uri, usePath }, (event) => {
        if (event.type === 'message') mine.push(new TextDecoder().decode(event.message.body))
      })
      peer.session.start({ remotePath: [...usePath].reverse().concat(uri), active: false })
      session.start({ remotePath: peer.path, active: true })
      await peer.saw('bound')
    }
    peers[0]!.session.send(plain('from bob'), YES)
    peers[1]!.session.send(plain('from carol'), YES)
    await expect.poll(() => received).toEqual([['from bob'], ['from carol']])
  })

  test('a peer that is gone: the next message fails, or the session ends', async () => {
    const { alice, bob } = await conversation()
    bob.connection.close()
    expect(bob.events.at(-1)).toMatchObject({ type: 'closed', by: 'local' })
    // On two hops the relay says 200 and nothing more: only the missing REPORT tells.
    const message = plain('anybody there?')
    alice.session.send(message, YES)
    await expect
      .poll(() => alice.events.map((event) => event.type))
      .toEqual(expect.arrayContaining(['bound', expect.stringMatching(/^(?:sent|failed)$/)]))
    expect(alice.events).not.toContainEqual(expect.objectContaining({ type: 'delivered' }))
  })

  test('a conversation outlives its grants, which are renewed in it', async () => {
    const { alice, bob } = await conversation()
    for (const user of [alice, bob]) {
      const terms = { ...login(user === alice ? 'alice' : 'bob', user.uri), expires: 5 }
      const grant = await user.connection.authenticate(terms)
      expect(grant).toEqual({ usePath: user.grant.usePath, expires: 5 })
      user.connection.keep(
        () => terms,
        grant,
        () => user.session.close(),
      )
    }
    for (let second = 0; second < 14; second++) {
      const message = plain(`second ${second}`)
      alice.session.send(message, YES)
      await alice.saw('sent', message.id)
      await setTimeout(1000)
    }
    expect(bob.messages()).toHaveLength(14)
    const other = await connect()
    const theft = await other.authenticate(login('alice', alice.uri))
    expect(theft.usePath, 'on another connection it is another').not.toEqual(alice.grant.usePath)
  })

  test('a relay that stops: the session ends by the network', async () => {
    await using other = await startKamailio()
    const socket = new WebSocket(other.url, MSRP_SUBPROTOCOL)
    const connection = new MsrpConnection(await opened(socket as unknown as WebSocketLike), env)
    const events: MsrpSessionEvent[] = []
    const uri = newSessionUri(env.random)
    connection.open({ uri, usePath: [] }, (event) => events.push(event))
    await other[Symbol.asyncDispose]()
    await expect.poll(() => events).toMatchObject([{ type: 'closed', by: 'network' }])
    expect(connection.isOpen).toBe(false)
  })
})
