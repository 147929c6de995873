import type { OtrCommand, OtrSessionSetup, PeerProfile } from './engine.ts'
import { OtrError } from './errors.ts'
import type { OtrOutput, OtrPolicy, OtrVersion } from './events.ts'
import { parseFragment, Reassembler } from './fragments.ts'
import {
  ERROR_INTERVAL_MS,
  FRAGMENT_ABOVE_MIN,
  INSTANCE_TAG_MIN,
  INSTANCES_MAX,
  TEXT_BYTES_MAX,
  TLV_BYTES_MAX,
} from './limits.ts'
import { MESSAGE } from './message-table.ts'
import { type AkeMessage, type DataMessage, type OtrMessage, parseMessage } from './messages.ts'
import { type Recognised, recognise, writeError, writeQuery, writeTag } from './recognise.ts'
import { OtrSession, type Output, type SessionParts } from './session.ts'

/**
 * OTR with one peer, who may be at several devices (OTRv3, "Instance Tags"). Each device that speaks
 * version 3 has a session of its own; version 2, queries and our commit to nobody in particular belong
 * to the master session. Text goes to the current one: the device that was encrypted or heard last.
 */
export class OtrConversation {
  readonly #parts: SessionParts
  readonly #master: OtrSession
  /** By instance tag, the one unheard for longest in front. */
  readonly #devices = new Map<number, OtrSession>()
  readonly #reassembler = new Reassembler()
  /** Devices that have answered, or outranked, the commit that the master holds. */
  readonly #answered = new Set<number>()
  #current: OtrSession
  #policy: OtrPolicy
  /** What became of the whitespace tags that we sent. */
  #tags: 'unsent' | 'sent' | 'rejected' | 'accepted' = 'unsent'
  #errorSentAt = Number.NEGATIVE_INFINITY
  #errorAnsweredAt = Number.NEGATIVE_INFINITY

  constructor(
    parts: Omit<SessionParts, 'profile'>,
    { policy, profile }: Pick<OtrSessionSetup, 'policy' | 'profile'>,
  ) {
    checkProfile(profile)
    this.#parts = { ...parts, profile }
    this.#master = new OtrSession(this.#parts, 0)
    this.#current = this.#master
    this.#policy = policy
  }

  /**
   * Runs one command to its end. Whatever the network brings becomes events.
   *
   * @throws RangeError for a text, question or policy that the caller should not have given
   */
  run(command: OtrCommand): OtrOutput {
    // There is no timer: secrets of old handshakes go with the first command after their time.
    for (const session of this.#sessions()) session.expireAke()
    const out: Output = { wire: [], events: [] }
    switch (command.op) {
      case 'start':
        this.#sendQuery(out)
        break
      case 'receive':
        this.#receive(command.text, out)
        break
      case 'send':
        this.#send(command, out)
        break
      case 'end':
        this.#end(out)
        break
      case 'smpStart':
        this.#smpStart(command.secret, command.question, out)
        break
      case 'smpAnswer':
        this.#verifying.smpAnswer(command.secret, out)
        break
      case 'smpAbort':
        this.#verifying.smpAbort(out)
        break
      case 'extraKey':
        this.#sendExtraKey(command.use, command.data, out)
        break
      case 'policy':
        this.#policy = command.policy
        break
    }
    return out
  }

  /** Wipes all secrets without a word to anybody. */
  forget(): void {
    for (const session of this.#sessions()) session.forget()
    this.#devices.clear()
    this.#current = this.#master
  }

  // Receiving

  #receive(text: string, out: Output): void {
    try {
      this.#take(recognise(text), out)
    } catch (error) {
      if (!(error instanceof OtrError)) throw error
      out.events.push({ type: 'ignored', why: error.code })
    }
  }

  #take(recognised: Recognised, out: Output): void {
    if (recognised.kind !== 'fragment' && recognised.kind !== 'encoded') {
      this.#reassembler.interrupt(0)
    }
    if (recognised.kind === 'plain') {
      if (this.#tags === 'sent') this.#tags = 'rejected'
    } else {
      this.#tags = 'accepted'
    }
    switch (recognised.kind) {
      case 'plain':
        out.events.push({ type: 'text', text: recognised.text, fingerprint: null })
        break
      case 'tagged':
        if (recognised.text !== '') {
          out.events.push({ type: 'text', text: recognised.text, fingerprint: null })
        }
        out.events.push({ type: 'offered', versions: recognised.versions })
        if (this.#policy.whitespaceStartsAke) this.#startAke(recognised.versions, out)
        break
      case 'query':
        out.events.push({ type: 'offered', versions: recognised.versions })
        this.#startAke(recognised.versions, out)
        break
      case 'error':
        out.events.push({ type: 'peerError', text: recognised.text })
        this.#answerError(out)
        break
      case 'encoded':
        this.#takeMessage(parseMessage(recognised.bytes), out)
        break
      case 'fragment':
        this.#takeFragment(recognised.text, out)
        break
    }
  }

  #takeFragment(text: string, out: Output): void {
    const fragment = parseFragment(text)
    const { version, senderTag, receiverTag } = fragment
    if (version === 3) this.#checkTags(senderTag, receiverTag, true)
    const whole = this.#reassembler.accept(fragment, this.#parts.now())
    if (whole === null) return
    const recognised = recognise(whole)
    if (recognised.kind !== 'encoded') throw new OtrError('OTR_MALFORMED', 'fragments')
    const message = parseMessage(recognised.bytes)
    if (message.version !== version || message.senderTag !== senderTag) {
      throw new OtrError('OTR_MALFORMED', 'fragments of one message and header of another')
    }
    this.#takeMessage(message, out)
  }

  #takeMessage(message: OtrMessage, out: Output): void {
    this.#reassembler.interrupt(message.senderTag)
    if (message.version === 3) {
      this.#checkTags(message.senderTag, message.receiverTag, message.type === 'dhCommit')
    }
    if (message.type === 'data') this.#takeData(message, out)
    else this.#takeAke(message, out)
  }

