import { randomBytes, randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Edge } from '../edge/index.ts'
import {
  header,
  MsrpConnection,
  type MsrpMessage,
  type MsrpRequest,
  type MsrpSessionDoor,
  newIdent,
  newSessionUri,
  opened,
  relayUri,
  unwrapCpim,
} from '../msrp/index.ts'
import { type MsrpDescription, parseAddress, SipAgent, type SipEvent } from '../sip/index.ts'
import { nodeEnv } from './sip-phone.ts'

/** What a message of the room says, in SylkServer's way of writing CPIM. */
export interface SylkCpim {
  readonly from: string
  readonly to: string
  readonly dateTime: string
  readonly isStatus?: boolean
  readonly text: string
}

/** CPIM as SylkServer 6.6.1 writes it: names without quotes, and bare LF from the MIME headers on. */
export function writeSylkCpim({ from, to, dateTime, isStatus = false, text }: SylkCpim): string {
  const status = 'NS: agp <urn:ag-projects:xml:ns:cpim>\r\nagp.Message-Type: status\r\n'
  return (
    `From: ${from}\r\nTo: ${to}\r\nDateTime: ${dateTime}\r\n${isStatus ? status : ''}\r\n` +
    `MIME-Version: 1.0\nContent-Type: text/plain; charset="utf8"\n\n${text}`
  )
}

export interface SylkFocusOptions {
  readonly callsNobody?: boolean
  readonly isPerson?: boolean
}

interface Guest {
  readonly call: string
  readonly address: string
  readonly name: string | null
  nickname: string | null
  session: MsrpSessionDoor | null
  /** The MSRP session is bound. */
  isIn: boolean
}

/** A subscription, as far as it takes to send the next NOTIFY. */
interface Subscriber {
  readonly request: SipText
  readonly tag: string
  cseq: number
}

/**
 * A conference that behaves as SylkServer 6.6.1 does on the wire: what it says and in which order is
 * taken from a recording (`msrp/vectors/sylk-room.jsonl`, `sip/vectors/sylk-room-*.sip`). It is a user
 * of the edge that answers as a focus; the account's name is the room's.
 */
export class SylkFocus {
  readonly address: string
  /** Every `Use-Nickname`, as it came. */
  readonly nicknames: string[] = []
  /** Every text that was said, whoever it was for. */
  readonly heard: string[] = []
  readonly #edge: Edge
  readonly #password: string
  readonly #agent: SipAgent
  readonly #guests = new Map<string, Guest>()
  readonly #history: SylkCpim[] = []
  readonly #subscribers = new Map<string, Subscriber>()
  #socket: WebSocket | null = null
  #connection: MsrpConnection | null = null
  #version = 1
  #registered = () => {}
  /** Answers 405 to REFER, as a focus that calls nobody. */
  readonly #callsNobody: boolean
  /** Looks like a person so far. */
  #isPerson: boolean

