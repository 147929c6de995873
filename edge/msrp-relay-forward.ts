import { header, type MsrpRequest, newTransaction } from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { cut, failureReport, failureWanted, responseTo } from './msrp-relay-answers.ts'
import type { Grants } from './msrp-relay-grants.ts'
import type { Answer, Hop } from './msrp-relay-hop.ts'
import { ANSWER_TIMEOUT_MS, CUT_BODY_MAX, UNANSWERED_MAX } from './msrp-relay-limits.ts'
import type { Links } from './msrp-relay-links.ts'
import { type Moved, route } from './msrp-relay-route.ts'

/** Passes requests on (RFC 4976 §6.4), and brings back what became of them. */
export class Forwarder {
  readonly #grants: Grants
  readonly #links: Links
  readonly #env: EdgeEnv
  #forwarded = 0
  #refused = 0
  #reports = 0

  constructor(grants: Grants, links: Links, env: EdgeEnv) {
    this.#grants = grants
    this.#links = links
    this.#env = env
  }

  get counters() {
    return { forwarded: this.#forwarded, refused: this.#refused, reports: this.#reports }
  }

  forward(request: MsrpRequest, from: Hop): void {
    if (from.kind === 'websocket' && !from.isAdmitted) {
      return this.refuse(request, from, 403, 'AUTH first')
    }
    if (request.method === 'SEND' && header(request, 'Message-ID') === null) {
      return this.refuse(request, from, 400, 'No Message-ID') // Nobody could report on it.
    }
    if (request.body !== null && request.contentType === null) {
      return this.refuse(request, from, 400, 'No Content-Type')
    }
    const way = route(request, from, this.#grants)
    switch (way.to) {
      case 'nowhere':
        return this.refuse(request, from, way.status, way.comment)
      case 'elsewhere': {
        const link = this.#links.to(way.toPath[0]!, way.uri, way.grant)
        if (link === null) return this.refuse(request, from, 481, 'No such hop')
        return this.#pass(request, from, link, way)
      }
      case 'client':
        if (from.kind === 'stream' && way.grant.owner !== from) {
          from.admit('passed')
          this.#links.cameIn(request.fromPath[0]!, from, way.grant)
        }
        return this.#pass(request, from, way.grant.owner, way)
    }
  }

  /** Answers a request with an error, unless it wants no answer. */
  refuse(request: MsrpRequest, from: Hop, status: number, comment: string): void {
    this.#refused++
    this.#respond(request, from, status, comment)
  }

  #pass(request: MsrpRequest, from: Hop, next: Hop, way: Moved): void {
    if (!next.isOpen) return this.refuse(request, from, 481, 'No such session')
    if (next.unanswered >= UNANSWERED_MAX) {
      return this.refuse(request, from, 408, 'The next hop does not answer')
    }
    this.#forwarded++
    if (request.method !== 'SEND') return this.#passOther(request, from, next, way)
    // The message is ours from here: the next hop's answer ends at the relay, unless it is bad.
    const wanted = failureWanted(request)
    if (wanted === 'yes') this.#respond(request, from, 200, 'OK')
    const pieces = next.kind === 'websocket' && from.kind === 'stream'
    for (const chunk of pieces ? cut(request, CUT_BODY_MAX) : [request]) {
      const transaction = this.#sendOn(chunk, from, next, way)
      if (wanted === 'no') continue
      next.expect(transaction, ANSWER_TIMEOUT_MS, (answer) => {
        const status = failureOf(answer, wanted)
        if (status !== null) this.#report(chunk, from, status)
      })
    }
  }

  /** Answers to other methods go all the way back (RFC 4976 §6.4.3); a REPORT has none. */
  #passOther(request: MsrpRequest, from: Hop, next: Hop, way: Moved): void {
    const transaction = this.#sendOn(request, from, next, way)
    if (request.method === 'REPORT') return
    next.expect(transaction, ANSWER_TIMEOUT_MS, (answer) => {
      if (answer.kind !== 'response') return this.refuse(request, from, 408, 'No answer')
      const { response } = answer
      const fromPath = [...way.ours.toReversed(), ...response.fromPath]
      const { transaction } = request
      from.send({ ...response, transaction, toPath: request.fromPath, fromPath }, next)
    })
  }

  /** @returns the transaction id on the next hop (RFC 4976 §6.4: one of its own on every hop) */
  #sendOn(request: MsrpRequest, from: Hop, next: Hop, { toPath, fromPath }: Moved): string {
    const transaction = newTransaction((length) => this.#env.random(length), request.body)
    next.send({ ...request, transaction, toPath, fromPath }, from)
    return transaction
  }

  #report(request: MsrpRequest, to: Hop, status: number): void {
    this.#reports++
    const transaction = newTransaction((length) => this.#env.random(length))
    to.send(failureReport(request, transaction, status), to)
  }

  #respond(request: MsrpRequest, from: Hop, status: number, comment: string): void {
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
