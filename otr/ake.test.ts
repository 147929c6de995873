import { describe, expect, test } from 'vitest'
import {
  type AkeParty,
  type AkeState,
  encodeSigner,
  NO_AKE,
  receiveAke,
  sealSignature,
  signedValue,
  startAke,
} from './ake.ts'
import { AKE, type AkeInput, type AkePhase } from './ake-table.ts'
import { fromHex, toHex } from './bytes.ts'
import type { OtrVersion } from './events.ts'
import { P } from './group.ts'
import { deriveAkeKeys } from './key-schedule.ts'
import { SIGNATURE_DUE_MS } from './limits.ts'
import {
  type AkeMessage,
  encodeDhKey,
  encodeRevealSignature,
  encodeSignature,
  type Header,
  parseMessage,
} from './messages.ts'
import { recognise, writeEncoded } from './recognise.ts'
import { derive, KEYS, seeded, sheet } from './testing/peers.ts'

const TAGS = sheet.instanceTags
const BOB: Header = { version: 3, senderTag: TAGS.bob, receiverTag: TAGS.alice }
const ALICE: Header = { version: 3, senderTag: TAGS.alice, receiverTag: TAGS.bob }
const { ake } = sheet

function party(who: 'alice' | 'bob', random = seeded(who)): AkeParty {
  return { key: KEYS[who], random, now: () => 0 }
}

function parse(bytes: Uint8Array): AkeMessage {
  const message = parseMessage(bytes)
  if (message.type === 'data') throw new Error('not a handshake')
  return message
}

function fromText(text: string): AkeMessage {
  const recognised = recognise(text)
  if (recognised.kind !== 'encoded') throw new Error('not encoded')
  return parse(recognised.bytes)
}

describe('the sheet', () => {
  /** Bob draws x, then r; Alice draws y. Signatures draw more, which the sheet fixes otherwise. */
  const drawing = (fixed: Uint8Array[], rest: string) => {
    const more = seeded(rest)
    return (length: number) => fixed.shift()?.slice() ?? more(length)
  }
  const bob = () => party('bob', drawing([derive('bob-x', 40), derive('bob-r', 16)], 'bob'))
  const alice = () => party('alice', drawing([derive('alice-y', 40)], 'alice'))

  test('D-H Commit, versions 2 and 3', () => {
    const v3 = startAke(NO_AKE, { ...BOB, receiverTag: 0 }, bob())
    expect(writeEncoded(v3.send!)).toBe(ake.dhCommitV3)
    const v2 = startAke(NO_AKE, { version: 2, senderTag: 0, receiverTag: 0 }, bob())
    expect(writeEncoded(v2.send!)).toBe(ake.dhCommitV2)
  })

  test('D-H Key; and Alice accepts the Reveal Signature Message', () => {
    const key = receiveAke(NO_AKE, fromText(ake.dhCommitV3), ALICE, alice())
    expect(writeEncoded(key.send!)).toBe(ake.dhKeyV3)
    const done = receiveAke(key.state, fromText(ake.revealSignatureV3), ALICE, alice())
    expect(done.established).toMatchObject({
      version: 3,
      sentReveal: false,
      theirKeyId: 1,
      fingerprint: sheet.dsa.bob.fingerprint,
    })
    expect(toHex(done.established!.ssid)).toBe(ake.ssid)
    expect(done.established!.s).toBe(BigInt(`0x${ake.s}`))
  })

  test('Bob reveals, and accepts the Signature Message', () => {
    const commit = startAke(NO_AKE, { ...BOB, receiverTag: 0 }, bob())
    const reveal = receiveAke(commit.state, fromText(ake.dhKeyV3), BOB, bob())
    const done = receiveAke(reveal.state, fromText(ake.signatureV3), BOB, bob())
    expect(done.established).toMatchObject({
      sentReveal: true,
      fingerprint: sheet.dsa.alice.fingerprint,
    })
    expect(toHex(done.established!.ssid)).toBe(ake.ssid)
  })

  test('Reveal Signature and Signature to the byte, given the signatures', () => {
    const keys = deriveAkeKeys(BigInt(`0x${ake.s}`))
    const [gx, gy] = [BigInt(`0x${ake.gx}`), BigInt(`0x${ake.gy}`)]
    const bobs = { key: KEYS.bob, ...sheet.dsa.bob }
    const alices = { key: KEYS.alice, ...sheet.dsa.alice }
    expect(toHex(signedValue(keys.reveal.m1, gx, gy, bobs.key, 1))).toBe(bobs.m)
    expect(toHex(signedValue(keys.signature.m1, gy, gx, alices.key, 1))).toBe(alices.m)

    const bobsX = encodeSigner(bobs.key, 1, fromHex(bobs.signature))
    const reveal = encodeRevealSignature(
      BOB,
      derive('bob-r', 16),
      sealSignature(keys.reveal, bobsX),
    )
    expect(writeEncoded(reveal)).toBe(ake.revealSignatureV3)
    const alicesX = encodeSigner(alices.key, 1, fromHex(alices.signature))
    const signature = encodeSignature(ALICE, sealSignature(keys.signature, alicesX))
    expect(writeEncoded(signature)).toBe(ake.signatureV3)
  })
})

