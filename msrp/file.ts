import type { MsrpRequest } from './frame.ts'
import type { RequestDraft } from './link.ts'
import type { Answer } from './transactions.ts'

/** Where the bytes of a file come from. It is never in memory as a whole. */
export interface FileSource {
  /** Octets. */
  readonly size: number
  /**
   * Exactly `length` bytes from `offset` on. One call at a time; a `FileSender` reads from front to
   * back, and nothing twice.
   *
   * @throws whatever it likes if they cannot be had; the transfer ends
   */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Where the bytes of a file go. */
export interface FileSink {
  /**
   * Takes bytes, which may come in any order. One call at a time.
   *
   * @throws whatever it likes if it cannot keep them; the transfer ends
   */
  write(offset: number, bytes: Uint8Array): Promise<void>
}

/** Sends a request in the session; see {@link Link.request}. */
export type SessionRequest = (
  draft: Omit<RequestDraft, 'toPath' | 'fromPath'> & Partial<RequestDraft>,
  answered: ((answer: Answer) => void) | null,
) => void

/**
 * One end of a file, which a session carries instead of messages (RFC 5547 §8). `FileSender` and
 * `FileReceiver` are such; the session calls them.
 */
export interface MsrpFileEnd {
  /** The session is bound: bytes may go. */
  begin(request: SessionRequest): void
  /** A SEND with a body, or one that gives up. `respond` is called once, now or later. */
  accept(send: MsrpRequest, respond: (status: number, comment: string) => void): void
  onReport(report: MsrpRequest): void
  /** The session is over: nothing can be sent any more. */
  end(): void
}
