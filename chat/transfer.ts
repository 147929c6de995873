import type { ChatContext } from './context.ts'
import type { ChatFault } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
import { FILE_PROGRESS_MS } from './limits.ts'
import type { Transfer, TransferState } from './transfer-events.ts'
import { isOver, TRANSFER, type TransferInput, type TransferStep } from './transfer-table.ts'

type StateOf<Step extends TransferStep> = Extract<TransferState, { step: Step }>

/** One file on its way: what the person is told of it, and how it moves through `transfer-table.ts`. */
export abstract class FileTransfer {
  protected readonly context: ChatContext
  #transfer: Transfer
  #toldAt = Number.NEGATIVE_INFINITY
  #isDisposed = false

  constructor(context: ChatContext, transfer: Transfer) {
    this.context = context
    this.#transfer = transfer
  }

  get transfer(): Transfer {
    return this.#transfer
  }

  get isOver(): boolean {
    return isOver(this.step)
  }

  get step(): TransferStep {
    return this.#transfer.state.step
  }

  /** The person refuses it, takes it back, or stops it. @returns false if it is over */
  cancel(): boolean {
    if (!this.#move('cancel', { step: 'cancelled', by: 'us' })) return false
    this.stop()
    return true
  }

  /** The account signs out: everything that is held is let go, and nothing more happens or is told. */
  dispose(): void {
    this.#isDisposed = true
    this.stop()
  }

  protected get isDisposed(): boolean {
    return this.#isDisposed
  }

  /** Gives up the attempt, whatever stage it is in, and what it holds. */
  protected abstract stop(): void

  protected tell(): void {
    this.#toldAt = this.context.env.now()
    this.context.emit({ type: 'transfer', transfer: this.#transfer })
  }

  /** Says what protects the bytes; told with the next step. */
  protected protectedBy(protection: Transfer['protection']): void {
    this.#transfer = { ...this.#transfer, protection }
  }

  protected ask(about: StateOf<'asks'>['about']): boolean {
    return this.#move('ask', { step: 'asks', about })
  }

  protected agree(): boolean {
    return this.#move('agree', { step: 'waiting' })
  }

  protected retry(): boolean {
    return this.#move('resume', { step: 'waiting' })
  }

  /** Bytes have moved. Not every one of them is worth telling. */
  protected progress(done: number): void {
    const { state } = this.#transfer
    const isNews = state.step !== 'active' || done > state.done
    const isSoon = this.context.env.now() - this.#toldAt < FILE_PROGRESS_MS
    if (!isNews || (isSoon && state.step === 'active')) return
    this.#move('move', { step: 'active', done })
  }

  protected finish(): boolean {
    return this.#move('finish', { step: 'done' })
  }

  protected fail(fault: ChatFault | ChatFaultCode, resumable: boolean): boolean {
    const said = typeof fault === 'string' ? chatFault(fault) : fault
    return this.#move('fail', { step: 'failed', fault: said, resumable })
  }

  protected cancelledByPeer(): boolean {
    return this.#move('cancel', { step: 'cancelled', by: 'peer' })
  }

  /** @returns false if it makes no sense now */
  #move(input: TransferInput, state: TransferState): boolean {
    const next = TRANSFER[this.step][input]
    if (next === null || this.#isDisposed) return false
    this.#transfer = { ...this.#transfer, state }
    this.tell()
    return true
  }
}
