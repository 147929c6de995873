import { RETRY_BASE_MS, RETRY_FIRST_MS, RETRY_MAX_MS } from './limits.ts'

/**
 * How long to wait before the next registration attempt: 1, 2, 4, 8, 16 s while somebody may be
 * looking, then RFC 5626 §4.5: 30 s doubled up to 30 min. Of that, 50 to 100 %, so that the clients
 * of a restarted server do not come back in step.
 *
 * @param failures - attempts that failed in a row before this wait, 0 or more
 * @param fraction - uniform in 0..1
 * @returns milliseconds
 */
export function backOff(failures: number, fraction: number): number {
  const quick = Math.log2(RETRY_BASE_MS / RETRY_FIRST_MS) // Doublings until the base is reached.
  const upper =
    failures < quick
      ? RETRY_FIRST_MS * 2 ** failures
      : Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (failures - Math.ceil(quick)))
  return Math.round(upper * (0.5 + fraction / 2))
}

/**
 * A time within which to act, drawn so that many clients spread: 80 to 100 % of `upper`
 * (RFC 5626 §4.4.1).
 */
export function jittered(upper: number, fraction: number): number {
  return Math.round(upper * (0.8 + fraction / 5))
}
