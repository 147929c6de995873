import type { ChatFault } from './events.ts'
import { OFFLINE_RETRY_MAX_MS, OFFLINE_RETRY_MIN_MS, RETRY_MAX_MS, RETRY_MIN_MS } from './limits.ts'

/** How the last channel to a peer came to its end. */
export interface Loss {
  readonly by: 'remote' | 'network' | 'refused'
  readonly fault: ChatFault | null
}

/** What a person has to do something about first; trying again by itself would only annoy. */
const FINAL: ReadonlySet<string> = new Set([
  'SIP_UNKNOWN_PEER',
  'SIP_DECLINED',
  'SIP_NOT_ACCEPTABLE',
  'SIP_FORBIDDEN',
  'SIP_WRONG_PASSWORD',
  'SIP_MALFORMED',
  'MSRP_AUTH_REFUSED',
  'CHAT_ROOM_UNEXPECTED',
  'CHAT_DEFECT',
])

/** The peer is not there, as opposed to the way to it. Failures of the two are counted apart. */
export function isPeerAway(loss: Loss): boolean {
  return loss.by === 'remote' || loss.fault?.code === 'SIP_PEER_OFFLINE'
}

/**
 * Milliseconds until the next attempt, or `null` for none.
 *
 * @param failures - attempts that failed in a row for the same cause, this one included; at least 1
 * @param fraction - random, 0 to 1: what restarted together must not return together
 */
export function retryDelay(loss: Loss, failures: number, fraction: number): number | null {
  if (loss.fault !== null && FINAL.has(loss.fault.code)) return null
  const [min, max] = isPeerAway(loss)
    ? [OFFLINE_RETRY_MIN_MS, OFFLINE_RETRY_MAX_MS]
    : [RETRY_MIN_MS, RETRY_MAX_MS]
  const full = Math.min(max, min * 2 ** (failures - 1))
  return Math.round(full * (0.75 + fraction / 4))
}
