import { expect, test } from 'vitest'
import { Clock, KEYS, Peer, seeded, sheet } from './testing/peers.ts'

/** Alice at one device and Bob at two; everything is broadcast, as many networks do. */
function household() {
  const clock = new Clock()
  const alice = new Peer('alice', clock, { key: KEYS.alice })
  const home = new Peer('home', clock, { key: KEYS.bob, tag: 0x2001, random: seeded('home') })
  const work = new Peer('work', clock, { key: KEYS.bob, tag: 0x2002, random: seeded('work') })
  const bobs = [home, work]
  const settle = () => {
    while ([alice, ...bobs].some(({ outbox }) => outbox.length > 0)) {
      const [ours, theirs] = [alice.take(), bobs.map((bob) => bob.take())]
      for (const text of ours) for (const bob of bobs) bob.receive(text)
      for (const text of theirs.flat()) alice.receive(text)
    }
  }
  return { alice, home, work, settle, clock }
}

test('one commit, two devices answer: both are encrypted', () => {
  const { alice, home, work, settle } = household()
  alice.receive('?OTRv3?')
  settle()
  expect(home.state).toMatchObject({ state: 'encrypted' })
  expect(work.state).toMatchObject({ state: 'encrypted' })
  expect(alice.events.filter((event) => event.type === 'state').length).toBe(2)

  // Text goes to the device that was heard last; the other one hears noise and says nothing.
  home.send('from home')
  settle()
  alice.send('to home')
  settle()
  expect(home.texts).toEqual(['to home'])
  expect(work.texts).toEqual([])
  expect(work.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_OTHER_INSTANCE' })

  work.send('from work')
  settle()
  alice.send('to work')
  settle()
  expect(work.texts).toEqual(['to work'])
  expect(alice.texts).toEqual(['from home', 'from work'])
})

test('a change of device is announced before its text', () => {
  const { alice, home, work, settle } = household()
  alice.receive('?OTRv3?')
  settle()
  work.send('w')
  settle()
  alice.events.length = 0
  home.send('h')
  settle()
  expect(alice.events).toMatchObject([
    { type: 'state', state: 'encrypted', refreshed: true, by: 'peer' },
    { type: 'text', text: 'h' },
  ])
})

test('one device ends: the conversation goes on with the other, and then is finished', () => {
  const { alice, home, work, settle } = household()
  alice.receive('?OTRv3?')
  settle()
  home.send('h')
  settle()
  home.run({ op: 'end' })
  settle()
  expect(alice.state).toMatchObject({ state: 'encrypted', refreshed: true })
  alice.send('still private')
  settle()
  expect(work.texts).toEqual(['still private'])
  work.run({ op: 'end' })
  settle()
  expect(alice.state).toMatchObject({ state: 'finished' })
})

test('ending ends it with all devices', () => {
  const { alice, home, work, settle } = household()
  alice.receive('?OTRv3?')
  settle()
  alice.run({ op: 'end' })
  settle()
  expect(home.state).toMatchObject({ state: 'finished' })
  expect(work.state).toMatchObject({ state: 'finished' })
  expect(alice.events.filter((e) => e.type === 'state' && e.state === 'plaintext').length).toBe(1)
})

test('a late answer to the commit is taken for a minute, once', () => {
  const { alice, home, work, clock } = household()
  alice.receive('?OTRv3?')
  const [commit] = alice.take()
  home.receive(commit!)
  const [answer] = home.take()
  alice.receive(answer!)
  expect(alice.take().length).toBe(1)
  clock.ms += 61_000
  work.receive(commit!)
  for (const text of work.take()) alice.receive(text)
  expect(alice.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_UNEXPECTED' })
})

test('the answer repeated after the handshake does not begin another', () => {
  const { alice, home, settle } = household()
  alice.receive('?OTRv3?')
  home.receive(alice.take()[0]!)
  const answer = home.take()
  for (const text of answer) alice.receive(text)
  settle()
  expect(home.state).toMatchObject({ state: 'encrypted' })
  for (const text of answer) alice.receive(text)
  expect(alice.outbox).toEqual([])
  expect(alice.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_UNEXPECTED' })
})

test('verification is with the device that asked, whoever talks meanwhile', () => {
  const { alice, home, work, settle } = household()
  alice.receive('?OTRv3?')
  settle()
  home.run({ op: 'smpStart', secret: 's', question: null })
  settle()
  work.send('hello from work')
  settle()
  alice.run({ op: 'smpAnswer', secret: 's' })
  settle()
  expect(home.smp).toEqual(['started', 'working', 'succeeded'])
  expect(alice.smp).toEqual(['asked', 'working', 'succeeded'])
})

test('tags: our own, reserved, another’s', () => {
  const { alice, home } = household()
  alice.receive('?OTRv3?')
  const [own] = alice.take()
  expect(alice.receive(own!).events).toContainEqual({ type: 'ignored', why: 'OTR_REFLECTED' })
  expect(alice.receive('?OTR|00000042|00001061,1,1,?OTR:AAMD.,').events).toEqual([
    { type: 'ignored', why: 'OTR_MALFORMED' },
  ])
  expect(alice.receive(sheet.ake.dhKeyV3).events).toEqual([
    { type: 'ignored', why: 'OTR_OTHER_INSTANCE' },
  ])
  expect(home.events).toEqual([])
})

test('only so many devices are remembered, and those in use longest', () => {
  const { alice, home, settle, clock } = household()
  alice.receive('?OTRv3?')
  settle()
  for (let i = 0; i < 100; i++) {
    const stranger = new Peer('stranger', clock, {
      tag: 0x3000 + i,
      random: seeded(`stranger ${i}`),
    })
    stranger.receive('?OTRv3?')
    for (const text of stranger.take()) alice.receive(text)
    alice.take()
  }
  home.send('still here')
  settle()
  expect(alice.texts).toEqual(['still here'])
})

test('version 2 and version 3 devices side by side', () => {
  const { alice, home, work, settle } = household()
  work.run({ op: 'policy', policy: { ...OLD } })
  home.run({ op: 'start' })
  settle()
  work.run({ op: 'start' })
  settle()
  expect(alice.state).toMatchObject({ state: 'encrypted', version: 2 })
  work.send('old')
  home.send('new')
  settle()
  expect(alice.texts).toEqual(expect.arrayContaining(['old', 'new']))
})

const OLD = {
  allowV2: true,
  allowV3: false,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: false,
  errorStartsAke: false,
}
