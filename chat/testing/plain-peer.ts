import { randomFillSync, randomUUID } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import {
  MsrpConnection,
  type MsrpSessionDoor,
  type MsrpSessionEvent,
  newIdent,
  newSessionUri,
  opened,
  relayUri,
} from '../../msrp/index.ts'
import { type MsrpDescription, SipAgent, type SipEvent, type SipSocket } from '../../sip/index.ts'
import { parseAddress } from '../address.ts'
import { seal, unseal } from '../envelope.ts'
import type { Address } from '../events.ts'
import type { ChatServer } from './stage.ts'

const random = (length: number) => randomFillSync(new Uint8Array(length))
const after = (ms: number, task: () => void) => {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}
const socket = ({ wsUrl }: ChatServer, protocol: string) => new NodeWebSocket(wsUrl, protocol)

/** A chat client from before OTR: it takes every call, and reads what comes as plain text. */
export class PlainPeer {
  readonly address: Address
  /** Every text that it was sent, however it looked. */
  readonly texts: string[] = []
  /** It says that it could not take what holds these words (RFC 4975 §7.1.2). */
  unwanted: string | null = null
  readonly #server: ChatServer
  readonly #password: string
  readonly #agent: SipAgent
  #session: MsrpSessionDoor | null = null
  #connection: MsrpConnection | null = null
  #remotePath: readonly string[] = []
  #registered = () => {}

  constructor(server: ChatServer, name: string, password: string) {
    this.#server = server
    this.#password = password
    this.address = parseAddress(name, server.domain)
    const connect = () => socket(server, 'sip') as unknown as SipSocket
    this.#agent = new SipAgent(
      {
        address: this.address,
        password,
        server: server.wsUrl,
        displayName: null,
        instanceId: randomUUID(),
      },
      { connect, random, after, now: () => Date.now() },
      (event) => void this.#onSip(event),
    )
  }

  signIn(): Promise<void> {
    return new Promise((resolve) => {
      this.#registered = resolve
      this.#agent.start()
    })
  }

  async leave(): Promise<void> {
    this.#session?.close()
    this.#connection?.close()
    await this.#agent.stop()
  }

  say(text: string, to: Address, contentType = 'text/plain; charset=utf-8'): void {
    const route = {
      from: { name: null, uri: this.address },
      to: { name: null, uri: to },
      wraps: true,
    }
    const message = seal(newIdent(random), contentType, text, route, Date.now())
    this.#session?.send(message, { success: 'no', failure: 'no' })
  }

  /** Leaves its session where it is and waits at another. @returns the path that leads there */
  async move(): Promise<readonly string[]> {
    const path = await this.#berth()
    this.#session?.start({ remotePath: this.#remotePath, active: true })
    return path
  }

  /** Without a session (RFC 3428). */
  page(text: string, to: Address): void {
    this.#agent.sendPage(to, 'text/plain; charset=utf-8', text)
  }

  async #onSip(event: SipEvent): Promise<void> {
    if (event.type === 'registration' && event.registration.state === 'registered') {
      this.#registered()
    }
    if (event.type === 'incoming') {
      const path = await this.#berth()
      this.#agent.accept(event.call, answer(path))
    }
    if (event.type === 'established') {
      this.#remotePath = event.remote.path
      this.#session?.start({ remotePath: event.remote.path, active: event.active })
    }
  }

  async #berth(): Promise<readonly string[]> {
    this.#connection ??= new MsrpConnection(
      await opened(socket(this.#server, 'msrp') as unknown as WebSocket),
      { random, after },
    )
    const uri = newSessionUri(random)
    const { usePath } = await this.#connection.authenticate({
      relay: relayUri(this.#server.wsUrl),
      uri,
      username: this.address.slice(4, this.address.indexOf('@')),
      password: this.#password,
      through: [],
    })
    this.#session = this.#connection.open({ uri, usePath }, (event) => this.#onMsrp(event))
    return [...usePath].reverse().concat(uri)
  }

  #onMsrp(event: MsrpSessionEvent): void {
    if (event.type !== 'message') return
    const content = unseal(event.message)
    if (!('text' in content)) return
    this.texts.push(content.text)
    const isUnwanted = this.unwanted !== null && content.text.includes(this.unwanted)
    this.#session?.report(event.message.id, isUnwanted ? 413 : 200)
  }
}

function answer(path: readonly string[]): MsrpDescription {
  return {
    protocol: path[0]!.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    path,
    acceptTypes: ['message/cpim', 'text/plain'],
    acceptWrappedTypes: ['text/plain'],
    setup: 'active',
    direction: 'sendrecv',
    maxSize: null,
    chatroom: null,
  }
}
