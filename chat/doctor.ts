import { type MsrpMessage, newIdent } from '../msrp/index.ts'
import { AccountConnection, type ConnectionEvent, type Invitation } from './account-connection.ts'
import type { Channel, ChannelEvent } from './channel.ts'
import { checkFault } from './check-faults.ts'
import type { ChatAccount, ChatEnv } from './client-door.ts'
import { seal, TEXT, unseal } from './envelope.ts'
import type { AccountRoute, AccountState, ChatFault } from './events.ts'
import { faultOf } from './faults.ts'
import { KnownFault } from './known-fault.ts'
import { CHECK_MS, CHECK_RELAY_MS } from './limits.ts'
import { hearTunnel, readTunnel, tunnelFault } from './tunnel-notes.ts'

/**
 * What is checked, in this order.
 *
 * - `socket`: a WebSocket to the server opens.
 * - `name`, `tls`: DNS knows the server; it answers, with a certificate for its name. A tunnel tells
 *   for the provider; a browser does not tell for a server of its own, only that the socket opened.
 * - `registration`: the account's name and password.
 * - `relay`: a session at the message relay.
 * - `echo`: a message to oneself, from one session to another and back into this program.
 */
export type DoctorStepName = 'socket' | 'name' | 'tls' | 'registration' | 'relay' | 'echo'

export interface DoctorStep {
  readonly step: DoctorStepName
  readonly state: 'waiting' | 'running' | 'ok' | 'failed' | 'skipped'
  /** How long it took; `null` before it is over, and where it is part of another step. */
  readonly ms: number | null
  /** What went wrong and what to do; `null` unless it failed. */
  readonly fault: ChatFault | null
}

/** All that is known at a moment. */
export interface Diagnosis {
  /** One for each step, in order. */
  readonly steps: readonly DoctorStep[]
  readonly route: AccountRoute | null
  readonly isOver: boolean
}

export interface DoctorSetup {
  readonly account: ChatAccount
  readonly env: ChatEnv
  /** UUID for this check alone, so that a window of the account that is signed in stays registered. */
  readonly instanceId: string
  /** Told after every change. */
  readonly sink: (diagnosis: Diagnosis) => void
}

const ORDER: readonly DoctorStepName[] = ['socket', 'name', 'tls', 'registration', 'relay', 'echo']

/**
 * Goes the account's way from end to end, with connections of its own, and says how far it leads. The
 * step that fails is the last; the others are skipped.
 *
 * @returns what stops it: everything it has opened is closed, and the sink hears no more
 */
export function diagnose(setup: DoctorSetup): () => void {
  const doctor = new Doctor(setup)
  void doctor.run()
  return () => doctor.stop()
}

