import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Edge } from '../edge/index.ts'
import {
  MsrpConnection,
  type MsrpSessionDoor,
  type MsrpSessionEvent,
  newSessionUri,
  opened,
  relayUri,
} from '../msrp/index.ts'
import type { MsrpDescription, Roster } from '../sip/index.ts'
import { startEdge } from './edge.ts'
import { freePort, type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { nodeEnv, registered, SipPhone, stream, told } from './sip-phone.ts'

/** Undone in reverse order. */
let cleanup: (() => unknown)[]
beforeEach(() => {
  cleanup = []
})
afterEach(async () => {
  for (const undo of cleanup.reverse()) await undo()
})

describe('in a room of the edge', () => {
  const PASSWORD = 'correct horse'
  const ROOM = 'sip:tea@conference.sotto.test'
  let edge: Edge
  beforeAll(async () => {
    edge = await startEdge({ port: 0, domain: 'sotto.test', dataDir: null, webRoot: null })
    for (const user of ['alice', 'bob', 'carol']) await edge.enrol(user, PASSWORD)
  })
  afterAll(() => edge.close())

  async function phone(user: string): Promise<SipPhone> {
    const address = `sip:${user}@sotto.test`
    const made = new SipPhone({
      address,
      password: PASSWORD,
      server: edge.wsUrl,
      displayName: user,
    })
    cleanup.push(() => made.agent.stop())
    return made.signIn()
  }

  test('signs in by the strongest digest that both ends know', async () => {
    const { sent } = await phone('alice')
    const proof = sent.findLast((text) => text.startsWith('REGISTER'))
    expect(proof).toMatch(/^Authorization: Digest .*algorithm=SHA-256/m)
  })

  /** An MSRP session at the edge's relay, and what to say of it. */
  async function berth(user: string): Promise<[MsrpSessionDoor, MsrpDescription]> {
    const wire = await opened(new WebSocket(edge.wsUrl, 'msrp') as unknown as globalThis.WebSocket)
    const connection = new MsrpConnection(wire, nodeEnv)
    cleanup.push(() => connection.close())
    const uri = newSessionUri(nodeEnv.random)
    const { usePath } = await connection.authenticate({
      relay: relayUri(edge.wsUrl),
      uri,
      username: user,
      password: PASSWORD,
      through: [],
    })
    const heard: MsrpSessionEvent[] = []
    const session = connection.open({ uri, usePath }, (event) => heard.push(event))
    const path = [...usePath].reverse().concat(uri)
    return [session, { ...stream(user, 'actpass'), path, chatroom: ['nickname'] }]
  }

  /** Goes into the room, and asks who is there as soon as the call stands. */
  async function enter(user: string) {
    const [guest, [session, offer]] = [await phone(user), await berth(user)]
    const call = guest.agent.invite(ROOM, offer)
    const { peer, remote, active } = await told(guest.events, 'established')
    expect(peer.isFocus).toBe(true)
    guest.agent.watchRoom(call) // Before the MSRP session is up, so that the focus may say 403.
    session.start({ remotePath: remote.path, active })
    return { ...guest, agent: guest.agent, events: guest.events, call, session, phone: guest }
  }

  /** The last roster, in few words. */
  function here({ events }: Pick<SipPhone, 'events'>): readonly string[] | null {
    const rosters = events.flatMap((event) => (event.type === 'roster' ? [event.roster] : []))
    return rosters.at(-1)?.users.map(describeUser) ?? null
  }

  const describeUser = ({ entity, nickname, isOwn, endpoints }: Roster['users'][number]) =>
    [
      entity.slice('sip:'.length, entity.indexOf('@')),
      ...(nickname === null ? [] : [`(${nickname})`]),
      ...(isOwn ? ['own'] : []),
      ...endpoints.map(({ status }) => status),
    ].join(' ')

  const PATIENCE = { timeout: 20_000 } // Rosters come no faster than every 5 s.

  test('everybody sees who comes, how they call themselves, and who goes', async () => {
    const alice = await enter('alice')
    await expect.poll(() => here(alice), PATIENCE).toEqual(['alice own connected'])
    const bob = await enter('bob')
    await expect.poll(() => here(bob), PATIENCE).toEqual(['alice connected', 'bob own connected'])
    await expect.poll(() => here(alice), PATIENCE).toEqual(['alice own connected', 'bob connected'])
    expect(await bob.session.setNickname('Bobby')).toBe(200)
    await expect
      .poll(() => here(alice), PATIENCE)
      .toEqual(['alice own connected', 'bob (Bobby) connected'])
    bob.agent.end(bob.call)
    await expect.poll(() => here(alice), PATIENCE).toEqual(['alice own connected'])
    expect(bob.events.at(-1)).toMatchObject({ type: 'ended' })
  })

  test('one who loses the connection is told again when it is back', async () => {
    const alice = await enter('alice')
    await expect.poll(() => here(alice), PATIENCE).not.toBeNull()
    const before = alice.events.length
    alice.phone.cut()
    await registered(alice.events, 2)
    await expect
      .poll(() => alice.events.slice(before).map(({ type }) => type), PATIENCE)
      .toContain('roster')
    expect(here(alice)).toEqual(['alice own connected'])
  })

  test('whom a member asks for is called by the room, and comes in, or does not', async () => {
    const alice = await enter('alice')
    const [carol, [session, offer]] = [await phone('carol'), await berth('carol')]
    alice.agent.inviteToRoom(alice.call, 'sip:carol@sotto.test')
    const { call, peer, remote } = await told(carol.events, 'incoming')
    expect(peer).toMatchObject({ address: ROOM, isFocus: true })
    carol.agent.accept(call, { ...offer, setup: 'active' })
    session.start({ remotePath: remote.path, active: true })
    expect(await told(alice.events, 'roomInvitation')).toMatchObject({
      who: 'sip:carol@sotto.test',
      error: null,
    })
    await expect
      .poll(() => here(alice), PATIENCE)
      .toEqual(['alice own connected', 'carol connected'])
    expect(await session.setNickname('Caro')).toBe(200)

    const bob = await phone('bob')
    alice.agent.inviteToRoom(alice.call, 'sip:bob@sotto.test')
    bob.agent.refuse((await told(bob.events, 'incoming')).call, 603)
    await expect
      .poll(() => alice.events.filter(({ type }) => type === 'roomInvitation').at(-1))
      .toMatchObject({ who: 'sip:bob@sotto.test', error: { code: 'SIP_DECLINED' } })
  })
})

describe('over Kamailio', () => {
  let server: Kamailio
  beforeAll(async () => {
    server = await startKamailio()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  function phone(user: string, more: object = {}): SipPhone {
    const address = `sip:${user}@test.local`
    const account = { address, password: passwordOf(user), server: server.url, displayName: user }
    const made = new SipPhone({ ...account, ...more })
    cleanup.push(() => made.agent.stop())
    return made
  }

  test('a page arrives, or says why not', async () => {
    const [alice, bob] = [await phone('alice').signIn(), await phone('bob').signIn()]
    const pages = ['bob', 'nobody'].map((user) =>
      alice.agent.sendPage(`sip:${user}@test.local`, 'text/plain;charset=utf-8', 'grüß dich'),
    )
    expect(await told(bob.events, 'page')).toMatchObject({
      peer: { address: 'sip:alice@test.local', displayName: 'alice' },
      body: 'grüß dich',
    })
    const results = () => alice.events.filter((event) => event.type === 'pageResult')
    await expect.poll(() => results().length).toBe(2)
    expect(results()).toEqual(
      expect.arrayContaining([
        { type: 'pageResult', page: pages[0], error: null },
        expect.objectContaining({
          page: pages[1],
          error: expect.objectContaining({ code: 'SIP_UNKNOWN_PEER', status: 404 }),
        }),
      ]),
    )
  })

  test('the first server is away: the second', async () => {
    const nowhere = `ws://127.0.0.1:${await freePort()}/`
    const alice = await phone('alice', { server: nowhere, servers: [server.url] }).signIn()
    const states = alice.events.map((event) =>
      event.type === 'registration' ? event.registration.state : event.type,
    )
    expect(states).toEqual(['connecting', 'offline', 'connecting', 'registering', 'registered'])
  })

  test('by its GRUU: called, and each side reaches the other within the call', async () => {
    const instanceId = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
    const alice = await phone('alice', { gruu: true, instanceId }).signIn()
    const bob = await phone('bob').signIn()
    for (const [caller, callee] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      caller.events.length = 0
      callee.events.length = 0
      caller.agent.invite(
        `sip:${callee === bob ? 'bob' : 'alice'}@test.local`,
        stream('a', 'actpass'),
      )
      const { call } = await told(callee.events, 'incoming')
      callee.agent.accept(call, stream('b', 'active'))
      await told(caller.events, 'established')
      bob.agent.end((await told(bob.events, 'established')).call) // A BYE to the GRUU.
      expect(await told(alice.events, 'ended')).toMatchObject({ by: 'remote', error: null })
    }
    const contact = `Contact: <sip:alice@test.local;gr=urn:uuid:${instanceId}>`
    const described = alice.sent.filter((text) => text.includes('m=message'))
    expect(described.map((text) => text.split(' ', 1)[0])).toEqual(['INVITE', 'INVITE', 'SIP/2.0'])
    for (const text of described) expect(text).toContain(`${contact}\r\n`)
  })

  test('there are no rooms here: the call itself is refused, and there is nothing to watch', async () => {
    const alice = await phone('alice').signIn()
    const call = alice.agent.invite('sip:tea@test.local', stream('a', 'actpass'))
    expect(await told(alice.events, 'ended')).toMatchObject({ error: { status: 404 } })
    alice.agent.watchRoom(call)
    expect(alice.events.at(-1)).toMatchObject({ type: 'ended' })
  })
})
