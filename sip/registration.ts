import type { SipEnv } from './agent-door.ts'
import { backOff, jittered } from './back-off.ts'
import { type Registration, SipError } from './events.ts'
import {
  DOUBT_TIMEOUT_MS,
  EXPIRES_MAX_S,
  EXPIRES_S,
  LEAVE_TIMEOUT_MS,
  REFRESH_MIN_MS,
  RETRY_MAX_MS,
} from './limits.ts'
import { randomFraction } from './random.ts'
import { isPermanent, refusal } from './refusal.ts'
import {
  REGISTRATION,
  type RegistrationAction,
  type RegistrationInput,
  type RegistrationState,
} from './registration-table.ts'

/** The socket, as the registration commands it. */
export interface Flow {
  connect(): void
  disconnect(): void
  abandon(error: SipError): void
  probe(): void
  keepAliveWithin(flowTimer: number | null): void
}

export interface RegisterRequest {
  /** Seconds; 0 removes the binding. */
  readonly expires: number
  /** False for a server that refuses `reg-id` (439) or the extension (420). */
  readonly outbound: boolean
}

/** The final answer to a REGISTER; `null` status if none came. Numbers are `null` where absent. */
export interface RegisterAnswer {
  readonly status: number | null
  /** Seconds granted: `expires` of our Contact, else the Expires header. */
  readonly expires: number | null
  readonly minExpires: number | null
  readonly retryAfter: number | null
  readonly flowTimer: number | null
}

/** Sends one REGISTER, and answers exactly once, never before it returns. */
export type SendRegister = (
  request: RegisterRequest,
  onAnswer: (answer: RegisterAnswer) => void,
) => void

/**
 * Keeps one account registered over one flow at a time (RFC 3261 §10, RFC 5626): what happens when
 * is in {@link REGISTRATION}; this class does it. At most one REGISTER is under way, at most one
 * timer runs, and every wait has a lower bound, so that no answer can make it hurry or hang.
 */
export class RegistrationKeeper {
  readonly #flow: Flow
  readonly #send: SendRegister
  readonly #env: SipEnv
  readonly #report: (registration: Registration) => void
  #state: RegistrationState = 'idle'
  #cancelTimer = () => {}
  /** Only the answer to the latest REGISTER counts. */
  #attempt = 0
  #failures = 0
  #error: SipError | null = null
  /** What the latest answer said of patience: no attempt before this time. */
  #notBefore = 0
  #expires = EXPIRES_S
  #outbound = true
  #reported = false
  #left: (() => void)[] = []

  constructor(
    flow: Flow,
    send: SendRegister,
    env: SipEnv,
    report: (registration: Registration) => void,
  ) {
    this.#flow = flow
    this.#send = send
    this.#env = env
    this.#report = report
  }

  get state(): RegistrationState {
    return this.#state
  }

  start(): void {
    this.#input('start')
  }

  /** Resolves when the binding is removed, or cannot be in time, and the flow is closed. */
  stop(): Promise<void> {
    if (this.#state === 'idle') return Promise.resolve()
    const left = new Promise<void>((resolve) => this.#left.push(resolve))
    this.#input('stop')
    return left
  }

  probe(): void {
    // The network being back is no reason to disregard Retry-After.
    if (this.#state === 'waiting' && this.#env.now() < this.#notBefore) return
    this.#input('probe')
  }

  opened(): void {
    this.#input('opened')
  }

  lost(error: SipError): void {
    this.#error = error
    this.#input('lost')
  }

  /** A keep-alive was answered: this flow is good, and its past is forgiven (RFC 5626 §4.5). */
  alive(): void {
    if (this.#state === 'registered' || this.#state === 'refreshing') this.#failures = 0
  }

  doubtful(): void {
    this.#input('doubt')
  }

  #input(input: RegistrationInput): void {
    const before = this.#state
    const [action, next] = REGISTRATION[before][input]
    if (action !== 'nothing') {
      this.#state = next
      if (action !== 'ping') this.#cancelTimer()
      this.#do(action, before)
    }
    // Somebody may be waiting, and a live server answers at once: 32 s would be too long to find out.
    if (input === 'doubt' && (next === 'registering' || next === 'refreshing')) {
      this.#cancelTimer()
      this.#cancelTimer = this.#env.after(DOUBT_TIMEOUT_MS, () => this.#onSilence())
    }
  }

  #do(action: Exclude<RegistrationAction, 'nothing'>, before: RegistrationState): void {
    switch (action) {
      case 'connect':
        this.#tell({ state: 'connecting' })
        return this.#flow.connect()
      case 'register':
        if (before !== 'registered') this.#tell({ state: 'registering' })
        return this.#register({ expires: this.#expires, outbound: this.#outbound })
      case 'keep':
        if (before === 'refreshing') this.#failures = 0
        return
      case 'ping':
        return this.#flow.probe()
      case 'pause':
      case 'wait':
        return this.#retryLater()
      case 'abandon':
        this.#flow.abandon(this.#cause())
        return this.#retryLater()
      case 'giveUp':
        this.#flow.abandon(this.#cause())
        return this.#tell({ state: 'refused', error: this.#cause() })
      case 'unregister':
        this.#after(LEAVE_TIMEOUT_MS)
        return this.#register({ expires: 0, outbound: this.#outbound })
      case 'close':
        this.#flow.disconnect()
        return this.#settle()
    }
  }

  #register(request: RegisterRequest, adjustments = 0): void {
    const attempt = ++this.#attempt
    this.#send(request, (answer) => {
      if (attempt !== this.#attempt) return
      const adjusted = adjustments < 2 && request.expires > 0 ? this.#adjust(request, answer) : null
      if (adjusted === null) this.#onAnswer(answer, request)
      else this.#register(adjusted, adjustments + 1)
    })
  }

