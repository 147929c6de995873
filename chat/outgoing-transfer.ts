import {
  acceptsType,
  type FileSendEvent,
  FileSender,
  type FileSource,
  hashFile,
  profileOf,
  wrapCpim,
} from '../msrp/index.ts'
import { FileCipher } from '../otr/index.ts'
import type { FileDescription, MsrpDescription, SipPeer } from '../sip/index.ts'
import type { ChatContext } from './context.ts'
import type { Privacy } from './events.ts'
import { writeAnnouncement } from './file-announcement.ts'
import type { FileToSend } from './file-door.ts'
import { type FileKey, type FileKeys, maySeal } from './file-keys.ts'
import type { FileLeg, FileLegEvent } from './file-leg.ts'
import type { FileLine } from './file-line.ts'
import { FILE_CHUNK_BYTES, FILE_WAIT_MS } from './limits.ts'
import { openable, SealedSource, tailOf } from './sealed-file.ts'
import { FileTransfer } from './transfer.ts'
import type { Transfer } from './transfer-events.ts'

/** What an outgoing file needs of the rest of the account. */
export interface FileSendingParts {
  readonly line: FileLine
  /** Of the conversation with the peer, which is opened. */
  readonly keys: FileKeys
}

/** One attempt: from the offer to its end. */
interface Attempt {
  readonly transferId: string
  /** Octets of the file in front of those that go. */
  readonly start: number
  /** `null`: in clear. */
  readonly sealed: { readonly cipher: FileCipher; readonly fingerprint: string } | null
  readonly source: FileSource
  leg: FileLeg | null
  sender: FileSender | null
}

export const SEALED_TYPE = 'application/x-otr-file'

/** A file that goes to a peer. */
export class OutgoingTransfer extends FileTransfer {
  readonly #file: FileToSend
  readonly #parts: FileSendingParts
  readonly #giveUpHash = new AbortController()
  #sha1: string | null = null
  /** The person let it go in clear. */
  #isApproved = false
  /** Once it went encrypted it never goes otherwise. */
  #mustSeal = false
  #isAnnouncing = false
  #attempt: Attempt | null = null
  /** Octets that the peer is known to have. */
  #confirmed = 0
  #cancelWait = () => {}

  constructor(context: ChatContext, transfer: Transfer, file: FileToSend, parts: FileSendingParts) {
    super(context, transfer)
    this.#file = file
    this.#parts = parts
  }

  begin(): void {
    this.tell()
    this.#await()
    hashFile(this.#file, this.#giveUpHash.signal).then(
      (sha1) => {
        this.#sha1 = sha1
        this.#decide()
      },
      () => this.#failed('CHAT_FILE_UNREADABLE', false),
    )
  }

  /** The person lets it go in clear. @returns false if that was not the question */
  approve(): boolean {
    if (!this.agree()) return false
    this.#isApproved = true
    this.#await()
    this.#decide()
    return true
  }

  /** @returns false if there is nothing to resume */
  resume(): boolean {
    const { state } = this.transfer
    if (state.step !== 'failed' || !state.resumable || !this.retry()) return false
    this.#await()
    this.#decide()
    return true
  }

  /** What protects the conversation has changed. */
  privacyChanged(privacy: Privacy): void {
    const sealed = this.#attempt?.sealed
    const isSame = maySeal(privacy.state) && privacy.peerFingerprint === sealed?.fingerprint
    if (sealed && !isSame) this.#failed('CHAT_FILE_UNPROTECTED', true)
    else this.#decide()
  }

  /** The contact is always-OTR from now on: what goes in clear, or asks to, is over. */
  requireOtr(): void {
    const goesInClear = this.#attempt !== null && this.#attempt.sealed === null
    if (goesInClear || this.step === 'asks') this.#failed('CHAT_FILE_ALWAYS_OTR', false)
  }

  protected override stop(): void {
    this.#giveUpHash.abort()
    this.#endAttempt()
  }

