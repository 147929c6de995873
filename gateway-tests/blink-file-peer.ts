import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Edge } from '../edge/index.ts'
import { type MsrpDescription, SipAgent, type SipEvent, type SipSocket } from '../sip/index.ts'
import { nodeEnv } from './sip-phone.ts'

/** Bytes of one part, as Blink cuts files. */
const PART = 64 * 1024

/**
 * A desktop client as deployed Blink is where files are concerned: it listens on TCP, waits to be
 * connected to, and knows no OTR. Files come and go as they are in parts of 64 KiB; message/cpim is
 * answered 415; each chunk is reported on, and the report of the last byte ends a transfer. MSRP is
 * written by hand here, so that nothing of ours reads what ours has written.
 */
export class BlinkFilePeer {
  readonly address: string
  /** Files that came, by name. */
  readonly files = new Map<string, { readonly bytes: Buffer; sha1: string }>()
  /** Content types of all chunks of files. */
  readonly contentTypes = new Set<string>()
  /** Files of ours that the other side has reported in full. */
  readonly delivered: string[] = []
  /** How it differs from Blink: what other clients of RFC 5547 say of files that they take. */
  takes: { readonly maxSize: number | null; readonly types: readonly string[] } = {
    maxSize: null,
    types: ['*'],
  }
  readonly #agent: SipAgent
  readonly #server: Server
  readonly #port: number
  readonly #sessions = new Map<string, Session>()
  readonly #sockets = new Set<Socket>()
  #registered = () => {}

  private constructor(edge: Edge, name: string, password: string, server: Server, port: number) {
    this.address = `sip:${name}@${edge.domain}`
    this.#server = server
    this.#port = port
    this.#agent = new SipAgent(
      {
        address: this.address,
        password,
        server: edge.wsUrl,
        displayName: null,
        instanceId: randomUUID(),
      },
      { ...nodeEnv, connect: connectAsBlink },
      (event) => this.#onSip(event),
    )
    server.on('connection', (socket) => this.#onConnection(socket))
  }

