/*
 * The worker of a page: all of OTR's arithmetic happens here, and long-term keys stay here.
 */
import { indexedDbKeyStore } from './key-store.ts'
import { createOtrEngine } from './local-engine.ts'
import { serveEngine } from './worker-protocol.ts'

const engine = createOtrEngine(
  {
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now: () => Date.now(),
  },
  indexedDbKeyStore(),
)

serveEngine(engine, {
  postMessage: (message) => self.postMessage(message),
  addEventListener: (type, listener) => self.addEventListener(type, listener),
})
