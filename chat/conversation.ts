import type { MsrpMessage } from '../msrp/index.ts'
import type { OtrCommand, OtrWire } from '../otr/index.ts'
import type { AccountConnection, Invitation } from './account-connection.ts'
import type { Channel } from './channel.ts'
import { type ChatContext, notice, refuse } from './context.ts'
import { ConversationHistory } from './conversation-history.ts'
import { Dispatch } from './dispatch.ts'
import type { Address, ChatFault, Message } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
import { FileKeys } from './file-keys.ts'
import { DELIVERY_REASONS, failureForm, RESEND_REQUEST } from './notices.ts'
import { mayBeRoom, whyNotInClear } from './policy.ts'
import { OTR_PROFILE, Postbox } from './postbox.ts'
import { type GateKeeper, PrivacyGate } from './privacy-gate.ts'
import { Reach, type ReachEvent } from './reach.ts'
import { Receipts } from './receipts.ts'
import { Reception } from './reception.ts'
import { RoomVisit } from './room-visit.ts'
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
  readonly fileKeys: FileKeys
  readonly receipts: Receipts
  readonly room: RoomVisit
  readonly history: ConversationHistory
  readonly #context: ChatContext
  readonly #reach: Reach
  readonly #gate: PrivacyGate
  readonly #timeline: Timeline
  readonly #reception: Reception
  readonly #dispatch: Dispatch
  /** Its channel is the one that the queue works on: behind that of `#reach` while tasks wait. */
  readonly #postbox: Postbox
  /** Counts how often the person has left. */
  #era = 0
  /** The session ended before a person had decided what its text was waiting for. */
  #isUndecided = false
  #isKnownRoom = false
  #isDisposed = false
  /** Code of the last failure that the timeline shows. */
  #toldFailure: string | null = null

  constructor(context: ChatContext, connection: AccountConnection, peer: Address) {
    this.peer = peer
    this.#context = context
    this.queue = new TaskQueue(() => this.#onDefect())
    this.#timeline = new Timeline(context, peer)
    this.#postbox = new Postbox(context, peer)
    this.#gate = new PrivacyGate(context, this)
    const run = (command: OtrCommand) => this.#run(command)
    this.verification = new VerificationFlow(context, peer, this.#gate, this.queue, run)
    this.room = new RoomVisit(context, peer, this.#timeline)
    this.history = new ConversationHistory(context, peer, this.queue, this.#timeline)
    const parts = {
      queue: this.queue,
      gate: this.#gate,
      timeline: this.#timeline,
      postbox: this.#postbox,
      run,
    }
    this.receipts = new Receipts(context, parts)
    this.#dispatch = new Dispatch(context, peer, parts)
    const { verification, receipts, room } = this
    this.#reception = new Reception(context, peer, { ...parts, verification, receipts, room })
    this.fileKeys = new FileKeys(parts, (events) => this.#reception.dispatch(events, null))
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
    this.#dispatch.write(id, text, this.#reach.channel)
    this.open()
  }

  /** @param member - of the room that this is */
  sendPrivately(id: string, member: string, text: string): void {
    const to = this.room.addressee(member)
    if (to) this.#dispatch.write(id, text, this.#reach.channel, to)
  }

  /** Asks for what could not be read. @param text - `null` for our own words */
  askResend(id: string, gapId: string, text: string | null): void {
    if (this.#reception.closeGap(gapId)) this.send(id, text ?? RESEND_REQUEST)
    else this.#refuse('CHAT_NO_GAP')
  }

  retry(id: string): void {
    void this.queue.add(() => {
      if (!this.#dispatch.retry(id)) return this.#refuse('CHAT_UNKNOWN_MESSAGE')
      this.open()
      this.#dispatch.drain()
    })
  }

  discard(id: string): void {
    void this.queue.add(() => {
      const code = this.#timeline.discard(id)
      if (code !== null) this.#refuse(code)
    })
  }

  setComposing(active: boolean): void {
    this.#dispatch.setComposing(active)
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
      if (wasReached) {
        this.#context.emit({ type: 'closed', peer: this.peer, by: 'local', fault: null })
      }
      this.history.over()
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
    this.#dispatch.moved()
    this.receipts.flush()
  }

  secured(): void {
    this.#dispatch.resendUnreadable()
    this.receipts.flush()
  }

  doubted(): void {
    this.#dispatch.doubt()
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
        this.#dispatch.sent(event.id, channel?.isRoom === true)
        return
      case 'delivered':
        this.#dispatch.delivered(event.id, channel?.isRoom === true)
        return
      case 'failed':
        if (this.#dispatch.failed(event.id, event.status)) {
          this.#reach.giveUp({ by: 'network', fault: null })
        }
        return
      case 'roster':
        inTurn(() => this.room.onRoster(event.roster))
        return
      case 'roomInvitation':
        inTurn(() => this.room.onInvitation(event.who, event.fault))
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
    const { isRoom } = channel
    if (isRoom && !mayBeRoom(this.#context.contacts.get(this.peer))) return this.#refuseRoom()
    this.#postbox.channel = channel
    if (!replaces || isRoom !== this.isRoom) {
      this.#context.emit({ type: 'opened', peer: this.peer, room: isRoom })
    }
    if (isRoom) return this.#enterRoom(channel)
    this.room.left()
    if (!replaces) notice(this.#context, this.peer, 'session-opened')
    await this.#gate.opened(channel.role, OTR_PROFILE)
  }

  #refuseRoom(): void {
    this.#reach.giveUp({ by: 'refused', fault: chatFault('CHAT_ROOM_UNEXPECTED') })
  }

  /** What was written before it was known to be a room was not written for everybody. */
  async #enterRoom(channel: Channel): Promise<void> {
    await this.#gate.openedRoom() // What may go goes after this task.
    if (!this.#isKnownRoom) this.#timeline.failWaiting(DELIVERY_REASONS.room)
    this.#isKnownRoom = true
    this.room.enter(channel)
  }

  async #onLost(loss: Extract<ReachEvent, { type: 'lost' }>): Promise<void> {
    const { by, fault, first, isFinal } = loss
    const { state } = this.#gate
    const wasOpen = this.#postbox.channel !== null
    this.#isUndecided = state === 'unsupported' || state === 'ended' || state === 'keyChanged'
    await this.#forgetChannel()
    this.#context.emit({ type: 'closed', peer: this.peer, by, fault })
    if (by === 'remote') this.history.over()
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
    const writes = channel?.profile.plainTextIs ?? 'plain'
    const status = await this.#reception.receive(message, state === 'room', writes)
    channel?.report(message.id, status)
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
    this.room.left()
    this.#dispatch.reset()
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
}