  static async start(edge: Edge, name: string, password: string): Promise<BlinkFilePeer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const peer = new BlinkFilePeer(edge, name, password, server, port)
    await new Promise<void>((resolve) => {
      peer.#registered = resolve
      peer.#agent.start()
    })
    return peer
  }

  async stop(): Promise<void> {
    await this.#agent.stop()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  /** Offers a file, and sends it once it is taken. */
  sendFile(peer: string, name: string, bytes: Buffer): void {
    const session = this.#open({ name, outgoing: bytes })
    const sha1 = createHash('sha1').update(bytes).digest('hex')
    const selector = { name, type: 'image/png', size: bytes.length, sha1 }
    const file = { selector, transferId: randomUUID(), disposition: null, date: null, range: null }
    session.call = this.#agent.invite(peer, {
      ...this.#describe(session, 'actpass'),
      direction: 'sendonly',
      file,
    })
  }

  #open(more: Partial<Session>): Session {
    const id = randomBytes(10).toString('hex')
    const session: Session = {
      id,
      remotePath: [],
      name: null,
      outgoing: null,
      received: [],
      ...more,
    }
    this.#sessions.set(id, session)
    return session
  }

  #describe(session: Session, setup: MsrpDescription['setup']): MsrpDescription {
    return {
      protocol: 'TCP/MSRP',
      path: [this.#uri(session)],
      acceptTypes: session.name === null ? ['message/cpim', 'text/*'] : this.takes.types,
      acceptWrappedTypes: session.name === null ? ['text/*'] : [],
      setup,
      direction: 'sendrecv',
      maxSize: session.name === null ? null : this.takes.maxSize,
      chatroom: null,
    }
  }

  #uri({ id }: Session): string {
    return `msrp://127.0.0.1:${this.#port}/${id};tcp`
  }

  #onSip(event: SipEvent): void {
    if (event.type === 'registration' && event.registration.state === 'registered') {
      this.#registered()
    }
    if (event.type === 'incoming') {
      const { file, path } = event.remote
      const session = this.#open({ name: file?.selector.name ?? null, remotePath: path })
      session.call = event.call
      const answer = this.#describe(session, 'passive')
      this.#agent.accept(event.call, {
        ...answer,
        ...(file && { file: { ...file, disposition: null, date: null }, direction: 'recvonly' }),
      })
    }
    if (event.type === 'established') {
      for (const session of this.#sessions.values()) {
        if (session.call === event.call) session.remotePath = event.remote.path
      }
    }
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket)
    let inbox = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      inbox = Buffer.concat([inbox, data])
      for (;;) {
        const tid = /^MSRP (\S+) /.exec(inbox.toString('latin1', 0, 200))?.[1]
        const end = tid === undefined ? -1 : inbox.indexOf(`\r\n-------${tid}`)
        const flagAt = end + 9 + (tid?.length ?? 0)
        if (end < 0 || inbox.length < flagAt + 3) return
        this.#onFrame(socket, tid!, inbox.subarray(0, end), String.fromCharCode(inbox[flagAt]!))
        inbox = inbox.subarray(flagAt + 3)
      }
    })
  }

  #onFrame(socket: Socket, tid: string, frame: Buffer, flag: string): void {
    const blank = frame.indexOf('\r\n\r\n')
    const head = frame.toString('utf8', 0, blank < 0 ? frame.length : blank)
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1]?.trim()
    const session = this.#sessions.get(
      /\/([0-9a-f]{20});tcp/.exec(field('To-Path') ?? '')?.[1] ?? '',
    )
    const method = /^MSRP \S+ (\S+)/.exec(head)![1]
    if (session === undefined) return
    if (method === 'REPORT') this.#onReport(session, field('Byte-Range')!)
    if (method !== 'SEND') return
    const contentType = field('Content-Type')
    const isFile = session.name !== null && contentType !== undefined
    const isUnwanted = contentType === 'message/cpim' && this.takes.types.includes('*')
    const status = isFile && isUnwanted ? '415 Unsupported' : '200 OK'
    const back = field('From-Path')!
    const paths = `To-Path: ${back.split(' ')[0]}\r\nFrom-Path: ${this.#uri(session)}\r\n`
    socket.write(`MSRP ${tid} ${status}\r\n${paths}-------${tid}$\r\n`)
    const begins = session.outgoing !== null && contentType === undefined
    if (begins) return this.#sendParts(socket, session, back)
    if (isFile && status === '200 OK') {
      this.contentTypes.add(contentType)
      this.#onPart(session, field('Byte-Range')!, frame.subarray(blank + 4), flag)
    }
    if (contentType === undefined || field('Success-Report') !== 'yes') return
    const length = blank < 0 ? 0 : frame.length - blank - 4
    const [, start, total] = /^(\d+)-(?:\d+|\*)\/(\d+|\*)$/.exec(field('Byte-Range')!)!
    const range = `${start}-${Number(start) - 1 + length}/${total}`
    const report = randomBytes(8).toString('hex')
    socket.write(
      `MSRP ${report} REPORT\r\nTo-Path: ${back}\r\nFrom-Path: ${this.#uri(session)}\r\n` +
        `Message-ID: ${field('Message-ID')}\r\nByte-Range: ${range}\r\nStatus: 000 200 OK\r\n` +
        `-------${report}$\r\n`,
    )
  }

  #onPart(session: Session, range: string, bytes: Buffer, flag: string): void {
    session.received.push(Buffer.from(bytes))
    if (flag !== '$') return
    const whole = Buffer.concat(session.received)
    if (Number(range.split('/')[1]) !== whole.length) return
    this.files.set(session.name!, {
      bytes: whole,
      sha1: createHash('sha1').update(whole).digest('hex'),
    })
  }

  #sendParts(socket: Socket, session: Session, back: string): void {
    const file = session.outgoing!
    const messageId = randomBytes(8).toString('hex')
    for (let at = 0; at < file.length; at += PART) {
      const tid = randomBytes(8).toString('hex')
      const part = file.subarray(at, at + PART)
      const flag = at + PART >= file.length ? '$' : '+'
      socket.write(
        `MSRP ${tid} SEND\r\nTo-Path: ${back}\r\nFrom-Path: ${this.#uri(session)}\r\n` +
          `Message-ID: ${messageId}\r\nByte-Range: ${at + 1}-*/${file.length}\r\n` +
          'Success-Report: yes\r\nFailure-Report: yes\r\nContent-Type: image/png\r\n\r\n',
      )
      socket.write(part)
      socket.write(`\r\n-------${tid}${flag}\r\n`)
    }
  }

  #onReport(session: Session, range: string): void {
    const [, end, total] = /^\d+-(\d+)\/(\d+)$/.exec(range) ?? []
    if (session.outgoing === null || end !== total) return
    this.delivered.push(session.name!)
    if (session.call !== undefined) this.#agent.end(session.call)
  }
}

interface Session {
  readonly id: string
  /** Of the file; `null` for a chat. */
  readonly name: string | null
  readonly outgoing: Buffer | null
  readonly received: Buffer[]
  remotePath: readonly string[]
  call?: string
}

/** What makes our SIP another’s: the name that it goes by. */
function connectAsBlink(url: string): SipSocket {
  const socket = new WebSocket(url, 'sip')
  const send = socket.send.bind(socket)
  socket.send = (data: string) => {
    send(data.replace(/^(?:User-Agent|Server): .*$/m, 'User-Agent: Blink 7.1.3 (MacOSX)'))
  }
  return socket as unknown as SipSocket
}
