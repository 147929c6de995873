import { randomFillSync } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import type { ChatEnv } from '../chat/index.ts'

export interface Trust {
  readonly ca?: string
  readonly pinned?: string
}

/** Largest WebSocket message taken from the server: 2 MiB. */
const PAYLOAD_MAX = 2 * 1024 * 1024

/**
 * What Node lends the client.
 *
 * @param trust - PEM of an authority to trust instead of the usual ones; or `pinned`, the chain of a
 *   server in this very process, which is known by its certificate whatever name it was reached by
 */
export function nodeEnv(trust: Trust = {}): ChatEnv {
  const tls =
    trust.pinned === undefined
      ? trust
      : { ca: trust.pinned, allowPartialTrustChain: true, checkServerIdentity: () => false } // No error.
  return {
    connect: (url, protocol) => {
      const socket = new NodeWebSocket(url, protocol, {
        maxPayload: PAYLOAD_MAX,
        perMessageDeflate: false, // Ciphertext does not shrink, and inflating it invites bombs.
        ...tls,
      })
      // The same interface as the browser's, as far as a client uses it.
      return socket as unknown as WebSocket
    },
    random: (length) => randomFillSync(new Uint8Array(length)),
    now: () => Date.now(),
    after,
  }
}

/** Runs `task` after `ms` milliseconds; the result cancels it. */
export function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}
