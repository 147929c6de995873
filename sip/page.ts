import type { URI, UserAgent } from 'sip.js'
import { failureOf } from './answer.ts'
import type { SipError } from './events.ts'
import { PAGE_MAX } from './limits.ts'

/** What a MESSAGE carries. */
export interface PageContent {
  /** `type/subtype`, parameters allowed. */
  readonly contentType: string
  readonly body: string
}

/** @throws TypeError, RangeError as `SipAgentDoor.sendPage` */
export function checkPage({ contentType, body }: PageContent): void {
  if (!/^[\w.+-]+\/[\w.+-]+(?:\s*;[\x20-\x7e]*)?$/.test(contentType)) {
    throw new TypeError('contentType is not type/subtype')
  }
  const octets = new TextEncoder().encode(body).length
  if (octets > PAGE_MAX) throw new RangeError(`body: ${octets} octets, at most ${PAGE_MAX}`)
}

/** Sends a MESSAGE outside any session (RFC 3428). @param report - called once, later */
export function sendPage(
  userAgent: UserAgent,
  to: URI,
  callId: string,
  { contentType, body }: PageContent,
  report: (error: SipError | null) => void,
): void {
  const core = userAgent.userAgentCore
  const { aor } = core.configuration
  const message = core.makeOutgoingRequestMessage('MESSAGE', to, aor, to, { callId }, [], {
    contentDisposition: 'render',
    contentType,
    content: body,
  })
  core.message(message, {
    onAccept: () => report(null),
    onReject: ({ message: response }) => report(failureOf(response, 'invite').error),
    onRedirect: ({ message: response }) => report(failureOf(response, 'invite').error),
  })
}