  /** OTRv3, "Instance Tags". @throws OtrError */
  #checkTags(senderTag: number, receiverTag: number, mayBeUnknown: boolean): void {
    const { ownTag } = this.#parts
    if (senderTag < INSTANCE_TAG_MIN) throw new OtrError('OTR_MALFORMED', 'reserved sender tag')
    if (senderTag === ownTag) throw new OtrError('OTR_REFLECTED', 'our own instance tag')
    if (receiverTag === ownTag || (receiverTag === 0 && mayBeUnknown)) return
    throw new OtrError('OTR_OTHER_INSTANCE', 'receiver tag')
  }

  #takeAke(message: AkeMessage, out: Output): void {
    out.events.push({ type: 'offered', versions: [message.version] })
    if (!this.#allowed().includes(message.version)) {
      throw new OtrError('OTR_VERSION', `version ${message.version} is not allowed`)
    }
    const session = message.version === 2 ? this.#master : this.#deviceFor(message)
    const result = session.receiveAke(message, out)
    if (result === null) return
    this.#current = session
    const by = message.type === 'signature' ? 'us' : 'peer'
    out.events.push(session.describe(by, result === 'refreshed'))
  }

  /**
   * The session with the device that sent the message. A device whose handshake has not begun joins the
   * one that our commit to any device began.
   */
  #deviceFor(message: AkeMessage): OtrSession {
    const tag = message.senderTag
    const known = this.#devices.get(tag)
    const begins = message.type === 'dhCommit' || message.type === 'dhKey'
    const commit = this.#master.commit
    const joins =
      begins && (known?.akeIsIdle ?? true) && commit?.version === 3 && !this.#answered.has(tag)
    if (known === undefined && !joins && message.type !== 'dhCommit') {
      throw new OtrError('OTR_UNEXPECTED', `${message.type} from a device not heard of`)
    }
    const session = known ?? new OtrSession(this.#parts, tag)
    if (joins) {
      session.adopt(commit)
      this.#answered.add(tag)
    }
    this.#noteHeard(session)
    return session
  }

  #takeData(message: DataMessage, out: Output): void {
    const session = message.version === 2 ? this.#master : this.#devices.get(message.senderTag)
    try {
      if (session === undefined) throw new OtrError('OTR_NOT_ENCRYPTED', 'device not heard of')
      const received = session.open(message)
      if (message.version === 3) this.#noteHeard(session)
      if (session !== this.#current) {
        this.#current = session
        out.events.push(session.describe('peer', true))
      }
      if (session.deliver(received, out)) this.#peerEnded(session, out)
    } catch (error) {
      if (!(error instanceof OtrError) || error.code === 'OTR_REPLAYED') throw error
      const silent = message.ignoreUnreadable
      out.events.push({ type: 'unreadable', why: error.code, silent })
      if (!silent) this.#sendError(out)
    }
  }

  /** The current session ended. If another device is encrypted, the conversation goes on there. */
  #peerEnded(session: OtrSession, out: Output): void {
    const other = [...this.#sessions()].findLast(({ state }) => state === 'encrypted')
    this.#current = other ?? session
    out.events.push(this.#current.describe('peer', other !== undefined))
  }

  #noteHeard(session: OtrSession): void {
    this.#devices.delete(session.peerTag)
    this.#devices.set(session.peerTag, session)
    if (this.#devices.size <= INSTANCES_MAX) return
    const spare = [...this.#devices.values()].filter((device) => device !== this.#current)
    const oldest = spare.find(({ state }) => state !== 'encrypted') ?? spare[0]!
    oldest.forget()
    this.#devices.delete(oldest.peerTag)
  }

  #answerError(out: Output): void {
    const now = this.#parts.now()
    if (!this.#policy.errorStartsAke || now - this.#errorAnsweredAt < ERROR_INTERVAL_MS) return
    this.#errorAnsweredAt = now
    this.#sendQuery(out)
  }

  // Sending

  #send({ id, text, bare = false }: Extract<OtrCommand, { op: 'send' }>, out: Output): void {
    checkText(text)
    const [action] = MESSAGE[this.#current.state].send
    switch (action) {
      case 'encrypt':
        this.#current.sendText(id, text, bare, out)
        break
      case 'refuse':
        out.events.push({ type: 'refused', id, why: 'finished' })
        break
      case 'sendPlain':
        if (this.#policy.requireEncryption) {
          out.events.push({ type: 'refused', id, why: 'notEncrypted' })
        } else {
          out.wire.push({ text: bare ? text : text + this.#tag(), carries: id })
        }
    }
  }

  /** The whitespace tag, if it is to be sent: not to a peer who has answered one in plain text. */
  #tag(): string {
    const allowed = this.#allowed()
    if (!this.#policy.sendWhitespaceTag || this.#tags === 'rejected' || allowed.length === 0) {
      return ''
    }
    if (this.#tags === 'unsent') this.#tags = 'sent'
    return writeTag(allowed)
  }

  #sendQuery(out: Output): void {
    const allowed = this.#allowed()
    if (allowed.length === 0) {
      out.events.push({ type: 'ignored', why: 'OTR_VERSION' })
      return
    }
    out.wire.push({ text: writeQuery(allowed), carries: null })
  }

  /** At most one in `ERROR_INTERVAL_MS`: two peers that answer errors would never stop. */
  #sendError(out: Output): void {
    const now = this.#parts.now()
    if (!this.#parts.profile.errors || now - this.#errorSentAt < ERROR_INTERVAL_MS) return
    this.#errorSentAt = now
    const text = writeError('An encrypted message arrived that could not be read.')
    out.wire.push({ text, carries: null })
  }

  #startAke(offered: readonly number[], out: Output): void {
    const version = this.#allowed().findLast((allowed) => offered.includes(allowed))
    if (version === undefined) throw new OtrError('OTR_VERSION', 'no version in common')
    const almost = [...this.#sessions()].filter((session) => session.awaitsSignature(version))
    for (const session of almost) session.startAke(version, out)
    if (almost.length > 0) return
    if (this.#answered.size > 0) this.#master.forgetAke() // That commit has done its work.
    if (!this.#master.startAke(version, out)) return
    this.#answered.clear()
    for (const device of this.#devices.values()) device.forgetAke()
  }

  #end(out: Output): void {
    let changed = false
    for (const session of this.#sessions()) changed = session.end(out) || changed
    if (changed) out.events.push(this.#current.describe('us', false))
  }

  #sendExtraKey(use: number, data: Uint8Array, out: Output): void {
    if (data.length > TLV_BYTES_MAX - 4) throw new RangeError(`${data.length} B for the extra key`)
    if (this.#current.state === 'encrypted') this.#current.sendExtraKey(use, data, out)
  }

  #smpStart(secret: string, question: string | null, out: Output): void {
    // The session may have ended a moment ago, and whoever asked does not know it yet.
    if (this.#current.state !== 'encrypted') {
      out.events.push({ type: 'smp', step: 'aborted', by: 'us' })
      return
    }
    if (this.#verifying !== this.#current) this.#verifying.smpAbort(out)
    this.#current.smpStart(secret, question, out)
  }

  /** The session whose SMP runs, else the current one. */
  get #verifying(): OtrSession {
    const running = [...this.#sessions()].find(({ smpPhase }) => smpPhase !== 'expect1')
    return running ?? this.#current
  }

  /** Ascending. */
  #allowed(): OtrVersion[] {
    const versions: OtrVersion[] = []
    if (this.#policy.allowV2) versions.push(2)
    if (this.#policy.allowV3) versions.push(3)
    return versions
  }

  *#sessions(): Iterable<OtrSession> {
    yield this.#master
    yield* this.#devices.values()
  }
}

function checkText(text: string): void {
  if (text === '') throw new RangeError('empty text would look like a heartbeat')
  if (text.includes('\0')) throw new RangeError('text contains U+0000')
  if (text.length * 3 <= TEXT_BYTES_MAX) return // No character takes more bytes: no need to count.
  const length = new TextEncoder().encode(text).length
  if (length > TEXT_BYTES_MAX) throw new RangeError(`text of ${length} B`)
}

function checkProfile({ fragmentAbove, padTo }: PeerProfile): void {
  if (fragmentAbove !== null && !(fragmentAbove >= FRAGMENT_ABOVE_MIN)) {
    throw new RangeError(`fragments of ${fragmentAbove} characters`)
  }
  if (!(padTo >= 0 && padTo <= TLV_BYTES_MAX)) throw new RangeError(`padding to ${padTo} B`)
}
