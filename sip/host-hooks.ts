import type { Invitation, Message, UserAgent, UserAgentDelegate } from 'sip.js'
import type {
  DigestAuthentication,
  IncomingRequestMessage,
  OutgoingRequestMessage,
} from 'sip.js/lib/core/index.js'
import { MsrpDescriptionHandler } from './description-handler.ts'
import { isChatOnly } from './sdp.ts'
import { interceptUpdates } from './update.ts'

/** Who takes what is ours. */
export interface HostGuest {
  onInvite(invitation: Invitation): void
  onMessage(message: Message): void
  /** @returns false if it is of no session of ours */
  onUpdate(request: IncomingRequestMessage): boolean
}

/**
 * The three places where a user agent asks what to do: its delegate, its factory of session
 * description handlers, its credentials; and the one where it would refuse UPDATE. We stand before the
 * host's in each, and pass on whatever is not ours.
 */
export class HostHooks {
  /** Requests that must not be sent again with credentials, since they were taken back. */
  readonly withdrawn = new WeakSet<OutgoingRequestMessage>()
  readonly #userAgent: UserAgent
  readonly #guest: HostGuest
  #undo: (() => void)[] = []

  constructor(userAgent: UserAgent, guest: HostGuest) {
    this.#userAgent = userAgent
    this.#guest = guest
  }

  attach(): void {
    const { configuration, userAgentCore } = this.#userAgent
    this.#replace(this.#userAgent, 'delegate', (host) => this.#delegate(host))
    this.#replace(
      configuration,
      'sessionDescriptionHandlerFactory',
      (host) => (session, options) =>
        session.data instanceof MsrpDescriptionHandler ? session.data : host(session, options),
    )
    this.#replace(
      userAgentCore.configuration,
      'authenticationFactory',
      (host) => () => this.#credentials(host()),
    )
    this.#undo.push(interceptUpdates(userAgentCore, (request) => this.#guest.onUpdate(request)))
  }

  /** Puts everything back that the host has not replaced itself meanwhile. */
  detach(): void {
    for (const undo of this.#undo.splice(0)) undo()
  }

  #replace<Owner, Name extends keyof Owner>(
    owner: Owner,
    name: Name,
    around: (hosts: Owner[Name]) => Owner[Name],
  ): void {
    const hosts = owner[name]
    const ours = around(hosts)
    owner[name] = ours
    this.#undo.push(() => {
      if (owner[name] === ours) owner[name] = hosts
    })
  }

  #delegate(host: UserAgentDelegate = {}): UserAgentDelegate {
    const ours: UserAgentDelegate = {
      onInvite: (invitation) => {
        if (isChatOnly(invitation.request.body)) this.#guest.onInvite(invitation)
        else if (host.onInvite !== undefined) host.onInvite(invitation)
        else invitation.reject({ statusCode: 486 }).catch(() => {}) // As without a delegate.
      },
      ...(host.onMessage === undefined
        ? { onMessage: (message) => this.#guest.onMessage(message) }
        : {}),
    }
    // sip.js looks which methods there are, so that those of the host must seem to be ours.
    return new Proxy(host, {
      get(_, name) {
        const owner = Object.hasOwn(ours, name) ? ours : host
        const method: unknown = Reflect.get(owner, name)
        return typeof method === 'function' ? method.bind(owner) : method
      },
    })
  }

  #credentials(hosts: DigestAuthentication | undefined): DigestAuthentication | undefined {
    if (hosts === undefined) return undefined
    const authenticate = hosts.authenticate.bind(hosts)
    hosts.authenticate = (request, challenge, body) =>
      !this.withdrawn.has(request) && authenticate(request, challenge, body)
    return hosts
  }
}
