import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OtrPolicy } from './events.ts'
import { Clock, KEYS, Peer, type PeerSetup, seeded, settle } from './testing/peers.ts'

/** OTR_LONG=1 runs the long form. */
const LONG = process.env['OTR_LONG'] === '1'

/** What the network and the people may do next; an index chooses among the texts in flight. */
type Move =
  | { readonly do: 'deliver' | 'drop' | 'duplicate' | 'overtake'; readonly to: 0 | 1 }
  | {
      readonly do: 'start' | 'text' | 'end' | 'wait' | 'smpStart' | 'smpAnswer' | 'smpAbort'
      readonly by: 0 | 1
    }
  | { readonly do: 'inject'; readonly to: 0 | 1; readonly text: string }
  | { readonly do: 'damage'; readonly to: 0 | 1; readonly at: number }

const side = fc.constantFrom(0 as const, 1 as const)
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), to: side }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('drop', 'duplicate', 'overtake'), to: side }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('start', 'text', 'text', 'text'), by: side }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('end', 'wait', 'smpStart', 'smpAnswer', 'smpAbort'),
      by: side,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('inject' as const),
      to: side,
      text: fc.constantFrom(
        '?OTRv2?',
        '?OTRv23?',
        '?OTR Error: x',
        'plain',
        '?OTR:AAMD.',
        '?OTR:===.',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('damage' as const), to: side, at: fc.nat(1000) }),
  },
)

const setup = fc.record({
  policy: fc.constantFrom<Partial<OtrPolicy>>(
    { requireEncryption: true },
    { requireEncryption: true, allowV3: false },
    { requireEncryption: true, errorStartsAke: true },
  ),
  profile: fc.constantFrom({}, { padTo: 128 }, { fragmentAbove: 150 }),
})

test(
  'whatever the network does: nothing in clear, nothing twice, nothing false, and it heals',
  () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 3, maxLength: 6 }),
        fc.tuple(setup, setup),
        fc.array(move, {
          minLength: 10,
          maxLength: LONG ? 200 : 60,
          ...(LONG && { size: 'max' as const }),
        }),
        play,
      ),
      { numRuns: LONG ? 100 : 25 },
    )
  },
  LONG ? 1_200_000 : 20_000,
)

function play(seed: string, setups: [PeerSetup, PeerSetup], moves: readonly Move[]): void {
  const clock = new Clock()
  const alice = new Peer('alice', clock, {
    ...setups[0],
    key: KEYS.alice,
    random: seeded(`a${seed}`),
  })
  const bob = new Peer('bob', clock, { ...setups[1], key: KEYS.bob, random: seeded(`b${seed}`) })
  const peers = [alice, bob] as const
  /** On the way to each. */
  const flight: [string[], string[]] = [[], []]
  const sent: [string[], string[]] = [[], []]
  const inject = new Set<string>()
  let count = 0

  const collect = () => {
    flight[1].push(...alice.take())
    flight[0].push(...bob.take())
  }
  const check = (text: string) => {
    for (const mine of [...sent[0], ...sent[1]]) expect(text.includes(mine)).toBe(false)
  }

  for (const step of moves) {
    switch (step.do) {
      case 'deliver':
        for (const text of flight[step.to].splice(0, 3)) peers[step.to].receive(text)
        break
      case 'drop':
        flight[step.to].shift()
        break
      case 'duplicate':
        flight[step.to].splice(1, 0, ...flight[step.to].slice(0, 1))
        break
      case 'overtake':
        flight[step.to].push(...flight[step.to].splice(0, 1))
        break
      case 'start':
        peers[step.by].run({ op: 'start' })
        break
      case 'text': {
        const text = `secret-${step.by}-${count++}`
        sent[step.by].push(text)
        peers[step.by].send(text)
        break
      }
      case 'end':
        peers[step.by].run({ op: 'end' })
        break
      case 'wait':
        clock.ms += 30_000
        break
      case 'smpStart':
        peers[step.by].run({ op: 'smpStart', secret: 'same', question: null })
        break
      case 'smpAnswer':
        peers[step.by].run({ op: 'smpAnswer', secret: 'same' })
        break
      case 'smpAbort':
        peers[step.by].run({ op: 'smpAbort' })
        break
      case 'inject':
        inject.add(step.text)
        peers[step.to].receive(step.text)
        break
      case 'damage': {
        const text = flight[step.to][0]
        if (text === undefined) break
        const at = step.at % text.length
        flight[step.to][0] =
          `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
        break
      }
    }
    collect()
    for (const text of flight.flat()) check(text) // Nothing of theirs is readable on the wire.
  }

  for (const [i, peer] of peers.entries()) {
    const others = sent[1 - i]!
    const received = peer.events.flatMap((event) =>
      event.type === 'text' && event.fingerprint !== null ? [event] : [],
    )
    // Authentic text is what the other said, under the other's key, once, and in order.
    expect(received.map(({ fingerprint }) => fingerprint)).toEqual(
      received.map(() => peers[1 - i]!.fingerprint),
    )
    const order = received.map(({ text }) => others.indexOf(text))
    expect(order.every((at, k) => at >= 0 && (k === 0 || at > order[k - 1]!))).toBe(true)
    // The secrets are equal, so that no verification can fail or look like fraud.
    expect(peer.smp).not.toContain('failed')
  }

  heal(alice, bob, clock)
}

/** Once the network behaves again, asking for encryption leads there, and text flows both ways. */
function heal(alice: Peer, bob: Peer, clock: Clock): void {
  clock.ms += 61_000
  const policy = {
    allowV2: true,
    allowV3: true,
    requireEncryption: true,
    sendWhitespaceTag: false,
    whitespaceStartsAke: false,
    errorStartsAke: false,
  }
  for (const peer of [alice, bob]) {
    peer.run({ op: 'policy', policy })
    peer.take()
  }
  const pair = { alice, bob, clock }
  alice.run({ op: 'start' })
  settle(pair)
  alice.send('healed-a')
  bob.send('healed-b')
  settle(pair)
  expect(bob.texts).toContain('healed-a')
  expect(alice.texts).toContain('healed-b')
}
