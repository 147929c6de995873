import type { MsrpMessage } from '../msrp/index.ts'
import type { OtrCommand, OtrWire } from '../otr/index.ts'
import type { AccountConnection, Invitation } from './account-connection.ts'
import type { Channel } from './channel.ts'
import { OwnComposing } from './composing.ts'
import { type ChatContext, notice, refuse } from './context.ts'
import { composingText } from './envelope.ts'
import type { Address, ChatFault, Message } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
import { DELIVERY_REASONS, failureForm, holdReason } from './notices.ts'
import { whyNotInClear } from './policy.ts'
import { COMPOSING_ID, OTR_PROFILE, Postbox, textLimit } from './postbox.ts'
import { type GateKeeper, PrivacyGate } from './privacy-gate.ts'
import { isEncrypted } from './privacy-table.ts'
import { Reach, type ReachEvent } from './reach.ts'
import { Reception } from './reception.ts'
import { splitText } from './split-text.ts'
import { TaskQueue } from './task-queue.ts'
import { Timeline } from './timeline.ts'
import { VerificationFlow } from './verification-flow.ts'

/**
 * One peer: the channel to it, the gate that text passes, and what was said. Everything that touches
 * the OTR session runs in one queue, so that what came first is read first, and what is sent is sent
 * under the key that was judged.
 */
export class Conversation implements GateKeeper {
  readonly peer: Address
  readonly queue: TaskQueue
  readonly verification: VerificationFlow
  readonly #context: ChatContext
  readonly #reach: Reach
  readonly #gate: PrivacyGate
  readonly #timeline: Timeline
  readonly #reception: Reception
  readonly #composing: OwnComposing
  /** Its channel is the one that the queue works on: behind that of `#reach` while tasks wait. */
  readonly #postbox: Postbox
  /** Counts how often the person has left. */
  #era = 0
  #isDraining = false
  /** The session ended before a person had decided what its text was waiting for. */
  #isUndecided = false
  #isKnownRoom = false
  #isDisposed = false
  /** Code of the last failure that the timeline shows. */
  #toldFailure: string | null = null

