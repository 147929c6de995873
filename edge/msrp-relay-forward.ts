import { header, type MsrpRequest, newTransaction } from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { failureReport, failureWanted, type RequestHead, responseTo } from './msrp-relay-answers.ts'
import type { Grants } from './msrp-relay-grants.ts'
import type { Answer, Hop } from './msrp-relay-hop.ts'
import {
  ANSWER_TIMEOUT_MS,
  CUT_BODY_MAX,
  DRAIN_MAX_MS,
  STREAM_BODY_MAX,
  UNANSWERED_MAX,
} from './msrp-relay-limits.ts'
import type { Links } from './msrp-relay-links.ts'
import { PassingSend } from './msrp-relay-passing.ts'
import { type Moved, route } from './msrp-relay-route.ts'

/** The next hop of a request, and its paths from there on. */
interface Onward extends Moved {
  readonly next: Hop
}

/** Passes requests on (RFC 4976 §6.4), and brings back what became of them. */
export class Forwarder {
  readonly #grants: Grants
  readonly #links: Links
  readonly #env: EdgeEnv
  #forwarded = 0
  #bytes = 0
  #reports = 0
  readonly #refused = new Map<number, number>()
  /** Messages that have been acknowledged and are not known to have arrived. */
  #owed = 0
  #isDraining = false
  #onDrained: () => void = () => {}

  constructor(grants: Grants, links: Links, env: EdgeEnv) {
    this.#grants = grants
    this.#links = links
    this.#env = env
  }

