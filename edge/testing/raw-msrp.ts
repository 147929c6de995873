import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** A client that knows no MSRP: it writes and reads the text itself, so that tests show the wire. */
export class RawMsrp {
  readonly socket: WebSocket
  readonly #inbox: string[] = []
  #wake: (() => void) | null = null

  static async connect(url: string, options: WebSocket.ClientOptions = {}): Promise<RawMsrp> {
    const client = new RawMsrp(new WebSocket(url, 'msrp', options))
    await once(client.socket, 'open')
    return client
  }

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => {
      this.#inbox.push(data.toString('latin1'))
      this.#wake?.()
    })
  }

  /** Sends lines, each ended by CRLF, as one WebSocket message. */
  send(...lines: string[]): void {
    this.socket.send(`${lines.join('\r\n')}\r\n`)
  }

  /** The next frame, as lines without their CRLF. */
  async next(): Promise<string[]> {
    while (this.#inbox.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#inbox.shift()!.split('\r\n').slice(0, -1)
  }

  /** Frames that have arrived and were not asked for. */
  get unread(): number {
    return this.#inbox.length
  }

  /** Code and reason with which the other side closed. */
  async closed(): Promise<[code: number, reason: string]> {
    const [code, reason] = (await once(this.socket, 'close')) as [number, Buffer]
    return [code, reason.toString()]
  }

  /** Everything sent before this has been handled: a ping goes through the same queue. */
  async settle(): Promise<void> {
    this.socket.ping()
    await once(this.socket, 'pong')
  }
}

export interface AuthDetails {
  readonly to: string
  readonly from: string
  readonly username: string
  readonly realm: string
  readonly password: string
  readonly nonce: string
  readonly nc?: string
  readonly cnonce?: string
  readonly extra?: readonly string[]
}

/** The lines of an AUTH that answers a challenge (RFC 4976 §9.1). */
export function authLines(transaction: string, details: AuthDetails): string[] {
  const { to, from, username, realm, password, nonce } = details
  const { nc = '00000001', cnonce = '0a4f113b', extra = [] } = details
  const ha1 = md5(`${username}:${realm}:${password}`)
  const response = md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${md5(`AUTH:${to}`)}`)
  return [
    `MSRP ${transaction} AUTH`,
    `To-Path: ${to}`,
    `From-Path: ${from}`,
    `Authorization: Digest username="${username}", realm="${realm}", nonce="${nonce}", ` +
      `qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`,
    ...extra,
    `-------${transaction}$`,
  ]
}

/** The value of a header in a frame read by {@link RawMsrp.next}. */
export function field(frame: readonly string[], name: string): string {
  const line = frame.find((line) => line.startsWith(`${name}: `))
  if (line === undefined) throw new Error(`no ${name} in: ${frame[0]}`)
  return line.slice(name.length + 2)
}

/** The nonce of a 401. */
export function nonceOf(frame: readonly string[]): string {
  return /nonce="([^"]+)"/.exec(field(frame, 'WWW-Authenticate'))![1]!
}
