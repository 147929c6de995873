import fc from 'fast-check'
import { expect } from 'vitest'
import type { OtrEnv } from '../engine.ts'
import type { OtrEvent, OtrPolicy } from '../events.ts'
import { Clock, KEYS, Peer, type PeerSetup, POLICY, settle } from './peers.ts'

/** What the network and the people may do next. */
type Move =
  | {
      readonly do: 'deliver' | 'drop' | 'duplicate' | 'overtake'
      readonly to: 0 | 1
    }
  | {
      readonly do: 'start' | 'text' | 'end' | 'wait' | 'smpStart' | 'smpAnswer' | 'smpAbort'
      readonly by: 0 | 1
    }
  | { readonly do: 'inject'; readonly to: 0 | 1; readonly text: string }
  | { readonly do: 'damage'; readonly to: 0 | 1; readonly at: number }

const side = fc.constantFrom(0 as const, 1 as const)
const FORGED = ['?OTRv2?', '?OTRv23?', '?OTR Error: x', 'plain', '?OTR:AAMD.', '?OTR:===.']

export const move: fc.Arbitrary<Move> = fc.oneof(
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
      text: fc.constantFrom(...FORGED),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('damage' as const), to: side, at: fc.nat(1000) }),
  },
)

export const setup = fc.record({
  policy: fc.constantFrom<Partial<OtrPolicy>>(
    { requireEncryption: true },
    { requireEncryption: true, allowV3: false },
    { requireEncryption: true, errorStartsAke: true },
  ),
  profile: fc.constantFrom({}, { padTo: 128 }, { fragmentAbove: 150 }),
})

/** A text that somebody sent, and the session that it was meant for. */
interface Sent {
  readonly text: string
  readonly ssid: string | null
}

type StateEvent = Extract<OtrEvent, { type: 'state' }>

/** Alice, Bob and a network that does what it is told. Checks after every move what must always hold. */
export class Interleaving {
  readonly #clock = new Clock()
  readonly #peers: readonly [Peer, Peer]
  readonly #policies: readonly [OtrPolicy, OtrPolicy]
  /** On the way to each. */
  readonly #flight: readonly [string[], string[]] = [[], []]
  readonly #sent: readonly [Sent[], Sent[]] = [[], []]
  /** Nothing was lost, changed, forged or so late that a handshake was given up. */
  #faithful = true

  constructor(
    setups: readonly [PeerSetup, PeerSetup],
    random: readonly [OtrEnv['random'], OtrEnv['random']],
  ) {
    this.#policies = [
      { ...POLICY, ...setups[0].policy },
      { ...POLICY, ...setups[1].policy },
    ]
    this.#peers = [
      new Peer('alice', this.#clock, { ...setups[0], key: KEYS.alice, random: random[0] }),
      new Peer('bob', this.#clock, { ...setups[1], key: KEYS.bob, random: random[1] }),
    ]
  }