  constructor(edge: Edge, name: string, password: string, options: SylkFocusOptions = {}) {
    this.#callsNobody = options.callsNobody ?? false
    this.#isPerson = options.isPerson ?? false
    this.#edge = edge
    this.#password = password
    this.address = `sip:${name}@${edge.domain}`
    this.#agent = new SipAgent(
      {
        address: this.address,
        password,
        server: edge.wsUrl,
        displayName: 'Conference Call',
        instanceId: randomUUID(),
      },
      { ...nodeEnv, connect: (url) => this.#connect(url) },
      (event) => void this.#onSip(event),
    )
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#registered = resolve
      this.#agent.start()
    })
    return this
  }

  /** From now on it is a focus, and says so in the re-INVITE that a lost connection makes it send. */
  turnIntoRoom(): void {
    this.#isPerson = false
    this.#socket?.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection?.close()
    await this.#agent.stop()
  }

  /** The agent's socket. What it sends is a focus's; what only a focus answers does not reach it. */
  #connect(url: string): ReturnType<typeof nodeEnv.connect> {
    const socket = new WebSocket(url, 'sip')
    this.#socket = socket
    const [send, emit] = [socket.send.bind(socket), socket.emit.bind(socket)]
    socket.send = (data: unknown) => {
      send(this.#isPerson ? String(data) : asFocus(String(data)))
    }
    socket.emit = (name: string | symbol, ...args: unknown[]) => {
      return name === 'message' && this.#takes(new SipText(String(args[0])))
        ? true
        : emit(name, ...args)
    }
    return socket as unknown as ReturnType<typeof nodeEnv.connect>
  }

  #takes(message: SipText): boolean {
    const isOwn = /\bNOTIFY\b/.test(message.header('CSeq'))
    if (message.start.startsWith('SIP/2.0')) return isOwn
    if (message.start.startsWith('SUBSCRIBE')) this.#onSubscribe(message)
    else if (message.start.startsWith('REFER')) this.#onRefer(message)
    else return false
    return true
  }

  #onSubscribe(request: SipText): void {
    const key = request.header('Call-ID')
    const tag = this.#subscribers.get(key)?.tag ?? newTag()
    this.#send(request.answer('200 OK', tag, ['Expires: 600']))
    if (request.header('Expires') === '0') this.#subscribers.delete(key)
    else if (!this.#subscribers.has(key)) this.#subscribers.set(key, { request, tag, cseq: 19_759 })
    this.#tellRoster()
  }

  /** Calls the person in, and says how it went: at once, since nobody waits for more. */
  #onRefer(request: SipText): void {
    const tag = newTag()
    if (this.#callsNobody) return this.#send(request.answer('405 Method Not Allowed', tag, []))
    this.#send(request.answer('202 Accepted', tag, []))
    const body = 'SIP/2.0 200 OK\r\n'
    this.#send(
      request.notify(tag, 28_015, 'refer', 'terminated;reason=noresource', [
        'message/sipfrag;version=2.0',
        body,
      ]),
    )
    const who = /<([^>]+)>/.exec(request.header('Refer-To'))?.[1] ?? ''
    void this.#berth(who, null).then(([guest, path]) => {
      const call = this.#agent.invite(who, this.#description(path, 'actpass'))
      this.#guests.set(call, { ...guest, call })
    })
  }

  async #onSip(event: SipEvent): Promise<void> {
    switch (event.type) {
      case 'registration':
        if (event.registration.state === 'registered') this.#registered()
        return
      case 'incoming': {
        const { address, displayName } = event.peer
        const [guest, path] = await this.#berth(address, displayName)
        this.#guests.set(event.call, { ...guest, call: event.call })
        this.#agent.accept(event.call, this.#description(path, 'passive'))
        return
      }
      case 'established': {
        const guest = this.#guests.get(event.call)
        const { remote, active } = event
        guest?.session?.start({ remotePath: remote.path, active })
        return
      }
      case 'ended': {
        const guest = this.#guests.get(event.call)
        this.#guests.delete(event.call)
        guest?.session?.close()
        if (guest?.isIn) this.#status(`${fullName(guest)} has left the room after 0 seconds`)
        this.#tellRoster()
      }
    }
  }

  /** An MSRP session at the edge's relay for one guest. */
  async #berth(address: string, name: string | null): Promise<[Guest, readonly string[]]> {
    const socket = new WebSocket(this.#edge.wsUrl, 'msrp') as unknown as globalThis.WebSocket
    this.#connection ??= new MsrpConnection(await opened(socket), nodeEnv)
    const uri = newSessionUri(nodeEnv.random)
    const { usePath } = await this.#connection.authenticate({
      relay: relayUri(this.#edge.wsUrl),
      uri,
      username: this.address.slice(4, this.address.indexOf('@')),
      password: this.#password,
      through: [],
    })
    const find = () => [...this.#guests.values()].find(({ session: one }) => one === session)
    const session: MsrpSessionDoor = this.#connection.open(
      { uri, usePath, onRequest: (request) => this.#onNickname(find(), request) },
      (event) => {
        const guest = find()
        if (guest && event.type === 'bound') this.#welcome(guest)
        if (guest && event.type === 'message') this.#onMessage(guest, event.message)
      },
    )
    const guest = { call: '', address, name, nickname: null, session, isIn: false }
    return [guest, [...usePath].reverse().concat(uri)]
  }

  #description(path: readonly string[], setup: 'actpass' | 'passive'): MsrpDescription {
    return {
      protocol: path[0]!.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
      path,
      acceptTypes: ['message/cpim'],
      acceptWrappedTypes: ['*'],
      setup,
      direction: 'sendrecv',
      maxSize: null,
      chatroom: [
        'nickname',
        'private-messages',
        'com.ag-projects.screen-sharing',
        'com.ag-projects.zrtp-sas',
      ],
    }
  }

  #welcome(guest: Guest): void {
    const others = [...this.#guests.values()].filter((other) => other.isIn && other !== guest)
    const company = [
      'You are the first participant',
      'There is one more participant',
      `There are ${others.length} more participants`,
    ][Math.min(others.length, 2)]
    this.#status(`${fullName(guest)} has joined the room with chat`)
    guest.isIn = true
    this.#tell(guest, {
      from: this.#identity,
      to: this.#identity,
      dateTime: now(),
      text: `Welcome! ${company} in the conference. Others can join by using:\n\nSIP: ${this.address.slice(4)}`,
    })
    for (const said of this.#history.slice(-20)) this.#tell(guest, said)
    this.#tellRoster()
  }

  #onMessage(guest: Guest, message: MsrpMessage): void {
    guest.session?.report(message.id, 200)
    const { from, to, dateTime, contentType, body } = unwrapCpim(message.body)
    const text = Buffer.from(body).toString('utf8')
    this.heard.push(text)
    // It compares the whole URI, and drops what is not the caller's; OTR's data messages as well.
    if (from.uri !== guest.address || !contentType.startsWith('text/')) return
    if (text.startsWith('?OTR:')) return
    const name = guest.nickname ?? guest.name
    const sender = name === null ? `<${guest.address}>` : `${name} <${guest.address}>`
    const isPrivate = parseAddress(to.uri) !== this.address
    const said = {
      from: sender,
      to: isPrivate ? `<${to.uri}>` : this.#identity,
      dateTime: dateTime ?? now(),
      text,
    }
    if (!isPrivate) this.#history.push(said)
    for (const other of this.#guests.values()) {
      const isMeant = isPrivate ? other.address === to.uri : other !== guest
      if (isMeant) this.#tell(other, said)
    }
  }

  /** By exact comparison, of the value as it stands: SylkServer reads no quoted string. */
  #onNickname(guest: Guest | undefined, request: MsrpRequest) {
    const value = header(request, 'Use-Nickname')
    if (guest === undefined || request.method !== 'NICKNAME' || value === null) {
      return { status: 501, comment: 'Method unknown' }
    }
    this.nicknames.push(value)
    const isTaken = [...this.#guests.values()].some(
      (other) => other !== guest && other.nickname === value,
    )
    if (isTaken) return { status: 425, comment: 'Nickname reserved or already in use' }
    guest.nickname = value || null
    this.#tellRoster()
    return { status: 200, comment: 'OK' }
  }

  #status(text: string): void {
    const word = { from: this.#identity, to: this.#identity, dateTime: now(), isStatus: true, text }
    for (const guest of this.#guests.values()) if (guest.isIn) this.#tell(guest, word)
  }

  #tell(guest: Guest, said: SylkCpim): void {
    const message = {
      id: newIdent(nodeEnv.random),
      contentType: 'message/cpim',
      body: Buffer.from(writeSylkCpim(said)),
    }
    if (guest.isIn) guest.session?.send(message, { success: 'yes', failure: 'yes' })
  }

  #tellRoster(): void {
    this.#version += 1
    const body = this.#roster()
    for (const subscriber of this.#subscribers.values()) {
      const { request, tag } = subscriber
      subscriber.cseq += 1
      const content = ['application/conference-info+xml', body] as const
      const state = 'active;expires=599'
      this.#send(request.notify(tag, subscriber.cseq, 'conference', state, content))
    }
  }

  #roster(): string {
    const users = [...this.#guests.values()].filter(({ isIn }) => isIn)
    const user = ({ address, nickname, name }: Guest) => {
      const shown = nickname ?? name ?? address
      return (
        `<user entity="${address}" state="full"><display-text>${shown}</display-text>` +
        `<endpoint entity="${address};transport=tcp" state="full"><display-text>${shown}</display-text>` +
        `<status>connected</status><joining-info><when>${now()}</when></joining-info>` +
        '<media id="140244913437136"><type>message</type></media></endpoint></user>'
      )
    }
    return (
      "<?xml version='1.0' encoding='UTF-8'?>\n" +
      `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${this.address}" ` +
      `state="full" version="${this.#version}"><conference-description>` +
      '<display-text>Ad-hoc conference</display-text><subject></subject>' +
      '<free-text>Hosted by SylkServer-6.6.1</free-text></conference-description>' +
      `<conference-state><user-count>${users.length}</user-count><active>true</active>` +
      `</conference-state><users state="full">${users.map(user).join('')}</users></conference-info>`
    )
  }

  #send(text: string): void {
    this.#socket?.send(text)
  }

  get #identity(): string {
    return `Conference Room <${this.address}>`
  }
}

