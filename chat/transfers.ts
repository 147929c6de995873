import { sealedSize } from '../otr/index.ts'
import type { ChatContext } from './context.ts'
import type { Address, Privacy } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
import { readAnnouncement } from './file-announcement.ts'
import type { FileHost, FileToSend } from './file-door.ts'
import { type FileKey, type FileKeys, maySeal } from './file-keys.ts'
import type { FileInvitation, FileLine } from './file-line.ts'
import { safeFileName } from './file-name.ts'
import { IncomingTransfer, type OfferedFile } from './incoming-transfer.ts'
import {
  FILE_ANNOUNCED_MAX,
  FILE_ANNOUNCED_MS,
  FILE_SIZE_MAX,
  FILES_PER_PEER_MAX,
  TRANSFERS_KEPT_MAX,
} from './limits.ts'
import { OutgoingTransfer, SEALED_TYPE } from './outgoing-transfer.ts'

/** What files need of the conversations. */
export interface FileConversations {
  /** Of the conversation with this contact, which is opened if `opens`. */
  keysOf(peer: Address, opens: boolean): FileKeys
}

/** Half of what an encrypted offer needs: its announcement in OTR, or its invitation. */
interface Half {
  readonly key: FileKey | null
  readonly invitation: FileInvitation | null
  readonly cancel: () => void
}

/** The files of one account, on their way in both directions. */
export class Transfers {
  readonly #context: ChatContext
  readonly #line: FileLine
  readonly #conversations: FileConversations
  readonly #host: FileHost | null
  readonly #transfers = new Map<string, OutgoingTransfer | IncomingTransfer>()
  /** By peer and transfer id: SIP and MSRP may bring either half first. */
  readonly #halves = new Map<string, Half>()

  /** @param host - `null` if there is no place for files: what is offered is refused */
  constructor(
    context: ChatContext,
    line: FileLine,
    conversations: FileConversations,
    host: FileHost | null,
  ) {
    this.#context = context
    this.#line = line
    this.#conversations = conversations
    this.#host = host
  }

