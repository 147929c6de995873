import { describe, expect, test, vi } from 'vitest'
import type { FoundServer } from '../chat/index.ts'
import { Desk } from './desk.ts'
import { ALICE, ALICE_KEY, BOB, BUDDY, contact, message, ROOM } from './testing/cast.ts'
import { FakeWorld } from './testing/fake-world.ts'

async function seated(world = new FakeWorld()) {
  const desk = new Desk(world)
  await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ server: { enrolment: true } }))
  desk.handle({ do: 'signIn', address: 'alice', password: 'pw', server: null })
  await vi.waitFor(() => expect(world.calls).toContain('signIn'))
  world.sink!({ type: 'account', account: { state: 'online' } })
  return { desk, world, emit: world.sink! }
}

describe('signing in', () => {
  test('makes a client for the name at the page’s own server, and offers its buddy', async () => {
    const { desk, world } = await seated()
    expect(desk.state).toMatchObject({ stage: { at: 'inside' }, address: ALICE, buddy: BUDDY })
    expect(world.remembered).toMatchObject([{ address: ALICE, server: 'wss://sotto.example/ws' }])
  })

  test('remembers no password anywhere', async () => {
    const { desk, world } = await seated()
    expect(JSON.stringify([world.remembered, world.saved, desk.state])).not.toContain('pw')
  })

  test('after an account was refused shows why, and waits', async () => {
    const world = new FakeWorld()
    world.enrolment = { ok: false, refusal: { code: 'X', sentence: 'This name is taken.' } }
    const desk = new Desk(world)
    desk.handle({ do: 'createAccount', name: 'alice', password: 'pw' })
    await vi.waitFor(() =>
      expect(desk.state.stage).toMatchObject({ busy: null, fault: 'This name is taken.' }),
    )
    expect(world.sink).toBeNull()
  })

  test('with something that is no address says so', () => {
    const desk = new Desk(new FakeWorld())
    desk.handle({ do: 'signIn', address: '', password: 'pw', server: 'wss://x' })
    expect(desk.state.stage).toMatchObject({ fault: 'That is not an address.' })
  })

  test('shows how the server is found, by what was there before', async () => {
    const world = new FakeWorld()
    const [address, found] = ['sip:bob@b.example' as typeof ALICE, 'native'] as const
    world.remembered = [
      { address, server: 'wss://sip.b.example/ws', found, instanceId: '', lastUsed: 1 },
    ]
    const desk = new Desk(world)
    desk.handle({ do: 'signIn', address: 'bob@b.example', password: 'pw', server: null })
    await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ fault: expect.any(String) }))
    expect(desk.state.stage).toMatchObject({
      busy: null,
      search: [{ kind: 'own', url: 'wss://b.example/ws', state: 'failed' }],
    })
    expect(world.clues).toEqual({
      given: null,
      remembered: { kind: 'native', url: 'wss://sip.b.example/ws' },
      page: {
        domain: 'sotto.example',
        enrolment: true,
        providers: ['sip2sip.info'],
        socket: 'wss://sotto.example/ws',
      },
    })
    expect(world.sink).toBeNull()
  })

  test('at a server that the person named remembers it', async () => {
    const world = new FakeWorld()
    const desk = new Desk(world)
    const server = 'wss://named.example/x'
    desk.handle({ do: 'signIn', address: 'bob@b.example', password: 'pw', server })
    await vi.waitFor(() => expect(world.calls).toContain('signIn'))
    expect(world.remembered).toMatchObject([{ server, found: 'given' }])
  })

  test('that is cancelled while a server is looked for goes no further', async () => {
    const world = new FakeWorld()
    let answer = (_: FoundServer | null) => {}
    world.discover = () => new Promise<FoundServer | null>((resolve) => (answer = resolve)) as never
    const desk = new Desk(world)
    desk.handle({ do: 'signIn', address: 'bob@b.example', password: 'pw', server: null })
    await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ busy: expect.any(String) }))
    await vi.waitFor(() => expect(answer.length).toBe(1))
    desk.handle({ do: 'cancelSignIn' })
    answer({ kind: 'native', url: 'wss://b.example/ws' })
    await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ busy: null, fault: null }))
    expect([world.sink, world.remembered]).toEqual([null, []])
  })

  test('that is refused by the server ends in the form, with the client gone', async () => {
    const { desk, world, emit } = await seated()
    const fault = { code: 'SIP_REFUSED', sentence: 'Wrong password.' }
    emit({ type: 'account', account: { state: 'refused', fault } })
    await vi.waitFor(() =>
      expect(desk.state.stage).toMatchObject({
        at: 'signIn',
        fault: 'Wrong password.',
        server: { domain: 'sotto.example' },
      }),
    )
    expect(world.disposed).toBe(1)
  })

  test('tells somebody who was here before that the browser lost the key; nobody else', async () => {
    const identity = { type: 'identity', fingerprint: ALICE_KEY, created: true } as const
    const first = await seated()
    first.emit(identity)
    expect(first.desk.state.toasts).toEqual([])

    const world = new FakeWorld()
    world.remembered = first.world.remembered
    const again = await seated(world)
    again.emit(identity)
    again.emit(identity) // A key that is renewed on purpose is not lost.
    expect(again.desk.state.toasts).toHaveLength(1)
  })
})

