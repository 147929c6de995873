import { type EdgeEnv, randomToken } from './env.ts'
import { MAX_FORWARDS } from './limits.ts'
import { answer, parseNameAddr, tagIn } from './sip-fields.ts'
import {
  header,
  headers,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'

/** What the focus may be asked; anything else is 405. */
export const ALLOW = 'INVITE, ACK, BYE, CANCEL, OPTIONS, SUBSCRIBE'

/** The focus's Contact: what makes it one (RFC 4579 §5.1). */
export function focusContact(room: string): SipHeader {
  return ['Contact', `<${room};transport=ws>;isfocus`]
}

/** Finds the dialog of a message that came to us, or of an answer to what we sent. */
export function dialogKey(message: SipMessage): string {
  const ours = tagIn(message, message.kind === 'request' ? 'to' : 'from')
  return `${header(message, 'call-id')} ${ours}`
}

/**
 * A dialog that somebody opened with the focus (RFC 3261 §12), by INVITE or SUBSCRIBE. Nothing is
 * repeated: whatever the flows carry arrives or is told to be lost.
 */
export class FocusDialog {
  readonly key: string
  /** Contact URI of the other end. */
  readonly target: string
  readonly #room: string
  readonly #tag: string
  readonly #callId: string
  readonly #local: string
  readonly #remote: string
  readonly #routes: readonly string[]
  readonly #send: (message: SipMessage) => void
  readonly #env: EdgeEnv
  #cseq = 0

  /**
   * @param room - address of the room
   * @throws RangeError if the request has no usable Contact
   */
  constructor(
    request: SipRequest,
    room: string,
    send: (message: SipMessage) => void,
    env: EdgeEnv,
  ) {
    const contact = parseNameAddr(header(request, 'contact') ?? '')
    if (contact === null) throw new RangeError('no Contact')
    this.target = contact.uri
    this.#room = room
    this.#tag = randomToken(env)
    this.#callId = header(request, 'call-id')!
    this.#local = `<${room}>;tag=${this.#tag}`
    this.#remote = header(request, 'from')!
    this.#routes = headers(request, 'record-route')
    this.#send = send
    this.#env = env
    this.key = `${this.#callId} ${this.#tag}`
  }

  /** Answers a request of this dialog, the first or a later one. */
  respond(
    request: SipRequest,
    status: number,
    more: readonly SipHeader[] = [],
    body: SipResponse['body'] = new Uint8Array(),
  ): void {
    const routes = headers(request, 'record-route')
    const fields = [
      ...routes.map((route): SipHeader => ['Record-Route', route]),
      focusContact(this.#room),
      ['Allow', ALLOW] as const,
      ...more,
    ]
    this.#send({ ...answer(request, status, this.#tag, fields), body })
  }

  /** Sends a request along the dialog. Its answer comes to whoever receives for the focus. */
  request(method: string, more: readonly SipHeader[] = [], body = ''): void {
    this.#send({
      kind: 'request',
      method,
      uri: this.target,
      headers: [
        ['Via', `SIP/2.0/WS focus.invalid;branch=z9hG4bK${randomToken(this.#env)}`],
        ...this.#routes.map((route): SipHeader => ['Route', route]),
        ['Max-Forwards', String(MAX_FORWARDS)],
        ['From', this.#local],
        ['To', this.#remote],
        ['Call-ID', this.#callId],
        ['CSeq', `${++this.#cseq} ${method}`],
        focusContact(this.#room),
        ...more,
      ],
      body: Buffer.from(body),
    })
  }
}
