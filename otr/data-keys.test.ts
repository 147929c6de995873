import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Established } from './ake.ts'
import { concat, equalBytes, fromHex, Reader, toHex } from './bytes.ts'
import { DataKeys } from './data-keys.ts'
import { authenticate, openData, sealData } from './data-message.ts'
import { makeKeyPair, sharedSecret } from './key-schedule.ts'
import { type DataMessage, type Header, parseMessage } from './messages.ts'
import { recognise, writeEncoded } from './recognise.ts'
import { AesCtr } from './symmetric.ts'
import { derive, seeded, sheet } from './testing/peers.ts'

const { ake, data, instanceTags } = sheet
const utf8 = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function parse(bytes: Uint8Array): DataMessage {
  const message = parseMessage(bytes)
  if (message.type !== 'data') throw new Error('not a data message')
  return message
}

/** The field that the parser skips: 20 bytes for each key. */
function revealedKeys(bytes: Uint8Array): Uint8Array[] {
  const message = parse(bytes)
  const reader = new Reader(bytes.subarray(message.authenticated.length + 20))
  const keys = reader.data('old MAC keys')
  reader.end('old MAC keys')
  return Array.from({ length: keys.length / 20 }, (_, i) => keys.slice(20 * i, 20 * i + 20))
}

describe('the sheet', () => {
  const HELLO = concat(utf8('Hello Bob'), Uint8Array.of(0))
  const established = (who: 'alice' | 'bob'): DataKeys => {
    const gx = BigInt(`0x${ake.gx}`)
    const gy = BigInt(`0x${ake.gy}`)
    const isAlice = who === 'alice'
    return new DataKeys({
      version: 3,
      sentReveal: !isAlice,
      ours: isAlice
        ? { secret: fromHex(ake.aliceY), public: gy }
        : { secret: fromHex(ake.bobX), public: gx },
      theirs: isAlice ? gx : gy,
      theirKeyId: 1,
      fingerprint: '',
      ssid: fromHex(ake.ssid),
      s: BigInt(`0x${ake.s}`),
    })
  }
  const ALICE: Header = { version: 3, senderTag: instanceTags.alice, receiverTag: instanceTags.bob }
  const BOB: Header = { version: 3, senderTag: instanceTags.bob, receiverTag: instanceTags.alice }
  const open = (wire: string, keys: DataKeys) => {
    const recognised = recognise(wire)
    if (recognised.kind !== 'encoded') throw new Error('not encoded')
    return openData(authenticate(parse(recognised.bytes), keys), keys)
  }

  test('Alice to Bob and back, to the byte', () => {
    const [alice, bob] = [established('alice'), established('bob')]
    const first = sealData(ALICE, HELLO, false, alice, () => derive('alice-y2', 40))
    expect(writeEncoded(first.bytes)).toBe(data.aliceToBob.wire)
    expect(toHex(first.extraKey)).toBe(data.extraKey11)

    const received = open(data.aliceToBob.wire, bob)
    expect(received.plaintext).toEqual(HELLO)
    expect(toHex(received.extraKey)).toBe(data.extraKey11)

    const answer = concat(utf8('Hi Alice'), fromHex('00' + '0000' + '0005'), utf8('hello'))
    const second = sealData(BOB, answer, false, bob, () => derive('bob-x2', 40))
    expect(writeEncoded(second.bytes)).toBe(data.bobToAlice.wire)
    expect(open(data.bobToAlice.wire, alice).plaintext).toEqual(answer)
  })
})

/** Two ends of a fresh session. */
function session(seed = 'session') {
  const random = seeded(seed)
  const [a, b] = [makeKeyPair(random), makeKeyPair(random)]
  const s = sharedSecret(a, b.public)
  const end = (ours: typeof a, theirs: bigint): DataKeys =>
    new DataKeys({ ...NOBODY, ours, theirs, s })
  const seal = (keys: DataKeys, words: string) =>
    sealData(HEADER, utf8(words), false, keys, random).bytes
  return { a: end(a, b.public), b: end(b, a.public), seal, random }
}

const HEADER: Header = { version: 2, senderTag: 0, receiverTag: 0 }
const NOBODY: Omit<Established, 'ours' | 'theirs' | 's'> = {
  version: 2,
  sentReveal: true,
  theirKeyId: 1,
  fingerprint: '',
  ssid: new Uint8Array(8),
}

function receive(keys: DataKeys, bytes: Uint8Array): string {
  return text(openData(authenticate(parse(bytes), keys), keys).plaintext)
}

const code = (expected: string) => expect.objectContaining({ code: expected })

test('alternating messages use the key ids, and reveal the keys, of the reference trace', () => {
  const { a, b, seal } = session()
  const trace: string[] = []
  for (let i = 0; i < 6; i++) {
    const [from, to] = i % 2 === 0 ? [a, b] : [b, a]
    const bytes = seal(from, 'x')
    const { senderKeyId, recipientKeyId, counter } = parse(bytes)
    trace.push(`${senderKeyId} ${recipientKeyId} ${revealedKeys(bytes).length} ${toHex(counter)}`)
    receive(to, bytes)
  }
  // Sender's key id, recipient's, keys revealed, counter.
  expect(trace).toEqual([
    '1 1 0 0000000000000001',
    '1 2 0 0000000000000001',
    '2 2 0 0000000000000001',
    '2 3 1 0000000000000001',
    '3 3 1 0000000000000001',
    '3 4 1 0000000000000001',
  ])
})

