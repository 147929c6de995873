import { describe, expect, test } from 'vitest'
import type { OtrEvent } from './events.ts'
import { SIGNATURE_DUE_MS } from './limits.ts'
import { recognise, writeTag } from './recognise.ts'
import {
  encryptedPair,
  KEYS,
  makePair,
  Peer,
  POLICY,
  PROFILE,
  seeded,
  settle,
} from './testing/peers.ts'

const STRICT = { policy: { requireEncryption: true } }

describe.each([2, 3] as const)('version %i', (version) => {
  const only = { policy: { allowV2: version === 2, allowV3: version === 3 } }

  test('handshake, text both ways, verification, end', () => {
    const pair = encryptedPair(only, only)
    const { alice, bob } = pair
    const seen = { version, state: 'encrypted', refreshed: false }
    expect(alice.state).toMatchObject({
      ...seen,
      fingerprint: bob.fingerprint,
      ssidHalf: 'second',
      by: 'peer',
    })
    expect(bob.state).toMatchObject({
      ...seen,
      fingerprint: alice.fingerprint,
      ssidHalf: 'first',
      by: 'us',
    })
    expect(alice.state).toHaveProperty('ssid', (bob.state as { ssid: string }).ssid)

    for (let i = 0; i < 6; i++) {
      alice.send(`Grüße ${i} 🌍`)
      bob.send(`zurück ${i}`)
      settle(pair)
    }
    expect(bob.texts).toEqual([0, 1, 2, 3, 4, 5].map((i) => `Grüße ${i} 🌍`))
    expect(alice.texts.length).toBe(6)
    expect(bob.events).toContainEqual({
      type: 'text',
      text: 'Grüße 0 🌍',
      fingerprint: alice.fingerprint,
    })

    alice.run({ op: 'smpStart', secret: 'correct horse', question: null })
    settle(pair)
    bob.run({ op: 'smpAnswer', secret: 'correct horse' })
    settle(pair)
    expect(alice.smp).toEqual(['started', 'working', 'succeeded'])
    expect(bob.smp).toEqual(['asked', 'working', 'succeeded'])

    alice.run({ op: 'end' })
    settle(pair)
    expect(alice.state).toMatchObject({ state: 'plaintext', by: 'us', fingerprint: null })
    expect(bob.state).toMatchObject({ state: 'finished', by: 'peer', fingerprint: null })
  })

  test('asked again while encrypted: new keys, the verification under way is over', () => {
    const pair = encryptedPair(only, only)
    const { alice, bob } = pair
    alice.run({ op: 'smpStart', secret: 's', question: null })
    settle(pair)
    bob.run({ op: 'start' })
    settle(pair)
    expect(alice.state).toMatchObject({ state: 'encrypted', refreshed: true })
    expect(bob.state).toMatchObject({ state: 'encrypted', refreshed: true })
    expect(alice.smp.at(-1)).toBe('aborted')
    alice.send('under new keys')
    settle(pair)
    expect(bob.texts).toEqual(['under new keys'])
  })
})

describe('the wire', () => {
  test('a handshake, and which text carries what', () => {
    const { alice, bob } = makePair()
    alice.run({ op: 'start' })
    expect(alice.outbox[0]).toMatch(/^\?OTRv23\? /)
    const seen: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      for (const text of alice.take()) bob.receive(text)
      for (const text of bob.take()) {
        seen.push(text.slice(0, 9))
        alice.receive(text)
      }
      seen.push(...alice.outbox.map((text) => text.slice(0, 9)))
    }
    expect(seen).toEqual(['?OTR:AAMC', '?OTR:AAMK', '?OTR:AAMR', '?OTR:AAMS'])
    const { wire } = bob.run({ op: 'send', id: 'msg-1', text: 'hello' })
    expect(wire).toEqual([{ text: expect.stringMatching(/^\?OTR:AAMD/), carries: 'msg-1' }])
  })

  test('fragments: the last carries the text', () => {
    const pair = encryptedPair({ profile: { fragmentAbove: 200 } })
    const { wire } = pair.alice.send('hello')
    expect(wire.length).toBeGreaterThan(1)
    expect(wire.map(({ carries }) => carries).filter((id) => id !== null)).toEqual(['hello'])
    expect(wire.at(-1)!.carries).toBe('hello')
    expect(wire.every(({ text }) => text.length <= 200 && text.startsWith('?OTR|'))).toBe(true)
    settle(pair)
    expect(pair.bob.texts).toEqual(['hello'])
  })

  test('padding hides the length, unless the text is to go bare', () => {
    const pair = encryptedPair({ profile: { padTo: 256 } })
    const length = (text: string, bare = false) => {
      const { wire } = pair.alice.run({ op: 'send', id: '1', text, bare })
      return wire[0]!.text.length
    }
    const [short, long] = [length('x'), length('x'.repeat(200))]
    expect(short).toBe(long)
    expect(length('x', true)).toBeLessThan(short)
    settle(pair)
    expect(pair.bob.texts).toEqual(['x', 'x'.repeat(200), 'x'])
  })
})

