/*
 * The attacks on OTR that the literature knows, each one tried. Where another test of this room tries
 * every field or every cell, it is named.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { encodeSigner, sealSignature, signedValue } from './ake.ts'
import { equalBytes, fromHex, Reader, Writer } from './bytes.ts'
import { sign } from './dsa.ts'
import type { OtrEvent } from './events.ts'
import { P } from './group.ts'
import { deriveAkeKeys } from './key-schedule.ts'
import {
  type DataMessage,
  encodeData,
  encodeDataBody,
  encodeDhCommit,
  encodeDhKey,
  encodeRevealSignature,
  encodeSignature,
  type OtrMessage,
  parseMessage,
} from './messages.ts'
import { powMod } from './power.ts'
import { recognise, writeEncoded, writeTag } from './recognise.ts'
import { Smp } from './smp.ts'
import { aesCtr, COUNTER_ZERO } from './symmetric.ts'
import { Clock, encryptedPair, KEYS, makePair, type Pair, Peer, settle } from './testing/peers.ts'
import { TLV, type Tlv } from './tlv.ts'

const BOTH = [2, 3] as const
const only = (version: 2 | 3) => ({
  policy: { allowV2: version === 2, allowV3: version === 3 },
})

function decode(text: string): Uint8Array {
  const recognised = recognise(text)
  if (recognised.kind !== 'encoded') throw new Error(`not encoded: ${recognised.kind}`)
  return recognised.bytes
}

const parse = (text: string): OtrMessage => parseMessage(decode(text))

function parseData(text: string): DataMessage {
  const message = parse(text)
  if (message.type !== 'data') throw new Error(`not data: ${message.type}`)
  return message
}

/** What Eve makes of a data message: other contents, and whatever MAC she can. */
function forge(
  message: DataMessage,
  mask: Uint8Array,
  macKey: Uint8Array,
  counter = message.counter,
): string {
  const ciphertext = message.ciphertext.map((byte, i) => byte ^ (mask[i] ?? 0))
  const body = encodeDataBody({ ...message, ciphertext, counter })
  return writeEncoded(encodeData(body, hmac(sha1, macKey, body), new Uint8Array(0)))
}

function revealedIn(text: string): Uint8Array[] {
  const bytes = decode(text)
  const reader = new Reader(bytes.subarray(parseData(text).authenticated.length + 20))
  const keys = reader.data('old MAC keys')
  return Array.from({ length: keys.length / 20 }, (_, i) => keys.slice(20 * i, 20 * i + 20))
}

const encryptedStates = (events: readonly OtrEvent[]) =>
  events.flatMap((event) => (event.type === 'state' && event.state === 'encrypted' ? [event] : []))

/** Both still talk to each other, and to nobody else. */
function expectUndisturbed(pair: Pair): void {
  const { alice, bob } = pair
  alice.send('still here')
  bob.send('so am I')
  settle(pair)
  for (const [peer, other, text] of [
    [alice, bob, 'so am I'],
    [bob, alice, 'still here'],
  ] as const) {
    expect(peer.events).toContainEqual({ type: 'text', text, fingerprint: other.fingerprint })
  }
}

describe('version 1, whose handshake binds no identity (Di Raimondo, Gennaro, Krawczyk 2005)', () => {
  const willing = { policy: { whitespaceStartsAke: true, errorStartsAke: true } }
  const standing: Record<string, () => Peer> = {
    'before any handshake': () => makePair(willing).alice,
    'with a commit on its way': () => {
      const { alice } = makePair(willing)
      alice.receive('?OTRv23?')
      alice.take()
      return alice
    },
    'while encrypted': () => encryptedPair(willing).alice,
  }

  test.each(Object.entries(standing))('is never spoken %s', (_, stand) => {
    const keyExchange = [1, 0x0a, 0, ...new Array(400).fill(7)]
    for (const text of [
      '?OTR?',
      '?OTR?v?',
      `Hi${writeTag([1])}`,
      writeEncoded(Uint8Array.of(0, ...keyExchange)),
      writeEncoded(Uint8Array.of(0, 1, 0x03, ...new Array(400).fill(7))),
    ]) {
      const alice = stand()
      const { state } = alice
      expect(alice.receive(text).wire, text).toEqual([])
      expect(alice.state).toEqual(state)
    }
  })
})

