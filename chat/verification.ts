import type { SmpStep } from '../otr/index.ts'
import type { Verification } from './events.ts'
import {
  VERIFICATION_MAX_MS,
  VERIFICATION_READ_MS,
  VERIFICATION_REST_MAX_MS,
  VERIFICATION_REST_MS,
} from './limits.ts'

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
  const time = { since: now, until: now + VERIFICATION_MAX_MS }
  switch (smp.step) {
    case 'started':
      return { step: 'waiting', question: smp.question, ...time }
    case 'asked':
      return { step: 'asked', question: smp.question, ...time }
    case 'working': {
      const { since, until } = isRunning(before) ? before : time
      return { step: 'working', since, until }
    }
    case 'succeeded':
      return { step: 'succeeded', provesPeer: smp.provesPeer, at: now }
    case 'failed':
      return failed(facts)
    case 'cheated':
      // A proof that does not hold is no typing error: it counts as a wrong answer, or worse.
      return failed(facts)
    case 'aborted':
      // Our library aborts a run that nobody began where a stray message came: nothing to tell.
      return isRunning(before) ? aborted(before, smp.by, facts) : before
  }
}

/** True while there is something to answer, to wait for or to stop. */
export function isRunning(
  verification: Verification,
): verification is Extract<Verification, { readonly since: number }> {
  return 'since' in verification
}

/** How long nobody may try again after so many guesses that were wrong, in milliseconds. */
export function restAfter(attempts: number): number {
  return Math.min(VERIFICATION_REST_MS * 3 ** (attempts - 1), VERIFICATION_REST_MAX_MS)
}

function failed({ now, attempts, isVerified }: VerificationFacts): Verification {
  const count = attempts + 1
  const until = now + restAfter(count)
  return { step: 'failed', at: now, attempts: count, stillVerified: isVerified, until }
}

function aborted(
  before: Verification,
  by: 'us' | 'peer',
  { now, attempts }: VerificationFacts,
): Verification {
  const answered = before.step === 'working'
  // Who sees the peer's last proof and stops has had a guess, whatever is said of it.
  if (answered && by === 'peer')
    return { step: 'aborted', by, at: now, answered, until: now + restAfter(attempts + 1) }
  const isTooSoon = before.step === 'waiting' && now - before.since < VERIFICATION_READ_MS
  // After a failure it may be the peer's app that wants a pause.
  const byApp = by === 'peer' && isTooSoon && attempts === 0
  return { step: 'aborted', by, at: now, answered, ...(byApp ? { byApp } : {}) }
}
