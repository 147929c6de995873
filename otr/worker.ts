/*
 * The worker of a page: all of OTR's arithmetic happens here, and long-term keys stay here.
 */
import { indexedDbKeyStore } from './key-store.ts'
import { createOtrEngine } from './local-engine.ts'
import { LocalVault } from './local-vault.ts'
import { serveEngine } from './worker-protocol.ts'

const env = {
  random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
}
const vault = new LocalVault(env, indexedDbKeyStore())
const engine = createOtrEngine(env, vault.keys)
vault.onChange = (account) => engine.forget(account)

const port = {
  postMessage: (message: unknown) => self.postMessage(message),
  addEventListener: (type: 'message', listener: (event: MessageEvent) => void) =>
    self.addEventListener(type, listener),
}
serveEngine(engine, port, vault)