describe('a man in the middle', () => {
  // chat/keys.test.ts, 'an older version than before is said': chat remembers and holds the text.
  test('who edits the query rolls the version back, and both are told which it is', () => {
    const pair = makePair()
    pair.alice.run({ op: 'start' })
    for (const text of pair.alice.take()) pair.bob.receive(text.replace('?OTRv23?', '?OTRv2?'))
    settle(pair)
    expect(pair.alice.state).toMatchObject({ state: 'encrypted', version: 2 })
    expect(pair.bob.state).toMatchObject({ state: 'encrypted', version: 2 })
  })

  test('who edits the query gets nowhere with those who refuse version 2', () => {
    const pair = makePair(only(3), only(3))
    pair.alice.run({ op: 'start' })
    for (const text of pair.alice.take()) pair.bob.receive(text.replace('?OTRv3?', '?OTRv2?'))
    settle(pair)
    expect([pair.alice.state, pair.bob.state]).toEqual([undefined, undefined])
    expect(pair.bob.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_VERSION' })
  })

  /** Alice talks to Mallory, who talks to Bob; each takes her for the other. */
  const betrayed = () => {
    const clock = new Clock()
    const { p, q, g } = KEYS.bob
    const mallory = { key: { p, q, g, x: 4711n, y: powMod(g, 4711n, p) } }
    const left = {
      alice: new Peer('alice', clock),
      bob: new Peer('mallory', clock, mallory),
      clock,
    }
    const right = {
      alice: new Peer('n', clock, mallory),
      bob: new Peer('bob', clock, { key: KEYS.bob }),
      clock,
    }
    for (const pair of [left, right]) {
      pair.alice.run({ op: 'start' })
      settle(pair)
    }
    return { left, right, alice: left.alice, bob: right.bob }
  }

  test('with a key of his own: fingerprints and session ids show it', () => {
    const { alice, bob } = betrayed()
    const [atAlice, atBob] = [encryptedStates(alice.events)[0]!, encryptedStates(bob.events)[0]!]
    expect(atAlice.fingerprint).not.toBe(bob.fingerprint)
    expect(atBob.fingerprint).not.toBe(alice.fingerprint)
    expect(atAlice.ssid).not.toBe(atBob.ssid)
  })

  test('who passes on every proof: the same secret fails at both ends', () => {
    const { alice, bob } = betrayed()
    const smp = (peer: Peer) => {
      const { ssid, fingerprint } = encryptedStates(peer.events)[0]!
      return new Smp({
        random: (length) => new Uint8Array(length).fill(peer === alice ? 0x11 : 0x22),
        ourFingerprint: peer.fingerprint,
        theirFingerprint: fingerprint!,
        ssid: fromHex(ssid!),
      })
    }
    const [a, b] = [smp(alice), smp(bob)]
    b.receive(a.start('the same secret', null).send[0]!)
    const message3 = a.receive(b.answer('the same secret').send[0]!)!
    const atBob = b.receive(message3.send[0]!)!
    const atAlice = a.receive(atBob.send[0]!)!
    expect(atBob.steps).toEqual([{ step: 'failed' }])
    expect(atAlice.steps).toEqual([{ step: 'failed' }])
  })

  test.each([null, 'Where did we meet?'])(
    'who passes on the question %s and guesses, fails at both ends',
    (question) => {
      const { left, right } = betrayed()
      left.alice.run({ op: 'smpStart', secret: 'the same secret', question })
      settle(left)
      left.bob.run({ op: 'smpAnswer', secret: 'a guess' })
      settle(left)
      right.alice.run({ op: 'smpStart', secret: 'a guess', question })
      settle(right)
      right.bob.run({ op: 'smpAnswer', secret: 'the same secret' })
      settle(right)
      expect(left.alice.smp.at(-1)).toBe('failed')
      expect(right.bob.smp.at(-1)).toBe('failed')
    },
  )

  test('who puts his own D-H Key in place of theirs gets no further', () => {
    const pair = makePair()
    const { alice, bob } = pair
    bob.receive('?OTRv3?')
    for (const text of bob.take()) alice.receive(text)
    const key = parse(alice.take()[0]!)
    bob.receive(writeEncoded(encodeDhKey(key, powMod(2n, 4711n, P))))
    for (const text of bob.take()) alice.receive(text)
    expect(alice.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_BAD_MAC' })
    expect([alice.state, bob.state]).toEqual([undefined, undefined])
  })

  // ake.test.ts, 'a signature by another key': even with the keys, a signature cannot be borrowed.
  test('who signs the exchange of two others in his own name: unknown key share', () => {
    const pair = makePair()
    const { alice, bob } = pair
    bob.receive('?OTRv3?')
    for (const text of bob.take()) alice.receive(text)
    for (const text of alice.take()) bob.receive(text)
    const reveal = parse(bob.take()[0]!)
    if (reveal.type !== 'revealSignature') throw new Error('unreachable')
    const guessed = deriveAkeKeys(2n) // He sees g^x and g^y; the secret of the two he does not.
    const sealed = sealSignature(guessed.reveal, new Uint8Array(500))
    alice.receive(writeEncoded(encodeRevealSignature(reveal, reveal.revealedKey, sealed)))
    expect(alice.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_BAD_MAC' })

    alice.receive(writeEncoded(encodeRevealSignature(reveal, reveal.revealedKey, reveal)))
    const signature = parse(alice.take()[0]!)
    const his = sealSignature(guessed.signature, new Uint8Array(500))
    bob.receive(writeEncoded(encodeSignature(signature, his)))
    expect(bob.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_BAD_MAC' })
    expect(bob.state).toBe(undefined)
  })
})

describe('revealed MAC keys (Bonneau and Morrison 2006)', () => {
  /** Eve knows what was said, and turns it into what she likes. */
  const evil = (said: string) =>
    new TextEncoder().encode('evil').map((byte, i) => byte ^ said.charCodeAt(i))

  /** A counter that no message has reached: a replay it is not. */
  const TO_COME = new Uint8Array(8).fill(0x40)

  test.each(BOTH)('the forgery is real: in time, version %i would take it', (version) => {
    const run = (tamper: (text: string) => string) => {
      const pair = encryptedPair(only(version), only(version))
      const { alice, bob } = pair
      bob.send('good')
      const [first] = bob.take()
      alice.receive(tamper(first!))
      const revealed: Uint8Array[] = []
      for (let i = 0; i < 4; i++) {
        const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice]
        from.send('more')
        for (const text of from.take()) {
          revealed.push(...revealedIn(text))
          to.receive(text)
        }
      }
      const message = parseData(first!)
      const key = revealed.find((key) =>
        equalBytes(hmac(sha1, key, message.authenticated), message.mac),
      )
      return { alice, key: key! }
    }
    const { key } = run((text) => text)
    // The same numbers are drawn again, so that Eve knows the key while it is in use.
    const { alice } = run((text) => forge(parseData(text), evil('good'), key))
    expect(alice.texts[0]).toBe('evil')
  })

  // data-keys.test.ts, 'random traffic with losses', for the same with many scripts.
  test.each(BOTH)('once revealed, no key forges anything, in version %i', (version) => {
    const pair = encryptedPair(only(version), only(version))
    const { alice, bob } = pair
    const heard: DataMessage[] = []
    const keys: Uint8Array[] = []
    let forgeries = 0

    const listen = (text: string) => {
      heard.push(parseData(text))
      keys.push(...revealedIn(text))
    }
    /** Tries every key on every message, with both, before the revealing message has arrived. */
    const attack = () => {
      for (const message of heard) {
        for (const key of keys) {
          if (!equalBytes(hmac(sha1, key, message.authenticated), message.mac)) continue
          forgeries++
          for (const victim of [alice, bob]) {
            const { events } = victim.receive(forge(message, evil('talk'), key, TO_COME))
            expect(events.length).toBe(1)
            expect(['unreadable', 'ignored']).toContain(events[0]!.type)
            victim.take() // An `?OTR Error`, perhaps.
          }
        }
      }
    }
    for (let i = 0; i < 24; i++) {
      const [from, to] = i % 3 === 0 ? [alice, bob] : [bob, alice]
      from.send('talk')
      const [text] = from.take()
      listen(text!)
      attack()
      if (i % 7 !== 6) to.receive(text!)
    }
    expect(forgeries).toBeGreaterThan(30)
    expectUndisturbed(pair)

    alice.run({ op: 'end' })
    const [goodbye] = alice.take()
    listen(goodbye!) // With the keys that were still in use.
    attack()
    expect(alice.texts.concat(bob.texts)).not.toContain('evil')
  })
})

describe('replay', () => {
  test.each(BOTH)('of all that was ever said, in version %i', (version) => {
    const pair = encryptedPair(only(version), only(version))
    const { alice, bob } = pair
    const wire: [Peer, string][] = []
    const carry = () => {
      while (alice.outbox.length + bob.outbox.length > 0) {
        for (const [from, to] of [[alice, bob] as const, [bob, alice] as const]) {
          for (const text of from.take()) {
            wire.push([to, text])
            to.receive(text)
          }
        }
      }
    }
    const talk = (turns: number) => {
      for (let i = 0; i < turns; i++) {
        alice.send(`a${i}`)
        if (i % 2) bob.send(`b${i}`)
        carry()
      }
    }
    const replay = () => {
      const texts = [alice.texts, bob.texts]
      const states = [alice.state, bob.state]
      for (const [to, text] of wire) {
        // Queries and commits begin what only the two can finish: a handshake's answers are not these.
        to.receive(text)
        alice.take()
        bob.take()
      }
      expect([alice.texts, bob.texts]).toEqual(texts)
      expect([alice.state, bob.state]).toEqual(states)
    }
    talk(6)
    replay()
    alice.run({ op: 'start' })
    carry()
    talk(3)
    replay() // The session before this one included.
    expectUndisturbed(pair)
  })

  // data-keys.test.ts, 'refuses a replay and what was overtaken'.
  test.each(BOTH)('out of order, version %i shows nothing rather than the past', (version) => {
    const { alice, bob } = encryptedPair(only(version), only(version))
    for (const text of ['one', 'two', 'three']) alice.send(text)
    const [one, two, three] = alice.take()
    for (const text of [two!, one!, three!, two!]) bob.receive(text)
    expect(bob.texts).toEqual(['two', 'three'])
    const ignored = { type: 'ignored', why: 'OTR_REPLAYED' }
    expect(bob.events.filter(({ type }) => type === 'ignored')).toEqual([ignored, ignored])
  })
})

describe('reflection', () => {
  // ake.test.ts, 'our own messages, reflected', for the handshake by itself.
  test.each(BOTH)('of a whole handshake, version %i: nobody meets himself', (version) => {
    const { alice } = makePair(only(version))
    alice.receive(`?OTRv${version}?`)
    const disguised = (text: string) => {
      if (version === 2) return text
      const bytes = decode(text).slice() // Another device's tag in place of ours, ours as its peer's.
      bytes.set([0, 0, 0x99, 0x99], 3)
      bytes.set([0, 0, 0x10, 0x61], 7)
      return writeEncoded(bytes)
    }
    for (let turn = 0; turn < 6; turn++) {
      for (const text of alice.take()) {
        alice.receive(text)
        alice.receive(disguised(text))
      }
    }
    expect(alice.state).toBe(undefined)
    expect(alice.events.filter(({ type }) => type === 'ignored').length).toBeGreaterThan(1)
  })

  test.each(BOTH)('of data messages, version %i', (version) => {
    const pair = encryptedPair(only(version), only(version))
    const { alice } = pair
    alice.send('echo')
    const [text] = alice.take()
    const why = version === 3 ? 'OTR_REFLECTED' : 'OTR_BAD_MAC'
    expect(alice.receive(text!).events).toMatchObject([{ why }])
    pair.bob.receive(text!)
    alice.take()
    expectUndisturbed(pair)
  })

  // smp.test.ts, 'a proof sent back to its maker', for the parts of message 2.
  test('of the SMP: a peer without the secret sends our own messages back', () => {
    const context = {
      ourFingerprint: '11'.repeat(20),
      theirFingerprint: '22'.repeat(20),
      ssid: new Uint8Array(8).fill(3),
    }
    let drawn = 0
    const random = (length: number) => new Uint8Array(length).fill(++drawn)
    const alice = () => new Smp({ random, ...context })
    /** What `prepare` sent last, sent back under each type. */
    const reflect = (prepare: () => [Smp, Tlv]) =>
      [TLV.smp1, TLV.smp2, TLV.smp3, TLV.smp4].map((type) => {
        const [smp, { value }] = prepare()
        return smp.receive({ type, value })!.steps.map(({ step }) => step)
      })
    const asked = () => {
      const smp = alice()
      return [smp, smp.start('secret', null).send[0]!] as [Smp, Tlv]
    }
    expect(reflect(asked)).toEqual([['aborted'], ['cheated'], ['cheated'], ['cheated']])
    const answered = () => {
      const smp = alice()
      smp.receive(asked()[1])
      return [smp, smp.answer('secret').send[0]!] as [Smp, Tlv]
    }
    expect(reflect(answered)).toEqual([['cheated'], ['aborted'], ['cheated'], ['cheated']])

    // Message 3, back as message 4: its last proof is ours, and made for number 7 instead of 8.
    const [first, second] = [alice(), new Smp({ random, ...swapped(context) })]
    second.receive(first.start('secret', null).send[0]!)
    const { send } = first.receive(second.answer('secret').send[0]!)!
    const reader = new Reader(send[0]!.value)
    const numbers = Array.from({ length: reader.int('count') }, () => reader.mpi('MPI'))
    const value = new Writer().int(3)
    for (const number of numbers.slice(5)) value.mpi(number)
    expect(first.receive({ type: TLV.smp4, value: value.finish() })!.steps).toEqual([
      { step: 'cheated' },
    ])
  })

  function swapped<Context extends { ourFingerprint: string; theirFingerprint: string }>(
    context: Context,
  ): Context {
    const { ourFingerprint: theirFingerprint, theirFingerprint: ourFingerprint } = context
    return { ...context, ourFingerprint, theirFingerprint }
  }
})

// smp.test.ts, 'group elements outside their bounds', for each element of each message of the SMP.
describe.each([0n, 1n, P - 1n, P, P + 1n])('a small subgroup, or none: %s as', (bad) => {
  const outOfRange = { type: 'ignored', why: 'OTR_OUT_OF_RANGE' }

  test('g^y of a D-H Key', () => {
    const pair = makePair()
    const { alice, bob } = pair
    bob.receive('?OTRv3?')
    for (const text of bob.take()) alice.receive(text)
    const [key] = alice.take()
    bob.receive(writeEncoded(encodeDhKey(parse(key!), bad)))
    expect(bob.events.at(-1)).toEqual(outOfRange)
    bob.receive(key!)
    settle(pair)
    expectUndisturbed(pair)
  })

  test('g^x of a Reveal Signature', () => {
    const { alice } = makePair()
    const header = { version: 3, senderTag: 0x100, receiverTag: 0 } as const
    const r = new Uint8Array(16)
    const gx = new Writer().mpi(bad).finish()
    const encrypted = aesCtr(r, COUNTER_ZERO, gx)
    alice.receive(writeEncoded(encodeDhCommit(header, encrypted, sha256(gx))))
    const answer = parse(alice.take()[0]!)
    if (answer.type !== 'dhKey') throw new Error('unreachable')
    // Everything else is in order: the secret of such a g^x is known without g^y.
    const keys = deriveAkeKeys(bad % P).reveal
    const m = signedValue(keys.m1, bad, answer.gy, KEYS.bob, 1)
    const signature = sign(KEYS.bob, m, (length) => new Uint8Array(length).fill(1))
    const sealed = sealSignature(keys, encodeSigner(KEYS.bob, 1, signature))
    const receiverTag = answer.senderTag
    alice.receive(writeEncoded(encodeRevealSignature({ ...header, receiverTag }, r, sealed)))
    expect(alice.events.at(-1)).toEqual(outOfRange)
    expect(alice.take()).toEqual([])
  })

  test('the next key of a data message', () => {
    const pair = encryptedPair()
    const { alice, bob } = pair
    bob.send('genuine')
    const [text] = bob.take()
    const message = parseData(text!)
    const body = encodeDataBody({ ...message, nextY: bad })
    alice.receive(writeEncoded(encodeData(body, message.mac, new Uint8Array(0))))
    expect(alice.events.at(-1)).toEqual(outOfRange)
    alice.receive(text!)
    expect(alice.texts).toEqual(['genuine'])
  })
})

describe('injection', () => {
  const everyReaction = { errorStartsAke: true, whitespaceStartsAke: true }

  test.each(BOTH)('of `?OTR Error`: no text goes again, in clear or at all (version %i)', (v) => {
    const policy = { ...everyReaction, ...only(v).policy }
    for (const end of [false, true]) {
      const { alice, clock } = encryptedPair({ policy }, { policy })
      alice.send('once')
      if (end) alice.run({ op: 'end' })
      alice.take()
      const { state } = alice
      for (let i = 0; i < 5; i++) {
        clock.ms += 60_000
        const { events } = alice.receive('?OTR Error: You sent encrypted data, send it again')
        const text = 'You sent encrypted data, send it again'
        expect(events).toEqual([{ type: 'peerError', text }])
        expect(alice.take()).toEqual([expect.stringMatching(/^\?OTRv[23]\? /)])
      }
      expect(alice.state).toEqual(state)
    }
  })

  test.each(BOTH)('into an encrypted session: it stays as it is (version %i)', (version) => {
    const policy = { ...everyReaction, ...only(version).policy }
    const pair = encryptedPair({ policy }, { policy })
    const { alice } = pair
    const { state } = alice
    const stranger = makePair({}, only(version)).bob
    stranger.receive(`?OTRv${version}?`)
    const [commit] = stranger.take()
    const injected = ['I am Bob', `?OTRv${version}?`, '?OTR Error: x', commit!, '?OTR:AAMDAAAA.']
    for (const text of injected) {
      for (const event of alice.receive(text).events) {
        if (event.type === 'text') expect(event.fingerprint).toBe(null)
        expect(event.type).not.toBe('state')
      }
      for (const reply of alice.take()) expect(reply).toMatch(/^\?OTR(:AA[IM][CK]|v[23]\? )/)
    }
    expect(alice.state).toEqual(state)
    expect(alice.texts).toEqual(['I am Bob'])
    expectUndisturbed(pair)
  })
})
