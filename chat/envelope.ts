import {
  type Composing,
  type CpimExtension,
  type CpimIdentity,
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
export const ACCEPT_WRAPPED_TYPES = ['text/plain', 'text/html', COMPOSING] as const

/** Who writes to whom, as the envelope says. */
export interface Route {
  readonly from: CpimIdentity
  readonly to: CpimIdentity
  /** The peer takes `message/cpim`. */
  readonly wraps: boolean
}

/** Puts content into an envelope. Encryption comes before: `text` may be `?OTR…`. */
export function seal(
  id: string,
  contentType: string,
  text: string,
  route: Route,
  now: number,
): MsrpMessage {
  const body = new TextEncoder().encode(text)
  if (!route.wraps) return { id, contentType, body }
  const dateTime = new Date(now).toISOString()
  const { from, to } = route
  return {
    id,
    contentType: 'message/cpim',
    body: wrapCpim({ from, to, dateTime, contentType, body }),
  }
}

/** What came, still encrypted if it was. `from` is only the sender's word. */
export type Content =
  | {
      readonly kind: 'text' | 'composing'
      readonly isHtml: boolean
      readonly text: string
      readonly from: CpimIdentity | null
      /** Says of itself that no person wrote it. */
      readonly isStatus: boolean
    }
  /** Not a kind of content that was offered to be taken. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'malformed' }

export function unseal(message: MsrpMessage): Content {
  try {
    if (mediaType(message.contentType) !== 'message/cpim') {
      return read(message.contentType, message.body, { from: null, isStatus: false })
    }
    const { contentType, body, from, extensions = [] } = unwrapCpim(message.body)
    return read(contentType, body, { from, isStatus: extensions.some(isStatus) })
  } catch (error) {
    if (error instanceof MsrpError || error instanceof TypeError) return { kind: 'malformed' }
    throw error
  }
}

/** @throws TypeError if the bytes are not UTF-8, the only encoding in use */
function read(
  contentType: string,
  body: Uint8Array,
  label: { readonly from: CpimIdentity | null; readonly isStatus: boolean },
): Content {
  const type = mediaType(contentType)
  const isHtml = type === 'text/html'
  if (type !== 'text/plain' && !isHtml && type !== COMPOSING) return { kind: 'unwanted' }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  return { kind: type === COMPOSING ? 'composing' : 'text', isHtml, text, ...label }
}

/** SylkServer's mark on what the room itself says; our focus uses it too. */
function isStatus({ namespace, name, value }: CpimExtension): boolean {
  return (
    namespace === 'urn:ag-projects:xml:ns:cpim' && name === 'Message-Type' && value === 'status'
  )
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