describe('text that must not leave does not', () => {
  test('before encryption, where it is required', () => {
    const { alice } = makePair(STRICT)
    const { wire, events } = alice.run({ op: 'send', id: '1', text: 'secret' })
    expect(wire).toEqual([])
    expect(events).toEqual([{ type: 'refused', id: '1', why: 'notEncrypted' }])
  })

  test('after the peer has ended, required or not, until we end too', () => {
    const pair = encryptedPair()
    const { alice, bob } = pair
    bob.run({ op: 'end' })
    settle(pair)
    const { wire, events } = alice.run({ op: 'send', id: '1', text: 'secret' })
    expect(wire).toEqual([])
    expect(events).toEqual([{ type: 'refused', id: '1', why: 'finished' }])

    expect(alice.run({ op: 'end' }).wire).toEqual([])
    expect(alice.state).toMatchObject({ state: 'plaintext', by: 'us' })
    expect(alice.send('in the open').wire).toEqual([
      { text: 'in the open', carries: 'in the open' },
    ])
  })

  // attacks.test.ts, 'injection': nor again by itself, whatever the peer says.

  test.each(['', 'a\0b', 'x'.repeat(512 * 1024 + 1)])(
    'what cannot be sent is a RangeError',
    (text) => {
      const { alice } = makePair()
      expect(() => alice.run({ op: 'send', id: '1', text })).toThrow(RangeError)
    },
  )
})

describe('offers', () => {
  const versions = (events: readonly OtrEvent[]) =>
    events.flatMap((event) => (event.type === 'offered' ? [event.versions] : []))

  test('a query is answered with the highest version in common', () => {
    const reply = (text: string, policy = {}) => {
      const { wire, events } = makePair({ policy }).alice.receive(text)
      return [wire[0]?.text.slice(0, 9) ?? null, versions(events)]
    }
    expect(reply('?OTRv23?')).toEqual(['?OTR:AAMC', [[2, 3]]])
    expect(reply('?OTRv2?')).toEqual(['?OTR:AAIC', [[2]]])
    expect(reply('?OTRv23?', { allowV3: false })).toEqual(['?OTR:AAIC', [[2, 3]]])
    expect(reply('?OTRv3?', { allowV3: false })).toEqual([null, [[3]]])
    expect(reply('?OTRv4?')).toEqual([null, [[4]]])
  })

  test('version 1 is recognised and not spoken', () => {
    const { alice } = makePair()
    expect(alice.receive('?OTR?')).toEqual({
      wire: [],
      events: [
        { type: 'offered', versions: [1] },
        { type: 'ignored', why: 'OTR_VERSION' },
      ],
    })
    const keyExchange = '?OTR:AAEKAAAAAAAA.'
    expect(alice.receive(keyExchange).events).toEqual([{ type: 'ignored', why: 'OTR_VERSION' }])
  })

  test('a whitespace tag is cut out, and starts a handshake where the policy says so', () => {
    const text = `Hi${writeTag([2, 3])}`
    const shown = { type: 'text', text: 'Hi', fingerprint: null }
    const offered = { type: 'offered', versions: [2, 3] }
    expect(makePair().alice.receive(text)).toEqual({ wire: [], events: [shown, offered] })
    const willing = makePair({ policy: { whitespaceStartsAke: true } }).alice.receive(text)
    expect(willing.events).toEqual([shown, offered, { type: 'akeStarted' }])
    expect(willing.wire[0]!.text).toMatch(/^\?OTR:AAMC/)
  })

  test('we tag plain text until the peer answers in plain text', () => {
    const { alice } = makePair({ policy: { sendWhitespaceTag: true } })
    const tagged = () => recognise(alice.send('Hi').wire[0]!.text).kind === 'tagged'
    alice.receive('I spoke first')
    expect(tagged()).toBe(true)
    expect(tagged()).toBe(true)
    alice.receive('no idea what you mean')
    expect(tagged()).toBe(false)
  })

  test('a flood of queries costs one exponentiation', () => {
    let drawn = 0
    const random = (length: number) => {
      drawn += length
      return seeded('flood')(length)
    }
    const { alice } = makePair({ random })
    for (let i = 0; i < 10_000; i++) alice.receive('?OTRv23?')
    expect(drawn).toBe(40 + 16)
    expect(new Set(alice.take()).size).toBe(1)
  })

  test('with no version allowed, nothing is offered', () => {
    const { alice } = makePair({ policy: { allowV2: false, allowV3: false } })
    expect(alice.run({ op: 'start' })).toEqual({
      wire: [],
      events: [{ type: 'ignored', why: 'OTR_VERSION' }],
    })
    expect(alice.send('hello').wire).toEqual([{ text: 'hello', carries: 'hello' }])
  })
})

