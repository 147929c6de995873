import { MsrpError } from './events.ts'
import type { Wire } from './wire.ts'

/** What is needed of a WebSocket: the browser's, or one of `ws`. */
export interface WebSocketLike {
  binaryType: string
  readonly protocol: string
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
}

/** Subprotocol to create the socket with (RFC 7977 §4). */
export const MSRP_SUBPROTOCOL = 'msrp'

const CONNECTING = 0
const OPEN = 1

const utf8 = new TextEncoder()

/**
 * A wire over a socket that is open, created with subprotocol `msrp`; it owns the socket's callbacks.
 * Sends binary messages and takes both kinds: relays write text where a frame happens to be UTF-8.
 */
export function webSocketWire(socket: WebSocketLike): Wire {
  socket.binaryType = 'arraybuffer'
  let closedBy: 'local' | 'remote' = 'remote'
  const wire: Wire = {
    framing: 'message',
    send(bytes) {
      // A socket that is closing drops what it is given; `onClose` will tell.
      if (socket.readyState === OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>)
    },
    close() {
      closedBy = 'local'
      socket.close(1000)
    },
    onBytes: () => {},
    onClose: () => {},
  }
  socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => {
    wire.onBytes(typeof data === 'string' ? utf8.encode(data) : new Uint8Array(data))
  }
  socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
    socket.onmessage = null
    socket.onclose = null
    wire.onClose({ by: closedBy, error: code === 1000 ? null : `${code} ${reason}`.trim() })
  }
  return wire
}

/**
 * A wire over a socket that may still be connecting.
 *
 * @throws MsrpError `MSRP_CONNECTION_LOST` if it does not open, or not with subprotocol `msrp`
 */
export function opened(socket: WebSocketLike): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      if (socket.protocol === MSRP_SUBPROTOCOL) return resolve(webSocketWire(socket))
      socket.onclose = null
      socket.close(1002)
      reject(new MsrpError('MSRP_CONNECTION_LOST', 'the server does not speak MSRP'))
    }
    const fail = (what: string) => reject(new MsrpError('MSRP_CONNECTION_LOST', what))
    // Details come with `close`, which follows.
    socket.onerror = () => {}
    socket.onclose = ({ code }: { readonly code: number }) => fail(`did not open: ${code}`)
    if (socket.readyState === OPEN) settle()
    else if (socket.readyState === CONNECTING) socket.onopen = settle
    else fail('closed already')
  })
}
