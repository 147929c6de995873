import type { IncomingResponseMessage } from 'sip.js/lib/core/index.js'
import { SipError } from './events.ts'
import { type Asked, refusal } from './refusal.ts'

/** Why a request failed, and whose doing it was. */
export interface Failure {
  readonly by: 'remote' | 'network'
  readonly error: SipError
}

/** @param response - final, and no success; sip.js makes one up where none came */
export function failureOf(response: IncomingResponseMessage, asked: Asked): Failure {
  const status = response.statusCode ?? 500
  if (isReal(response)) return { by: 'remote', error: refusal(status, asked) }
  const error =
    status === 408
      ? new SipError('SIP_TIMEOUT', 'No answer came in time.')
      : new SipError('SIP_CONNECTION_LOST', 'The connection was lost.')
  return { by: 'network', error }
}

/** False for what sip.js makes up when no answer came: it has no headers. */
export function isReal(response: IncomingResponseMessage): boolean {
  return response.hasHeader('via')
}

/** The number of seconds that a header or parameter begins with; `null` if it does not. */
export function seconds(header: string | undefined): number | null {
  const digits = /^\s*(\d{1,10})(?!\d)/.exec(header ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}
