import type { TransferState } from './transfer-events.ts'

export type TransferStep = TransferState['step']

/**
 * What can happen to a transfer.
 *
 * - `ask`: it cannot go on without the person. `agree`: the person said yes.
 * - `move`: bytes go. `finish`: all of it is there and sound. `fail`, `cancel`: it is over for now, for
 *   good. `resume`: the person, or the peer, tries again.
 */
export type TransferInput = 'ask' | 'agree' | 'move' | 'finish' | 'fail' | 'cancel' | 'resume'

/** The next step for every step and input; `null`: it makes no sense now, and changes nothing. */
export const TRANSFER = {
  asks: {
    ask: null,
    agree: 'waiting',
    move: null, // Nothing goes before the person has said yes.
    finish: null,
    fail: 'failed',
    cancel: 'cancelled',
    resume: null,
  },
  waiting: {
    ask: 'asks',
    agree: null,
    move: 'active',
    finish: 'done', // An empty file has nothing to move.
    fail: 'failed',
    cancel: 'cancelled',
    resume: null,
  },
  active: {
    ask: null,
    agree: null,
    move: 'active',
    finish: 'done',
    fail: 'failed',
    cancel: 'cancelled',
    resume: null,
  },
  failed: {
    ask: null,
    agree: null,
    move: null,
    finish: null,
    fail: null,
    cancel: 'cancelled',
    resume: 'waiting',
  },
  done: {
    ask: null,
    agree: null,
    move: null,
    finish: null,
    fail: null,
    cancel: null,
    resume: null,
  },
  cancelled: {
    ask: null,
    agree: null,
    move: null,
    finish: null,
    fail: null,
    cancel: null,
    resume: null,
  },
} as const satisfies Record<TransferStep, Record<TransferInput, TransferStep | null>>

/** True once nothing more can happen to it. */
export function isOver(step: TransferStep): boolean {
  return step === 'done' || step === 'cancelled'
}