  /** Before the first move: they talk encrypted already. */
  meet(): void {
    const [alice, bob] = this.#peers
    alice.run({ op: 'start' })
    settle({ alice, bob, clock: this.#clock })
  }

  /** @returns how many texts arrived authentic, for whoever asks whether anything was tried at all */
  play(moves: readonly Move[]): number {
    for (const move of moves) {
      this.#move(move)
      this.#collect()
      this.#checkAgreement()
    }
    this.#drain()
    this.#checkAgreement()
    const delivered = this.#checkStory(0) + this.#checkStory(1)
    this.#heal()
    return delivered
  }

  #move(move: Move): void {
    if (['drop', 'duplicate', 'overtake', 'inject', 'damage'].includes(move.do)) {
      this.#faithful = false
    }
    switch (move.do) {
      case 'deliver':
        for (const text of this.#flight[move.to].splice(0, 3)) this.#peers[move.to].receive(text)
        break
      case 'drop':
        this.#flight[move.to].shift()
        break
      case 'duplicate':
        this.#flight[move.to].splice(1, 0, ...this.#flight[move.to].slice(0, 1))
        break
      case 'overtake':
        this.#flight[move.to].push(...this.#flight[move.to].splice(0, 1))
        break
      case 'start':
        this.#peers[move.by].run({ op: 'start' })
        break
      case 'text':
        this.#say(move.by)
        break
      case 'end':
        this.#peers[move.by].run({ op: 'end' })
        break
      case 'wait':
        this.#clock.ms += 30_000
        if (this.#flight.flat().length > 0) this.#faithful = false
        break
      case 'smpStart':
        this.#peers[move.by].run({ op: 'smpStart', secret: 'same', question: null })
        break
      case 'smpAnswer':
        this.#peers[move.by].run({ op: 'smpAnswer', secret: 'same' })
        break
      case 'smpAbort':
        this.#peers[move.by].run({ op: 'smpAbort' })
        break
      case 'inject':
        this.#peers[move.to].receive(move.text)
        break
      case 'damage': {
        const text = this.#flight[move.to][0]
        if (text === undefined) break
        const at = move.at % text.length
        const other = text[at] === 'A' ? 'B' : 'A'
        this.#flight[move.to][0] = `${text.slice(0, at)}${other}${text.slice(at + 1)}`
        break
      }
    }
  }

  /** Sends a text, which is of the version that this side was told last. */
  #say(from: 0 | 1): void {
    const said = lastState(this.#peers[from].events)
    const text = `secret-${from}-${this.#sent[from].length}-`
    this.#sent[from].push({ text, ssid: said?.ssid ?? null })
    for (const { text: wire, carries } of this.#peers[from].send(text).wire) {
      const version = carries === null ? null : dataVersion(wire)
      if (version !== null && version !== said?.version) expect(version).toBe(said?.version)
    }
  }

  /** Takes what they want to send, and reads it as the network can. */
  #collect(): void {
    for (const from of [0, 1] as const) {
      for (const text of this.#peers[from].take()) {
        if (text.includes('secret-')) expect(text).not.toContain('secret-')
        this.#flight[from === 0 ? 1 : 0].push(text)
      }
    }
  }

  /** Lets everything arrive that is on its way. */
  #drain(): void {
    for (let turn = 0; this.#flight.flat().length > 0; turn++) {
      if (turn > 1000) throw new Error('they never stop talking')
      for (const to of [0, 1] as const) this.#move({ do: 'deliver', to })
      this.#collect()
    }
  }

  /** Two who both say that they are encrypted are so with each other, once they heard all there is. */
  #checkAgreement(): void {
    if (!this.#faithful || this.#flight.flat().length > 0) return
    const [alice, bob] = this.#peers.map(({ events }) => lastState(events))
    if (alice?.state !== 'encrypted' || bob?.state !== 'encrypted') return
    expect(bob.ssid).toBe(alice.ssid)
    expect(bob.version).toBe(alice.version)
    expect(bob.ssidHalf).not.toBe(alice.ssidHalf)
  }

  /** All that one side was told, from the beginning. @returns how many texts it got authentic */
  #checkStory(who: 0 | 1): number {
    const other = who === 0 ? 1 : 0
    const { allowV2, allowV3 } = this.#policies[who]
    let state: StateEvent | undefined
    /** Of a session. Whoever overtakes, it is no further than between two sessions. */
    const last = new Map<string | null, number>()
    let delivered = 0
    for (const event of this.#peers[who].events) {
      if (event.type === 'state') {
        state = event
        if (event.state !== 'encrypted') continue
        expect(event.fingerprint).toBe(this.#peers[other].fingerprint)
        expect(event.version === 2 ? allowV2 : allowV3).toBe(true)
        const theirs = this.#peers[other].events.find(
          (their) => their.type === 'state' && their.ssid === event.ssid,
        ) as StateEvent | undefined
        if (theirs === undefined) continue // The other end's half of the handshake was lost.
        expect(theirs.version).toBe(event.version)
        expect(theirs.ssidHalf).not.toBe(event.ssidHalf)
      } else if (event.type === 'text' && event.fingerprint !== null) {
        // Authentic text is what the other said, once, in order, in the session and under the key meant.
        const at = this.#sent[other].findIndex(({ text }) => text === event.text)
        const session = this.#faithful ? null : (state?.ssid ?? null)
        expect(at).toBeGreaterThan(last.get(session) ?? -1)
        last.set(session, at)
        delivered++
        expect(event.fingerprint).toBe(this.#peers[other].fingerprint)
        expect(state?.ssid).toBe(this.#sent[other][at]!.ssid)
      } else if (event.type === 'smp') {
        // The secrets are equal: no verification can fail, or look like fraud unless it was damaged.
        expect(event.step).not.toBe('failed')
        if (this.#faithful) expect(event.step).not.toBe('cheated')
      }
    }
    return delivered
  }

  /** Once the network behaves again, asking for encryption leads there, and text flows both ways. */
  #heal(): void {
    this.#clock.ms += 61_000
    const [alice, bob] = this.#peers
    for (const peer of [alice, bob]) {
      peer.run({ op: 'policy', policy: { ...POLICY, requireEncryption: true } })
      peer.take()
    }
    const pair = { alice, bob, clock: this.#clock }
    alice.run({ op: 'start' })
    settle(pair)
    const [a, b] = [lastState(alice.events), lastState(bob.events)]
    expect([a?.state, b?.state]).toEqual(['encrypted', 'encrypted'])
    expect(a!.ssid).toBe(b!.ssid)
    expect(a!.version).toBe(3)
    alice.send('healed-a')
    bob.send('healed-b')
    settle(pair)
    expect(bob.texts).toContain('healed-a')
    expect(alice.texts).toContain('healed-b')
  }
}

function lastState(events: readonly OtrEvent[]): StateEvent | undefined {
  return events.findLast((event) => event.type === 'state')
}

/** The version of a data message, whole; `null` for anything else. */
function dataVersion(text: string): number | null {
  const header = /^\?OTR:AA([IM])D/.exec(text)
  return header === null ? null : header[1] === 'I' ? 2 : 3
}
