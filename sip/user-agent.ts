import { UserAgent, type UserAgentDelegate } from 'sip.js'
import {
  DigestAuthentication,
  type LoggerFactory,
  type OutgoingRequestMessage,
} from 'sip.js/lib/core/index.js'
import { parseAddress } from './address.ts'
import type { SipAccount, SipEnv } from './agent-door.ts'
import { MsrpDescriptionHandler } from './description-handler.ts'
import { authorisation, type Challenge, type Credentials } from './digest.ts'
import { randomToken } from './random.ts'
import { isTunnel, SipTransport, type TransportSink } from './transport.ts'

/** What of sip.js the agent works with. */
export interface Stack {
  readonly userAgent: UserAgent
  readonly transport: SipTransport
  /** Requests that must not be sent again with credentials, since they were taken back. */
  readonly withdrawn: WeakSet<OutgoingRequestMessage>
}

/**
 * sip.js, set up for this program: our transport, our media, our digest, and silent, since its logs
 * hold whole messages.
 *
 * Its Via branches and tags come from a generator of its own that is not cryptographic and cannot be
 * replaced. What must not be guessed is given to it: Call-ID, Contact and digest nonces. A dialog is
 * found by Call-ID and both tags, so that it takes the Call-ID to forge one.
 *
 * @throws TypeError if the account's address or instance id is malformed, or its servers are of two
 *   kinds
 */
export function createStack(
  account: SipAccount,
  env: SipEnv,
  sink: TransportSink,
  delegate: UserAgentDelegate,
): Stack {
  const uri = UserAgent.makeURI(parseAddress(account.address) ?? '')
  if (uri === undefined) throw new TypeError('account.address is not sip:user@domain')
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(account.instanceId)) {
    throw new TypeError('account.instanceId is not a UUID')
  }
  const servers = [account.server, ...(account.servers ?? [])]
  const isTls = isTunnel(account.server)
  if (servers.some((server) => isTunnel(server) !== isTls)) {
    throw new TypeError('account.servers are not all WebSockets or all tunnels')
  }
  // Under `.invalid`, since the own address is not known (RFC 7118 §5).
  const host = `${randomToken(env)}.invalid`
  class AccountTransport extends SipTransport {
    constructor() {
      super(servers, env, sink)
    }
  }
  const userAgent = new UserAgent({
    uri,
    displayName: quotable(account.displayName ?? ''),
    viaHost: host,
    contactName: randomToken(env),
    contactParams: { transport: isTls ? 'tls' : 'ws' },
    forceRport: isTls, // RFC 3581: the provider sees a host and a port that we do not know.
    instanceId: account.instanceId,
    sipjsId: randomToken(env, 5),
    transportConstructor: AccountTransport,
    sessionDescriptionHandlerFactory: (session) => {
      if (session.data instanceof MsrpDescriptionHandler) return session.data
      throw new Error('a session without description')
    },
    delegate,
    sendInitialProvisionalResponse: false, // It would leave a rejected promise unhandled.
    gracefulShutdown: false,
    noAnswerTimeout: 180,
    userAgentString: 'Sotto',
    logBuiltinEnabled: false,
    logConfiguration: false,
    logLevel: 'error',
  })
  const withdrawn = new WeakSet<OutgoingRequestMessage>()
  const { configuration } = userAgent.userAgentCore
  const credentials = { username: uri.user ?? '', password: account.password }
  configuration.authenticationFactory = () =>
    new Digest(configuration.loggerFactory, credentials, env, withdrawn)
  // Made by sip.js with the constructor above.
  const transport = userAgent.transport as SipTransport
  return { userAgent, transport, withdrawn }
}

/** In place of sip.js's digest: SHA-256 too, random of ours, and a way to stop. */
class Digest extends DigestAuthentication {
  readonly #credentials: Credentials
  readonly #env: SipEnv
  readonly #withdrawn: WeakSet<OutgoingRequestMessage>
  #count = 0
  #value = ''

  constructor(
    loggerFactory: LoggerFactory,
    credentials: Credentials,
    env: SipEnv,
    withdrawn: WeakSet<OutgoingRequestMessage>,
  ) {
    super(loggerFactory, undefined, credentials.username, undefined)
    this.#credentials = credentials
    this.#env = env
    this.#withdrawn = withdrawn
  }

  override authenticate(request: OutgoingRequestMessage, challenge: Challenge): boolean {
    if (this.#withdrawn.has(request)) return false
    const { body } = request
    const value = authorisation(challenge, this.#credentials, {
      method: request.method,
      uri: request.ruri.toString(),
      body: typeof body === 'string' ? body : (body?.body ?? ''),
      cnonce: randomToken(this.#env, 12),
      count: ++this.#count,
    })
    this.#value = value ?? ''
    return value !== null
  }

  override toString(): string {
    return this.#value
  }
}

/** sip.js puts the name between quotes as it is (RFC 3261 §25.1, quoted-string). */
function quotable(name: string): string {
  return name.replace(/[\p{Cc}]/gu, ' ').replace(/["\\]/g, '\\$&')
}
