import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { fromHex, Reader, toHex, Writer } from './bytes.ts'
import type { SmpStep } from './events.ts'
import { P, Q } from './group.ts'
import { Smp, type SmpOutcome } from './smp.ts'
import { SMP, type SmpInput, type SmpPhase } from './smp-table.ts'
import { derive, seeded, sheet } from './testing/peers.ts'
import { TLV, type Tlv } from './tlv.ts'

const FINGERPRINTS = { alice: sheet.dsa.alice.fingerprint, bob: sheet.dsa.bob.fingerprint }
const SSID = fromHex(sheet.ake.ssid)

function end(who: 'alice' | 'bob', random = seeded(who)): Smp {
  return new Smp({
    random,
    ourFingerprint: FINGERPRINTS[who],
    theirFingerprint: FINGERPRINTS[who === 'alice' ? 'bob' : 'alice'],
    ssid: SSID,
  })
}

const numbered = (label: string) => {
  let drawn = 0
  return (length: number) => derive(`${label}-${drawn++}`, length)
}

const only = (outcome: SmpOutcome | null): Tlv => {
  expect(outcome!.send.length).toBe(1)
  return outcome!.send[0]!
}
const steps = (outcome: SmpOutcome | null) => outcome!.steps.map(({ step }) => step)

/** A run between honest ends, with what each of them sent and was told. */
function run(secrets: { alice: string; bob: string }, question: string | null = null) {
  const alice = end('alice', numbered('smp-a'))
  const bob = end('bob', numbered('smp-b'))
  const news = { alice: [] as SmpStep[], bob: [] as SmpStep[] }
  const keep = (who: 'alice' | 'bob', outcome: SmpOutcome | null) => {
    news[who].push(...outcome!.steps)
    return outcome!.send[0]!
  }
  const smp1 = keep('alice', alice.start(secrets.alice, question))
  keep('bob', bob.receive(smp1))
  const smp2 = keep('bob', bob.answer(secrets.bob))
  const smp3 = keep('alice', alice.receive(smp2))
  const smp4 = keep('bob', bob.receive(smp3))
  keep('alice', alice.receive(smp4))
  return { smp1, smp2, smp3, smp4, news }
}

test('the sheet, to the byte', () => {
  const { secret } = sheet.smp
  const { news, ...messages } = run({ alice: secret, bob: secret })
  for (const name of ['smp1', 'smp2', 'smp3', 'smp4'] as const) {
    expect(messages[name].value.length).toBe(sheet.smp[name].length)
    expect(toHex(sha256(messages[name].value)), name).toBe(sheet.smp[name].sha256)
  }
  expect(news.alice).toEqual([
    { step: 'started', question: null },
    { step: 'working' },
    { step: 'succeeded', provesPeer: true },
  ])
  expect(news.bob).toEqual([
    { step: 'asked', question: null },
    { step: 'working' },
    { step: 'succeeded', provesPeer: true },
  ])
})

test('other secrets fail, and both know', () => {
  const { news } = run({ alice: 'Grüße', bob: 'Gruße' })
  expect(news.alice.at(-1)).toEqual({ step: 'failed' })
  expect(news.bob.at(-1)).toEqual({ step: 'failed' })
})

test('whoever answers a question has proved himself, not the other', () => {
  const { news, smp1 } = run({ alice: 'Lassie', bob: 'Lassie' }, 'Wie heißt der Hund?')
  expect(smp1.type).toBe(TLV.smp1Question)
  expect(news.bob[0]).toEqual({ step: 'asked', question: 'Wie heißt der Hund?' })
  expect(news.alice.at(-1)).toEqual({ step: 'succeeded', provesPeer: true })
  expect(news.bob.at(-1)).toEqual({ step: 'succeeded', provesPeer: false })
})

