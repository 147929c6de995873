import type { FileSource, RereadableSink } from '../msrp/index.ts'
import type { Address } from './events.ts'
import type { Transfer } from './transfer-events.ts'

/** A file that the person wants to send. It must not change until the transfer is over. */
export interface FileToSend extends FileSource {
  /** Without a path; what of it is not fit to be a name is left out. */
  readonly name: string
  /** Media type; `application/octet-stream` if nothing is known. */
  readonly contentType: string
  /** When it was last changed, in milliseconds since the epoch. Told to the peer if given. */
  readonly modified?: number
}

/**
 * Where one received file goes. Bytes are written to it as they come, so that it must not be taken for
 * the file before `finish`. One call at a time; after `finish` or `abort` none.
 */
export interface FileSink extends RereadableSink {
  /** Size and hash are right: the file may have its name now. */
  finish(): Promise<void>
  /** It will not be complete: what is there is to be thrown away. */
  abort(): Promise<void>
}

/** What the host lends for files. Without it, files that are offered are refused. */
export interface FileHost {
  /**
   * The person has accepted: makes room.
   *
   * @throws whatever it likes if there is none; the transfer fails
   */
  create(transfer: Transfer): Promise<FileSink>
}

/** The part of the client that is about files. Outcomes arrive as `transfer` events. */
export interface FileCalls {
  /**
   * Offers a file. It goes encrypted where the conversation is and the peer's app can; else the person
   * is asked first, and for an always-OTR contact it fails.
   *
   * @returns the id of the transfer
   */
  sendFile(peer: Address, file: FileToSend): string
  /** Takes a file that `asks`, being `offered`. */
  acceptFile(peer: Address, id: string): void
  /** Refuses, takes back or stops it, whatever it is doing. */
  cancelFile(peer: Address, id: string): void
  /** Lets a file that `asks`, being `unencrypted`, go in clear. */
  approveUnencrypted(peer: Address, id: string): void
  /** Tries a `failed` one again that is `resumable`. */
  resumeFile(peer: Address, id: string): void
}