test('in one direction the counter counts', () => {
  const { a, seal } = session()
  const counters = [1, 2, 3].map(() => toHex(parse(seal(a, 'x')).counter))
  expect(counters).toEqual(['0000000000000001', '0000000000000002', '0000000000000003'])
})

test('keys that leak are of no use after the next round trip', () => {
  const { a, b, seal, random } = session()
  const leaked = a.forSending(random).pair.keys.sendingAes.slice()
  const read = (bytes: Uint8Array) => {
    const { counter, ciphertext } = parse(bytes)
    return text(new AesCtr(leaked.slice()).apply(counter, ciphertext))
  }
  const before = seal(a, 'before')
  expect(read(before)).toBe('before')
  receive(b, before)
  receive(a, seal(b, 'and back'))
  const after = seal(a, 'after')
  expect(read(after)).not.toBe('after')
  expect(receive(b, after)).toBe('after')
})

describe('refuses', () => {
  test('everything under a counter that has come to its end', () => {
    const { a, b, seal, random } = session()
    a.forSending(random).pair.sent = 2n ** 64n - 2n
    expect(receive(b, seal(a, 'the last'))).toBe('the last')
    expect(() => receive(b, seal(a, 'one more'))).toThrow(code('OTR_REPLAYED'))
  })

  test('a replay and what was overtaken', () => {
    const { a, b, seal } = session()
    const [first, second] = [seal(a, '1'), seal(a, '2')]
    expect(receive(b, second)).toBe('2')
    expect(() => receive(b, second)).toThrow(code('OTR_REPLAYED'))
    expect(() => receive(b, first)).toThrow(code('OTR_REPLAYED'))
  })

  test('any byte changed, and still takes the message itself', () => {
    const { a, b, seal } = session()
    const bytes = seal(a, 'attack at dawn')
    const end = parse(bytes).authenticated.length + 20
    for (let at = 3; at < end; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 0x10
      let opened = false
      try {
        receive(b, changed)
        opened = true
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^OTR_/) })
      }
      expect(opened, `byte ${at}`).toBe(false)
    }
    expect(receive(b, bytes)).toBe('attack at dawn')
  })

  test('key ids that are not alive, our newest before it was announced among them', () => {
    const { a, b, seal } = session()
    const message = parse(seal(a, 'x'))
    for (const [sender, recipient] of [
      [2, 1],
      [1, 2],
      [3, 1],
      [1, 3],
      [0xffff_ffff, 1],
    ] as const) {
      const forged = { ...message, senderKeyId: sender, recipientKeyId: recipient }
      expect(() => authenticate(forged, b), `${sender} ${recipient}`).toThrow(
        code('OTR_UNKNOWN_KEY'),
      )
    }
  })

  test('an old key pair after it was forgotten, but not one message too early', () => {
    const { a, b, seal } = session()
    const [first, second, late] = [seal(a, '1'), seal(a, '2'), seal(a, '3')]
    receive(b, first) // a's key 2 is b's newest of a's now, key 1 the previous.
    expect(receive(b, second)).toBe('2')
    receive(a, seal(b, 'b'))
    receive(b, seal(a, 'a')) // To b's key 2: b forgets its key 1.
    expect(() => receive(b, late)).toThrow(code('OTR_UNKNOWN_KEY'))
  })
})

test('ending reveals what was used, once', () => {
  const { a, b, seal } = session()
  receive(b, seal(a, 'x'))
  b.retire()
  expect(revealedKeys(seal(b, 'bye')).length).toBe(1)
  expect(b.end()).toEqual([])
})

/** OTR_LONG=1 runs the long form. */
const LONG = process.env['OTR_LONG'] === '1'

test(
  'random traffic with losses: both ends agree, and revealed keys are dead keys',
  () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', 'A', 'B'), {
          minLength: 20,
          maxLength: LONG ? 2000 : 60,
          ...(LONG && { size: 'max' as const }),
        }),
        checkTraffic,
      ),
      { numRuns: LONG ? 50 : 12 },
    )
  },
  LONG ? 600_000 : 20_000,
)

/** Capital letters are messages that get lost. */
function checkTraffic(seed: string, script: readonly string[]): void {
  const { a, b, seal } = session(seed)
  const ends = { a, b }
  const accepted: { by: 'a' | 'b'; message: DataMessage; at: number }[] = []
  const revealed: { by: 'a' | 'b'; key: Uint8Array; at: number }[] = []
  script.forEach((letter, at) => {
    const from = letter.toLowerCase() as 'a' | 'b'
    const to = from === 'a' ? 'b' : 'a'
    const bytes = seal(ends[from], `message ${at}`)
    for (const key of revealedKeys(bytes)) revealed.push({ by: from, key, at })
    if (letter !== from) return
    expect(receive(ends[to], bytes)).toBe(`message ${at}`)
    accepted.push({ by: to, message: parse(bytes), at })
  })
  for (const { by, key, at } of revealed) {
    const verified = accepted.filter(({ message }) =>
      equalBytes(hmac(sha1, key, message.authenticated), message.mac),
    )
    expect(verified.length).toBeGreaterThan(0) // It was used…
    for (const use of verified) {
      expect(use.by).toBe(by) // …by whoever reveals it, for receiving…
      expect(use.at).toBeLessThan(at) // …and nothing is accepted under it any more.
    }
  }
}