/** A handshake stopped in each phase, and every message that can come then. */
function handshake(version: OtrVersion = 3) {
  const header = (from: Header): Header =>
    version === 3 ? from : { version, senderTag: 0, receiverTag: 0 }
  const [bob, alice] = [party('bob'), party('alice')]
  const commit = startAke(NO_AKE, { ...header(BOB), receiverTag: 0 }, bob)
  const key = receiveAke(NO_AKE, parse(commit.send!), header(ALICE), alice)
  const reveal = receiveAke(commit.state, parse(key.send!), header(BOB), bob)
  const signature = receiveAke(key.state, parse(reveal.send!), header(ALICE), alice)
  const states: Record<AkePhase, AkeState> = {
    none: NO_AKE,
    awaitingKey: commit.state,
    awaitingReveal: key.state,
    awaitingSignature: reveal.state,
  }
  const messages = {
    commit: parse(commit.send!),
    key: parse(key.send!),
    reveal: parse(reveal.send!),
    signature: parse(signature.send!),
  }
  return { states, messages, header, bob, alice }
}

/** A commit whose hash is higher, or lower, than the one on its way in `state`. */
function commitThat(rank: 'higher' | 'lower', state: AkeState, header: Header): AkeMessage {
  if (state.phase !== 'awaitingKey') throw new Error('no commit to compare with')
  for (let i = 0; ; i++) {
    const other = parse(startAke(NO_AKE, header, party('alice', seeded(`rival ${i}`))).send!)
    if (other.type !== 'dhCommit') throw new Error('unreachable')
    const higher = toHex(other.hashedGx) > toHex(state.hashedGx)
    if (higher === (rank === 'higher')) return other
  }
}

