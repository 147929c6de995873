import type { Socket } from 'node:net'
import { MsrpError } from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { Hop, type HopClose, type HopSocket } from './msrp-relay-hop.ts'
import { Intake, type IntakeSink } from './msrp-relay-intake.ts'

/** What a stream tells the relay. */
export interface StreamSink extends IntakeSink {
  onBytes(bytes: Uint8Array): void
  /** Not MSRP. The hop is closed. */
  onMalformed(): void
  /** The connection is gone, or never came to be. */
  onGone(): void
}

/**
 * A TCP or TLS connection as a hop (RFC 4975 framing). `connecting` may still be under way: what is
 * sent until then waits, and counts as backlog.
 */
export function streamHop(
  connecting: Promise<Socket>,
  env: EdgeEnv,
  sink: (hop: Hop) => StreamSink,
  remoteAddress = '',
): Hop {
  const stream = new StreamSocket()
  const hop = new Hop('stream', stream, env, remoteAddress)
  const told = sink(hop)
  const { onBytes, onMalformed } = told
  const intake = new Intake(told)
  const onGone = (): void => {
    intake.close()
    told.onGone()
  }
  connecting.then((socket) => {
    socket.on('data', (bytes) => {
      if (!hop.isOpen) return
      onBytes(bytes)
      try {
        intake.push(bytes)
      } catch (error) {
        if (!(error instanceof MsrpError)) throw error
        onMalformed()
        hop.close('malformed')
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', onGone)
    stream.connected(socket)
  }, onGone)
  return hop
}

/** Holds what is sent before the connection is there. */
class StreamSocket implements HopSocket {
  #socket: Socket | null = null
  #closed: HopClose | null = null
  #paused = false
  #held: { readonly bytes: Uint8Array; readonly done: () => void }[] = []
  #heldLength = 0

  get backlog(): number {
    return this.#heldLength + (this.#socket?.writableLength ?? 0)
  }

  send(bytes: Uint8Array, done: () => void): void {
    if (this.#socket !== null) {
      this.#socket.write(bytes, done)
    } else {
      this.#held.push({ bytes, done })
      this.#heldLength += bytes.length
    }
  }

  connected(socket: Socket): void {
    this.#socket = socket
    socket.setNoDelay(true)
    const held = this.#held
    this.#held = []
    this.#heldLength = 0
    for (const { bytes, done } of held) socket.write(bytes, done)
    if (this.#paused) socket.pause()
    if (this.#closed !== null) this.close(this.#closed)
  }

  pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#socket?.resume()
  }

  close(why: HopClose): void {
    this.#closed = why
    if (why === 'stalled') this.#socket?.destroy()
    else this.#socket?.destroySoon()
  }
}