  constructor(context: ChatContext, connection: AccountConnection, peer: Address) {
    const { after } = context.env
    this.peer = peer
    this.#context = context
    this.queue = new TaskQueue(() => this.#onDefect())
    this.#timeline = new Timeline(context, peer)
    this.#postbox = new Postbox(context, peer)
    this.#gate = new PrivacyGate(context, this)
    const run = (command: OtrCommand) => this.#run(command)
    this.verification = new VerificationFlow(context, peer, this.#gate, this.queue, run)
    this.#reception = new Reception(context, peer, this.#gate, this.#timeline, this.verification)
    this.#composing = new OwnComposing(after, (active) => this.#tellComposing(active))
    const isNeeded = () => this.#timeline.isPending && !this.#isUndecided
    this.#reach = new Reach(context, connection, peer, isNeeded, (event) => this.#onReach(event))
  }

  get messages(): readonly Message[] {
    return this.#timeline.messages
  }

  /** The key in use, `null` unless encrypted. */
  get fingerprint(): string | null {
    return this.#gate.fingerprint
  }

  get isRoom(): boolean {
    return this.#gate.state === 'room'
  }

  restore(message: Message): void {
    this.#timeline.restore(message)
  }

  open(): void {
    this.#isUndecided = false
    this.#reach.want()
  }

  /** The account is online again. */
  resume(): void {
    this.#reach.resume()
  }

  take(invitation: Invitation): void {
    this.#reach.take(invitation)
  }

  /** @param id - of the first part, where the text has to be split */
  send(id: string, text: string): void {
    const reason = holdReason(this.#gate.state, this.#name)
    const parts = splitText(text, textLimit(this.#reach.channel))
    for (const [index, part] of parts.entries()) {
      const partId = index === 0 ? id : this.#context.newId()
      const message = this.#timeline.write(partId, part, reason)
      void this.queue.add(() => this.#timeline.post(message)).then(() => this.#drain())
    }
    this.open()
  }

  retry(id: string): void {
    void this.queue.add(() => {
      if (!this.#timeline.retry(id, holdReason(this.#gate.state, this.#name))) {
        return this.#refuse('CHAT_UNKNOWN_MESSAGE')
      }
      this.open()
      this.#drain()
    })
  }

  discard(id: string): void {
    void this.queue.add(() => {
      const code = this.#timeline.discard(id)
      if (code !== null) this.#refuse(code)
    })
  }

  setComposing(active: boolean): void {
    if (active) this.#composing.edited()
    else this.#composing.stopped()
  }

  startOtr(): void {
    void this.queue.add(async () => {
      const { state } = this.#gate
      if (state === 'room') return this.#refuse('CHAT_ROOM')
      if (state === 'none') return this.open() // Encryption begins with the session.
      await this.#gate.start()
    })
  }

  stopOtr(): void {
    void this.queue.add(async () => {
      const code = whyNotInClear(this.#gate.state, this.#context.contacts.get(this.peer))
      if (code !== null) this.#refuse(code)
      else if (this.#gate.state !== 'plaintext') {
        await this.#gate.stop()
        this.verification.sessionEnded()
      }
    })
  }

  /** Always-OTR was switched on. */
  requireOtr(): void {
    void this.queue.add(async () => {
      if (this.#gate.state === 'plaintext') await this.#gate.start()
      else if (this.isRoom) this.#refuseRoom()
    })
  }

  /** The person has decided about a key, and the contact book knows. */
  keyDecided(fingerprint: string, decision: 'verified' | 'unverified' | 'accepted'): void {
    void this.queue.add(() => {
      const isInUse = this.#gate.fingerprint === fingerprint
      this.#gate.decided(fingerprint, decision !== 'unverified')
      if (isInUse && decision === 'accepted') notice(this.#context, this.peer, 'key-accepted')
    })
  }

  /** Something else that the privacy shows has changed. */
  tellPrivacy(): void {
    this.#gate.tell()
  }

  /** A single message outside a session (RFC 3428). */
  page(id: string, contentType: string, body: string): void {
    void this.queue.add(() => this.#reception.page(id, contentType, body))
  }

  /** The person leaves; what waits is kept. */
  close(): void {
    void this.queue.add(async () => {
      const wasReached = this.#gate.state !== 'none'
      await this.#leave()
      if (!wasReached) return
      this.#context.emit({ type: 'closed', peer: this.peer, by: 'local', fault: null })
    })
  }

  /** Ends the session in this instant; to the peer, its end is the end of OTR. */
  hangUp(): void {
    this.#reach.leave()
  }

  /** Ends the session, under whatever key it is, and begins another. */
  async restart(): Promise<void> {
    await this.queue.add(async () => {
      if (this.#gate.state === 'none') return
      await this.#leave()
      this.#context.emit({ type: 'closed', peer: this.peer, by: 'local', fault: null })
      this.open()
    })
  }

  /** Ends everything for good. No event follows. */
  async dispose(): Promise<void> {
    await this.queue.add(() => this.#leave())
    this.#isDisposed = true
    this.verification.dispose()
  }

  /** Ends everything for good, and forgets what is stored. */
  async erase(): Promise<void> {
    await this.dispose()
    this.#timeline.erase()
  }

  // What the gate asks for.

  transmit(wire: OtrWire): void {
    this.#postbox.postWire(wire)
  }

  moved(): void {
    this.#timeline.explain(holdReason(this.#gate.state, this.#name))
    this.#drain()
  }

  renew(): void {
    this.#reach.renew()
  }

  #onReach(event: ReachEvent): void {
    const { channel } = this.#reach
    const era = this.#era
    // What came before the person left, but has not had its turn, concerns nobody any more.
    const inTurn = (task: () => Promise<void> | void) => {
      void this.queue.add(() => (era === this.#era ? task() : undefined))
    }
    switch (event.type) {
      case 'connecting':
        inTurn(() => this.#gate.connecting())
        return
      case 'opened':
        inTurn(() => this.#onOpened(event.channel, event.replaces))
        return
      case 'message':
        inTurn(() => this.#onMessage(event.message, channel))
        return
      case 'sent':
        this.#timeline.sent(this.#postbox.messageOf(event.id), channel?.peer?.isFocus === true)
        this.#drain()
        return
      case 'delivered':
        this.#timeline.delivered(this.#postbox.messageOf(event.id))
        return
      case 'failed':
        this.#onFailed(this.#postbox.messageOf(event.id), event.status)
        return
      case 'lost':
        inTurn(() => this.#onLost(event))
    }
  }

  async #onOpened(channel: Channel, replaces: boolean): Promise<void> {
    this.#timeline.ground()
    this.verification.sessionEnded()
    this.#isUndecided = false
    this.#toldFailure = null
    const isRoom = channel.peer?.isFocus === true
    if (isRoom && !this.#canBeRoom()) return this.#refuseRoom()
    this.#postbox.channel = channel
    if (!replaces || isRoom !== this.isRoom) {
      this.#context.emit({ type: 'opened', peer: this.peer, room: isRoom })
    }
    if (isRoom) return this.#enterRoom()
    if (!replaces) notice(this.#context, this.peer, 'session-opened')
    await this.#gate.opened(channel.role, OTR_PROFILE)
  }

  /** Whoever is between us may say that a person is a room: then the person's text must not go. */
  #canBeRoom(): boolean {
    const contact = this.#context.contacts.get(this.peer)
    return contact !== null && !contact.alwaysOtr && contact.keys.length === 0
  }

  #refuseRoom(): void {
    this.#reach.giveUp({ by: 'refused', fault: chatFault('CHAT_ROOM_UNEXPECTED') })
  }

  /** What was written before it was known to be a room was not written for everybody. */
  async #enterRoom(): Promise<void> {
    await this.#gate.openedRoom() // What may go goes after this task.
    if (!this.#isKnownRoom) this.#timeline.failWaiting(DELIVERY_REASONS.room)
    this.#isKnownRoom = true
  }

  async #onLost(loss: Extract<ReachEvent, { type: 'lost' }>): Promise<void> {
    const { by, fault, first, isFinal } = loss
    const { state } = this.#gate
    const wasOpen = this.#postbox.channel !== null
    this.#isUndecided = state === 'unsupported' || state === 'ended' || state === 'keyChanged'
    await this.#forgetChannel()
    this.#context.emit({ type: 'closed', peer: this.peer, by, fault })
    if (by === 'remote') notice(this.#context, this.peer, 'session-closed')
    else if (wasOpen) notice(this.#context, this.peer, 'session-lost')
    else if (first && fault) this.#tellFailure(fault)
    if (isFinal && fault) this.#timeline.explain(fault.sentence)
  }

  /** Once for each reason until a session opens: whoever writes again knows it by now. */
  #tellFailure({ code, sentence }: ChatFault): void {
    if (this.#toldFailure === code) return
    this.#toldFailure = code
    notice(this.#context, this.peer, failureForm(code), sentence)
  }

  async #onMessage(message: MsrpMessage, channel: Channel | null): Promise<void> {
    const { state } = this.#gate
    const writesHtml = channel?.profile.plainTextIs === 'html'
    const status = await this.#reception.receive(message, state === 'room', writesHtml)
    channel?.report(message.id, status)
  }

  #onFailed(id: string, status: number): void {
    if (status === 408 && this.#postbox.channel?.profile.report408 === 'unconfirmed') {
      this.#timeline.unconfirmed(id, DELIVERY_REASONS.unconfirmed)
    } else if (status === 408 || status === 481 || status === 506) {
      this.#reach.giveUp({ by: 'network', fault: null }) // The other end is gone; what is under way goes again.
    } else {
      const { unreadable, refused } = DELIVERY_REASONS
      this.#timeline.failed(id, status === 400 ? unreadable : refused)
      this.#drain()
    }
  }

  /** Sends one message that may go, then sees to the next: what comes in meanwhile has its turn. */
  #drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    void this.queue.add(async () => {
      this.#isDraining = false
      if (this.#postbox.channel === null || !this.#gate.maySend) return
      const message = this.#timeline.launchNext(this.#gate.protection, this.#gate.fingerprint)
      if (message === null) return
      this.#composing.reset()
      if (this.#gate.state === 'room') this.#postbox.postText(message.id, message.text)
      else await this.#run({ op: 'send', id: message.id, text: message.text })
      this.#drain()
    })
  }

  #tellComposing(active: boolean): void {
    void this.queue.add(async () => {
      const { state, maySend } = this.#gate
      if (!maySend || state === 'room' || !this.#postbox.channel?.takesComposing) return
      // Not at all rather than in clear where the peer's software cannot read it encrypted.
      if (isEncrypted(state) && this.#postbox.channel.profile.composing === 'clear') return
      await this.#run({ op: 'send', id: COMPOSING_ID, text: composingText(active), bare: true })
    })
  }

  async #run(command: OtrCommand): Promise<void> {
    await this.#reception.dispatch(await this.#gate.run(command), null)
  }

  async #leave(): Promise<void> {
    await this.#gate.farewell()
    this.#reach.leave()
    this.#era += 1
    await this.#forgetChannel()
  }

  async #forgetChannel(): Promise<void> {
    this.#postbox.channel = null
    this.#composing.reset()
    this.#reception.reset()
    this.verification.sessionEnded()
    await this.#gate.closed()
    this.#timeline.ground()
  }

  /** A task failed: the session's state is not to be trusted any more, the outbox is. */
  #onDefect(): void {
    if (this.#isDisposed) return
    const fault = chatFault('CHAT_DEFECT')
    this.#context.emit({ type: 'fault', peer: this.peer, fault })
    this.#reach.giveUp({ by: 'network', fault })
  }

  #refuse(code: ChatFaultCode): void {
    refuse(this.#context, this.peer, code)
  }

  get #name(): string {
    return this.#context.contacts.nameOf(this.peer)
  }
}
