import { sha256 } from '@noble/hashes/sha2.js'
import { concat } from '../bytes.ts'
import { OtrConversation } from '../conversation.ts'
import { type DsaPrivateKey, fingerprint } from '../dsa.ts'
import type { OtrCommand, OtrEnv, PeerProfile } from '../engine.ts'
import type { OtrEvent, OtrOutput, OtrPolicy } from '../events.ts'
import sheet from '../vectors/otr-sheet.json' with { type: 'json' }

export { sheet }

export const POLICY: OtrPolicy = {
  allowV2: true,
  allowV3: true,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: false,
  errorStartsAke: false,
}

export const PROFILE: PeerProfile = { fragmentAbove: null, padTo: 0, errors: true }

const number = (hex: string) => BigInt(`0x${hex}`)
const domain = { p: number(sheet.dsa.p), q: number(sheet.dsa.q), g: number(sheet.dsa.g) }

/** The long-term keys of the sheet's Alice and Bob. */
export const KEYS: Record<'alice' | 'bob', DsaPrivateKey> = {
  alice: { ...domain, y: number(sheet.dsa.alice.y), x: number(sheet.dsa.alice.x) },
  bob: { ...domain, y: number(sheet.dsa.bob.y), x: number(sheet.dsa.bob.x) },
}

/** The sheet's D(label, n): repeatable bytes. */
export function derive(label: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    sha256(new TextEncoder().encode(`${label}|${i}`)),
  )
  return concat(...blocks).slice(0, length)
}

/** Repeatable randomness. */
export function seeded(seed: string): OtrEnv['random'] {
  let drawn = 0
  return (length) => derive(`${seed}#${drawn++}`, length)
}

export interface PeerSetup {
  readonly key?: DsaPrivateKey
  readonly tag?: number
  readonly policy?: Partial<OtrPolicy>
  readonly profile?: Partial<PeerProfile>
  readonly random?: OtrEnv['random']
}

/** A clock that tests move by hand. */
export class Clock {
  ms = 1_000_000
  readonly now = () => this.ms
}

/** One end of a conversation: runs commands and keeps what they led to. */
export class Peer {
  readonly conversation: OtrConversation
  readonly fingerprint: string
  /** Texts for the network, not yet taken. */
  outbox: string[] = []
  events: OtrEvent[] = []

  constructor(name: string, clock: Clock, setup: PeerSetup = {}) {
    const key = setup.key ?? KEYS.alice
    this.fingerprint = fingerprint(key)
    const ownTag = setup.tag ?? 0x1000 + name.charCodeAt(0)
    this.conversation = new OtrConversation(
      {
        random: setup.random ?? seeded(name),
        now: clock.now,
        key,
        fingerprint: this.fingerprint,
        ownTag,
      },
      { policy: { ...POLICY, ...setup.policy }, profile: { ...PROFILE, ...setup.profile } },
    )
  }

  run(command: OtrCommand): OtrOutput {
    const output = this.conversation.run(command)
    this.outbox.push(...output.wire.map(({ text }) => text))
    this.events.push(...output.events)
    return output
  }

  receive(text: string): OtrOutput {
    return this.run({ op: 'receive', text })
  }

  send(text: string): OtrOutput {
    return this.run({ op: 'send', id: text, text })
  }

  /** Takes what is waiting for the network. */
  take(): string[] {
    return this.outbox.splice(0)
  }

  get texts(): string[] {
    return this.events.flatMap((event) => (event.type === 'text' ? [event.text] : []))
  }

  get state(): OtrEvent | undefined {
    return this.events.findLast((event) => event.type === 'state')
  }

  get smp(): string[] {
    return this.events.flatMap((event) => (event.type === 'smp' ? [event.step] : []))
  }
}

export interface Pair {
  readonly alice: Peer
  readonly bob: Peer
  readonly clock: Clock
}

export function makePair(alice: PeerSetup = {}, bob: PeerSetup = {}): Pair {
  const clock = new Clock()
  return {
    clock,
    alice: new Peer('alice', clock, { key: KEYS.alice, ...alice }),
    bob: new Peer('bob', clock, { key: KEYS.bob, ...bob }),
  }
}

/** Carries texts between the two until neither has anything to say. */
export function settle({ alice, bob }: Pair): void {
  for (let turn = 0; alice.outbox.length + bob.outbox.length > 0; turn++) {
    if (turn > 50) throw new Error('they never stop talking')
    for (const text of alice.take()) bob.receive(text)
    for (const text of bob.take()) alice.receive(text)
  }
}

/** A pair that has completed a handshake: Alice asked, Bob sent the D-H Commit. */
export function encryptedPair(alice: PeerSetup = {}, bob: PeerSetup = {}): Pair {
  const pair = makePair(alice, bob)
  pair.alice.run({ op: 'start' })
  settle(pair)
  return pair
}
