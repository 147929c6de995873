import { parseAddress } from './address.ts'
import type { SipAccount, SipAgentDoor, SipEnv, SipSink } from './agent-door.ts'
import { settle } from './call.ts'
import { Calls } from './calls.ts'
import type { MsrpDescription, SipError } from './events.ts'
import { OrderedSink } from './ordered-sink.ts'
import { randomToken } from './random.ts'
import { registerSender } from './register-request.ts'
import { RegistrationKeeper } from './registration.ts'
import { interceptUpdates } from './update.ts'
import { createStack, type Stack } from './user-agent.ts'

/**
 * One SIP account over one WebSocket: registered, calling and callable.
 *
 * Events come one at a time and never from within a call to this class. A call that stands when the
 * socket is lost goes on, since its messages travel elsewhere; when the account is registered again,
 * a re-INVITE repairs its route or shows that it is over. Calls that were being set up end.
 *
 * @throws TypeError if the account's address or instance id is malformed, or its servers are of two
 *   kinds
 */
export class SipAgent implements SipAgentDoor {
  readonly #stack: Stack
  readonly #registration: RegistrationKeeper
  readonly #calls: Calls
  readonly #events: OrderedSink

  constructor(account: SipAccount, env: SipEnv, sink: SipSink) {
    this.#events = new OrderedSink(sink)
    const transportSink = {
      opened: () => this.#registration.opened(),
      lost: (error: SipError) => {
        this.#calls.lost(error)
        this.#registration.lost(error)
      },
      alive: () => this.#registration.alive(),
      doubtful: () => this.#registration.doubtful(),
    }
    this.#stack = createStack(account, env, transportSink, {
      onInvite: (invitation) => this.#calls.receive(invitation),
      onMessage: (message) => this.#calls.receivePage(message),
      onReferRequest: (referral) => this.#calls.receiveReferral(referral),
    })
    const { userAgent, transport, withdrawn } = this.#stack
    const own = parseAddress(account.address)!
    this.#calls = new Calls({ userAgent, withdrawn, own }, env, this.#events.tell)
    interceptUpdates(userAgent.userAgentCore, (request) => this.#calls.receiveUpdate(request))
    const send = registerSender(userAgent, account, randomToken(env, 16))
    const flow = {
      connect: () => settle(transport.connect()),
      disconnect: () => settle(transport.disconnect()),
      abandon: (error: SipError) => transport.abandon(error),
      probe: () => transport.probe(),
      keepAliveWithin: (seconds: number | null) => transport.keepAliveWithin(seconds),
    }
    this.#registration = new RegistrationKeeper(flow, send, env, (registration) => {
      this.#events.tell({ type: 'registration', registration })
      if (registration.state === 'registered') this.#calls.back()
    })
  }

  start(): void {
    this.#events.isSilent = false
    settle(this.#stack.userAgent.start())
    this.#registration.start()
  }

  async stop(): Promise<void> {
    this.#calls.endAll()
    await this.#registration.stop()
    settle(this.#stack.userAgent.stop())
    await Promise.resolve() // The last events are on their way already; let them arrive.
    this.#events.isSilent = true
  }

  probe(): void {
    this.#registration.probe()
  }

  /** @throws TypeError if the offer cannot be written as SDP */
  invite(peer: string, offer: MsrpDescription): string {
    return this.#calls.invite(peer, offer)
  }

  accept(call: string, answer: MsrpDescription): void {
    this.#calls.accept(call, answer)
  }

  refuse(call: string, status: 480 | 486 | 488 | 603): void {
    this.#calls.refuse(call, status)
  }

  end(call: string, cause?: number): void {
    this.#calls.end(call, cause)
  }

  watchRoom(call: string): void {
    this.#calls.watchRoom(call)
  }

  inviteToRoom(call: string, who: string): void {
    this.#calls.inviteToRoom(call, who)
  }

  sendPage(peer: string, contentType: string, body: string): string {
    return this.#calls.sendPage(peer, contentType, body)
  }
}