  /** Gives it a time to be taken, from the first moment to the last bell. */
  #await(): void {
    this.#cancelWait()
    this.#cancelWait = this.context.env.after(FILE_WAIT_MS, () => {
      this.#failed('CHAT_FILE_UNREACHED', true)
    })
  }

  /** How it goes, if it can be known now. */
  #decide(): void {
    if (!this.#isDue || this.#sha1 === null) return
    const { keys } = this.#parts
    switch (keys.state) {
      case 'room':
        this.#failed('CHAT_FILE_ROOM', false)
        return
      case 'verified':
      case 'unverified':
        if (keys.takesSealedFiles) void this.#seal(this.#sha1)
        else this.#offerInClear(this.#sha1)
        return
      case 'plaintext':
      case 'unsupported':
        this.#offerInClear(this.#sha1)
        return
      default: // Not settled yet; `privacyChanged` comes.
    }
  }

  /** An attempt may begin. */
  get #isDue(): boolean {
    return this.step === 'waiting' && this.#attempt === null && !this.isDisposed
  }

  #offerInClear(sha1: string): void {
    if (this.#mustSeal) return this.#failed('CHAT_FILE_UNPROTECTED', true)
    if (this.context.contacts.get(this.transfer.peer)?.alwaysOtr) {
      return this.#failed('CHAT_FILE_ALWAYS_OTR', false)
    }
    if (!this.#isApproved) {
      this.#cancelWait()
      this.ask('unencrypted')
      return
    }
    this.protectedBy('none')
    const { name, contentType: type, size } = this.transfer
    const start = this.#confirmed
    const { modified } = this.#file
    this.#offer(
      { start, transferId: this.#newTransferId(), sealed: null, source: tailOf(this.#file, start) },
      {
        selector: { name, type, size, sha1 },
        disposition: 'attachment',
        date:
          modified === undefined ? null : { creation: null, modification: modified, read: null },
        range: start === 0 ? null : { start: start + 1, stop: size },
      },
    )
  }

  async #seal(sha1: string): Promise<void> {
    if (this.#isAnnouncing) return
    this.#isAnnouncing = true
    const { id: file, name, contentType: type, size } = this.transfer
    const [transferId, start] = [this.#newTransferId(), this.#confirmed]
    const modified = this.#file.modified ?? null
    const said = { id: transferId, file, name, type, size, sha1, start, modified }
    const key = await this.#parts.keys.announce(writeAnnouncement(said))
    this.#isAnnouncing = false
    if (!this.#isDue) return
    const { keys } = this.#parts
    if (key === null || key.fingerprint !== keys.fingerprint) {
      // The conversation has changed meanwhile; if it has not settled, its next change decides.
      if (!maySeal(keys.state) || !keys.takesSealedFiles) this.#decide()
      return
    }
    const cipher = this.#cipher(key)
    const source = new SealedSource(tailOf(this.#file, start), cipher)
    this.#mustSeal = true
    this.protectedBy(this.#parts.keys.state === 'verified' ? 'verified' : 'unverified')
    this.#offer(
      { start, transferId, sealed: { cipher, fingerprint: key.fingerprint }, source },
      {
        selector: { name: 'encrypted', type: SEALED_TYPE, size: source.size, sha1: null },
        disposition: 'attachment',
        date: null,
        range: null,
      },
    )
  }

  #cipher({ key, fingerprint, announcement }: FileKey): FileCipher {
    const sender = this.context.ownFingerprint()!
    const cipher = new FileCipher(key, { sender, receiver: fingerprint, announcement })
    key.fill(0)
    return cipher
  }

  #offer(
    attempt: Omit<Attempt, 'leg' | 'sender'>,
    description: Omit<FileDescription, 'transferId'>,
  ): void {
    const { transferId } = attempt
    const current: Attempt = { ...attempt, leg: null, sender: null }
    this.#attempt = current
    current.leg = this.#parts.line.offer(
      this.transfer.peer,
      { ...description, transferId },
      (event) => {
        if (this.#attempt === current) this.#onLeg(current, event)
      },
    )
    this.tell()
  }

  #onLeg(attempt: Attempt, event: FileLegEvent): void {
    if (event.type === 'answered') return this.#onAnswer(attempt, event.peer, event.remote)
    const { fault, status, by } = event
    if (this.step === 'active' || fault === null) {
      if (by === 'remote' && fault === null) return this.#takenBack()
      return this.#failed('CHAT_FILE_LOST', true)
    }
    if (status === 603) return this.#takenBack()
    if (status === 486) return this.#failed('CHAT_FILE_UNREACHED', true)
    if (status !== 488) return this.#failed(fault, true)
    if (attempt.start === 0) return this.#failed('CHAT_FILE_UNSUPPORTED', false)
    // They cannot go on where it stopped, and are offered the whole, which begins at 0.
    this.#confirmed = 0
    this.#endAttempt()
    this.#await()
    this.#decide()
  }

  #onAnswer(attempt: Attempt, peer: SipPeer, remote: MsrpDescription): void {
    const { file, direction, maxSize } = remote
    const isOurs = file?.transferId === attempt.transferId && direction === 'recvonly'
    if (!isOurs) return this.#failed('CHAT_FILE_UNSUPPORTED', false)
    const wrapped = this.#wrapped(attempt, remote)
    if (wrapped === null) return this.#failed('CHAT_FILE_UNSUPPORTED', false)
    const { source, contentType, head } = wrapped
    if (maxSize !== null && source.size > maxSize) return this.#failed('CHAT_FILE_TOO_LARGE', false)
    this.#cancelWait()
    const { name } = profileOf({
      userAgent: peer.userAgent,
      acceptTypes: remote.acceptTypes,
      acceptWrappedTypes: remote.acceptWrappedTypes,
    })
    const reports = attempt.sealed !== null || name === 'sotto' || name === 'blink'
    attempt.sender = new FileSender(
      {
        id: this.context.newId(),
        contentType,
        source,
        maxChunk: FILE_CHUNK_BYTES,
        pacedBy: reports ? 'reports' : 'answers',
      },
      this.context.env,
      (event) => {
        if (this.#attempt === attempt) this.#onSender(attempt, head, event)
      },
    )
    attempt.leg?.carry(attempt.sender)
  }

  /** As it is, where the peer takes that; else in message/cpim. `null`: neither. */
  #wrapped(
    { source, sealed }: Attempt,
    { acceptTypes }: MsrpDescription,
  ): { readonly source: FileSource; readonly contentType: string; readonly head: number } | null {
    const contentType = sealed === null ? this.transfer.contentType : SEALED_TYPE
    if (acceptsType(acceptTypes, contentType)) return { source, contentType, head: 0 }
    if (!acceptsType(acceptTypes, 'message/cpim')) return null
    const { own, displayName, env } = this.context
    const head = wrapCpim({
      from: { name: displayName, uri: own },
      to: { name: null, uri: this.transfer.peer },
      dateTime: new Date(env.now()).toISOString(),
      contentType,
      body: new Uint8Array(0),
    })
    return { source: withHead(head, source), contentType: 'message/cpim', head: head.length }
  }

  #onSender({ start, sealed }: Attempt, head: number, event: FileSendEvent): void {
    switch (event.type) {
      case 'progress': {
        const come = Math.max(0, event.done - head)
        this.#confirmed = start + (sealed === null ? come : openable(come))
        this.progress(this.#confirmed)
        return
      }
      case 'delivered':
        this.finish()
        this.#endAttempt()
        return
      case 'failed':
        if (event.why === 'source') return this.#failed('CHAT_FILE_UNREADABLE', false)
        if (event.why === 'stalled') return this.#failed('CHAT_FILE_STALLED', true)
        if (event.status === 413) return this.#takenBack()
        if (event.status === 400) return this.#failed('CHAT_FILE_DAMAGED', false)
        if (event.status === 415) return this.#failed('CHAT_FILE_UNSUPPORTED', false)
        return this.#failed('CHAT_FILE_LOST', true)
    }
  }

  #takenBack(): void {
    this.cancelledByPeer()
    this.stop()
  }

  #failed(fault: Parameters<FileTransfer['fail']>[0], resumable: boolean): void {
    this.fail(fault, resumable)
    this.#endAttempt(resumable)
  }

  /** @param isBroken - it may be resumed: the peer is not told to throw away what it has */
  #endAttempt(isBroken = false): void {
    this.#cancelWait()
    const attempt = this.#attempt
    this.#attempt = null
    if (isBroken) attempt?.sender?.end()
    else attempt?.sender?.cancel()
    attempt?.leg?.close(isBroken)
    attempt?.sealed?.cipher.wipe()
  }

  #newTransferId(): string {
    return this.context.newId() + this.context.newId().slice(0, 12)
  }
}

/** A source in front of which stands something else. */
function withHead(head: Uint8Array, source: FileSource): FileSource {
  return {
    size: head.length + source.size,
    async read(offset, length) {
      const own = head.subarray(offset, offset + length)
      if (own.length === length) return own
      const rest = await source.read(offset + own.length - head.length, length - own.length)
      const bytes = new Uint8Array(length)
      bytes.set(own)
      bytes.set(rest, own.length)
      return bytes
    },
  }
}
