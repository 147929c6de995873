import type { MsrpRequest } from './frame.ts'
import type { Answer } from './transactions.ts'
import type { MsrpEnv } from './wire.ts'

/** A request without its transaction id. */
export type RequestDraft = Omit<MsrpRequest, 'kind' | 'transaction'>

/** What a session may do on its connection. */
export interface Link {
  readonly env: MsrpEnv
  /** Sends; `answered` is called once, with 408 after 30 s. `null`: nobody waits for an answer. */
  request(draft: RequestDraft, answered: ((answer: Answer) => void) | null): void
  /** The same as a promise, which a lost connection rejects. */
  ask(draft: RequestDraft): Promise<Answer>
  respond(request: MsrpRequest, status: number, comment: string): void
  /** Requests for this session are answered 481 from now on. */
  leave(): void
}
