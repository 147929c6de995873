import type { OtrCommand, OtrEvent, OtrWire, PeerProfile } from '../otr/index.ts'
import { type ChatContext, notice } from './context.ts'
import type { Address, Contact, Privacy, PrivacyState, Protection } from './events.ts'
import {
  ERROR_REQUERY_MS,
  OTR_ANSWER_MS,
  QUERY_WAIT_MS,
  REQUERY_ANSWER_MS,
  STALLED_HANDSHAKE_MS,
} from './limits.ts'
import { asksFirst, maySend, onKey, onSilence, otrPolicy, protectionOf } from './policy.ts'
import { COMPOSER, isEncrypted, PRIVACY, type PrivacyInput } from './privacy-table.ts'
import type { TaskQueue } from './task-queue.ts'
import { judge, keyOf, learn, offersOtr, speaksOtr } from './trust.ts'

/** What the gate asks of the conversation it guards. */
export interface GateKeeper {
  readonly peer: Address
  /** Where everything that touches the session runs, one after the other. */
  readonly queue: TaskQueue
  transmit(wire: OtrWire): void
  /** The state is another one: text may have to go, or to wait. */
  moved(): void
  /** A handshake has succeeded, the first or another: the session has new keys. */
  secured(): void
  /** The peer seems to have lost the session's keys. */
  doubted(): void
  /** The peer's software needs a new session to encrypt again. */
  renew(): void
}

type StateEvent = Extract<OtrEvent, { type: 'state' }>

/** The encrypted session, while there is one. */
interface Secured {
  readonly version: 2 | 3
  readonly ssid: string
  readonly fingerprint: string
}

/**
 * The privacy of one conversation: its OTR session, the state of `privacy-table.ts`, and the judge
 * of keys. All text of people passes here, in both directions; that of rooms passes by.
 */
export class PrivacyGate {
  readonly #context: ChatContext
  readonly #keeper: GateKeeper
  #state: PrivacyState = 'none'
  #session: string | null = null
  #secured: Secured | null = null
  #wasSecured = false
  /** We have asked for a handshake, and none has come about since. */
  #hasAsked = false
  /** A key that would block, but that the person has accepted for this session. */
  #accepted: string | null = null
  #errorAnsweredAt = Number.NEGATIVE_INFINITY
  #told: string | null = null
  #cancelQuery = () => {}
  #cancelWait = () => {}
  #cancelRenewal = () => {}

  constructor(context: ChatContext, keeper: GateKeeper) {
    this.#context = context
    this.#keeper = keeper
  }

  get state(): PrivacyState {
    return this.#state
  }

