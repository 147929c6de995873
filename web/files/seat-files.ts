import {
  type Address,
  type ChatClientDoor,
  type ChatFault,
  FILE_SIZE_MAX,
  FILES_PER_PEER_MAX,
  type FileToSend,
  type Transfer,
} from '../../chat/index.ts'
import type { HeldFile } from '../app-state.ts'
import { FILE_REFUSAL, sizeOf } from '../file-words.ts'
import {
  FILE_KEPT_MS,
  PHOTO_BYTES_MAX,
  PICTURE_BYTES_MAX,
  PICTURE_HEAD_BYTES,
  PICTURE_PIXELS_MAX,
} from '../limits.ts'
import type { Settings } from '../settings.ts'
import type { FileShelf } from './file-shelf.ts'
import type { FileWish } from './file-wish.ts'
import { pictureKind } from './picture-kind.ts'
import { isGoing } from './reduce-files.ts'

/** What files need of the desk. */
export interface FileDesk {
  /** What is held of this file has changed. */
  hold(peer: Address, id: string, held: Partial<HeldFile>): void
  /** Something could not be done, in words. */
  refuse(peer: Address, fault: ChatFault): void
  settings(): Settings
  after(ms: number, task: () => void): () => void
}

type Client = Pick<
  ChatClientDoor,
  'sendFile' | 'acceptFile' | 'cancelFile' | 'approveUnencrypted' | 'resumeFile'
>

/** The files of one signed-in account: what the person wants with them, and what becomes of them here. */
export class SeatFiles {
  readonly #client: Client
  readonly #shelf: FileShelf
  readonly #desk: FileDesk
  /** As they were told last, by id. */
  readonly #transfers = new Map<string, Transfer>()
  readonly #pictures = new Map<string, string>()
  /** Own photos whose metadata were taken out, and that were not told yet. */
  readonly #cleaned = new Set<string>()
  readonly #cancels = new Set<() => void>()

  constructor(client: Client, shelf: FileShelf, desk: FileDesk) {
    this.#client = client
    this.#shelf = shelf
    this.#desk = desk
  }

  /** Does what the person wants. */
  tell(peer: Address, wish: FileWish): void {
    const client = this.#client
    if (wish.wish === 'send') return void this.#send(peer, wish.files, wish.folders)
    const transfer = this.#transfers.get(wish.id)
    if (transfer === undefined) return
    const { id } = transfer
    switch (wish.wish) {
      case 'accept':
        return void this.#accept(transfer)
      case 'cancel':
        return client.cancelFile(peer, id)
      case 'approve':
        return client.approveUnencrypted(peer, id)
      case 'resume':
        return client.resumeFile(peer, id)
      case 'save':
        return void this.#save(transfer)
      case 'show':
        return void this.#examine(transfer, true)
      case 'remove':
        return this.#forget(transfer)
    }
  }

