import { type EdgeEnv, randomToken } from './env.ts'
import { MAX_FORWARDS } from './limits.ts'
import { answer, cseqOf, parseNameAddr, tagIn } from './sip-fields.ts'
import {
  header,
  headers,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'

/** What the focus may be asked; anything else is 405. */
export const ALLOW = 'INVITE, ACK, BYE, CANCEL, OPTIONS, REFER, SUBSCRIBE'

/** The focus's Contact: what makes it one (RFC 4579 §5.1). */
export function focusContact(room: string): SipHeader {
  return ['Contact', `<${room};transport=ws>;isfocus`]
}

/** Finds the dialog of a message that came to us, or of an answer to what we sent. */
export function dialogKey(message: SipMessage): string {
  const ours = tagIn(message, message.kind === 'request' ? 'to' : 'from')
  return `${header(message, 'call-id')} ${ours}`
}

/** What names a dialog, and the way along it (RFC 3261 §12.1). */
interface DialogParts {
  readonly callId: string
  /** Ours. */
  readonly tag: string
  /** The other end, as From or To names it. */
  readonly remote: string
  /** Contact URI of the other end. */
  readonly target: string
  readonly routes: readonly string[]
  /** CSeq of the last request of ours. */
  readonly cseq: number
}

/**
 * A dialog between the focus and somebody (RFC 3261 §12), begun by either. Nothing is repeated:
 * whatever the flows carry arrives or is told to be lost.
 */
export class FocusDialog {
  readonly key: string
  /** Contact URI of the other end. */
  readonly target: string
  readonly #room: string
  readonly #parts: DialogParts
  readonly #send: (message: SipMessage) => void
  readonly #env: EdgeEnv
  #cseq: number

  private constructor(
    parts: DialogParts,
    room: string,
    send: (message: SipMessage) => void,
    env: EdgeEnv,
  ) {
    this.key = `${parts.callId} ${parts.tag}`
    this.target = parts.target
    this.#parts = parts
    this.#cseq = parts.cseq
    this.#room = room
    this.#send = send
    this.#env = env
  }

  /**
   * The dialog that an INVITE, SUBSCRIBE or REFER to us begins.
   *
   * @param room - address of the room
   * @throws RangeError if the request has no usable Contact
   */
  static answering(
    request: SipRequest,
    room: string,
    send: (message: SipMessage) => void,
    env: EdgeEnv,
  ): FocusDialog {
    const parts = {
      callId: header(request, 'call-id')!,
      tag: randomToken(env),
      remote: header(request, 'from')!,
      target: contactOf(request),
      routes: headers(request, 'record-route'),
      cseq: 0,
    }
    return new FocusDialog(parts, room, send, env)
  }

  /**
   * The dialog that a 2xx to our INVITE begins.
   *
   * @throws RangeError if the answer has no usable Contact
   */
  static answered(
    response: SipResponse,
    room: string,
    send: (message: SipMessage) => void,
    env: EdgeEnv,
  ): FocusDialog {
    const parts = {
      callId: header(response, 'call-id')!,
      tag: tagIn(response, 'from')!,
      remote: header(response, 'to')!,
      target: contactOf(response),
      routes: headers(response, 'record-route').toReversed(),
      cseq: cseqOf(response),
    }
    return new FocusDialog(parts, room, send, env)
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
    this.#send({ ...answer(request, status, this.#parts.tag, fields), body })
  }

  /** Sends a request along the dialog. Its answer comes to whoever receives for the focus. */
  request(method: string, more: readonly SipHeader[] = [], body = ''): void {
    this.#write(method, ++this.#cseq, more, body)
  }

  /** Takes a 2xx to our INVITE (RFC 3261 §13.2.2.4). */
  acknowledge(): void {
    this.#write('ACK', this.#parts.cseq, [], '')
  }

  #write(method: string, cseq: number, more: readonly SipHeader[], body: string): void {
    const { callId, tag, remote, routes } = this.#parts
    this.#send({
      kind: 'request',
      method,
      uri: this.target,
      headers: [
        ['Via', focusVia(this.#env)],
        ...routes.map((route): SipHeader => ['Route', route]),
        ['Max-Forwards', String(MAX_FORWARDS)],
        ['From', `<${this.#room}>;tag=${tag}`],
        ['To', remote],
        ['Call-ID', callId],
        ['CSeq', `${cseq} ${method}`],
        focusContact(this.#room),
        ...more,
      ],
      body: Buffer.from(body),
    })
  }
}

/** Via of a new transaction. Answers find us by the flow, not by this name. */
export function focusVia(env: EdgeEnv): string {
  return `SIP/2.0/WS focus.invalid;branch=z9hG4bK${randomToken(env)}`
}

function contactOf(message: SipMessage): string {
  const contact = parseNameAddr(header(message, 'contact') ?? '')
  if (contact === null) throw new RangeError('no Contact')
  return contact.uri
}
