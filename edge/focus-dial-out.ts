import { type EdgeEnv, randomToken } from './env.ts'
import { ALLOW, FocusDialog, focusContact, focusVia } from './focus-dialog.ts'
import { MAX_FORWARDS } from './limits.ts'
import { cseqMethod, tagIn } from './sip-fields.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from './sip-message.ts'

export interface DialOutParties {
  /** Address of the room. */
  readonly room: string
  /** Address of who is called. */
  readonly who: string
  /** Address of who asked for it. */
  readonly referrer: string
  /** What the room offers. */
  readonly sdp: string
}

/** What becomes of a call from the room. */
export interface DialOutSink {
  /** 101 to 199. */
  onRinging(status: number): void
  /** Somebody has come; the call has been acknowledged. @returns false to hang up on them */
  onAnswer(dialog: FocusDialog, response: SipResponse): boolean
  /** Nobody comes: 300 to 699. The last that is heard. */
  onRefusal(status: number): void
}

/** An INVITE by which a room calls somebody in (RFC 4579 §5.5). */
export class DialOut {
  /** As `dialogKey` gives it for the answers. */
  readonly key: string
  readonly #invite: SipRequest
  readonly #send: (message: SipMessage) => void
  readonly #env: EdgeEnv
  readonly #sink: DialOutSink
  /** The one dialog that stands; a proxy may let two people answer. */
  #remoteTag: string | null = null
  #dialog: FocusDialog | null = null

  constructor(
    { room, who, referrer, sdp }: DialOutParties,
    send: (message: SipMessage) => void,
    env: EdgeEnv,
    sink: DialOutSink,
  ) {
    const [callId, tag] = [randomToken(env), randomToken(env)]
    this.key = `${callId} ${tag}`
    this.#send = send
    this.#env = env
    this.#sink = sink
    this.#invite = {
      kind: 'request',
      method: 'INVITE',
      uri: who,
      headers: [
        ['Via', focusVia(env)],
        ['Max-Forwards', String(MAX_FORWARDS)],
        ['From', `<${room}>;tag=${tag}`],
        ['To', `<${who}>`],
        ['Call-ID', callId],
        ['CSeq', '1 INVITE'],
        focusContact(room),
        ['Allow', ALLOW],
        ['Allow-Events', 'conference, refer'],
        ['Accept', 'application/sdp'],
        ['Referred-By', `<${referrer}>`],
        ['Content-Type', 'application/sdp'],
      ],
      body: Buffer.from(sdp),
    }
    send(this.#invite)
  }

  /** An answer to a request of this call. */
  receive(response: SipResponse): void {
    const { status } = response
    if (cseqMethod(response) !== 'INVITE') return
    if (status >= 300) {
      this.#acknowledgeRefusal(response)
      if (this.#dialog === null) this.#sink.onRefusal(status)
    } else if (status >= 200) this.#onAnswer(response)
    else if (status > 100 && this.#dialog === null) this.#sink.onRinging(status)
  }

  /** Stops ringing. Whoever answers all the same is hung up on. */
  cancel(): void {
    const headers = this.#invite.headers.filter(([name]) => CANCELLED.has(name))
    this.#send({
      ...this.#invite,
      method: 'CANCEL',
      headers: [...headers, ['CSeq', '1 CANCEL']],
      body: new Uint8Array(),
    })
  }

  #onAnswer(response: SipResponse): void {
    const tag = tagIn(response, 'to')
    if (this.#dialog !== null && tag === this.#remoteTag) return this.#dialog.acknowledge() // Again.
    let dialog: FocusDialog
    try {
      dialog = FocusDialog.answered(response, this.#room, this.#send, this.#env)
    } catch {
      if (this.#dialog === null) this.#sink.onRefusal(500) // Without Contact there is no way to it.
      return
    }
    dialog.acknowledge()
    const isFirst = this.#dialog === null
    this.#dialog ??= dialog
    this.#remoteTag ??= tag
    if (!isFirst || !this.#sink.onAnswer(dialog, response)) dialog.request('BYE')
  }

  /** Of a refusal the transaction is acknowledged, on one hop (RFC 3261 §17.1.1.3). */
  #acknowledgeRefusal(response: SipResponse): void {
    const kept = this.#invite.headers.filter(([name]) => CANCELLED.has(name) && name !== 'To')
    this.#send({
      ...this.#invite,
      method: 'ACK',
      headers: [...kept, ['To', header(response, 'to')!], ['CSeq', '1 ACK']],
      body: new Uint8Array(),
    })
  }

  get #room(): string {
    return /<([^>]+)>/.exec(header(this.#invite, 'from')!)![1]!
  }
}

/** What a CANCEL has of its INVITE (RFC 3261 §9.1). */
const CANCELLED = new Set(['Via', 'Max-Forwards', 'From', 'To', 'Call-ID'])
