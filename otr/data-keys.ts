import type { Established } from './ake.ts'
import { wipe } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import { OtrError } from './errors.ts'
import {
  type DhKeyPair,
  deriveSessionKeys,
  makeKeyPair,
  PeerKey,
  type SessionKeys,
  wipeSessionKeys,
} from './key-schedule.ts'
import { AesCtr, HmacSha1 } from './symmetric.ts'

/** The keys of one D-H key of ours with one of theirs, and how far they are used. */
export class PairKeys {
  readonly ourKeyId: number
  readonly theirKeyId: number
  readonly keys: SessionKeys
  /** Counter of the last message sent; 0 before the first. */
  sent = 0n
  /** Counter of the last message accepted. */
  received = 0n
  /** The receiving MAC key has verified a message: it is revealed when the pair is forgotten. */
  macUsed = false
  #sending: Direction | undefined
  #receiving: Direction | undefined

  constructor(ourKeyId: number, theirKeyId: number, keys: SessionKeys) {
    this.ourKeyId = ourKeyId
    this.theirKeyId = theirKeyId
    this.keys = keys
  }

  get sending(): Direction {
    this.#sending ??= ready(this.keys.sendingAes, this.keys.sendingMac)
    return this.#sending
  }

  get receiving(): Direction {
    this.#receiving ??= ready(this.keys.receivingAes, this.keys.receivingMac)
    return this.#receiving
  }

  wipe(): void {
    wipeSessionKeys(this.keys)
    for (const direction of [this.#sending, this.#receiving]) {
      direction?.cipher.wipe()
      direction?.mac.wipe()
    }
  }
}

/** The two keys of one direction, ready for any number of messages. */
interface Direction {
  readonly cipher: AesCtr
  readonly mac: HmacSha1
}

function ready(aes: Uint8Array, mac: Uint8Array): Direction {
  return { cipher: new AesCtr(aes), mac: new HmacSha1(mac) }
}

/**
 * The D-H keys of an encrypted session (OTRv3, "Key Management"): two of ours and two of theirs are
 * alive at a time. A shared secret is computed when a message first uses its pair, our newest key when
 * a message first announces it; so an exchange of messages costs what it uses and no more.
 */
export class DataKeys {
  /** Number of our newest key. It exists once a message has announced it. */
  #ourKeyId = 2
  #ourNewest: DhKeyPair | null = null
  #ourPrevious: DhKeyPair
  #theirKeyId: number
  #theirNewest: PeerKey
  #theirPrevious: PeerKey | null = null
  #pairs: PairKeys[] = []
  #toReveal: Uint8Array[]

  /** @param toReveal - MAC keys that the session before this one did not reveal any more */
  constructor(established: Established, toReveal: readonly Uint8Array[] = []) {
    this.#ourPrevious = established.ours
    this.#theirKeyId = established.theirKeyId
    this.#theirNewest = new PeerKey(established.theirs)
    this.#toReveal = [...toReveal]
    const { ours, theirKeyId, s } = established
    this.#addPair(1, ours, theirKeyId, this.#theirNewest, s)
  }

  /** The pair that the next message goes out under, and the key of ours that it announces. */
  forSending(random: OtrEnv['random']): {
    readonly ourKeyId: number
    readonly theirKeyId: number
    readonly nextY: bigint
    readonly pair: PairKeys
  } {
    this.#ourNewest ??= makeKeyPair(random)
    const ourKeyId = this.#ourKeyId - 1
    return {
      ourKeyId,
      theirKeyId: this.#theirKeyId,
      nextY: this.#ourNewest.public,
      pair: this.#pair(ourKeyId, this.#ourPrevious, this.#theirKeyId, this.#theirNewest),
    }
  }

  /** @throws OtrError `OTR_UNKNOWN_KEY` if one of the two is not, or no longer, alive */
  forReceiving(ourKeyId: number, theirKeyId: number): PairKeys {
    const ours = this.#ours(ourKeyId)
    const theirs = this.#theirs(theirKeyId)
    if (ours === null || theirs === null) {
      throw new OtrError('OTR_UNKNOWN_KEY', `keys ${ourKeyId} and ${theirKeyId}`)
    }
    return this.#pair(ourKeyId, ours, theirKeyId, theirs)
  }

  /** Moves on after an authentic message under that pair, which announced `nextY`. */
  rotate(ourKeyId: number, theirKeyId: number, nextY: bigint): void {
    if (ourKeyId === this.#ourKeyId && this.#ourNewest !== null) {
      this.#forget((pair) => pair.ourKeyId === ourKeyId - 1)
      wipe(this.#ourPrevious.secret)
      this.#ourPrevious = this.#ourNewest
      this.#ourNewest = null
      this.#ourKeyId++
    }
    if (theirKeyId === this.#theirKeyId) {
      this.#forget((pair) => pair.theirKeyId === theirKeyId - 1)
      this.#theirPrevious = this.#theirNewest
      this.#theirNewest = new PeerKey(nextY)
      this.#theirKeyId++
    }
  }

  /** The receiving MAC keys that nothing is verified with any more; each is given out once. */
  takeRevealed(): Uint8Array[] {
    return this.#toReveal.splice(0)
  }

  /**
   * Counts every MAC key used so far as due to be revealed. Only for the last message of a session:
   * nothing may be verified afterwards.
   */
  retire(): void {
    for (const pair of this.#pairs) this.#reveal(pair)
  }

  /** Forgets everything. @returns MAC keys that may be revealed from now on */
  end(): Uint8Array[] {
    this.#forget(() => true)
    wipe(this.#ourPrevious.secret)
    if (this.#ourNewest !== null) wipe(this.#ourNewest.secret)
    return this.takeRevealed()
  }

  #ours(id: number): DhKeyPair | null {
    if (id === this.#ourKeyId) return this.#ourNewest
    return id === this.#ourKeyId - 1 ? this.#ourPrevious : null
  }

  #theirs(id: number): PeerKey | null {
    if (id === this.#theirKeyId) return this.#theirNewest
    return id === this.#theirKeyId - 1 ? this.#theirPrevious : null
  }

  #pair(ourKeyId: number, ours: DhKeyPair, theirKeyId: number, theirs: PeerKey): PairKeys {
    return (
      this.#pairs.find((pair) => pair.ourKeyId === ourKeyId && pair.theirKeyId === theirKeyId) ??
      this.#addPair(ourKeyId, ours, theirKeyId, theirs, theirs.secretWith(ours))
    )
  }

  #addPair(
    ourKeyId: number,
    ours: DhKeyPair,
    theirKeyId: number,
    theirs: PeerKey,
    s: bigint,
  ): PairKeys {
    const keys = deriveSessionKeys(s, ours.public > theirs.public)
    const pair = new PairKeys(ourKeyId, theirKeyId, keys)
    this.#pairs.push(pair)
    return pair
  }

  #forget(which: (pair: PairKeys) => boolean): void {
    for (const pair of this.#pairs.filter(which)) {
      this.#reveal(pair)
      pair.wipe()
    }
    this.#pairs = this.#pairs.filter((pair) => !which(pair))
  }

  #reveal(pair: PairKeys): void {
    if (pair.macUsed) this.#toReveal.push(pair.keys.receivingMac.slice())
    pair.macUsed = false
  }
}
