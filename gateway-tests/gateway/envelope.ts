import {
  type CpimIdentity,
  type MsrpMessage,
  newIdent,
  unwrapCpim,
  wrapCpim,
} from '../../msrp/index.ts'
import type { GatewayFaults } from './faults.ts'
import { clock } from './trunk.ts'

export const COMPOSING = 'application/im-iscomposing+xml'
export const CPIM = 'message/cpim'

/** What an MSRP message holds, out of its envelope if it had one. */
export interface Parcel {
  readonly from: CpimIdentity | null
  readonly to: CpimIdentity | null
  /** In lower case, without parameters. */
  readonly type: string
  readonly hasCharset: boolean
  readonly text: string
}

/** @returns `null` if it is no CPIM although it says so, or no UTF-8 */
export function open({ contentType, body }: MsrpMessage): Parcel | null {
  try {
    const envelope = typeOf(contentType) === CPIM ? unwrapCpim(body) : null
    const inner = envelope?.contentType ?? contentType
    return {
      from: envelope?.from ?? null,
      to: envelope?.to ?? null,
      type: typeOf(inner),
      hasCharset: /;\s*charset=/i.test(inner),
      text: new TextDecoder('utf-8', { fatal: true }).decode(envelope?.body ?? body),
    }
  } catch {
    return null
  }
}

/** Always in an envelope, as the deployed gateway does. */
export function seal(
  from: CpimIdentity,
  to: CpimIdentity,
  type: string,
  text: string,
  faults: GatewayFaults = {},
  id: string = newIdent(clock.random),
): MsrpMessage {
  const charset = faults.oddEnvelopes ? '"utf8"' : 'utf-8'
  const isBare = faults.noCharset || !type.startsWith('text/')
  const contentType = isBare ? type : `${type}; charset=${charset}`
  const dateTime = new Date(clock.now()).toISOString()
  const body = new TextEncoder().encode(text)
  const wrapped = faults.oddEnvelopes
    ? Buffer.from(oddEnvelope(from.uri, to.uri, dateTime, contentType, text))
    : wrapCpim({ from, to, dateTime, contentType, body })
  return { id, contentType: CPIM, body: wrapped }
}

/** As SylkServer 6.6 writes it. */
function oddEnvelope(from: string, to: string, date: string, type: string, text: string): string {
  const head = `From: <${from};gr=7231>\r\nTo: <${to}>\r\nDateTime: ${date.replace('Z', '000+00:00')}`
  return `${head}\r\n\r\nMIME-Version: 1.0\nContent-Type: ${type}\n\n${text}`
}

export function someone(uri: string, name: string | null = null): CpimIdentity {
  return { name, uri }
}

function typeOf(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase()
}
