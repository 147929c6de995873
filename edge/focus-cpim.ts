import { type MsrpContent, wrapCpim } from '../msrp/index.ts'
import { CPIM_HEAD_MAX } from './focus-limits.ts'

/** What a room has to know of a message/cpim object (RFC 3862); the content is not its business. */
export interface CpimHead {
  readonly from: string
  /** Of To and cc. */
  readonly to: readonly string[]
  /** Media type of the content, without parameters, in lower case. */
  readonly contentType: string
}

/** @returns `null` if it is not message/cpim with a sender, a recipient and a typed content */
export function readCpimHead(body: Uint8Array): CpimHead | null {
  const text = Buffer.from(body.subarray(0, CPIM_HEAD_MAX)).toString('utf8')
  const [, message, mime] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*?)\r?\n\r?\n/.exec(text) ?? []
  if (message === undefined || mime === undefined) return null
  const from = values(message, 'From').map(uriIn)
  const to = [...values(message, 'To'), ...values(message, 'cc')].map(uriIn)
  const [type = ''] = values(mime, 'Content-Type')
  const contentType = type.split(';', 1)[0]!.trim().toLowerCase()
  if (from.length !== 1 || from[0] === null || to.length === 0 || contentType === '') return null
  return to.every((uri) => uri !== null) ? { from: from[0]!, to, contentType } : null
}

/**
 * A word of the room to one participant. It is marked as SylkServer marks its own, so that a client
 * can tell it from what people say.
 *
 * @param at - milliseconds since the epoch
 */
export function writeNotice(from: string, to: string, at: number, text: string): Uint8Array {
  return wrapCpim({
    from: { name: null, uri: from },
    to: { name: null, uri: to },
    dateTime: new Date(at).toISOString(),
    contentType: 'text/plain; charset=utf-8',
    body: Buffer.from(text),
    extensions: [STATUS],
  })
}

/** From and To of a private message, and nothing of what it says. */
export function writeAddressees({ from, to }: CpimHead): MsrpContent {
  const body = wrapCpim({
    from: { name: null, uri: from },
    to: { name: null, uri: to[0]! },
    dateTime: null,
    contentType: 'text/plain',
    body: new Uint8Array(),
  })
  return { contentType: 'message/cpim', body }
}

const STATUS = {
  namespace: 'urn:ag-projects:xml:ns:cpim',
  name: 'Message-Type',
  value: 'status',
} as const

function values(block: string, name: string): string[] {
  const found: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0 && line.slice(0, colon).toLowerCase() === name.toLowerCase()) {
      found.push(line.slice(colon + 1).trim())
    }
  }
  return found
}

/** The URI of `Display Name <uri>`; the name may be quoted and hold brackets. */
function uriIn(value: string): string | null {
  return /<([^<>\s]+)>$/.exec(value)?.[1] ?? null
}
