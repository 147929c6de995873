import {
  type Composing,
  type CpimExtension,
  type CpimIdentity,
  type CpimMessage,
  IMDN_HEADERS,
  IMDN_TYPE,
  MsrpError,
  type MsrpMessage,
  readComposing,
  unwrapCpim,
  wrapCpim,
  writeComposing,
} from '../msrp/index.ts'
import { COMPOSING_REFRESH_MS } from './limits.ts'

/** Content types of what is inside an envelope, as they are sent. SylkServer needs the charset. */
export const TEXT = 'text/plain; charset=utf-8'
export const COMPOSING = 'application/im-iscomposing+xml'

/** What chat offers to take, alone and inside CPIM. Blink refuses a bare `*`. */
export const ACCEPT_TYPES = ['message/cpim', 'text/plain', 'text/html', COMPOSING] as const
export const ACCEPT_WRAPPED_TYPES = ['text/plain', 'text/html', COMPOSING, IMDN_TYPE] as const

/** What this program can do in a room (RFC 7701 §8). */
export const CHATROOM = ['nickname', 'private-messages'] as const

/** Who writes to whom, as the envelope says. */
export interface Route {
  readonly from: CpimIdentity
  readonly to: CpimIdentity
  /** The peer takes `message/cpim`. */
  readonly wraps: boolean
  /** How a notification shall name it, if the sender wants one (RFC 5438 §6.2); `null` if not. */
  readonly receiptFor?: string | null
}

/**
 * Puts content into an envelope. Encryption comes before: `text` may be `?OTR…`.
 *
 * @param at - milliseconds since the epoch
 */
export function seal(
  id: string,
  contentType: string,
  text: string,
  route: Route,
  at: number,
): MsrpMessage {
  const body = new TextEncoder().encode(text)
  if (!route.wraps) return { id, contentType, body }
  const dateTime = new Date(at).toISOString()
  const { from, to } = route
  const wrapped: CpimMessage = {
    from,
    to,
    dateTime,
    contentType,
    body,
    extensions: route.receiptFor ? receiptRequest(route.receiptFor) : [],
    ...(contentType === IMDN_TYPE ? { disposition: 'notification' } : {}),
  }
  return { id, contentType: 'message/cpim', body: wrapCpim(wrapped) }
}

function receiptRequest(id: string): CpimExtension[] {
  return [
    { namespace: IMDN_HEADERS, name: 'Message-ID', value: id },
    { namespace: IMDN_HEADERS, name: 'Disposition-Notification', value: 'display' },
  ]
}

/** What came, still encrypted if it was. `from` is only the sender's word. */
export type Content =
  | ({
      readonly kind: 'text' | 'composing' | 'receipt'
      readonly isHtml: boolean
      readonly text: string
    } & Label)
  /** Not a kind of content that was offered to be taken. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'malformed' }

/** What stands on the envelope. */
interface Label {
  readonly from: CpimIdentity | null
  readonly to: CpimIdentity | null
  /** DateTime as it was written (RFC 3339); `null` if it has none. */
  readonly dateTime: string | null
  /** What the sender calls it who wants to hear when it is displayed; `null` if not asked for. */
  readonly receiptFor: string | null
}

const BARE: Label = { from: null, to: null, dateTime: null, receiptFor: null }

export function unseal(message: MsrpMessage): Content {
  try {
    if (mediaType(message.contentType) !== 'message/cpim') {
      return read(message.contentType, message.body, BARE)
    }
    const { contentType, body, from, to, dateTime, extensions = [] } = unwrapCpim(message.body)
    const receiptFor = receiptWanted(extensions)
    return read(contentType, body, { from, to, dateTime, receiptFor })
  } catch (error) {
    if (error instanceof MsrpError || error instanceof TypeError) return { kind: 'malformed' }
    throw error
  }
}

/** @throws TypeError if the bytes are not UTF-8, the only encoding in use */
function read(contentType: string, body: Uint8Array, label: Label): Content {
  const type = mediaType(contentType)
  const kind = KINDS[type]
  if (kind === undefined) return { kind: 'unwanted' }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  return { kind, isHtml: type === 'text/html', text, ...label }
}

const KINDS: Readonly<Record<string, 'text' | 'composing' | 'receipt'>> = {
  'text/plain': 'text',
  'text/html': 'text',
  [COMPOSING]: 'composing',
  [IMDN_TYPE]: 'receipt',
}

/** RFC 5438 §6.2: a list, each with parameters that do not matter here. */
function receiptWanted(extensions: readonly CpimExtension[]): string | null {
  const value = (header: string) =>
    extensions.find(({ namespace, name }) => namespace === IMDN_HEADERS && name === header)?.value
  const wanted = (value('Disposition-Notification') ?? '')
    .split(',')
    .some((request) => request.split(';', 1)[0]!.trim() === 'display')
  return wanted ? (value('Message-ID') ?? null) : null
}

/** The document of RFC 3994 §4 as text, so that it can be encrypted like any other. */
export function composingText(active: boolean): string {
  const refresh = active ? COMPOSING_REFRESH_MS / 1000 : null
  return writeComposing({ active, refresh })
}

/** @returns `null` if it is not such a document */
export function readComposingText(text: string): Composing | null {
  return readComposing(text)
}

function mediaType(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase()
}
