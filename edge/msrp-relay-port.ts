import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { countedBy, isLoopback } from './client-address.ts'
import { listen } from './listening.ts'
import { HANDSHAKE_MAX_MS, STREAMS_MAX, STREAMS_PER_ADDRESS } from './msrp-relay-limits.ts'

/** A port for MSRP over TCP or TLS, open before the relay that has to name it in Use-Path. */
export class MsrpPort {
  readonly #server: Server
  readonly #isExempt: (address: string) => boolean
  readonly #perAddress = new Map<string, number>()
  #onStream: (socket: Socket) => void = (socket) => socket.destroy()

  private constructor(
    server: Server,
    event: 'connection' | 'secureConnection',
    isExempt: (address: string) => boolean,
  ) {
    this.#server = server
    this.#isExempt = isExempt
    server.maxConnections = STREAMS_MAX
    server.on('connection', (socket: Socket) => this.#count(socket))
    server.on(event, (socket: Socket) => this.#onStream(socket))
    // What comes half-way through a handshake, or in clear text, is no concern of ours.
    server.on('tlsClientError', (_: Error, socket: Socket) => socket.destroy())
  }

  /**
   * @param port - 0 for any
   * @param tls - certificate and key; absent: plain TCP, and TLS is for whoever stands before it
   * @param isExempt - whose connections are not counted: behind a proxy everybody is from loopback
   * @throws EdgeError if the port cannot be had
   */
  static async open(
    port: number,
    host: string,
    tls?: TlsOptions,
    isExempt = isLoopback,
  ): Promise<MsrpPort> {
    const opened =
      tls === undefined
        ? new MsrpPort(createServer(), 'connection', isExempt)
        : new MsrpPort(
            createTlsServer({ ...tls, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MAX_MS }),
            'secureConnection',
            isExempt,
          )
    await listen(opened.#server, host, port, '--msrp-port')
    return opened
  }

  get number(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** @param onStream - owns every connection from now on */
  serve(onStream: (socket: Socket) => void): void {
    this.#onStream = onStream
  }

  /** Takes no more connections; resolves when the last one has closed. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #count(socket: Socket): void {
    const address = countedBy(socket.remoteAddress ?? '')
    if (this.#isExempt(address)) return
    const count = (this.#perAddress.get(address) ?? 0) + 1
    if (count > STREAMS_PER_ADDRESS) return void socket.destroy()
    this.#perAddress.set(address, count)
    socket.once('close', () => {
      const left = this.#perAddress.get(address)! - 1
      if (left === 0) this.#perAddress.delete(address)
      else this.#perAddress.set(address, left)
    })
  }
}