describe('handshakes that go wrong', () => {
  test('both send a commit at once', () => {
    for (let round = 0; round < 8; round++) {
      const pair = makePair({ random: seeded(`a${round}`) }, { random: seeded(`b${round}`) })
      const { alice, bob } = pair
      alice.receive('?OTRv3?')
      bob.receive('?OTRv3?')
      settle(pair)
      expect(alice.state, `round ${round}`).toMatchObject({ state: 'encrypted' })
      expect(bob.state).toMatchObject({ state: 'encrypted' })
      const halves = [alice.state, bob.state].map(
        (state) => (state as { ssidHalf: string }).ssidHalf,
      )
      expect(halves.toSorted()).toEqual(['first', 'second'])
    }
  })

  test.each([0, 1, 2, 3])('message %i is lost: another query puts it right', (lost) => {
    const pair = makePair()
    const { alice, bob, clock } = pair
    alice.run({ op: 'start' })
    for (const text of alice.take()) bob.receive(text)
    let count = 0
    for (let turn = 0; turn < 4; turn++) {
      for (const text of bob.take()) if (count++ !== lost) alice.receive(text)
      for (const text of alice.take()) if (count++ !== lost) bob.receive(text)
    }
    const signature = 3
    if (lost === signature) {
      // While it is due, Bob repeats what Alice has answered.
      alice.run({ op: 'start' })
      settle(pair)
      expect(bob.state).toBeUndefined()
      clock.ms += SIGNATURE_DUE_MS + 1
    }
    alice.run({ op: 'start' })
    settle(pair)
    alice.send('there')
    bob.send('here')
    settle(pair)
    expect(bob.texts).toEqual(['there'])
    expect(alice.texts).toEqual(['here'])
  })

  test.each([2, 3] as const)(
    'version %i: asked three times in the middle of it, both end up with the same keys',
    (version) => {
      const policy = { allowV2: version === 2, allowV3: version === 3 }
      const pair = encryptedPair({ policy }, { policy })
      const { alice, bob } = pair
      for (let i = 0; i < 3; i++) alice.run({ op: 'start' })
      const [first, second, third] = alice.take()
      bob.receive(first!)
      bob.receive(second!)
      const [commit, commitAgain] = bob.take()
      expect(commitAgain).toBe(commit)

      alice.receive(commit!)
      for (const key of alice.take()) bob.receive(key)
      bob.receive(third!)
      // A D-H Key does not say which commit it answers: had Bob begun anew, he would take it for that.
      alice.receive(commitAgain!)
      settle(pair)
      const ssid = (peer: Peer) => (peer.state as { ssid: string }).ssid
      expect(alice.state).toMatchObject({ state: 'encrypted' })
      expect(ssid(bob)).toBe(ssid(alice))
    },
  )

  test.each([0, 1, 2, 3, 4])(
    'one end forgets everything after message %i: it is begun anew',
    (count) => {
      const { alice, bob, clock } = makePair()
      alice.run({ op: 'start' })
      for (let said = 0; said < count; said++) {
        for (const text of alice.outbox.splice(0, 1)) bob.receive(text)
        for (const text of bob.outbox.splice(0, 1)) alice.receive(text)
      }
      alice.take()
      bob.take()
      const reloaded = { alice, clock, bob: new Peer('bob', clock, { key: KEYS.bob }) }
      reloaded.bob.run({ op: 'start' })
      settle(reloaded)
      alice.send('there')
      reloaded.bob.send('here')
      settle(reloaded)
      expect(reloaded.bob.events).toContainEqual({
        type: 'text',
        text: 'there',
        fingerprint: alice.fingerprint,
      })
      expect(alice.events).toContainEqual({
        type: 'text',
        text: 'here',
        fingerprint: bob.fingerprint,
      })
    },
  )

  test('after a minute without an answer it is over', () => {
    const pair = makePair()
    const { alice, bob, clock } = pair
    bob.receive('?OTRv3?')
    const [commit] = bob.take()
    alice.receive(commit!)
    clock.ms += 60_001
    for (const text of alice.take()) bob.receive(text)
    expect(bob.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_UNEXPECTED' })
    expect(bob.outbox).toEqual([])
  })

  test('ending forgets one that is under way', () => {
    const { alice, bob } = makePair()
    bob.receive('?OTRv3?')
    for (const text of bob.take()) alice.receive(text)
    bob.run({ op: 'end' })
    for (const text of alice.take()) bob.receive(text)
    expect(bob.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_UNEXPECTED' })
  })

  test('another key in place of the peer’s is a new state, not a refreshed one', () => {
    const pair = encryptedPair()
    const { alice, clock } = pair
    const mallory = new Peer('bob', clock, { key: KEYS.alice, random: seeded('mallory') })
    alice.run({ op: 'start' })
    settle({ alice, bob: mallory, clock })
    expect(alice.state).toMatchObject({
      state: 'encrypted',
      refreshed: false,
      fingerprint: mallory.fingerprint,
    })
  })
})

describe('what cannot be read', () => {
  const last = (peer: Peer) => peer.events.at(-1)

  test('outside encryption: said to the user and, if the path bears it, to the peer', () => {
    const pair = encryptedPair()
    const { alice, bob, clock } = pair
    alice.conversation.forget() // A reload.
    bob.send('hello?')
    for (const text of bob.take()) alice.receive(text)
    expect(last(alice)).toEqual({ type: 'unreadable', why: 'OTR_NOT_ENCRYPTED', silent: false })
    expect(alice.take()).toEqual([expect.stringMatching(/^\?OTR Error: /)])

    bob.send('hello??')
    for (const text of bob.take()) alice.receive(text)
    expect(alice.take(), 'at most one in ten seconds').toEqual([])
    clock.ms += 10_000
    bob.send('hello???')
    for (const text of bob.take()) alice.receive(text)
    expect(alice.take().length).toBe(1)
  })

  test('a profile without errors never sends one', () => {
    const { alice, bob } = encryptedPair({ profile: { errors: false } })
    alice.conversation.forget()
    bob.send('hello?')
    for (const text of bob.take()) alice.receive(text)
    expect(alice.take()).toEqual([])
  })

  test('forged, while encrypted', () => {
    const { alice, bob } = encryptedPair()
    bob.send('hello')
    const [text] = bob.take()
    const at = text!.length - 60
    const forged = text!.slice(0, at) + (text![at] === 'A' ? 'B' : 'A') + text!.slice(at + 1)
    alice.receive(forged)
    expect(last(alice)).toEqual({ type: 'unreadable', why: 'OTR_BAD_MAC', silent: false })
    alice.receive(text!)
    expect(alice.texts).toEqual(['hello'])
  })

  test('its sender does not mind: silent, and no reply', () => {
    const { alice, bob } = encryptedPair()
    alice.conversation.forget()
    bob.run({ op: 'end' })
    for (const text of bob.take()) alice.receive(text)
    expect(last(alice)).toMatchObject({ type: 'unreadable', silent: true })
    expect(alice.take()).toEqual([])
  })

  test('a replay is ignored quietly', () => {
    const { alice, bob } = encryptedPair()
    bob.send('hello')
    const [text] = bob.take()
    alice.receive(text!)
    expect(alice.receive(text!)).toEqual({
      wire: [],
      events: [{ type: 'ignored', why: 'OTR_REPLAYED' }],
    })
  })

  test('plain text and errors while encrypted are marked as what they are', () => {
    const { alice } = encryptedPair()
    expect(alice.receive('in the open').events).toEqual([
      { type: 'text', text: 'in the open', fingerprint: null },
    ])
    expect(alice.receive('?OTR Error: <b>oh</b>')).toEqual({
      wire: [],
      events: [{ type: 'peerError', text: '<b>oh</b>' }],
    })
    expect(alice.state).toMatchObject({ state: 'encrypted' })
  })

  test('two peers that answer errors with queries, and queries with errors, fall silent', () => {
    const policy = { errorStartsAke: true }
    const { alice, bob } = makePair({ policy }, { policy })
    alice.receive('?OTR Error: x')
    alice.receive('?OTR Error: x')
    expect(alice.take().length).toBe(1)
    expect(bob.take()).toEqual([])
  })
})

describe('heartbeats', () => {
  test('after a minute of listening, in answer to text', () => {
    const pair = encryptedPair()
    const { alice, bob, clock } = pair
    bob.send('one')
    settle(pair)
    expect(alice.events).not.toContainEqual({ type: 'heartbeat', direction: 'sent' })
    clock.ms += 60_000
    bob.send('two')
    settle(pair)
    expect(alice.events.at(-1)).toEqual({ type: 'heartbeat', direction: 'sent' })
    expect(bob.events.at(-1)).toEqual({ type: 'heartbeat', direction: 'received' })
    bob.send('three')
    settle(pair)
    expect(alice.events.filter(({ type }) => type === 'heartbeat').length).toBe(1)
  })

  test('are not answered', () => {
    const pair = encryptedPair()
    pair.clock.ms += 60_000
    pair.bob.send('two')
    pair.clock.ms += 120_000
    settle(pair)
    expect(pair.bob.events.filter(({ type }) => type === 'heartbeat')).toEqual([
      { type: 'heartbeat', direction: 'received' },
    ])
  })
})

test('the extra symmetric key is the same at both ends', () => {
  const pair = encryptedPair()
  const data = new TextEncoder().encode('file 1')
  pair.alice.run({ op: 'extraKey', use: 0x99, data })
  settle(pair)
  const ours = pair.alice.events.at(-1)
  expect(ours).toMatchObject({ type: 'extraKey', by: 'us', use: 0x99 })
  expect(pair.bob.events.at(-1)).toEqual({ ...ours, by: 'peer' })
})

describe('verification races', () => {
  test('an answer to what the peer has taken back does nothing', () => {
    const pair = encryptedPair()
    pair.bob.run({ op: 'smpStart', secret: 's', question: null })
    pair.bob.run({ op: 'smpAbort' })
    settle(pair)
    expect(pair.alice.smp).toEqual(['asked', 'aborted'])
    expect(pair.alice.run({ op: 'smpAnswer', secret: 's' })).toEqual({ wire: [], events: [] })
  })

  test('a start after the session ended says that it is not running', () => {
    const { alice } = makePair()
    expect(alice.run({ op: 'smpStart', secret: 's', question: null })).toEqual({
      wire: [],
      events: [{ type: 'smp', step: 'aborted', by: 'us' }],
    })
  })

  test('the peer ends in the middle', () => {
    const pair = encryptedPair()
    pair.alice.run({ op: 'smpStart', secret: 's', question: null })
    settle(pair)
    pair.bob.run({ op: 'end' })
    settle(pair)
    expect(pair.alice.events.slice(-2)).toMatchObject([
      { type: 'smp', step: 'aborted', by: 'peer' },
      { type: 'state', state: 'finished' },
    ])
  })
})

test('a profile that cannot work is the caller’s fault', () => {
  expect(() => makePair({ profile: { fragmentAbove: 63 } })).toThrow(RangeError)
  expect(() => makePair({ profile: { padTo: -1 } })).toThrow(RangeError)
  expect(() => makePair({ profile: { padTo: 65_536 } })).toThrow(RangeError)
  expect({ ...PROFILE, ...POLICY }).toBeDefined()
})
