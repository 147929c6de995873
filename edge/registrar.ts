import type { EdgeEnv } from './env.ts'
import type { SipFlow } from './flow.ts'
import {
  BINDINGS_MAX,
  REGISTRATION_DEFAULT_S,
  REGISTRATION_MAX_S,
  REGISTRATION_MIN_S,
} from './limits.ts'
import { cseqOf, type NameAddr, parseNameAddr, parseUri } from './sip-fields.ts'
import { header, headers, type SipHeader, type SipRequest, tokens } from './sip-message.ts'

/** Where a user can be reached: one browser, over one flow. */
export interface Binding {
  readonly flow: SipFlow
  /** Contact URI, exactly as registered. */
  readonly uri: string
  /** `+sip.instance` (RFC 5626 §4.1), or `null`. */
  readonly instance: string | null
}

interface StoredBinding extends Binding {
  /** What a later registration replaces: instance and reg-id, or the URI (RFC 5626 §6). */
  readonly key: string
  readonly regId: string | null
  readonly callId: string
  readonly cseq: number
  readonly expiresAt: number
}

/** Status and header fields of the answer to a REGISTER. */
export interface RegisterResult {
  readonly status: 200 | 400 | 420 | 423 | 500 | 503
  readonly headers: readonly SipHeader[]
}

/**
 * Who is where (RFC 3261 §10.3, RFC 5626 §6). The flow that a REGISTER came over is the only way to
 * its contact, whatever host the contact names: `.invalid` as a rule (RFC 7118 §5.1).
 */
export class Registrar {
  readonly #env: Pick<EdgeEnv, 'now'>
  /** By user; the binding registered last comes last. */
  readonly #bindings = new Map<string, StoredBinding[]>()

  constructor(env: Pick<EdgeEnv, 'now'>) {
    this.#env = env
  }

  /** Carries out a REGISTER of `user`, who is authenticated, all of it or nothing. */
  register(request: SipRequest, user: string, flow: SipFlow): RegisterResult {
    const unknown = tokens(request, 'require').filter((tag) => !UNDERSTOOD.has(tag))
    if (unknown.length > 0) return { status: 420, headers: [['Unsupported', unknown.join(', ')]] }

    const current = this.#live(user)
    const changed = this.#change(current, request, flow)
    if (!Array.isArray(changed)) return changed
    if (changed.length === 0) this.#bindings.delete(user)
    else this.#bindings.set(user, changed)

    const now = this.#env.now()
    const own = changed.some((binding) => binding.flow === flow && binding.regId !== null)
    const outbound = own && tokens(request, 'supported').includes('outbound')
    return {
      status: 200,
      headers: [
        ...changed.map((binding): SipHeader => ['Contact', writeContact(binding, now)]),
        ...(outbound ? [['Require', 'outbound'] as const] : []),
        ['Supported', 'outbound, path'],
      ],
    }
  }

  /**
   * Where `user` can be reached now: one list for each instance, its newest flow first. The others
   * of a list are tried only if that flow has failed (RFC 5626 §7).
   */
  lookup(user: string): readonly (readonly Binding[])[] {
    const instances = new Map<string, Binding[]>()
    for (const binding of this.#live(user)) {
      const name = binding.instance ?? binding.key
      instances.set(name, [binding, ...(instances.get(name) ?? [])])
    }
    return [...instances.values()]
  }

  /** Forgets all that was registered over a flow: it has closed. @returns the users concerned */
  dropFlow(flow: SipFlow): string[] {
    const users: string[] = []
    for (const [user, bindings] of this.#bindings) {
      const left = bindings.filter((binding) => binding.flow !== flow)
      if (left.length === bindings.length) continue
      users.push(user)
      if (left.length === 0) this.#bindings.delete(user)
      else this.#bindings.set(user, left)
    }
    return users
  }

  /** Users with at least one binding. */
  get size(): number {
    return this.#bindings.size
  }

  #live(user: string): StoredBinding[] {
    const now = this.#env.now()
    return (this.#bindings.get(user) ?? []).filter((binding) => binding.expiresAt > now)
  }

  #change(
    current: readonly StoredBinding[],
    request: SipRequest,
    flow: SipFlow,
  ): StoredBinding[] | RegisterResult {
    const values = headers(request, 'contact')
    const [callId, cseq] = [header(request, 'call-id')!, cseqOf(request)]
    const outdated = (binding: StoredBinding): boolean =>
      binding.callId === callId && binding.cseq >= cseq
    if (values.includes('*')) {
      if (values.length > 1 || header(request, 'expires') !== '0') return REFUSED
      return current.some(outdated) ? OUT_OF_ORDER : []
    }
    let bindings = [...current]
    let withRegId = 0
    for (const value of values) {
      const contact = parseNameAddr(value)
      if (contact === null || parseUri(contact.uri) === null) return REFUSED
      if (/["\\]/.test(contact.params.get('+sip.instance') ?? '')) return REFUSED
      const seconds = expiry(contact, request)
      if (seconds === null) return REFUSED
      if (seconds > 0 && seconds < REGISTRATION_MIN_S) return TOO_BRIEF
      const binding: StoredBinding = {
        ...identify(contact),
        uri: contact.uri,
        flow,
        callId,
        cseq,
        expiresAt: this.#env.now() + Math.min(seconds, REGISTRATION_MAX_S) * 1000,
      }
      // Two registered ways to one browser in one request: RFC 5626 §6.
      if (binding.regId !== null && seconds > 0) withRegId++
      if (withRegId > 0 && values.length > 1) return REFUSED
      const replaced = bindings.find((other) => other.key === binding.key)
      if (replaced !== undefined && outdated(replaced)) return OUT_OF_ORDER
      bindings = bindings.filter((other) => other !== replaced)
      if (seconds > 0) bindings.push(binding)
    }
    return bindings.length > BINDINGS_MAX ? TOO_MANY : bindings
  }
}

const UNDERSTOOD = new Set(['outbound', 'path'])

const REFUSED: RegisterResult = { status: 400, headers: [] }
const TOO_BRIEF: RegisterResult = {
  status: 423,
  headers: [['Min-Expires', String(REGISTRATION_MIN_S)]],
}
const OUT_OF_ORDER: RegisterResult = { status: 500, headers: [] }
const TOO_MANY: RegisterResult = { status: 503, headers: [['Retry-After', '60']] }

/** `expires` of the contact, else of the request, else ours (RFC 3261 §10.2.1.1). */
function expiry(contact: NameAddr, request: SipRequest): number | null {
  const text = contact.params.get('expires') ?? header(request, 'expires')
  if (text === null) return REGISTRATION_DEFAULT_S
  return /^\d{1,10}$/.test(text) ? Number(text) : null
}

function identify(contact: NameAddr): Pick<StoredBinding, 'key' | 'instance' | 'regId'> {
  const instance = contact.params.get('+sip.instance') || null
  const regId = contact.params.get('reg-id') ?? null
  // A reg-id without instance is ignored: RFC 5626 §6.
  if (instance === null || regId === null || !/^[1-9]\d{0,9}$/.test(regId)) {
    return { key: contact.uri, instance, regId: null }
  }
  return { key: `${instance.toLowerCase()} ${regId}`, instance, regId }
}

function writeContact(binding: StoredBinding, now: number): string {
  const expires = Math.max(1, Math.ceil((binding.expiresAt - now) / 1000))
  const instance = binding.instance === null ? '' : `;+sip.instance="${binding.instance}"`
  const regId = binding.regId === null ? '' : `;reg-id=${binding.regId}`
  return `<${binding.uri}>;expires=${expires}${regId}${instance}`
}