test('a secret belongs to the session and to who asked whom', () => {
  const alice = end('alice')
  const bob = new Smp({
    random: seeded('bob'),
    ourFingerprint: FINGERPRINTS.bob,
    theirFingerprint: FINGERPRINTS.alice,
    ssid: new Uint8Array(8),
  })
  bob.receive(only(alice.start('same', null)))
  const smp3 = only(alice.receive(only(bob.answer('same'))))
  expect(steps(bob.receive(smp3))).toEqual(['failed'])
})

describe('every cell of the table does what it says', () => {
  const { secret } = sheet.smp
  const { smp1, smp2, smp3, smp4 } = run({ alice: secret, bob: secret })

  /** An end in that phase, for which the messages of the sheet's run are the honest ones. */
  const bring = (phase: SmpPhase): Smp => {
    switch (phase) {
      case 'expect1':
        return end('bob')
      case 'awaitingSecret': {
        const bob = end('bob', numbered('smp-b'))
        bob.receive(smp1)
        return bob
      }
      case 'expect3': {
        const bob = bring('awaitingSecret')
        bob.answer(secret)
        return bob
      }
      case 'expect2': {
        const alice = end('alice', numbered('smp-a'))
        alice.start(secret, null)
        return alice
      }
      case 'expect4': {
        const alice = bring('expect2')
        alice.receive(smp2)
        return alice
      }
    }
  }
  const feed = (smp: Smp, input: SmpInput): SmpOutcome | null => {
    switch (input) {
      case 'start':
        return smp.start('another', null)
      case 'answer':
        return smp.answer(secret)
      case 'giveUp':
        return smp.giveUp()
      case 'abort':
        return smp.receive({ type: TLV.smpAbort, value: new Uint8Array(0) })
      default:
        return smp.receive(
          { message1: smp1, message2: smp2, message3: smp3, message4: smp4 }[input],
        )
    }
  }
  const SENT: Record<string, number[]> = {
    sendMessage1: [TLV.smp1],
    restart: [TLV.smpAbort, TLV.smp1],
    sendMessage2: [TLV.smp2],
    sendMessage3: [TLV.smp3],
    sendMessage4: [TLV.smp4],
    sendAbort: [TLV.smpAbort],
  }

  for (const phase of Object.keys(SMP) as SmpPhase[]) {
    test(phase, () => {
      for (const input of Object.keys(SMP[phase]) as SmpInput[]) {
        const [action, next] = SMP[phase][input]
        const smp = bring(phase)
        expect(smp.phase).toBe(phase)
        const outcome = feed(smp, input)!
        expect(
          outcome.send.map(({ type }) => type),
          input,
        ).toEqual(SENT[action] ?? [])
        expect(smp.phase, input).toBe(next)
        if (action === 'sendAbort' && phase !== 'expect1') {
          expect(outcome.steps).toEqual([{ step: 'aborted', by: 'us' }])
        }
        if (action === 'reset') expect(outcome.steps).toEqual([{ step: 'aborted', by: 'peer' }])
        if (action === 'ignore') expect(outcome.steps).toEqual([])
      }
    })
  }
})

