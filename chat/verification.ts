import type { SmpStep } from '../otr/index.ts'
import type { Verification } from './events.ts'

/** What the result of a run is told with. */
export interface VerificationFacts {
  readonly now: number
  /** Runs that failed with this peer before. */
  readonly attempts: number
  /** The key in use was verified before this run. */
  readonly isVerified: boolean
}

/** The next step of a verification, after what the protocol says. */
export function follow(before: Verification, smp: SmpStep, facts: VerificationFacts): Verification {
  const { now } = facts
  switch (smp.step) {
    case 'started':
      return { step: 'waiting', question: smp.question, since: now }
    case 'asked':
      return { step: 'asked', question: smp.question, since: now }
    case 'working':
      return { step: 'working', since: 'since' in before ? before.since : now }
    case 'succeeded':
      return { step: 'succeeded', provesPeer: smp.provesPeer, at: now }
    case 'failed':
      return failed(facts)
    case 'cheated':
      // A proof that does not hold is no typing error: it counts as a wrong answer, or worse.
      return failed(facts)
    case 'aborted':
      // Our library aborts a run that nobody began where a stray message came: nothing to tell.
      return isRunning(before)
        ? { step: 'aborted', by: smp.by, at: now, answered: before.step === 'working' }
        : before
  }
}

/** True while there is something to answer, to wait for or to stop. */
export function isRunning(verification: Verification): boolean {
  return 'since' in verification
}

function failed({ now, attempts, isVerified }: VerificationFacts): Verification {
  return { step: 'failed', at: now, attempts: attempts + 1, stillVerified: isVerified }
}