describe('a check of the connection', () => {
  const typed = { address: 'alice', password: 'pw', server: null }

  test('from the form finds the server first, and leaves the form as it was', async () => {
    const world = new FakeWorld()
    const desk = new Desk(world)
    await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ server: { enrolment: true } }))
    desk.handle({ do: 'check', typed })
    await vi.waitFor(() => expect(desk.state.check).toMatchObject({ address: ALICE }))
    expect(desk.state.stage).toMatchObject({ at: 'signIn', busy: null, fault: null })
    expect(JSON.stringify(desk.state)).not.toContain('pw')
    desk.handle({ do: 'endCheck' })
    expect(desk.state.check).toBeNull()
    expect(world.calls).toEqual(['diagnose wss://sotto.example/ws', 'stopDiagnosis'])
  })

  test('of an account whose server is not found goes where it should have been', async () => {
    const world = new FakeWorld()
    const desk = new Desk(world)
    desk.handle({ do: 'check', typed: { ...typed, address: 'bob@b.example' } })
    await vi.waitFor(() => expect(world.calls).toEqual(['diagnose wss://b.example/ws']))
    expect(desk.state.stage).toMatchObject({
      busy: null,
      fault: expect.stringContaining('b.example'),
    })
  })

  test('is of the account that is signed in, and ends with it', async () => {
    const { desk, world } = await seated()
    desk.handle({ do: 'check', typed: null })
    await vi.waitFor(() => expect(desk.state.check).not.toBeNull())
    desk.handle({ do: 'signOut' })
    await vi.waitFor(() => expect(desk.state.stage.at).toBe('signIn'))
    expect(desk.state.check).toBeNull()
    expect(world.calls).toContain('stopDiagnosis')
  })
})

test('signing out leaves nothing of the account in the state, and hears no more of it', async () => {
  const { desk, world, emit } = await seated()
  emit(contact(BOB, 'Bob'))
  emit(message(BOB, 'peer', 'hello', 1))
  expect(world.title).toBe('(1) Sotto')
  desk.handle({ do: 'signOut' })
  await vi.waitFor(() => expect(desk.state.stage.at).toBe('signIn'))
  emit(message(BOB, 'peer', 'late', 2))
  expect(desk.state).toMatchObject({ address: null, conversations: new Map() })
  expect(world.title).toBe('Sotto')
  expect(world.calls.slice(-2)).toEqual(['signOut', 'release'])
})

describe('another tab', () => {
  test('that owns the account is asked for it, then we sign in', async () => {
    const world = new FakeWorld()
    world.lockedElsewhere = true
    const desk = new Desk(world)
    await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ server: { enrolment: true } }))
    desk.handle({ do: 'signIn', address: 'alice', password: 'pw', server: null })
    await vi.waitFor(() =>
      expect(desk.state.stage).toEqual({ at: 'elsewhere', name: 'alice', busy: false }),
    )
    expect(world.sink).toBeNull()
    desk.handle({ do: 'useHere' })
    await vi.waitFor(() => expect(world.calls).toEqual(['takeOver', 'signIn']))
  })

  test('that asks gets it once the client has signed out; it can be asked back', async () => {
    const { desk, world } = await seated()
    await world.events!.onTaken()
    expect(desk.state).toMatchObject({ stage: { at: 'elsewhere' }, conversations: new Map() })
    expect(world.calls.slice(-2)).toEqual(['signOut', 'release'])
    desk.handle({ do: 'useHere' })
    await vi.waitFor(() => expect(world.calls.slice(-2)).toEqual(['takeOver', 'signIn']))
  })
})

