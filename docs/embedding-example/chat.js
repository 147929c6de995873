// Conversations over a softphone's connection: OTR, outbox, contacts, verification, and no SIP account
// connection of their own. Messages go to the relay at `server`, which the client connects to itself.
import { ChatClient } from '../../chat/index.ts'

/**
 * @param {object} options
 * @param {{ address: string, password: string, server: string }} options.account as the softphone's
 * @param {import('../../chat/index.ts').OtrEngine} options.otr `startOtrWorker()` in a page
 * @param {import('../../chat/index.ts').Store} options.store where contacts and messages are kept
 * @param {(event: import('../../chat/index.ts').ChatEvent) => void} options.onEvent
 * @returns what `startSoftphone` takes for `chat`
 */
export function chatOver({ account, otr, store, onEvent }) {
  return (sipAgent) => {
    const client = new ChatClient({
      // The softphone's registration says which installation this is.
      account: { displayName: null, instanceId: crypto.randomUUID(), ...account },
      env,
      otr,
      store,
      sink: onEvent,
      sipAgent,
    })
    return { client, start: () => client.signIn(), stop: () => client.signOut() }
  }
}

const env = {
  connect: (url, protocol) => new WebSocket(url, protocol),
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
