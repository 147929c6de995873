import type { URI, UserAgent } from 'sip.js'
import {
  type Subscription as Dialog,
  type IncomingNotifyRequest,
  type IncomingResponseMessage,
  type OutgoingSubscribeRequest,
  SubscriptionDialog,
} from 'sip.js/lib/core/index.js'
import { isReal, seconds } from './answer.ts'

/** What is asked of a notifier, and where. */
export interface SubscriptionRequest {
  /** A REFER subscribes to what becomes of it (RFC 3515 §2.4.4). */
  readonly method: 'SUBSCRIBE' | 'REFER'
  readonly target: URI
  readonly event: string
  /** Media type of the notifications. */
  readonly accept: string
  /** Seconds. */
  readonly expires: number
  readonly callId: string
  readonly headers?: readonly string[]
}

/** One NOTIFY; it has been answered 200. Numbers are seconds, `null` where absent. */
export interface Notice {
  /** After `terminated` nothing follows. */
  readonly state: 'pending' | 'active' | 'terminated'
  /** Why it is terminated (RFC 6665 §4.1.3), in lower case. */
  readonly reason: string | null
  readonly expires: number | null
  readonly retryAfter: number | null
  readonly contentType: string
  readonly body: string
}

/** A request that was refused, or not followed by a NOTIFY. */
export interface Refused {
  /** `null` if no answer came, or nothing after a good one. */
  readonly status: number | null
  /** Answered 2xx, and nothing followed. */
  readonly isTaken: boolean
  readonly minExpires: number | null
  readonly retryAfter: number | null
}

export interface SubscriptionSink {
  noticed(notice: Notice): void
  /** The subscription is over when this is called. */
  refused(refused: Refused): void
}

/**
 * One subscription (RFC 6665) by the core of sip.js, without its timers for refreshing: the owner
 * says when. The first NOTIFY of a forked request makes the dialog; others are answered 481.
 */
export class Subscription {
  readonly #userAgent: UserAgent
  readonly #request: SubscriptionRequest
  readonly #sink: SubscriptionSink
  readonly #first: OutgoingSubscribeRequest
  #dialog: Dialog | null = null
  #isOver = false

  /** Sends the first request. The sink is called later, never from within a call to this class. */
  constructor(userAgent: UserAgent, request: SubscriptionRequest, sink: SubscriptionSink) {
    this.#userAgent = userAgent
    this.#request = request
    this.#sink = sink
    const core = userAgent.userAgentCore
    const { aor } = core.configuration
    const { method, target, callId } = request
    const message = core.makeOutgoingRequestMessage(
      method,
      target,
      aor,
      target,
      { callId },
      this.#headers(request.expires),
    )
    this.#first = core.subscribe(message, {
      ...this.#refusals(),
      onAccept: ({ message }) => {
        // RFC 4488 §4: taken, and there will be no NOTIFY to wait for.
        if (/^\s*false\b/i.test(message.getHeader('refer-sub') ?? '')) this.#refuse(SILENCE)
      },
      onNotify: ({ request, subscription }) => {
        if (subscription !== undefined) this.#onDialog(subscription)
        this.#onNotify(request)
      },
      onNotifyTimeout: () => this.#refuse(SILENCE),
    })
  }

  /** Asks again within the dialog, so that the whole state is sent. Nothing if there is none yet. */
  refresh(): void {
    const dialog = this.#dialog
    if (dialog === null || this.#isOver) return
    const again = dialog.subscribe(undefined, {
      extraHeaders: this.#headers(this.#request.expires),
    })
    const synchronise = () => countCredentials(dialog, again)
    again.delegate = { onAccept: synchronise, ...this.#refusals(synchronise) }
  }

  /** Tells the notifier, if it knows us, and nobody else. */
  end(): void {
    const dialog = this.#dialog
    this.#close()
    if (dialog === null) return
    const last = dialog.subscribe(undefined, { extraHeaders: this.#headers(0) })
    const dispose = () => dialog.dispose() // A last NOTIFY, which says nothing new, is answered 481.
    last.delegate = { onAccept: dispose, onReject: dispose, onRedirect: dispose }
  }

  /** Forgets it: the notifier can no longer be reached this way. */
  abandon(): void {
    const dialog = this.#dialog
    this.#close()
    dialog?.dispose()
  }

  #headers(expires: number): string[] {
    const { event, accept, headers = [] } = this.#request
    return [
      `Event: ${event}`,
      `Expires: ${expires}`,
      `Accept: ${accept}`,
      `Contact: ${this.#userAgent.contact.toString()}`,
      ...headers,
    ]
  }

  #onDialog(dialog: Dialog): void {
    this.#dialog = dialog
    dialog.delegate = {
      onNotify: (request) => this.#onNotify(request),
      // Whoever knows better why, such as the answer that refused it, is heard right after this.
      onTerminated: () => queueMicrotask(() => this.#refuse(SILENCE)),
    }
  }

  #onNotify(request: IncomingNotifyRequest): void {
    request.accept()
    if (this.#isOver) return
    const notice = readNotice(request)
    if (notice.state === 'terminated') this.#close()
    this.#sink.noticed(notice)
  }

  #refusals(before = () => {}) {
    const onRefused = ({ message }: { readonly message: IncomingResponseMessage }) => {
      before()
      this.#refuse({
        status: isReal(message) ? (message.statusCode ?? null) : null,
        isTaken: false,
        minExpires: seconds(message.getHeader('min-expires')),
        retryAfter: seconds(message.getHeader('retry-after')),
      })
    }
    return { onReject: onRefused, onRedirect: onRefused }
  }

  #refuse(refused: Refused): void {
    if (this.#isOver) return
    this.abandon()
    this.#sink.refused(refused)
  }

  #close(): void {
    this.#isOver = true
    this.#dialog = null
    this.#first.waitNotifyStop()
  }
}

const SILENCE: Refused = { status: null, isTaken: true, minExpires: null, retryAfter: null }

/** sip.js takes a number more for the digest of a request in a dialog, and forgets it. */
function countCredentials(dialog: Dialog, request: OutgoingSubscribeRequest): void {
  if (!(dialog instanceof SubscriptionDialog)) return
  while ((dialog.localSequenceNumber ?? request.message.cseq) < request.message.cseq) {
    dialog.incrementLocalSequenceNumber()
  }
}

function readNotice({ message }: IncomingNotifyRequest): Notice {
  const header = message.getHeader('subscription-state') ?? ''
  const state = /^\s*(pending|terminated)\b/i.exec(header)?.[1]?.toLowerCase()
  const parameter = (name: string) =>
    new RegExp(`;\\s*${name}\\s*=\\s*"?([^;"\\s]+)`, 'i').exec(header)?.[1]
  return {
    state: state === 'pending' || state === 'terminated' ? state : 'active',
    reason: parameter('reason')?.toLowerCase() ?? null,
    expires: seconds(parameter('expires')),
    retryAfter: seconds(parameter('retry-after')),
    contentType: message.getHeader('content-type') ?? '',
    body: message.body,
  }
}