  /** What the server would rather have been asked, if it said so and we can; else `null`. */
  #adjust(request: RegisterRequest, answer: RegisterAnswer): RegisterRequest | null {
    const { status, minExpires } = answer
    if (status === 423 && minExpires !== null) {
      if (minExpires <= request.expires || minExpires > EXPIRES_MAX_S) return null
      this.#expires = minExpires
      return { ...request, expires: minExpires }
    }
    if ((status === 439 || status === 420) && request.outbound) {
      this.#outbound = false
      return { ...request, outbound: false }
    }
    return null
  }

  #onAnswer(answer: RegisterAnswer, request: RegisterRequest): void {
    const { status } = answer
    if (status === null) return this.#onSilence()
    if (status < 300 && (answer.expires !== 0 || request.expires === 0)) {
      this.#input('accepted')
      if (this.#state === 'registered') this.#onRegistered(answer, request)
      return
    }
    // A 2xx that grants 0 s has removed the binding; nothing says why.
    this.#error = refusal(status < 300 ? 500 : status, 'register')
    const patience = Math.min((answer.retryAfter ?? 0) * 1000, RETRY_MAX_MS)
    this.#notBefore = this.#env.now() + patience
    this.#input(isPermanent(status) ? 'refused' : 'deferred')
  }

  #onSilence(): void {
    this.#error = refusal(408, 'register')
    this.#input('silence')
  }

  #onRegistered(answer: RegisterAnswer, request: RegisterRequest): void {
    const expires = Math.min(answer.expires ?? request.expires, EXPIRES_MAX_S)
    this.#flow.keepAliveWithin(answer.flowTimer)
    this.#notBefore = 0
    // 64 to 80 % of the lifetime: time enough for a second try before it ends.
    const refresh = jittered(expires * 800, randomFraction(this.#env))
    this.#after(Math.max(REFRESH_MIN_MS, refresh))
    if (!this.#reported) this.#tell({ state: 'registered', expires })
    this.#reported = true
  }

  #retryLater(): void {
    const now = this.#env.now()
    const wait = backOff(this.#failures++, randomFraction(this.#env))
    const retryInMs = Math.max(wait, this.#notBefore - now)
    this.#after(retryInMs)
    this.#tell({ state: 'offline', error: this.#cause(), retryInMs })
  }

  #cause(): SipError {
    return this.#error ?? new SipError('SIP_CONNECTION_LOST', 'The connection was lost.')
  }

  #after(ms: number): void {
    this.#cancelTimer = this.#env.after(ms, () => this.#input('due'))
  }

  #tell(registration: Registration): void {
    this.#reported = false // Only `#onRegistered` says so, after this.
    this.#report(registration)
  }

  #settle(): void {
    this.#failures = 0
    this.#notBefore = 0
    this.#tell({ state: 'unregistered' })
    for (const resolve of this.#left.splice(0)) resolve()
  }
}
