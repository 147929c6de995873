import { randomFillSync } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import type { ChatEnv } from '../chat/index.ts'

/** Largest WebSocket message taken from the server: 2 MiB. */
const PAYLOAD_MAX = 2 * 1024 * 1024

/**
 * What Node lends the client.
 *
 * @param ca - PEM of an authority to trust beside the usual ones; `null` for none
 */
export function nodeEnv(ca: string | null): ChatEnv {
  return {
    connect: (url, protocol) => {
      const socket = new NodeWebSocket(url, protocol, {
        maxPayload: PAYLOAD_MAX,
        perMessageDeflate: false, // Ciphertext does not shrink, and inflating it invites bombs.
        ...(ca === null ? {} : { ca }),
      })
      // The same interface as the browser's, as far as a client uses it.
      return socket as unknown as WebSocket
    },
    random: (length) => randomFillSync(new Uint8Array(length)),
    now: () => Date.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms)
      return () => clearTimeout(timer)
    },
  }
}