test('what the person wants of a conversation becomes a call', async () => {
  const { desk, world, emit } = await seated()
  emit(contact(BOB, 'Bob'))
  world.calls.length = 0
  desk.chat(BOB, { do: 'draft', text: 'hel' })
  expect(desk.draft(BOB)).toBe('hel')
  desk.chat(BOB, { do: 'send', text: 'hello' })
  expect(desk.draft(BOB)).toBe('')
  expect(world.drafts(ALICE).get(BOB)).toBe('hello') // Until it is kept as a message.
  emit({ type: 'kept', peer: BOB, id: 'id hello' })
  expect(world.drafts(ALICE).get(BOB)).toBe('')
  desk.chat(BOB, { do: 'verify', secret: '123456', question: null })
  desk.chat(BOB, { do: 'always', on: true })
  expect(world.calls).toEqual([
    `send ${BOB} hello`,
    `verify ${BOB} 123456 `,
    `setAlwaysOtr ${BOB} true`,
  ])
})

test('a deleted message goes when its time is over, or with the account; not if that is undone', async () => {
  const { desk, world, emit } = await seated()
  emit(contact(BOB, 'Bob'))
  for (const [at, text] of ['one', 'two'].entries()) emit(message(BOB, 'peer', text, at))
  const remove = (at: number) =>
    desk.chat(BOB, { do: 'deleteMessage', id: `peer-${at}`, key: `peer peer-${at}` })
  remove(0)
  desk.handle({ do: 'undo', id: desk.state.toasts[0]!.id })
  remove(1)
  const deleted = () => world.calls.filter((call) => call.startsWith('deleteMessage'))
  expect(deleted()).toEqual([])
  desk.handle({ do: 'signOut' })
  await vi.waitFor(() => expect(world.calls).toContain('signOut'))
  expect(deleted()).toEqual([`deleteMessage ${BOB} peer-1`])
})

test('a name of a room is one of the own domain’s rooms', async () => {
  const { desk } = await seated()
  expect(desk.readRoom('lunch')).toBe('sip:lunch@conference.sotto.example')
  expect(desk.readRoom('tea@rooms.example')).toBe('sip:tea@rooms.example')
})

test('private messages and receipts become calls; a choice about receipts is told at once', async () => {
  const { desk, world } = await seated()
  world.calls.length = 0
  desk.chat(ROOM, { do: 'send', text: 'psst', to: 'sip:dora@x' })
  desk.chat(BOB, { do: 'displayed', id: 'm' })
  desk.handle({ do: 'settings', settings: { ...desk.state.settings, receipts: false } })
  desk.handle({ do: 'settings', settings: { ...desk.state.settings, sound: true } })
  expect(world.calls).toEqual([
    `sendPrivately ${ROOM} sip:dora@x psst`,
    `displayed ${BOB} m`,
    'setReceipts false',
  ])
})

test('"is writing" is said only where there is a session', async () => {
  const { desk, world, emit } = await seated()
  desk.chat(BOB, { do: 'draft', text: 'h' })
  emit({ type: 'opened', peer: BOB, room: false })
  desk.chat(BOB, { do: 'draft', text: 'he' })
  expect(world.calls.filter((call) => call.startsWith('setComposing'))).toEqual([
    `setComposing ${BOB} true`,
  ])
})

test('practice adds the buddy once, then leads back to it', async () => {
  const { desk, world, emit } = await seated()
  desk.handle({ do: 'practice' })
  emit(contact(BUDDY, 'Practice buddy'))
  desk.handle({ do: 'select', peer: null })
  desk.handle({ do: 'practice' })
  expect(desk.state.selected).toBe(BUDDY)
  expect(world.calls.filter((call) => call.startsWith('addContact'))).toHaveLength(1)
})

test('every change is told once, and no change is not', async () => {
  const { desk } = await seated()
  let told = 0
  desk.addEventListener('change', () => told++)
  desk.handle({ do: 'settings', settings: { ...desk.state.settings, sound: true } })
  desk.handle({ do: 'dismissToast', id: 99 })
  expect(told).toBe(1)
  expect(desk.state.settings.sound).toBe(true)
})
