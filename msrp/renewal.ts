import type { RelayGrant } from './doors.ts'
import { MsrpError } from './events.ts'
import { GRANT_MARGIN_S, RENEWAL_RETRY_S, TRANSACTION_TIMEOUT_MS } from './limits.ts'
import type { MsrpEnv } from './wire.ts'

/**
 * Keeps a relay's grant in force by asking anew, half-way through its life and again until it is
 * granted. A relay that extends what it granted answers with the same Use-Path, as msrprelay does.
 * With another path the session would need another `a=path`, which deployed peers refuse: then, as
 * when the relay refuses, the grant is left to lapse (RFC 4976 §5.1).
 *
 * @param ask - authenticates once more with the same URI; throws MsrpError
 * @param onLapse - called once, {@link GRANT_MARGIN_S} before the grant ends for good
 * @returns stops it
 */
export function keepGrant(
  grant: RelayGrant,
  ask: () => Promise<RelayGrant>,
  env: Pick<MsrpEnv, 'after'>,
  onLapse: () => void,
): () => void {
  let isStopped = false
  let cancel = () => {}
  const path = grant.usePath.join(' ')
  const later = (seconds: number, task: () => void): void => {
    if (!isStopped) cancel = env.after(Math.min(seconds * 1000, TIMER_MAX_MS), task)
  }

  /** @param left - seconds until the grant lapses */
  function letLapse(left: number): void {
    later(Math.max(0, left - GRANT_MARGIN_S), onLapse)
  }

  /** @param left - seconds that the grant has when this is called */
  async function renew(left: number): Promise<void> {
    try {
      const renewed = await ask()
      if (isStopped) return
      if (renewed.usePath.join(' ') === path) wait(renewed.expires)
      else letLapse(left)
    } catch (error) {
      if (!(error instanceof MsrpError)) throw error
      if (isStopped || error.code === 'MSRP_CONNECTION_LOST') return // The session ends by itself.
      // How long the answer was awaited counts too; a timeout is 30 s.
      const after = left - (error.code === 'MSRP_TIMEOUT' ? TRANSACTION_TIMEOUT_MS / 1000 : 0)
      const mayTry = error.code !== 'MSRP_AUTH_REFUSED' && after > 2 * RENEWAL_RETRY_S
      if (!mayTry) letLapse(after)
      else later(RENEWAL_RETRY_S, () => void renew(after - RENEWAL_RETRY_S))
    }
  }

  function wait(expires: number): void {
    later(expires / 2, () => void renew(expires / 2))
  }

  wait(grant.expires)
  return () => {
    isStopped = true
    cancel()
  }
}

/** The longest that a timer of JavaScript can wait: 24 days. */
const TIMER_MAX_MS = 2 ** 31 - 1