describe('every cell of the table does what it says', () => {
  const { states, messages, header, bob } = handshake()
  const anotherKey = parse(encodeDhKey(ALICE, 3n ** 50n))
  const PHASES = Object.keys(AKE) as AkePhase[]
  const BEFORE: Partial<Record<AkePhase, Uint8Array>> = Object.fromEntries(
    Object.values(states).flatMap((state) =>
      state.phase === 'none' ? [] : [[state.phase, state.sent]],
    ),
  )

  const given = (phase: AkePhase, input: AkeInput): AkeMessage | null => {
    const waiting = phase === 'awaitingKey'
    switch (input) {
      case 'commit':
        return waiting ? commitThat('higher', states[phase], ALICE) : messages.commit
      case 'commitOutranked':
        return waiting ? commitThat('lower', states[phase], ALICE) : null
      case 'key':
        return phase === 'awaitingSignature' ? anotherKey : messages.key
      case 'keyRepeated':
        return phase === 'awaitingSignature' ? messages.key : null
      case 'reveal':
        return messages.reveal
      case 'signature':
        return messages.signature
      default:
        return null
    }
  }

  for (const phase of PHASES) {
    for (const input of Object.keys(AKE[phase]) as AkeInput[]) {
      const message = given(phase, input)
      if (message === null) continue
      const [action, next] = AKE[phase][input]
      test(`${phase} + ${input} -> ${action}, ${next}`, () => {
        const run = () => receiveAke(states[phase], message, header(BOB), bob)
        if (action === 'ignore') {
          expect(run).toThrow(expect.objectContaining({ code: 'OTR_UNEXPECTED' }))
          return
        }
        const step = run()
        expect(step.state.phase).toBe(next)
        const kind = { sendKey: 'dhKey', sendReveal: 'revealSignature', sendSignature: 'signature' }
        if (action.startsWith('resend')) expect(step.send).toBe(BEFORE[phase])
        else if (action === 'finish') expect(step.send).toBeNull()
        else expect(parse(step.send!).type).toBe(kind[action as keyof typeof kind])
        expect(step.established !== null).toBe(action === 'finish' || action === 'sendSignature')
      })
    }

    test(`${phase} + start`, () => {
      const step = startAke(states[phase], { ...BOB, receiverTag: 0 }, bob)
      if (phase === 'awaitingKey' || phase === 'awaitingSignature') {
        expect(step.state).toBe(states[phase])
        expect(step.send).toBe(BEFORE[phase])
      } else {
        expect(step.state.phase).toBe('awaitingKey')
        expect(parse(step.send!).type).toBe('dhCommit')
      }
      const other = startAke(states[phase], { version: 2, senderTag: 0, receiverTag: 0 }, bob)
      expect(other.state).toMatchObject({ phase: 'awaitingKey', version: 2 })
      expect(other.send).not.toBe(BEFORE[phase])
    })
  }
})

test('a signature that is overdue is waited for no longer when a query comes', () => {
  const { states, bob } = handshake()
  const start = (after: number) =>
    startAke(states.awaitingSignature, BOB, { ...bob, now: () => bob.now() + after })
  expect(start(SIGNATURE_DUE_MS).state).toBe(states.awaitingSignature)
  expect(start(SIGNATURE_DUE_MS + 1).state.phase).toBe('awaitingKey')
})

test('a repeated commit while a reveal is awaited replaces the first', () => {
  const { states, header, alice, bob } = handshake()
  const second = startAke(NO_AKE, { ...BOB, receiverTag: 0 }, party('bob', seeded('second')))
  const key = receiveAke(states.awaitingReveal, parse(second.send!), header(ALICE), alice)
  const reveal = receiveAke(second.state, parse(key.send!), header(BOB), bob)
  const done = receiveAke(key.state, parse(reveal.send!), header(ALICE), alice)
  expect(done.established).not.toBeNull()
})

