import type { WebSocket } from 'ws'
import type { EdgeEnv } from './env.ts'
import { Hop, type HopClose } from './msrp-relay-hop.ts'

/** WebSocket close codes (RFC 6455 §7.4.1). */
const CODES = {
  stopping: 1001,
  malformed: 1002,
  tooLarge: 1009,
  unauthenticated: 1008,
  stalled: 1008,
  unused: 1000,
} as const satisfies Record<HopClose, number>

/** A client's WebSocket as a hop. Frames go out binary: a body may hold any bytes. */
export function webSocketHop(socket: WebSocket, env: EdgeEnv, remoteAddress: string): Hop {
  socket.on('error', () => socket.terminate()) // Bad framing; ws has said why by itself.
  return new Hop(
    'websocket',
    {
      send: (bytes, done) => socket.send(bytes, done),
      get backlog() {
        return socket.bufferedAmount
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close(why) {
        // Of one who takes nothing, not even the closing handshake is to be expected.
        if (why === 'stalled') return socket.terminate()
        socket.close(CODES[why], why)
        socket.resume()
      },
    },
    env,
    remoteAddress,
  )
}
