import { type FileReceiveEvent, FileReceiver, HashedSink } from '../msrp/index.ts'
import { FileCipher, sealedSize } from '../otr/index.ts'
import type { ChatContext } from './context.ts'
import type { Address, Privacy } from './events.ts'
import type { FileHost, FileSink } from './file-door.ts'
import { type FileKey, maySeal } from './file-keys.ts'
import type { FileLeg, FileLegEvent } from './file-leg.ts'
import type { FileInvitation } from './file-line.ts'
import { safeFileName } from './file-name.ts'
import { FILE_FAREWELL_MAX_MS, FILE_FAREWELL_MS, FILE_PARTIAL_KEPT_MS } from './limits.ts'
import { behind, SealedSink } from './sealed-file.ts'
import { FileTransfer } from './transfer.ts'
import type { Transfer } from './transfer-events.ts'

/** A file as a peer offers it, in the SDP or inside OTR. */
export interface OfferedFile {
  readonly invitation: FileInvitation
  /** What names the file in later attempts; `null` if nothing does. */
  readonly file: string | null
  readonly name: string
  readonly type: string
  readonly size: number
  readonly sha1: string | null
  /** Octets that the peer takes us to have. */
  readonly start: number
  /** `null`: it comes in clear. */
  readonly key: FileKey | null
}

/** What is there of the file, over all attempts. */
interface Kept {
  readonly sink: FileSink
  readonly hashed: HashedSink
}

interface Attempt {
  readonly offer: OfferedFile
  readonly cipher: FileCipher | null
  readonly opening: SealedSink | null
  readonly receiver: FileReceiver
  leg: FileLeg | null
}

/** A file that comes from a peer. */
export class IncomingTransfer extends FileTransfer {
  readonly #host: FileHost
  /** The offer that waits for the person, or that was taken. */
  #offer: OfferedFile
  #kept: Kept | null = null
  #attempt: Attempt | null = null
  #cancelKeeping = () => {}

  constructor(
    context: ChatContext,
    host: FileHost,
    offer: OfferedFile,
    protection: Transfer['protection'],
  ) {
    super(context, {
      id: context.newId(),
      peer: offer.invitation.peer.address as Address,
      direction: 'in',
      name: safeFileName(offer.name),
      size: offer.size,
      contentType: essence(offer.type),
      at: context.env.now(),
      protection,
      state: { step: 'asks', about: 'offered' },
    })
    this.#host = host
    this.#offer = offer
  }

  begin(): void {
    this.tell()
  }

  /** The person takes it. @returns false if that was not the question */
  accept(): boolean {
    if (!this.agree()) return false
    void this.#receive(this.#offer)
    return true
  }

  /** The caller has withdrawn an offer. @returns false if it was another one */
  withdrawn(invitation: FileInvitation): boolean {
    if (this.#offer.invitation !== invitation) return false
    this.cancelledByPeer()
    return true
  }

  /** True if this offer goes on with this file: same peer, same file, same protection. */
  continues(offer: OfferedFile): boolean {
    const before = this.#offer
    return (
      this.step === 'failed' &&
      this.#kept !== null &&
      this.#kept.hashed.prefix >= offer.start &&
      offer.file !== null &&
      offer.file === before.file &&
      offer.size === before.size &&
      offer.sha1 === before.sha1 &&
      (offer.key === null) === (before.key === null) &&
      offer.key?.fingerprint === before.key?.fingerprint
    )
  }

  /** The peer tries again; the person has agreed already. */
  goOn(offer: OfferedFile): void {
    this.#cancelKeeping()
    this.#offer = offer
    this.retry()
    void this.#receive(offer)
  }

  /** What protects the conversation has changed. */
  privacyChanged(privacy: Privacy): void {
    const { key, invitation } = this.#offer
    if (key === null || (maySeal(privacy.state) && privacy.peerFingerprint === key.fingerprint))
      return
    if (this.step === 'asks') invitation.refuse(480)
    if (this.step === 'asks' || this.step === 'waiting' || this.step === 'active') {
      this.#failed('CHAT_FILE_UNPROTECTED')
    }
  }

  override dispose(): void {
    if (this.step === 'asks') this.#offer.invitation.refuse(480)
    super.dispose()
  }

  override cancel(): boolean {
    if (this.step === 'asks') this.#offer.invitation.refuse(603)
    return super.cancel()
  }

  protected override stop(): void {
    this.#endAttempt()
    this.#throwAway()
  }

  async #receive(offer: OfferedFile): Promise<void> {
    try {
      const sink = this.#kept?.sink ?? (await this.#host.create(this.transfer))
      this.#kept ??= { sink, hashed: new HashedSink(sink) }
    } catch {
      offer.invitation.refuse(480)
      this.fail('CHAT_FILE_UNWRITABLE', false)
      return
    }
    if (this.step !== 'waiting' || this.isDisposed) {
      offer.invitation.refuse(603)
      return this.#throwAway()
    }
    const { hashed } = this.#kept
    const cipher = offer.key && this.#cipher(offer.key)
    const rest = offer.size - offer.start
    const tail = behind(hashed, offer.start)
    const opening = cipher && new SealedSink(tail, cipher, rest)
    const receiver = new FileReceiver(
      { size: opening === null ? rest : sealedSize(rest), sink: opening ?? tail },
      this.context.env,
      (event) => {
        if (this.#attempt === attempt) this.#onReceiver(attempt, event)
      },
    )
    const attempt: Attempt = { offer, cipher, opening, receiver, leg: null }
    this.#attempt = attempt
    attempt.leg = offer.invitation.take(receiver, (event) => {
      if (this.#attempt === attempt) this.#onLeg(event)
    })
  }

  #cipher({ key, fingerprint, announcement }: FileKey): FileCipher {
    const receiver = this.context.ownFingerprint()!
    const cipher = new FileCipher(key, { sender: fingerprint, receiver, announcement })
    key.fill(0)
    return cipher
  }

  #onReceiver(attempt: Attempt, event: FileReceiveEvent): void {
    switch (event.type) {
      case 'progress':
        this.progress(this.#kept?.hashed.prefix ?? 0)
        return
      case 'received':
        void this.#complete(attempt)
        return
      case 'failed':
        if (event.why === 'aborted') return this.#takenBack()
        if (event.why === 'stalled') return this.#failed('CHAT_FILE_STALLED')
        this.#rejected(
          event.why === 'sink' && !attempt.opening?.isForged
            ? 'CHAT_FILE_UNWRITABLE'
            : 'CHAT_FILE_DAMAGED',
        )
    }
  }

