import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** One end of an MSRP stream that knows no MSRP: it cuts frames at their end-line, and that is all. */
export class RawStream {
  readonly socket: Socket
  #text = ''
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1')
      this.#wake?.()
    })
    socket.on('close', () => this.#wake?.())
  }

  /** @param ca - PEM of whom to trust that it is `localhost`; absent: plain TCP */
  static async connect(port: number, ca?: string): Promise<RawStream> {
    const host = '127.0.0.1'
    const socket =
      ca === undefined
        ? connect(port, host)
        : connectTls({ port, host, ca, servername: 'localhost' })
    await once(socket, ca === undefined ? 'connect' : 'secureConnect')
    return new RawStream(socket)
  }

  send(...lines: string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n`)
  }

  /** The next frame, as lines without their CRLF. */
  async next(): Promise<string[]> {
    for (;;) {
      const end = /^-------\S+[$+#]\r\n/m.exec(this.#text)
      if (end !== null) {
        const frame = this.#text.slice(0, end.index + end[0].length)
        this.#text = this.#text.slice(frame.length)
        return frame.split('\r\n').slice(0, -1)
      }
      if (this.socket.destroyed) throw new Error('the stream is closed')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async closed(): Promise<void> {
    this.socket.resume()
    if (!this.socket.destroyed) await once(this.socket, 'close')
  }
}

/** A peer that waits to be called, with what calls it. */
export async function startPeer(server = createServer()) {
  const waiting: RawStream[] = []
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection'
  let wake: (() => void) | null = null
  server.on(event, (socket: Socket) => {
    waiting.push(new RawStream(socket))
    wake?.()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const all = waiting
  let taken = 0
  return {
    port: (server.address() as AddressInfo).port,
    /** The next one that calls. */
    async called(): Promise<RawStream> {
      while (taken === all.length) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return all[taken++]!
    },
    get calls(): number {
      return all.length
    },
    stop(): void {
      for (const { socket } of all) socket.destroy()
      server.close()
    },
  }
}
