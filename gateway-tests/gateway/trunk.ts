import { randomBytes, randomUUID } from 'node:crypto'
import { EmitterImpl, type Transport, TransportState, UserAgent } from 'sip.js'
import { WebSocket } from 'ws'
import {
  attachToUserAgent,
  SipAgent,
  type SipAgentDoor,
  type SipClock,
  type SipEvent,
  type SipSocket,
} from '../../sip/index.ts'

export interface TrunkOptions {
  /** Of an edge, or of another server that sends us the domain's calls. */
  readonly server: string
  /** `sip:gateway@domain`: what we register as. */
  readonly account: string
  readonly password: string
}

/** One of the many that speak through the trunk. */
export interface TrunkUser {
  /** `sip:user@domain`, of a domain that is not the server's. */
  readonly address: string
  /** A room: its Contact says `isfocus` (RFC 4579 §5.1). */
  readonly isFocus: boolean
}

export const clock: SipClock = {
  random: (length) => randomBytes(length),
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * A gateway's one connection to its SIP server. It registers as one account, and carries the calls of
 * all users of the domains that the server leads here: each has a user agent of its own, made when
 * the first call comes or goes.
 */
export class SipTrunk {
  readonly #registration: SipAgent
  readonly #agents = new Map<string, { userAgent: UserAgent; door: SipAgentDoor; host: string }>()
  /** Who a new address is; `null` for nobody. */
  readonly #userAt: (address: string) => TrunkUser | null
  readonly #onEvent: (address: string, event: SipEvent) => void
  /** Takes requests that are no session's; true if it has. */
  readonly #onRequest: (request: string) => boolean
  #socket: WebSocket | null = null
  #registered: () => void = () => {}
  #isRegistered = false

  constructor(
    options: TrunkOptions,
    hooks: {
      readonly userAt: (address: string) => TrunkUser | null
      readonly onEvent: (address: string, event: SipEvent) => void
      readonly onRequest: (request: string) => boolean
    },
  ) {
    this.#userAt = hooks.userAt
    this.#onEvent = hooks.onEvent
    this.#onRequest = hooks.onRequest
    this.#registration = new SipAgent(
      {
        address: options.account,
        password: options.password,
        server: options.server,
        displayName: null,
        instanceId: randomUUID(),
      },
      { ...clock, connect: (url) => this.#connect(url) },
      (event) => {
        if (event.type !== 'registration') return
        this.#isRegistered = event.registration.state === 'registered'
        if (this.#isRegistered) this.#registered()
      },
    )
  }

  /** Whether calls find us now: not while the server is away. */
  get isRegistered(): boolean {
    return this.#isRegistered
  }

  /** Resolves once it is registered. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#registered = resolve
      this.#registration.start()
    })
  }

  /** Ends all calls and unregisters. */
  async stop(): Promise<void> {
    for (const { door, userAgent } of this.#agents.values()) {
      await door.stop()
      userAgent.transport.dispose().catch(() => {})
    }
    await this.#registration.stop()
  }

  /** As a power cut does. */
  cut(): void {
    const socket = this.#socket
    this.#socket = null
    socket?.removeAllListeners('message')
    socket?.removeAllListeners('close')
    void this.#registration.stop()
    socket?.terminate()
  }

  /** @throws RangeError if nobody has this address */
  agent(address: string): SipAgentDoor {
    const known = this.#agents.get(address)
    if (known !== undefined) return known.door
    const user = this.#userAt(address)
    const uri = UserAgent.makeURI(address)
    if (user === null || uri === undefined) throw new RangeError(`${address} is nobody`)
    const host = `${randomBytes(8).toString('hex')}.invalid`
    const send = (message: string) => this.send(message)
    const userAgent = new UserAgent({
      uri,
      viaHost: host,
      contactParams: { transport: 'ws' },
      transportConstructor: trunkTransport(send),
      sessionDescriptionHandlerFactory: () => {
        throw new Error('nothing but chat')
      },
      sendInitialProvisionalResponse: false,
      gracefulShutdown: false,
      userAgentString: 'STOX gateway',
      logBuiltinEnabled: false,
      logConfiguration: false,
    })
    if (user.isFocus) {
      const contact = userAgent.contact.toString()
      userAgent.contact.toString = () => `${contact};isfocus`
    }
    void userAgent.start()
    const door = attachToUserAgent(userAgent, { address }, clock, (event) =>
      this.#onEvent(address, event),
    )
    this.#agents.set(address, { userAgent, door, host })
    door.start()
    return door
  }

  /** What is said while there is no connection is lost, as on any network. */
  send(message: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message)
  }

  #connect(url: string): SipSocket {
    const socket = new WebSocket(url, 'sip', { perMessageDeflate: false })
    this.#socket = socket
    const own: SipSocket = {
      get readyState() {
        return socket.readyState
      },
      send: (data) => socket.send(data),
      close: (code) => socket.close(code),
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
    }
    socket.on('open', () => own.onopen?.())
    socket.on('close', (code) => own.onclose?.({ code, reason: '' }))
    socket.on('error', () => own.onerror?.())
    socket.on('message', (data) => {
      const text = String(data)
      const transport = this.#transportFor(text)
      if (transport !== null) transport.onMessage?.(text)
      else if (!this.#onRequest(text)) own.onmessage?.({ data: text })
    })
    return own
  }

  /** Whose message it is: a response goes to the host in its Via, a request to its URI. */
  #transportFor(text: string): Transport | null {
    const [line = ''] = text.split('\r\n', 1)
    if (line.startsWith('SUBSCRIBE ')) return null
    const via = /^(?:Via|v)\s*:\s*\S+\s+([^;:\s]+)/im.exec(text)?.[1]
    const [, user, host] = /^[A-Z]+ sips?:([^@\s]+)@([^\s;:]+)/.exec(line) ?? []
    const isTo = line.startsWith('SIP/2.0') ? via : host
    for (const agent of this.#agents.values()) {
      if (agent.host === isTo) return agent.userAgent.transport
    }
    const address = `sip:${user}@${host}`
    if (user === undefined || this.#userAt(address) === null) return null
    this.agent(address)
    return this.#agents.get(address)!.userAgent.transport
  }
}

/** sip.js's transport over a connection that is there already. */
function trunkTransport(send: (message: string) => void) {
  return class TrunkTransport implements Transport {
    readonly protocol = 'WS'
    readonly stateChange = new EmitterImpl<TransportState>()
    state = TransportState.Disconnected
    onConnect: (() => void) | undefined
    onDisconnect: ((error?: Error) => void) | undefined
    onMessage: ((message: string) => void) | undefined

    async connect(): Promise<void> {
      this.state = TransportState.Connected
      this.stateChange.emit(this.state)
      this.onConnect?.()
    }

    async disconnect(): Promise<void> {}

    async dispose(): Promise<void> {
      this.state = TransportState.Disconnected
    }

    isConnected(): boolean {
      return this.state === TransportState.Connected
    }

    async send(message: string): Promise<void> {
      send(message)
    }
  }
}