class Doctor {
  readonly #setup: DoctorSetup
  readonly #own: string
  #diagnosis: Diagnosis = {
    steps: ORDER.map((step) => ({ step, state: 'waiting', ms: null, fault: null })),
    route: null,
    isOver: false,
  }
  readonly #connection: AccountConnection
  #onAccount = (_: AccountState) => {}
  #onCall = (invitation: Invitation) => invitation.refuse(486)
  #isStopped = false
  /** Closes the first step's socket, however far that came. */
  #close = () => {}
  /** Tells the step that is under way that nobody waits for it any more. */
  #giveUp = () => {}

  constructor(setup: DoctorSetup) {
    const { account, env, instanceId } = setup
    this.#setup = setup
    this.#own = account.address
    const own = { ...account, instanceId }
    this.#connection = new AccountConnection(own, env, (event) => this.#onConnection(event))
  }

  async run(): Promise<void> {
    this.#setup.sink(this.#diagnosis)
    const steps: readonly [DoctorStepName, number, () => Promise<void>][] = [
      ['socket', CHECK_MS, () => this.#openSocket()],
      ['registration', CHECK_MS, () => this.#register()],
      ['relay', CHECK_RELAY_MS, () => this.#useRelay()],
      ['echo', CHECK_MS, () => this.#hearOurselves()],
    ]
    for (const [step, patience, check] of steps) {
      if (this.#isStopped || !(await this.#check(step, patience, check))) break
    }
    this.#close()
    await this.#connection.stop()
    const { steps: seen } = this.#diagnosis
    this.#show({
      steps: seen.map((one) => (one.state === 'waiting' ? { ...one, state: 'skipped' } : one)),
      isOver: true,
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#giveUp()
  }

  /** @returns whether it went well */
  async #check(
    step: DoctorStepName,
    patience: number,
    check: () => Promise<void>,
  ): Promise<boolean> {
    const { now, after } = this.#setup.env
    const began = now()
    this.#note(step, { state: 'running' })
    const limit = new Promise<never>((_, reject) => {
      const late = () => reject(new KnownFault(checkFault('CHECK_TIMEOUT')))
      const cancel = after(patience, late)
      this.#giveUp = () => {
        cancel()
        late()
      }
    })
    limit.catch(() => {})
    try {
      await Promise.race([check(), limit])
      this.#note(step, { state: 'ok', ms: now() - began })
      return true
    } catch (error) {
      const fault = faultOf(error)
      this.#note(this.#blamed(step, fault), { state: 'failed', ms: now() - began, fault })
      return false
    } finally {
      this.#giveUp()
    }
  }

  /** The socket to a tunnel was open: what failed lies behind it, and the tunnel has said where. */
  #blamed(step: DoctorStepName, { code }: ChatFault): DoctorStepName {
    if (step !== 'socket' || this.#stateOf('socket') !== 'ok') return step
    if (!BEYOND_THE_NAME.has(code)) return 'name'
    this.#note('name', { state: 'ok' })
    return 'tls'
  }

  /** Whether the server is there at all, before the account is named to it. */
  #openSocket(): Promise<void> {
    const { account, env } = this.#setup
    const began = env.now()
    return new Promise((resolve, reject) => {
      const refuse = (fault: ChatFault) => reject(new KnownFault(fault))
      let socket: WebSocket
      try {
        socket = env.connect(account.server, 'sip')
      } catch {
        return refuse(checkFault('CHECK_ADDRESS'))
      }
      const done = (name: Partial<DoctorStep>, tls: Partial<DoctorStep>) => {
        this.#note('name', { state: 'ok', ...name })
        const isSecure = readTunnel(account.server) !== null || account.server.startsWith('wss:')
        this.#note('tls', isSecure ? { state: 'ok', ...tls } : { state: 'skipped' })
        this.#close()
        resolve()
      }
      socket.onerror = () => {}
      this.#close = () => {
        socket.onopen = socket.onclose = null
        socket.close()
      }
      if (readTunnel(account.server) === null) {
        socket.onopen = () => done({}, {})
        socket.onclose = () => refuse(checkFault('CHECK_UNREACHABLE'))
        return
      }
      let isOpen = false
      socket.onopen = () => {
        isOpen = true
        this.#note('socket', { state: 'ok', ms: env.now() - began })
        this.#note('name', { state: 'running' })
      }
      hearTunnel(socket, (note) => {
        if (note.note === 'connected') done({ ms: note.lookupMs }, { ms: note.dialMs })
        if (note.note !== 'closed') return
        refuse(tunnelFault(note.code) ?? checkFault(isOpen ? 'CHECK_TIMEOUT' : 'CHECK_UNREACHABLE'))
      })
    })
  }

  #register(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onAccount = (account) => {
        if (account.state === 'online') resolve()
        if (account.state === 'offline' || account.state === 'refused') {
          reject(new KnownFault(account.fault))
        }
      }
      this.#connection.start()
    })
  }

  async #useRelay(): Promise<void> {
    const { session } = await this.#connection.reserve(() => {})
    session.close()
  }

  /** Calls the own address and takes the call: the message goes out and comes in by the whole way. */
  #hearOurselves(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { env } = this.#setup
      const text = `Sotto connection check ${newIdent(env.random)}`
      const ended = (event: ChannelEvent) => {
        if (event.type === 'closed') {
          reject(new KnownFault(event.fault ?? checkFault('CHECK_ENDED')))
        }
      }
      this.#onCall = (invitation) => {
        invitation.take((event) => {
          ended(event)
          if (event.type !== 'message') return
          const content = unseal(event.message)
          if ('text' in content && content.text === text) resolve()
        })
      }
      const channel: Channel = this.#connection.callForCheck(this.#own, (event) => {
        ended(event)
        if (event.type === 'opened') channel.send(this.#toOurselves(text), NO_REPORTS)
      })
    })
  }

  #onConnection(event: ConnectionEvent): void {
    switch (event.type) {
      case 'account':
        return this.#onAccount(event.account)
      case 'route':
        return this.#show({ route: event.route })
      case 'invitation':
        if (event.invitation.isEcho) this.#onCall(event.invitation)
        else event.invitation.refuse(486)
    }
  }

  #toOurselves(text: string): MsrpMessage {
    const { env } = this.#setup
    const party = { name: null, uri: this.#own }
    return seal(
      newIdent(env.random),
      TEXT,
      text,
      { from: party, to: party, wraps: true },
      env.now(),
    )
  }

  #stateOf(step: DoctorStepName): DoctorStep['state'] {
    return this.#diagnosis.steps[ORDER.indexOf(step)]!.state
  }

  #note(step: DoctorStepName, change: Partial<DoctorStep>): void {
    const steps = this.#diagnosis.steps.map((one) =>
      one.step === step && !SETTLED.has(one.state) ? { ...one, ...change } : one,
    )
    this.#show({ steps })
  }

  #show(change: Partial<Diagnosis>): void {
    if (this.#diagnosis.isOver) return
    this.#diagnosis = { ...this.#diagnosis, ...change }
    if (!this.#isStopped) this.#setup.sink(this.#diagnosis)
  }
}

const SETTLED: ReadonlySet<DoctorStep['state']> = new Set(['ok', 'failed', 'skipped'])

/** The provider's name was found, but not a server that answers to it. */
const BEYOND_THE_NAME: ReadonlySet<string> = new Set([
  'TUNNEL_CERTIFICATE',
  'TUNNEL_UNREACHABLE',
  'TUNNEL_TIMEOUT',
])

const NO_REPORTS = { success: 'no', failure: 'no' } as const