describe('a peer who cheats is found out', () => {
  const { secret } = sheet.smp
  const honest = run({ alice: secret, bob: secret })

  /** A fresh end, one step before it gets that message. */
  const oneStepBefore = (name: 'smp1' | 'smp2' | 'smp3' | 'smp4'): Smp => {
    if (name === 'smp1') return end('bob')
    const [alice, bob] = [end('alice', numbered('smp-a')), end('bob', numbered('smp-b'))]
    alice.start(secret, null)
    bob.receive(honest.smp1)
    if (name === 'smp2') return alice
    if (name === 'smp3') {
      bob.answer(secret)
      return bob
    }
    alice.receive(honest.smp2)
    return alice
  }

  const numbersOf = (value: Uint8Array): bigint[] => {
    const reader = new Reader(value)
    return Array.from({ length: reader.int('count') }, () => reader.mpi('MPI'))
  }
  const write = (numbers: readonly bigint[]): Uint8Array => {
    const writer = new Writer().int(numbers.length)
    for (const number of numbers) writer.mpi(number)
    return writer.finish()
  }
  const expectCaught = (
    name: 'smp1' | 'smp2' | 'smp3' | 'smp4',
    value: Uint8Array,
    what: string,
  ) => {
    const smp = oneStepBefore(name)
    const outcome = smp.receive({ type: honest[name].type, value })
    expect(steps(outcome), what).toEqual(['cheated'])
    expect(only(outcome).type).toBe(TLV.smpAbort)
    expect(smp.phase).toBe('expect1')
  }

  /** Where each message has group elements; the others are hashes and exponents. */
  const ELEMENTS = { smp1: [0, 3], smp2: [0, 3, 6, 7], smp3: [0, 1, 5], smp4: [0] }

  for (const name of ['smp1', 'smp2', 'smp3', 'smp4'] as const) {
    const numbers = numbersOf(honest[name].value)

    test(`${name}: group elements outside their bounds`, () => {
      for (const at of ELEMENTS[name]) {
        for (const bad of [0n, 1n, P - 1n, P, P + 1n]) {
          expectCaught(name, write(numbers.with(at, bad)), `${bad} at ${at}`)
        }
      }
    })

    test(`${name}: exponents outside their bounds`, () => {
      numbers.forEach((number, at) => {
        if (ELEMENTS[name].includes(at) || number < 1n << 300n) return
        for (const bad of [0n, Q, Q + number]) {
          expectCaught(name, write(numbers.with(at, bad)), `${bad} at ${at}`)
        }
      })
    })

    test(`${name}: a number other than the proved one`, () => {
      numbers.forEach((number, at) => {
        expectCaught(name, write(numbers.with(at, number ^ 2n)), `at ${at}`)
      })
    })

    test(`${name}: another count, trailing bytes, truncation`, () => {
      expectCaught(name, write(numbers.slice(1)), 'one less')
      expectCaught(name, write([...numbers, 2n]), 'one more')
      expectCaught(name, Uint8Array.of(...honest[name].value, 0), 'trailing')
      expectCaught(name, honest[name].value.subarray(0, 100), 'truncated')
      expectCaught(name, new Uint8Array(0), 'empty')
    })
  }

  test('a proof sent back to its maker', () => {
    const alice = oneStepBefore('smp2')
    const mine = numbersOf(honest.smp1.value)
    const bobs = numbersOf(honest.smp2.value)
    const value = write([...mine, ...bobs.slice(6)])
    expect(steps(alice.receive({ type: TLV.smp2, value }))).toEqual(['cheated'])
  })

  test('the same coordinates as ours', () => {
    const ours = numbersOf(honest.smp2.value)
    const value = write(numbersOf(honest.smp3.value).with(0, ours[6]!))
    expectCaught('smp3', value, 'Pa = Pb')
  })

  test('a question without end', () => {
    const outcome = end('bob').receive({ type: TLV.smp1Question, value: Uint8Array.of(65, 66) })
    expect(steps(outcome)).toEqual(['cheated'])
  })
})

test('starting anew tells the peer first, in a message of its own', () => {
  const alice = end('alice')
  alice.start('one', null)
  const again = alice.start('two', null)
  expect(again.send.map(({ type }) => type)).toEqual([TLV.smpAbort, TLV.smp1])
  expect(again.steps.map(({ step }) => step)).toEqual(['aborted', 'started'])
})

test('a reset says so if something was running', () => {
  const alice = end('alice')
  expect(alice.reset('peer')).toEqual([])
  alice.start('one', null)
  expect(alice.reset('peer')).toEqual([{ step: 'aborted', by: 'peer' }])
  expect(alice.phase).toBe('expect1')
})

test('the caller’s faults', () => {
  expect(() => end('alice').start('s', 'a\0b')).toThrow(RangeError)
  expect(() => end('alice').start('s', 'x'.repeat(60_001))).toThrow(RangeError)
})

test('other records are none of its business', () => {
  expect(end('alice').receive({ type: TLV.padding, value: new Uint8Array(9) })).toBeNull()
  expect(end('alice').receive({ type: 4711, value: new Uint8Array(9) })).toBeNull()
})
