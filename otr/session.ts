import {
  type AkeParty,
  type AkeState,
  type AkeStep,
  type CommitSent,
  copyCommit,
  type Established,
  isUnderWay,
  NO_AKE,
  receiveAke,
  startAke,
  wipeAke,
} from './ake.ts'
import { Reader, toHex, Writer } from './bytes.ts'
import { DataKeys } from './data-keys.ts'
import { authenticate, openData, sealData } from './data-message.ts'
import type { PeerProfile } from './engine.ts'
import { OtrError } from './errors.ts'
import type { OtrEvent, OtrOutput, OtrState, OtrVersion, OtrWire } from './events.ts'
import { split } from './fragments.ts'
import { AKE_TIMEOUT_MS, HEARTBEAT_AFTER_MS } from './limits.ts'
import { MESSAGE } from './message-table.ts'
import type { AkeMessage, DataMessage, Header } from './messages.ts'
import { writeEncoded } from './recognise.ts'
import { Smp, type SmpOutcome } from './smp.ts'
import type { SmpPhase } from './smp-table.ts'
import { encodePlaintext, type Plaintext, parsePlaintext, TLV, type Tlv } from './tlv.ts'

/** An {@link OtrOutput} while it is being collected. */
export interface Output extends OtrOutput {
  readonly wire: OtrWire[]
  readonly events: OtrEvent[]
}

/** What all sessions of one conversation share. */
export interface SessionParts extends AkeParty {
  readonly fingerprint: string
  readonly ownTag: number
  readonly profile: PeerProfile
}

/** A data message that was authentic, decrypted. */
export interface Received extends Plaintext {
  readonly extraKey: Uint8Array
}

/** The message state, with the secrets that it needs and no others. */
type MessageState =
  | { readonly state: 'plaintext' }
  | {
      readonly state: 'encrypted'
      readonly version: OtrVersion
      readonly ssid: string
      readonly ssidHalf: 'first' | 'second'
      readonly fingerprint: string
      readonly keys: DataKeys
      readonly smp: Smp
      lastSent: number
    }
  | { readonly state: 'finished' }

type Encrypted = Extract<MessageState, { state: 'encrypted' }>

const PLAINTEXT: MessageState = { state: 'plaintext' }

/**
 * OTR with one device of the peer: handshake, keys, data messages and SMP. It makes and takes encoded
 * messages only; texts, policy and the choice among devices are {@link OtrConversation}'s.
 */
export class OtrSession {
  /** The device's instance tag; 0 for version 2, and for a commit that any device may answer. */
  readonly peerTag: number
  readonly #parts: SessionParts
  #ake: AkeState = NO_AKE
  #message: MessageState = PLAINTEXT

  constructor(parts: SessionParts, peerTag: number) {
    this.#parts = parts
    this.peerTag = peerTag
  }

  get state(): OtrState {
    return this.#message.state
  }

  /** The event that says how things stand. */
  describe(by: 'us' | 'peer', refreshed: boolean): OtrEvent {
    const now = this.#message
    if (now.state !== 'encrypted') {
      const none = { version: null, ssid: null, ssidHalf: null, fingerprint: null }
      return { type: 'state', state: now.state, ...none, refreshed: false, by }
    }
    const { state, version, ssid, ssidHalf, fingerprint } = now
    return { type: 'state', state, version, ssid, ssidHalf, fingerprint, refreshed, by }
  }

  // Handshake

  /** The commit that a device may answer. */
  get commit(): CommitSent | null {
    return this.#ake.phase === 'awaitingKey' ? this.#ake : null
  }

  get akeIsIdle(): boolean {
    return this.#ake.phase === 'none'
  }