  get maySend(): boolean {
    return maySend(this.#state)
  }

  get protection(): Protection {
    return protectionOf(this.#state)
  }

  /** The peer's key in use; `null` unless encrypted. */
  get fingerprint(): string | null {
    return this.#secured?.fingerprint ?? null
  }

  connecting(): void {
    this.#move('connect')
  }

  /** A channel to a room is open: no OTR there, whatever was before. */
  async openedRoom(): Promise<void> {
    await this.#forget()
    this.#move('openRoom')
    notice(this.#context, this.#keeper.peer, 'room-entered')
  }

  /** A channel to a person is open: a new OTR session begins on it. */
  async opened(role: 'caller' | 'callee', profile: PeerProfile): Promise<void> {
    await this.#forget()
    this.#move('openPrivate')
    const session = this.#context.newId()
    const policy = otrPolicy(this.#state)
    await this.#context.otr.open(session, { account: this.#context.own, policy, profile })
    this.#session = session
    this.#awaitAnswer()
    if (asksFirst(role)) await this.run({ op: 'start' })
    else this.#cancelQuery = this.#later(QUERY_WAIT_MS, () => this.run({ op: 'start' }))
  }

  /** The channel is gone, and with it the session's keys. */
  async closed(): Promise<void> {
    const forgotten = this.#forget()
    this.#move('closed')
    await forgotten
  }

  /** The person asks for encryption, or for new session keys. */
  async start(): Promise<void> {
    if (this.#session === null) return
    this.#forbidClearText()
    this.#move('start')
    await this.#applyPolicy()
    if (this.#state === 'starting') {
      this.#awaitAnswer()
      if (this.#wasSecured) {
        this.#cancelRenewal = this.#later(REQUERY_ANSWER_MS, () => this.#keeper.renew())
      }
    }
    await this.run({ op: 'start' })
  }

  /** The person goes on without encryption. */
  async stop(): Promise<void> {
    if (this.#session === null || PRIVACY[this.#state].endedByUs !== 'plaintext') return
    this.#stopWaiting()
    const contact = this.#contact
    if (contact) void this.#context.contacts.put({ ...contact, allowPlaintext: true })
    const form = this.#wasSecured ? 'encryption-ended-by-us' : 'encryption-declined'
    await this.run({ op: 'end' })
    this.#secured = null
    this.#move('endedByUs')
    await this.#applyPolicy()
    notice(this.#context, this.#keeper.peer, form)
  }

  /** Tells the peer that this is the end, before the channel goes. */
  async farewell(): Promise<void> {
    if (this.#secured !== null) await this.run({ op: 'end' })
  }

  /** Runs one command of the session. @returns what is not the gate's own business */
  async run(command: OtrCommand): Promise<readonly OtrEvent[]> {
    if (this.#session === null) return []
    this.#hasAsked ||= command.op === 'start'
    const { wire, events } = await this.#context.otr.run(this.#session, command)
    for (const text of wire) this.#keeper.transmit(text)
    const rest: OtrEvent[] = []
    for (const event of events) {
      if (!(await this.#handled(event))) rest.push(event)
    }
    return rest
  }

  /** The person has decided about a key, or learned something of one. */
  decided(fingerprint: string, accepts: boolean): void {
    if (this.#secured?.fingerprint !== fingerprint) return
    if (accepts) this.#accepted = fingerprint
    this.#judgeAgain()
  }

  /** Tells the privacy if it is not what was told last. */
  tell(): void {
    const privacy = this.#privacy()
    const told = JSON.stringify(privacy)
    if (told === this.#told) return
    this.#told = told
    this.#context.emit({ type: 'privacy', peer: this.#keeper.peer, privacy })
  }

  async #forget(): Promise<void> {
    this.#stopWaiting()
    const session = this.#session
    this.#session = this.#secured = this.#accepted = null
    this.#wasSecured = this.#hasAsked = false
    if (session !== null) await this.#context.otr.close(session)
  }

  async #handled(event: OtrEvent): Promise<boolean> {
    switch (event.type) {
      case 'offered':
        // Who has keys asks for none. Text without encryption says so before.
        if (isEncrypted(this.#state) && !this.#hasAsked) this.#keeper.doubted()
        this.#noteOffer(event.versions)
        await this.#onOffer()
        return true
      case 'akeStarted':
        await this.#onOffer()
        return true
      case 'state':
        if (event.state === 'encrypted') this.#onEncrypted(event)
        else if (event.state === 'finished') this.#onEndedByPeer()
        await this.#applyPolicy()
        return false
      case 'peerError':
        await this.#onPeerError()
        return false
      default:
        return false
    }
  }

  async #onOffer(): Promise<void> {
    this.#cancelQuery()
    // libotr makes a new commit for each query: where several cross, both ends may give way and wait.
    this.#cancelQuery = this.#later(STALLED_HANDSHAKE_MS, async () => {
      if (this.#state === 'starting') await this.run({ op: 'start' })
    })
    this.#forbidClearText()
    const before = this.#state
    this.#move('offered')
    if (this.#state === before) return
    await this.#applyPolicy()
    this.#awaitAnswer()
  }

  #noteOffer(versions: readonly number[]): void {
    const contact = this.#contact
    if (contact === null) return
    const noted = offersOtr(contact, versions)
    if (noted !== contact) void this.#context.contacts.put(noted)
  }

  /** The person's choice for clear text is over: the peer encrypts, or shall. */
  #forbidClearText(): void {
    const contact = this.#contact
    if (!contact?.allowPlaintext) return
    void this.#context.contacts.put({ ...contact, allowPlaintext: false })
  }

  #onEncrypted(event: StateEvent): void {
    const { version, ssid, fingerprint } = event
    if (version === null || ssid === null || fingerprint === null) return
    const refreshed = event.refreshed && this.#secured?.fingerprint === fingerprint
    this.#stopWaiting()
    this.#hasAsked = false
    this.#secured = { version, ssid, fingerprint }
    this.#wasSecured = true
    const isFirst = this.#welcomeKey(version, fingerprint, refreshed)
    this.#judgeAgain()
    if (!isFirst) this.#tellEncrypted(refreshed)
    this.#keeper.secured()
  }

  /**
   * Learns a key where nothing stands against it, and says what is worth saying of it.
   * @returns true for the first key of this contact, which is told as the start of encryption
   */
  #welcomeKey(version: 2 | 3, fingerprint: string, refreshed: boolean): boolean {
    const { contacts, env, emit } = this.#context
    const { peer } = this.#keeper
    const contact = contacts.get(peer)
    if (contact === null) return false
    const judgement = judge(contact, fingerprint, version)
    const { kind, blocks, previous, versionLowered } = judgement
    const isHeld = blocks && this.#accepted !== fingerprint
    if (kind === 'changed' && isHeld && refreshed) return false // Said already; still not decided.
    // What a key says that is not accepted changes one thing: clear text is over.
    const learned = learn(speaksOtr(contact, version), fingerprint, env.now())
    void contacts.put(isHeld ? { ...contact, allowPlaintext: false } : learned)
    if (versionLowered && !refreshed) notice(this.#context, peer, 'version-lowered')
    if (kind === 'first') notice(this.#context, peer, 'key-new')
    if (kind === 'changed' && previous !== null) {
      notice(this.#context, peer, blocks ? 'key-changed-blocking' : 'key-changed')
      emit({ type: 'keyChanged', peer, name: contact.name, fingerprint, previous, blocks })
    }
    const owner = kind === 'known' ? null : contacts.ownerOf(fingerprint, peer)
    if (owner !== null) notice(this.#context, peer, 'key-shared', contacts.nameOf(owner))
    return kind === 'first'
  }

  /** Moves to what the key in use deserves now. */
  #judgeAgain(): void {
    const contact = this.#contact
    if (this.#secured === null || contact === null) return
    const { fingerprint, version } = this.#secured
    const judgement = judge(contact, fingerprint, version)
    const isAccepted = this.#accepted === fingerprint
    this.#move(onKey(isAccepted ? { ...judgement, blocks: false } : judgement))
    this.tell()
  }

  #tellEncrypted(refreshed: boolean): void {
    const { peer } = this.#keeper
    if (refreshed) notice(this.#context, peer, 'encryption-refreshed')
    else if (this.#state === 'verified') notice(this.#context, peer, 'encryption-verified')
    else if (this.#state === 'unverified') notice(this.#context, peer, 'encryption-started')
  }

  #onEndedByPeer(): void {
    this.#secured = null
    this.#move('peerEnded')
    notice(this.#context, this.#keeper.peer, 'encryption-ended-by-peer')
  }

  /** Errors prove nothing, so they cost nothing: one query now and then, and no text again. */
  async #onPeerError(): Promise<void> {
    const now = this.#context.env.now()
    if (!isEncrypted(this.#state)) return
    this.#keeper.doubted()
    if (now - this.#errorAnsweredAt < ERROR_REQUERY_MS) return
    this.#errorAnsweredAt = now
    await this.run({ op: 'start' })
  }

  #awaitAnswer(): void {
    this.#cancelWait()
    this.#cancelWait = this.#later(OTR_ANSWER_MS, async () => {
      const contact = this.#contact
      if (this.#state !== 'starting' || contact === null) return
      this.#stopWaiting()
      this.#move(onSilence(contact))
      await this.#applyPolicy()
      const isAllowed = (this.#state as PrivacyState) === 'plaintext'
      const form = isAllowed ? 'encryption-unsupported-allowed' : 'encryption-unsupported'
      notice(this.#context, this.#keeper.peer, form)
    })
  }

  #stopWaiting(): void {
    this.#cancelQuery()
    this.#cancelWait()
    this.#cancelRenewal()
  }

  /** Tells the session what the state allows; where it matters, before any text can follow. */
  async #applyPolicy(): Promise<void> {
    await this.run({ op: 'policy', policy: otrPolicy(this.#state) })
  }

  #later(ms: number, task: () => unknown): () => void {
    const session = this.#session
    return this.#context.env.after(ms, () => {
      void this.#keeper.queue.add(async () => {
        if (session === this.#session) await task()
      })
    })
  }

  #move(input: PrivacyInput): void {
    const before = this.#state
    this.#state = PRIVACY[before][input]
    if (this.#state === before) return
    this.tell()
    this.#keeper.moved()
  }

  get #contact(): Contact | null {
    return this.#context.contacts.get(this.#keeper.peer)
  }

  #privacy(): Privacy {
    const secured = isEncrypted(this.#state) ? this.#secured : null
    const { contacts } = this.#context
    const contact = this.#contact
    const key = secured && contact && keyOf(contact, secured.fingerprint)
    return {
      state: this.#state,
      composer: COMPOSER[this.#state],
      version: secured?.version ?? null,
      ssid: secured?.ssid ?? null,
      ownFingerprint: this.#context.ownFingerprint(),
      peerFingerprint: secured?.fingerprint ?? null,
      sameKeyAs: secured && contacts.ownerOf(secured.fingerprint, this.#keeper.peer),
      verified: key?.verified ?? null,
    }
  }
}