  /** Every byte is there: is it the file that was promised? */
  async #complete(attempt: Attempt): Promise<void> {
    const { receiver, offer } = attempt
    const { sink, hashed } = this.#kept!
    const isSound =
      hashed.prefix === offer.size && (offer.sha1 === null || hashed.digest() === offer.sha1)
    if (!isSound) {
      receiver.confirm(400)
      return this.#rejected('CHAT_FILE_DAMAGED')
    }
    try {
      await sink.finish()
    } catch {
      receiver.confirm(413)
      return this.#rejected('CHAT_FILE_UNWRITABLE')
    }
    this.#kept = null
    receiver.confirm(200)
    this.finish()
    // Whoever sent it hangs up (RFC 5547 §8.2), or did not hear of it.
    this.context.env.after(FILE_FAREWELL_MAX_MS, () => {
      if (this.#attempt === attempt) this.#endAttempt()
    })
  }

  #onLeg(event: FileLegEvent): void {
    if (event.type === 'answered') return
    if (this.isOver) return this.#endAttempt()
    if (event.by === 'remote' && event.fault === null) return this.#takenBack()
    this.#failed('CHAT_FILE_LOST')
  }

  #takenBack(): void {
    this.cancelledByPeer()
    this.stop()
  }

  /** It cannot be had. The sender is being told why, and hangs up when it knows. */
  #rejected(code: Parameters<FileTransfer['fail']>[0]): void {
    this.fail(code, false)
    const attempt = this.#attempt
    this.#attempt = null
    attempt?.receiver.cancel()
    attempt?.cipher?.wipe()
    this.context.env.after(FILE_FAREWELL_MS, () => attempt?.leg?.close())
    this.#throwAway()
  }

  /** What is there is kept for a while: the peer may go on with it. */
  #failed(code: Parameters<FileTransfer['fail']>[0]): void {
    this.fail(code, false)
    this.#endAttempt(true)
    this.#cancelKeeping = this.context.env.after(FILE_PARTIAL_KEPT_MS, () => this.#throwAway())
  }

  #endAttempt(isBroken = false): void {
    const attempt = this.#attempt
    this.#attempt = null
    attempt?.receiver.cancel()
    attempt?.leg?.close(isBroken)
    attempt?.cipher?.wipe()
  }

  #throwAway(): void {
    this.#cancelKeeping()
    const kept = this.#kept
    this.#kept = null
    kept?.sink.abort().catch(() => {}) // Nobody could do anything about it.
  }
}

/** The type without parameters, if it is one. */
function essence(type: string): string {
  const [, found] = /^\s*([\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64})\s*(?:;|$)/.exec(type) ?? []
  return found?.toLowerCase() ?? 'application/octet-stream'
}