  /** Whether a handshake of that version is complete as soon as the peer has signed, which is due. */
  awaitsSignature(version: OtrVersion): boolean {
    const ake = this.#ake
    return ake.phase === 'awaitingSignature' && isUnderWay(ake, version, this.#parts.now())
  }

  /** Sends a D-H Commit, or again what is on its way. @returns true if it is a new commit */
  startAke(version: OtrVersion, out: Output): boolean {
    const before = this.#ake
    this.#moveAke(startAke(before, this.#header(version), this.#parts), version, out)
    return this.#ake !== before
  }

  /** Takes over a commit that was sent to any device, because this one answers it. */
  adopt(commit: CommitSent): void {
    this.forgetAke()
    this.#ake = copyCommit(commit)
  }

  /**
   * @returns whether the handshake completed, and whether it re-keyed a session with the same peer
   * @throws OtrError if the message has no effect
   */
  receiveAke(message: AkeMessage, out: Output): 'established' | 'refreshed' | null {
    const step = receiveAke(this.#ake, message, this.#header(message.version), this.#parts)
    this.#moveAke(step, message.version, out)
    return step.established === null ? null : this.#establish(step.established, out)
  }

  forgetAke(): void {
    wipeAke(this.#ake)
    this.#ake = NO_AKE
  }

  /** Forgets a handshake that got no answer in time. */
  expireAke(): void {
    if (this.#ake.phase === 'none') return
    if (this.#parts.now() - this.#ake.since > AKE_TIMEOUT_MS) this.forgetAke()
  }

  #moveAke({ state, send, established }: AkeStep, version: OtrVersion, out: Output): void {
    const before = this.#ake
    this.#ake = state
    const inUse = established?.ours ?? (state.phase === 'none' ? null : state.ours)
    if (before.phase === 'none' || before.ours !== inUse) {
      wipeAke(before)
      out.events.push({ type: 'akeStarted' })
    }
    if (send !== null) this.#emit(send, version, null, out)
  }

  #establish(established: Established, out: Output): 'established' | 'refreshed' {
    const before = this.#message
    const refreshed = before.state === 'encrypted' && before.fingerprint === established.fingerprint
    const revealed = this.#dropKeys('us', out)
    const { random, fingerprint, now } = this.#parts
    this.#message = {
      state: 'encrypted',
      version: established.version,
      ssid: toHex(established.ssid),
      ssidHalf: established.sentReveal ? 'first' : 'second',
      fingerprint: established.fingerprint,
      keys: new DataKeys(established, revealed),
      smp: new Smp({
        random,
        ourFingerprint: fingerprint,
        theirFingerprint: established.fingerprint,
        ssid: established.ssid,
      }),
      lastSent: now(),
    }
    return refreshed ? 'refreshed' : 'established'
  }

  // Data messages

  /**
   * Authenticates and decrypts; the keys move on.
   *
   * @throws OtrError if the message cannot be read
   */
  open(message: DataMessage): Received {
    if (MESSAGE[this.state].data[0] !== 'decrypt') {
      throw new OtrError('OTR_NOT_ENCRYPTED', `data message while ${this.state}`)
    }
    const { keys } = this.#message as Encrypted
    const { plaintext, extraKey } = openData(authenticate(message, keys), keys)
    const { text, tlvs } = parsePlaintext(plaintext)
    return { text, tlvs, extraKey }
  }

  /**
   * Acts on what {@link open} gave.
   *
   * @returns true if the peer ended the session
   */
  deliver({ text, tlvs, extraKey }: Received, out: Output): boolean {
    const session = this.#message as Encrypted
    if (text !== '') {
      out.events.push({ type: 'text', text, fingerprint: session.fingerprint })
    } else if (tlvs.every((tlv) => tlv.type === TLV.padding)) {
      out.events.push({ type: 'heartbeat', direction: 'received' })
    }
    for (const tlv of tlvs) {
      if (tlv.type === TLV.disconnected) {
        this.#dropKeys('peer', out)
        this.#message = { state: MESSAGE[session.state].disconnected[1] }
        return true
      }
      if (tlv.type === TLV.extraKey) {
        takeExtraKey(tlv.value, extraKey, out)
        continue
      }
      const outcome = session.smp.receive(tlv)
      if (outcome !== null) this.#applySmp(outcome, out)
    }
    if (text !== '' && this.#parts.now() - session.lastSent >= HEARTBEAT_AFTER_MS) {
      this.#sendControl([], out)
      out.events.push({ type: 'heartbeat', direction: 'sent' })
    }
    return false
  }

  /** Encrypts. For a session that is encrypted. */
  sendText(id: string, text: string, bare: boolean, out: Output): void {
    const padTo = bare ? 0 : this.#parts.profile.padTo
    this.#seal(encodePlaintext({ text, tlvs: [] }, padTo), id, out)
  }

  /** For a session that is encrypted. */
  sendExtraKey(use: number, data: Uint8Array, out: Output): void {
    const value = new Writer().int(use).bytes(data).finish()
    const key = this.#sendControl([{ type: TLV.extraKey, value }], out)
    out.events.push({ type: 'extraKey', by: 'us', use, data, key })
  }

  /**
   * Leaves encryption for plaintext, the peer told, and forgets a handshake under way.
   *
   * @returns true if the state changed
   */
  end(out: Output): boolean {
    const before = this.#message
    this.forgetAke()
    if (before.state === 'encrypted') {
      before.keys.retire()
      this.#sendControl([{ type: TLV.disconnected, value: new Uint8Array(0) }], out)
      this.#dropKeys('us', out)
    }
    this.#message = { state: MESSAGE[before.state].end[1] }
    return before.state !== 'plaintext'
  }

  /** Wipes all secrets without a word to anybody. */
  forget(): void {
    this.forgetAke()
    if (this.#message.state === 'encrypted') this.#message.keys.end()
    this.#message = PLAINTEXT
  }

  // SMP

  get smpPhase(): SmpPhase {
    return this.#message.state === 'encrypted' ? this.#message.smp.phase : 'expect1'
  }

  smpStart(secret: string, question: string | null, out: Output): void {
    this.#withSmp((smp) => smp.start(secret, question), out)
  }

  smpAnswer(secret: string, out: Output): void {
    this.#withSmp((smp) => smp.answer(secret), out)
  }

  smpAbort(out: Output): void {
    this.#withSmp((smp) => smp.giveUp(), out)
  }

  #withSmp(run: (smp: Smp) => SmpOutcome, out: Output): void {
    if (this.#message.state === 'encrypted') this.#applySmp(run(this.#message.smp), out)
  }

  #applySmp({ send, steps }: SmpOutcome, out: Output): void {
    for (const tlv of send) this.#sendControl([tlv], out)
    for (const step of steps) out.events.push({ type: 'smp', ...step })
  }

  // Sending

  /** An empty text that the peer need not mention if it cannot read it. @returns the extra key */
  #sendControl(tlvs: readonly Tlv[], out: Output): Uint8Array {
    return this.#seal(encodePlaintext({ text: '', tlvs }, this.#parts.profile.padTo), null, out)
  }

  #seal(plaintext: Uint8Array, carries: string | null, out: Output): Uint8Array {
    const session = this.#message as Encrypted
    const { version, keys } = session
    const { random, now } = this.#parts
    const sealed = sealData(this.#header(version), plaintext, carries === null, keys, random)
    this.#emit(sealed.bytes, version, carries, out)
    session.lastSent = now()
    return sealed.extraKey
  }

  #emit(bytes: Uint8Array, version: OtrVersion, carries: string | null, out: Output): void {
    const whole = writeEncoded(bytes)
    const limit = this.#parts.profile.fragmentAbove
    const texts = limit === null ? [whole] : split(whole, limit, this.#header(version))
    texts.forEach((text, i) => {
      out.wire.push({ text, carries: i === texts.length - 1 ? carries : null })
    })
  }

  #header(version: OtrVersion): Header {
    return version === 2
      ? { version, senderTag: 0, receiverTag: 0 }
      : { version, senderTag: this.#parts.ownTag, receiverTag: this.peerTag }
  }

  /** Ends keys and SMP of an encrypted session. @returns MAC keys that may be revealed */
  #dropKeys(by: 'us' | 'peer', out: Output): Uint8Array[] {
    if (this.#message.state !== 'encrypted') return []
    const { keys, smp } = this.#message
    for (const step of smp.reset(by)) out.events.push({ type: 'smp', ...step })
    return keys.end()
  }
}

function takeExtraKey(value: Uint8Array, key: Uint8Array, out: Output): void {
  if (value.length < 4) return
  const reader = new Reader(value)
  const use = reader.int('use')
  out.events.push({ type: 'extraKey', by: 'peer', use, data: value.slice(4), key })
}
