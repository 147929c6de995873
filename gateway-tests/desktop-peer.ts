import { randomFillSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import {
  MsrpConnection,
  type MsrpFrame,
  type MsrpSessionDoor,
  newIdent,
  newSessionUri,
  providerRelayUri,
  StreamParser,
  unwrapCpim,
  type Wire,
} from '../msrp/index.ts'
import { type MsrpDescription, SipAgent, type SipEvent, type SipSocket } from '../sip/index.ts'

const env = {
  random: (length: number) => randomFillSync(new Uint8Array(length)),
  now: () => Date.now(),
  after(ms: number, task: () => void) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

export interface DesktopPeerOptions {
  readonly user: string
  readonly password: string
  readonly domain: string
  /** Where the provider's TLS port is, for SIP and MSRP. */
  readonly port: number
  /** PEM. */
  readonly ca: string
}

/**
 * A desktop client of the provider: SIP over TLS and MSRP over TLS, with no WebSocket anywhere. It
 * takes every call and does as Blink does: is always the passive side, speaks CPIM the way Blink
 * writes it, knows no OTR, and gives up at whatever makes Blink give up.
 */
export class DesktopPeer {
  readonly address: string
  /** What people wrote to it. */
  readonly texts: string[] = []
  /** What Blink would have closed the session for. */
  readonly objections: string[] = []
  readonly #options: DesktopPeerOptions
  readonly #agent: SipAgent
  readonly #sockets = new Set<TLSSocket>()
  #session: MsrpSessionDoor | null = null
  #onRegistered = () => {}

  private constructor(options: DesktopPeerOptions) {
    this.#options = options
    this.address = `sip:${options.user}@${options.domain}`
    this.#agent = new SipAgent(
      {
        address: this.address,
        password: options.password,
        // Never dialled: it says that the connection is one of TLS, whose bytes come as they come.
        server: `wss://provider.invalid/tunnel/sips/${options.domain}`,
        displayName: options.user,
        instanceId: randomUUID(),
      },
      { ...env, connect: () => sipSocket(this.#connect()) },
      (event) => void this.#onSip(event),
    )
  }

  /** Signs in. */
  static async start(options: DesktopPeerOptions): Promise<DesktopPeer> {
    const peer = new DesktopPeer(options)
    const registered = new Promise<void>((resolve) => {
      peer.#onRegistered = resolve
    })
    peer.#agent.start()
    await registered
    return peer
  }

  /** Writes as Blink does: HTML, in an envelope whose inner headers end in LF. */
  say(html: string, to: string): void {
    const envelope = [
      `From: ${this.#options.user} <${this.address}>\r\n`,
      `To: <${to}>\r\n`,
      'DateTime: 2026-07-10T12:34:56.123456+02:00\r\n\r\n',
      `MIME-Version: 1.0\nContent-Type: text/html; charset="utf8"\n`,
      'Content-Transfer-Encoding: \n\n',
      html,
    ]
    const body = new TextEncoder().encode(envelope.join(''))
    const message = { id: newIdent(env.random), contentType: 'message/cpim', body }
    this.#session?.send(message, { success: 'yes', failure: 'yes' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session?.close()
    await this.#agent.stop()
    for (const socket of this.#sockets) socket.destroy()
  }

  #connect(): TLSSocket {
    const { port, ca, domain } = this.#options
    const socket = connect({ host: '127.0.0.1', port, ca, servername: domain })
    this.#sockets.add(socket)
    socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket))
    return socket
  }

  async #onSip(event: SipEvent): Promise<void> {
    if (event.type === 'registration' && event.registration.state === 'registered') {
      this.#onRegistered()
    }
    if (event.type === 'incoming') {
      this.#object(event.remote.path)
      this.#agent.accept(event.call, await this.#answer())
    }
    if (event.type === 'established') {
      this.#session?.start({ remotePath: event.remote.path, active: event.active })
    }
  }

  /** A connection and a session at the relay for each call, as its relay wants it. */
  async #answer(): Promise<MsrpDescription> {
    const socket = this.#connect()
    await once(socket, 'secureConnect')
    const parser = new StreamParser((frame) => this.#inspect(frame))
    const connection = new MsrpConnection(
      msrpWire(socket, (bytes) => parser.push(bytes)),
      env,
    )
    const uri = newSessionUri(env.random)
    const { usePath } = await connection.authenticate({
      relay: providerRelayUri(this.#options.domain),
      uri,
      username: this.#options.user,
      password: this.#options.password,
      through: [],
    })
    this.#session = connection.open({ uri, usePath, acceptTypes: TYPES }, (event) => {
      if (event.type !== 'message') return
      this.texts.push(new TextDecoder().decode(unwrapCpim(event.message.body).body))
      this.#session?.report(event.message.id, 200)
    })
    return {
      protocol: 'TCP/TLS/MSRP',
      path: [...usePath].reverse().concat(uri),
      acceptTypes: TYPES,
      acceptWrappedTypes: WRAPPED_TYPES,
      setup: 'passive',
      direction: 'sendrecv',
      maxSize: null,
      chatroom: null,
    }
  }

  #inspect(frame: MsrpFrame): void {
    this.#object([...frame.toPath, ...frame.fromPath])
    if (frame.kind !== 'request' || frame.method !== 'SEND') return
    if (frame.flag !== '$') this.objections.push('a message in more than one chunk')
    const text = new TextDecoder().decode(frame.body ?? new Uint8Array())
    if (/\?OTR[|,]/.test(text)) this.objections.push('an OTR fragment')
    if (text !== '' && !/charset=utf-8/.test(text)) this.objections.push('text without charset')
  }

  #object(path: readonly string[]): void {
    if (!path.every((uri) => uri.endsWith(';tcp'))) this.objections.push('an URI that is not ;tcp')
  }
}

const WRAPPED_TYPES = ['text/*', 'image/*', 'application/im-iscomposing+xml'] as const
const TYPES = ['message/cpim', ...WRAPPED_TYPES] as const

/** TLS in the shape of a WebSocket, as far as SIP needs it. */
function sipSocket(tls: TLSSocket): SipSocket {
  const socket = {
    readyState: 0,
    send: (data: string) => void tls.write(data),
    close: () => void tls.end(),
    onopen: null as SipSocket['onopen'],
    onmessage: null as SipSocket['onmessage'],
    onclose: null as SipSocket['onclose'],
    onerror: null as SipSocket['onerror'],
  }
  tls.once('secureConnect', () => {
    socket.readyState = 1
    socket.onopen?.()
  })
  tls.on('data', (data) => socket.onmessage?.({ data }))
  tls.once('close', () => {
    socket.readyState = 3
    socket.onclose?.({ code: 1006, reason: '' })
  })
  return socket
}

function msrpWire(tls: TLSSocket, tap: (bytes: Uint8Array) => void): Wire {
  const wire: Wire = {
    framing: 'stream',
    send: (bytes) => void tls.write(bytes),
    close: () => void tls.end(),
    onBytes: () => {},
    onClose: () => {},
  }
  tls.on('data', (bytes: Uint8Array) => {
    tap(bytes)
    wire.onBytes(bytes)
  })
  tls.once('close', () => wire.onClose({ by: 'remote', error: null }))
  return wire
}