describe('what does not verify has no effect', () => {
  const { states, messages, header, bob, alice } = handshake()

  test.each(['reveal', 'signature'] as const)('%s: each byte changed', (kind) => {
    const [phase, own, key] = kind === 'reveal' ? AT_ALICE : AT_BOB
    const bytes = kind === 'reveal' ? reencode('reveal') : reencode('signature')
    for (let at = 11; at < bytes.length; at += kind === 'reveal' ? 7 : 9) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      expect(() => receiveAke(states[phase], parse(changed), header(own), key)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^OTR_/) }),
      )
    }
  })

  const AT_ALICE = ['awaitingReveal', ALICE, alice] as const
  const AT_BOB = ['awaitingSignature', BOB, bob] as const

  function reencode(kind: 'reveal' | 'signature'): Uint8Array {
    const message = messages[kind]
    if (message.type === 'revealSignature') {
      return encodeRevealSignature(BOB, message.revealedKey, message)
    }
    if (message.type === 'signature') return encodeSignature(ALICE, message)
    throw new Error('unreachable')
  }

  test('a commit changed on the way is found out by its hash', () => {
    const state = states.awaitingReveal
    if (state.phase !== 'awaitingReveal') throw new Error('unreachable')
    const encryptedGx = state.encryptedGx.slice()
    encryptedGx[5]! ^= 1
    expect(() => receiveAke({ ...state, encryptedGx }, messages.reveal, ALICE, alice)).toThrow(
      expect.objectContaining({ code: 'OTR_BAD_HASH' }),
    )
  })

  test('a signature by another key', () => {
    const state = states.awaitingSignature
    if (state.phase !== 'awaitingSignature') throw new Error('unreachable')
    const m = signedValue(state.keys.signature.m1, state.gy, state.ours.public, KEYS.alice, 1)
    const stolen = encodeSigner(KEYS.alice, 1, fromHex(sheet.dsa.bob.signature))
    expect(m.length).toBe(32)
    const forged = encodeSignature(ALICE, sealSignature(state.keys.signature, stolen))
    expect(() => receiveAke(state, parse(forged), BOB, bob)).toThrow(
      expect.objectContaining({ code: 'OTR_BAD_SIGNATURE' }),
    )
  })

  test('key id 0, a signature too short or too long', () => {
    const state = states.awaitingSignature
    if (state.phase !== 'awaitingSignature') throw new Error('unreachable')
    const attempt = (x: Uint8Array) => () => {
      const forged = encodeSignature(ALICE, sealSignature(state.keys.signature, x))
      receiveAke(state, parse(forged), BOB, bob)
    }
    const signature = (length: number) => new Uint8Array(length).fill(1)
    const code = (expected: string) => expect.objectContaining({ code: expected })
    expect(attempt(encodeSigner(KEYS.alice, 0, signature(40)))).toThrow(code('OTR_OUT_OF_RANGE'))
    expect(attempt(encodeSigner(KEYS.alice, 1, signature(39)))).toThrow(code('OTR_TRUNCATED'))
    expect(attempt(encodeSigner(KEYS.alice, 1, signature(41)))).toThrow(code('OTR_MALFORMED'))
  })

  test.each([0n, 1n, P - 1n, P, P + 1n])('g^y of %s', (gy) => {
    expect(() => parse(encodeDhKey(ALICE, gy))).toThrow(
      expect.objectContaining({ code: 'OTR_OUT_OF_RANGE' }),
    )
  })

  test('our own messages, reflected', () => {
    const reflected = expect.objectContaining({ code: 'OTR_REFLECTED' })
    expect(() => receiveAke(states.awaitingKey, messages.commit, BOB, bob)).toThrow(reflected)
    const ours = states.awaitingKey
    if (ours.phase !== 'awaitingKey') throw new Error('unreachable')
    const key = parse(encodeDhKey(ALICE, ours.ours.public))
    expect(() => receiveAke(ours, key, BOB, bob)).toThrow(reflected)
  })

  test('a message of another version', () => {
    const v2 = handshake(2)
    for (const phase of ['awaitingKey', 'awaitingReveal', 'awaitingSignature'] as const) {
      for (const kind of ['key', 'reveal', 'signature'] as const) {
        expect(() => receiveAke(states[phase], v2.messages[kind], header(BOB), bob)).toThrow(
          expect.objectContaining({ code: 'OTR_UNEXPECTED' }),
        )
      }
    }
  })
})

test('of crossing commits of two versions, the lower wins at both ends', () => {
  const [v2, v3] = [handshake(2), handshake(3)]
  const yields = receiveAke(v3.states.awaitingKey, v2.messages.commit, v2.header(BOB), v3.bob)
  expect(yields.state).toMatchObject({ phase: 'awaitingReveal', version: 2 })
  const insists = receiveAke(v2.states.awaitingKey, v3.messages.commit, BOB, v2.bob)
  expect(insists.state).toBe(v2.states.awaitingKey)
})