  get counters() {
    const refused = Object.fromEntries(this.#refused)
    return { forwarded: this.#forwarded, bytes: this.#bytes, refused, reports: this.#reports }
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  /**
   * From now on takes no message: a SEND is neither passed on nor answered, so that its sender, who
   * is about to lose the connection, knows that it has to send it again. What has been acknowledged
   * is waited for.
   *
   * @returns how many of these did not arrive in time: they are reported when their hops close
   */
  async drain(): Promise<number> {
    this.#isDraining = true
    if (this.#owed === 0) return 0
    await new Promise<void>((resolve) => {
      const cancel = this.#env.after(DRAIN_MAX_MS, resolve)
      this.#onDrained = () => {
        cancel()
        resolve()
      }
    })
    return this.#owed
  }

  /** Passes on a request that is there as a whole. */
  forward(request: MsrpRequest, from: Hop): void {
    if (request.method !== 'SEND') return this.#forwardOther(request, from)
    this.begin(request, from, request.body !== null)?.pass(request.body, request.flag)
  }

  /**
   * Begins to pass on a SEND of which only the head is there.
   *
   * @returns `null` if it has been refused, or nobody takes messages any more
   */
  begin(head: RequestHead, from: Hop, hasBody = true): PassingSend | null {
    if (this.#isDraining) return null
    const onward = this.#onward(head, from, hasBody)
    if (onward === null) return null
    this.#forwarded++
    const { next } = onward
    const wanted = failureWanted(head)
    // A WebSocket message is of use only once it is whole (RFC 7977 §5.3). Deployed peers on TCP
    // take one chunk only, so that nothing is cut for them that can be held.
    const isCut = next.kind === 'websocket' && from.kind === 'stream'
    return new PassingSend(head, isCut ? CUT_BODY_MAX : STREAM_BODY_MAX, {
      isOpen: () => next.isOpen && next.unanswered < UNANSWERED_MAX,
      send: (part, failed) => {
        this.#bytes += part.body?.length ?? 0
        const transaction = this.#sendOn(part, from, onward)
        if (wanted === 'no') return
        if (wanted === 'yes') this.#owed++
        next.expect(transaction, ANSWER_TIMEOUT_MS, (answer) => {
          if (wanted === 'yes' && --this.#owed === 0) this.#onDrained()
          const status = failureOf(answer, wanted)
          if (status !== null) failed(status)
        })
      },
      accept: () => {
        // The message is ours from here: the next hop's answer ends at the relay, unless it is bad.
        if (wanted === 'yes') this.#respond(head, from, 200, 'OK')
      },
      refuse: (status) => this.refuse(head, from, status, 'Not delivered'),
      report: (part, status) => this.#report(part, from, status),
    })
  }

  /** Answers a request with an error, unless it wants no answer. */
  refuse(request: RequestHead, from: Hop, status: number, comment: string): void {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1)
    this.#respond(request, from, status, comment)
  }

  /** Where the request goes; `null` if nowhere, and then it has been refused. */
  #onward(request: RequestHead, from: Hop, hasBody: boolean): Onward | null {
    const refuse = (status: number, comment: string): null => {
      this.refuse(request, from, status, comment)
      return null
    }
    if (from.kind === 'websocket' && !from.isAdmitted) return refuse(403, 'AUTH first')
    if (request.method === 'SEND' && header(request, 'Message-ID') === null) {
      return refuse(400, 'No Message-ID') // Nobody could report on it.
    }
    if (hasBody && request.contentType === null) return refuse(400, 'No Content-Type')
    const way = route(request, from, this.#grants)
    if (way.to === 'nowhere') return refuse(way.status, way.comment)
    let next: Hop
    if (way.to === 'elsewhere') {
      const link = this.#links.to(way.toPath[0]!, way.uri, way.grant)
      if (link === null) return refuse(481, 'No such hop')
      next = link
    } else {
      next = way.grant.owner
      if (from.kind === 'stream' && next !== from) {
        from.admit('passed')
        this.#links.cameIn(request.fromPath[0]!, from, way.grant)
      }
    }
    if (!next.isOpen) return refuse(481, 'No such session')
    if (next.unanswered >= UNANSWERED_MAX) return refuse(408, 'The next hop does not answer')
    const { toPath, fromPath, ours } = way
    return { next, toPath, fromPath, ours }
  }

  /** Answers to other methods go all the way back (RFC 4976 §6.4.3); a REPORT has none. */
  #forwardOther(request: MsrpRequest, from: Hop): void {
    const onward = this.#onward(request, from, request.body !== null)
    if (onward === null) return
    this.#forwarded++
    const { next, ours } = onward
    const transaction = this.#sendOn(request, from, onward)
    if (request.method === 'REPORT') return
    next.expect(transaction, ANSWER_TIMEOUT_MS, (answer) => {
      if (answer.kind !== 'response') return this.refuse(request, from, 408, 'No answer')
      const { response } = answer
      const fromPath = [...ours.toReversed(), ...response.fromPath]
      const { transaction } = request
      from.send({ ...response, transaction, toPath: request.fromPath, fromPath }, next)
    })
  }

  /** @returns the transaction id on the next hop (RFC 4976 §6.4: one of its own on every hop) */
  #sendOn(request: MsrpRequest, from: Hop, { next, toPath, fromPath }: Onward): string {
    const transaction = newTransaction((length) => this.#env.random(length), request.body)
    next.send({ ...request, transaction, toPath, fromPath }, from)
    return transaction
  }

  #report(request: MsrpRequest, to: Hop, status: number): void {
    this.#reports++
    const transaction = newTransaction((length) => this.#env.random(length))
    to.send(failureReport(request, transaction, status), to)
  }

  #respond(request: RequestHead, from: Hop, status: number, comment: string): void {
    const response = responseTo(request, status, comment)
    if (response !== null) from.send(response, from)
  }
}

/** What to report about a SEND that was passed on; `null` if there is nothing to say. */
function failureOf(answer: Answer, wanted: 'yes' | 'partial'): number | null {
  switch (answer.kind) {
    case 'response':
      return answer.response.status < 300 ? null : answer.response.status
    case 'silence':
      return wanted === 'yes' ? 408 : null // `partial` has no timer (RFC 4975 §7.1.2).
    case 'lost':
      return 408
  }
}