  /** A transfer is new, or has changed. */
  hear(transfer: Transfer): void {
    const before = this.#transfers.get(transfer.id)
    this.#transfers.set(transfer.id, transfer)
    const { id, peer, direction, state } = transfer
    if (this.#cleaned.delete(id)) this.#desk.hold(peer, id, { isCleaned: true })
    if (state.step === 'cancelled' && direction === 'out') void this.#shelf.drop(id)
    if (state.step !== 'done' || before?.state.step === 'done') return
    if (direction === 'in') {
      this.#desk.hold(peer, id, { place: this.#shelf.place })
      this.#cancels.add(this.#desk.after(FILE_KEPT_MS, () => this.#forget(transfer)))
    }
    void this.#examine(transfer, this.#desk.settings().pictures)
  }

  /** What was said with this peer is deleted, and so is what was received. */
  forgetPeer(peer: Address): void {
    for (const transfer of this.#transfers.values())
      if (transfer.peer === peer && !isGoing(transfer)) this.#forget(transfer)
  }

  /** Nothing is left in this browser afterwards. */
  async leave(): Promise<void> {
    for (const cancel of this.#cancels) cancel()
    for (const url of this.#pictures.values()) URL.revokeObjectURL(url)
    this.#pictures.clear()
    await this.#shelf.clear()
  }

  async #send(peer: Address, files: readonly File[], folders: number): Promise<void> {
    if (folders > 0) this.#refuse(peer, FILE_REFUSAL.folder)
    if (files.length > FILES_PER_PEER_MAX)
      this.#refuse(peer, FILE_REFUSAL.tooMany(FILES_PER_PEER_MAX))
    for (const file of files.slice(0, FILES_PER_PEER_MAX)) {
      if (file.size > FILE_SIZE_MAX) {
        const sentence = FILE_REFUSAL.tooLarge(file.name, sizeOf(file.size), sizeOf(FILE_SIZE_MAX))
        this.#refuse(peer, sentence)
        continue
      }
      const cleaned = this.#desk.settings().cleanPhotos ? await cleanPhoto(file) : null
      const id = this.#client.sendFile(peer, fileToSend(file, cleaned ?? file))
      this.#shelf.put(id, cleaned ?? file)
      if (cleaned === null) continue
      if (this.#transfers.has(id)) this.#desk.hold(peer, id, { isCleaned: true })
      else this.#cleaned.add(id)
    }
  }

  async #accept({ peer, id, name, size }: Transfer): Promise<void> {
    const room = await this.#shelf.room()
    if (size <= room) return this.#client.acceptFile(peer, id)
    this.#refuse(peer, FILE_REFUSAL.noRoom(name, sizeOf(size), sizeOf(room)))
  }

  async #save({ peer, id, name }: Transfer): Promise<void> {
    const file = this.#shelf.get(id)
    if (file === null) return
    const { saveFile } = await import('./save-file.ts')
    try {
      if (await saveFile(file, name)) this.#desk.hold(peer, id, { isSaved: true })
    } catch {
      const sentence = 'There is no room for the file, or it cannot be stored.'
      this.#desk.refuse(peer, { code: 'CHAT_FILE_UNWRITABLE', sentence })
    }
  }

  /** Looks whether a file is a picture that can be shown, and shows it if `shows`. */
  async #examine({ peer, id }: Transfer, shows: boolean): Promise<void> {
    const file = this.#shelf.get(id)
    if (file === null || file.size > PICTURE_BYTES_MAX) return
    const head = await file
      .slice(0, PICTURE_HEAD_BYTES)
      .arrayBuffer()
      .catch(() => null)
    const kind = head && pictureKind(new Uint8Array(head))
    if (!kind || kind.width * kind.height > PICTURE_PIXELS_MAX) return
    if (this.#shelf.get(id) === null) return
    if (!shows) return this.#desk.hold(peer, id, { picture: 'hidden' })
    // The type is ours: whatever else these bytes may be as well, they are drawn or nothing.
    const url = URL.createObjectURL(file.slice(0, file.size, kind.type))
    this.#pictures.set(id, url)
    this.#desk.hold(peer, id, { picture: { url, width: kind.width, height: kind.height } })
  }

  #forget({ peer, id, direction }: Transfer): void {
    const url = this.#pictures.get(id)
    this.#pictures.delete(id)
    if (url !== undefined) URL.revokeObjectURL(url)
    void this.#shelf.drop(id)
    if (direction === 'in') this.#desk.hold(peer, id, { place: null, picture: null })
  }

  #refuse(peer: Address, sentence: string): void {
    this.#desk.refuse(peer, { code: 'WEB_FILE', sentence })
  }
}

function fileToSend({ name, type, lastModified }: File, bytes: Blob): FileToSend {
  return {
    name,
    contentType: type === '' ? 'application/octet-stream' : type,
    size: bytes.size,
    // When a photo was taken is one of the things that were to be left out.
    ...(bytes instanceof File ? { modified: lastModified } : {}),
    read: async (offset, length) => {
      const part = await bytes.slice(offset, offset + length).arrayBuffer()
      if (part.byteLength !== length) throw new RangeError('the file has become shorter')
      return new Uint8Array(part)
    },
  }
}

/** The photo without its metadata; `null` for what is no photo, or too large to look through. */
async function cleanPhoto(file: File): Promise<Blob | null> {
  if (file.size > PHOTO_BYTES_MAX) return null
  try {
    const start = new Uint8Array(await file.slice(0, 3).arrayBuffer())
    if (start[0] !== 0xff || start[1] !== 0xd8 || start[2] !== 0xff) return null
    const { withoutMetadata } = await import('./photo-metadata.ts')
    const cleaned = withoutMetadata(new Uint8Array(await file.arrayBuffer()))
    const isOther = cleaned !== null && cleaned.length !== file.size
    return isOther ? new Blob([cleaned], { type: 'image/jpeg' }) : null
  } catch {
    return null // It cannot be read; sending it will say so.
  }
}