  send(id: string, peer: Address, file: FileToSend): void {
    const isSound = Number.isSafeInteger(file.size) && file.size >= 0
    if (!isSound || file.size > FILE_SIZE_MAX) return this.#refuse(peer, 'CHAT_FILE_TOO_LARGE')
    if (!this.#hasRoom(peer)) return this.#refuse(peer, 'CHAT_FILES_MAX')
    const keys = this.#conversations.keysOf(peer, true)
    const { env } = this.#context
    const contentType = MEDIA_TYPE.exec(file.contentType)?.[1]?.toLowerCase()
    const transfer = new OutgoingTransfer(
      this.#context,
      {
        id,
        peer,
        direction: 'out',
        name: safeFileName(file.name),
        size: file.size,
        contentType: contentType ?? 'application/octet-stream',
        at: env.now(),
        protection: 'none',
        state: { step: 'waiting' },
      },
      file,
      { line: this.#line, keys },
    )
    this.#keep(transfer)
    transfer.begin()
  }

  accept(peer: Address, id: string): void {
    const transfer = this.#find(peer, id)
    const isDone = transfer instanceof IncomingTransfer && transfer.accept()
    if (!isDone) this.#refuse(peer, 'CHAT_UNKNOWN_FILE')
  }

  cancel(peer: Address, id: string): void {
    if (!this.#find(peer, id)?.cancel()) this.#refuse(peer, 'CHAT_UNKNOWN_FILE')
  }

  approve(peer: Address, id: string): void {
    const transfer = this.#find(peer, id)
    const isDone = transfer instanceof OutgoingTransfer && transfer.approve()
    if (!isDone) this.#refuse(peer, 'CHAT_UNKNOWN_FILE')
  }

  resume(peer: Address, id: string): void {
    const transfer = this.#find(peer, id)
    const isDone = transfer instanceof OutgoingTransfer && transfer.resume()
    if (isDone) this.#conversations.keysOf(peer, true)
    if (!isDone) this.#refuse(peer, 'CHAT_UNKNOWN_FILE')
  }

  /** A peer offers a file. Who is no contact cannot. */
  offered(invitation: FileInvitation): void {
    const { remote, peer } = invitation
    const { selector, transferId, range } = remote.file
    const address = peer.address as Address
    const { size, sha1 } = selector
    if (this.#context.contacts.get(address) === null) return invitation.refuse(603)
    const canBe = this.#host !== null && remote.direction === 'sendonly' && !peer.isFocus
    const isWhole = range === null || range.stop === null || range.stop === size
    if (!canBe || size === null || size > FILE_SIZE_MAX || !isWhole) return invitation.refuse(488)
    if (selector.type === SEALED_TYPE) return this.#join(address, transferId, { invitation })
    this.#take({
      invitation,
      file: sha1,
      name: selector.name ?? '',
      type: selector.type ?? '',
      size,
      sha1,
      start: (range?.start ?? 1) - 1,
      key: null,
    })
  }

  withdrawn(invitation: FileInvitation): void {
    for (const [id, half] of this.#halves) {
      if (half.invitation === invitation) this.#drop(id)
    }
    for (const transfer of this.#transfers.values()) {
      if (transfer instanceof IncomingTransfer && transfer.withdrawn(invitation)) return
    }
  }

  /** A peer announces an encrypted file, inside OTR. */
  announced(peer: Address, key: FileKey): void {
    const announcement = readAnnouncement(key.announcement)
    if (announcement !== null) this.#join(peer, announcement.id, { key })
  }

  /** What protects a conversation has changed. */
  privacyChanged(peer: Address, privacy: Privacy): void {
    for (const transfer of this.#transfers.values()) {
      if (transfer.transfer.peer === peer) transfer.privacyChanged(privacy)
    }
  }

  /** The contact is always-OTR from now on. */
  requireOtr(peer: Address): void {
    for (const transfer of this.#transfers.values()) {
      const goes = transfer instanceof OutgoingTransfer && transfer.transfer.peer === peer
      if (goes) transfer.requireOtr()
    }
  }

  /** The peer is no contact any more. */
  forget(peer: Address): void {
    for (const [id, transfer] of this.#transfers) {
      if (transfer.transfer.peer !== peer) continue
      transfer.cancel()
      this.#transfers.delete(id)
    }
  }

  /** Ends every transfer without a word to the person. */
  dispose(): void {
    for (const id of [...this.#halves.keys()]) this.#drop(id, 480)
    for (const transfer of this.#transfers.values()) transfer.dispose()
    this.#transfers.clear()
  }

  /** Puts both halves of an encrypted offer together, whichever came first. */
  #join(peer: Address, transferId: string, half: Partial<Half>): void {
    const id = `${peer} ${transferId}`
    const before = this.#halves.get(id)
    before?.cancel()
    const { key = before?.key ?? null, invitation = before?.invitation ?? null } = half
    this.#halves.delete(id)
    if (key !== null && invitation !== null) return this.#takeSealed(peer, key, invitation)
    if (this.#halves.size >= FILE_ANNOUNCED_MAX) {
      invitation?.refuse(486)
      return
    }
    const cancel = this.#context.env.after(FILE_ANNOUNCED_MS, () => this.#drop(id, 488))
    this.#halves.set(id, { key, invitation, cancel })
  }

  #drop(id: string, status: 480 | 488 = 488): void {
    const half = this.#halves.get(id)
    this.#halves.delete(id)
    half?.cancel()
    half?.key?.key.fill(0)
    half?.invitation?.refuse(status)
  }

  #takeSealed(peer: Address, key: FileKey, invitation: FileInvitation): void {
    const { file, name, type, size, sha1, start } = readAnnouncement(key.announcement)!
    const isInForce = this.#conversations.keysOf(peer, false).fingerprint === key.fingerprint
    if (!isInForce) return invitation.refuse(480)
    const isWhole = invitation.remote.file.selector.size === sealedSize(size - start)
    if (size > FILE_SIZE_MAX || !isWhole) return invitation.refuse(488)
    this.#take({ invitation, file, name, type, size, sha1, start, key })
  }

  #take(offer: OfferedFile): void {
    const peer = offer.invitation.peer.address as Address
    for (const known of this.#transfers.values()) {
      const isHis = known instanceof IncomingTransfer && known.transfer.peer === peer
      if (isHis && known.continues(offer)) return known.goOn(offer)
    }
    // What we do not have the beginning of is offered again as a whole.
    if (offer.start > 0) return offer.invitation.refuse(488)
    if (!this.#hasRoom(peer)) return offer.invitation.refuse(486)
    const { state } = this.#conversations.keysOf(peer, false)
    const protection =
      offer.key === null || !maySeal(state) ? 'none' : state === 'verified' ? state : 'unverified'
    const transfer = new IncomingTransfer(this.#context, this.#host!, offer, protection)
    this.#keep(transfer)
    transfer.begin()
  }

  #hasRoom(peer: Address): boolean {
    const running = [...this.#transfers.values()].filter(
      ({ transfer, step }) => transfer.peer === peer && (step === 'asks' || isRunning(step)),
    )
    return running.length < FILES_PER_PEER_MAX
  }

  #keep(transfer: OutgoingTransfer | IncomingTransfer): void {
    this.#transfers.set(transfer.transfer.id, transfer)
    if (this.#transfers.size <= TRANSFERS_KEPT_MAX) return
    const over = [...this.#transfers.values()].find(
      ({ isOver, step }) => isOver || step === 'failed',
    )
    over?.dispose()
    if (over) this.#transfers.delete(over.transfer.id)
  }

  #find(peer: Address, id: string): OutgoingTransfer | IncomingTransfer | null {
    const transfer = this.#transfers.get(id)
    return transfer?.transfer.peer === peer ? transfer : null
  }

  #refuse(peer: Address, code: ChatFaultCode): void {
    this.#context.emit({ type: 'fault', peer, fault: chatFault(code) })
  }
}

function isRunning(step: OutgoingTransfer['step']): boolean {
  return step === 'waiting' || step === 'active'
}

const MEDIA_TYPE = /^\s*([\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64})\s*(?:;|$)/