/** A SIP request as text, and what is answered to it and in its dialog. */
class SipText {
  readonly start: string
  readonly #lines: readonly string[]

  constructor(text: string) {
    const [head = ''] = text.split('\r\n\r\n', 1)
    const [start = '', ...lines] = head.split('\r\n')
    this.start = start
    this.#lines = lines
  }

  header(name: string): string {
    return this.#all(name)[0]?.replace(/^[^:]*:\s*/, '') ?? ''
  }

  answer(status: string, tag: string, more: readonly string[]): string {
    const to = this.header('To')
    return write([
      `SIP/2.0 ${status}`,
      ...['Via', 'Record-Route', 'From', 'Call-ID', 'CSeq'].flatMap((name) => this.#all(name)),
      `To: ${to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Contact: <${this.#target}>`,
      'Server: SylkServer-6.6.1',
      ...more,
    ])
  }

  notify(
    tag: string,
    cseq: number,
    event: string,
    state: string,
    [contentType, body]: readonly [string, string],
  ): string {
    const contact = /<([^>]+)>/.exec(this.header('Contact'))?.[1]
    const lines = [
      `NOTIFY ${contact} SIP/2.0`,
      `Via: SIP/2.0/WS focus.invalid;branch=z9hG4bK${newTag()}`,
      'Max-Forwards: 70',
      `From: ${this.header('To').replace(/;tag=.*/, '')};tag=${tag}`,
      `To: ${this.header('From')}`,
      `Call-ID: ${this.header('Call-ID')}`,
      `CSeq: ${cseq} NOTIFY`,
      `Contact: <${this.#target}>`,
      ...this.#all('Record-Route').map((line) => line.replace(/^[^:]*/, 'Route')),
      `Event: ${event}`,
      `Subscription-State: ${state}`,
      'User-Agent: SylkServer-6.6.1',
      `Content-Type: ${contentType}`,
    ]
    return write(lines, body)
  }

  get #target(): string {
    return this.start.split(' ')[1] ?? ''
  }

  #all(name: string): readonly string[] {
    return this.#lines.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  }
}

function write(lines: readonly string[], body = ''): string {
  return [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

/** What says that a focus speaks (RFC 4579 §5.1), and which. */
function asFocus(sip: string): string {
  if (!/^(?:SIP\/2\.0 200|INVITE )/.test(sip) || !sip.includes('m=message')) return sip
  return sip
    .replace(/^(Contact: [^\r\n]*)/im, '$1;isfocus')
    .replace(/^(?:User-Agent|Server): [^\r\n]*/im, 'Server: SylkServer-6.6.1')
}

function fullName({ name, address }: Guest): string {
  return name === null ? address.slice(4) : `${name} <${address.slice(4)}>`
}

/** With the six digits and the offset that Python writes. */
function now(): string {
  return new Date().toISOString().replace('Z', '000+00:00')
}

function newTag(): string {
  return randomBytes(8).toString('hex')
}
