import { type ChatAccount, ChatClient, type ChatEvent, createOtrEngine } from '../chat/index.ts'
import type { FileStore } from './file-store.ts'
import { nodeEnv, type Trust } from './node-env.ts'

export interface HeadlessSetup {
  readonly account: Omit<ChatAccount, 'instanceId'>
  readonly store: FileStore
  readonly trust: Trust
  readonly sink: (event: ChatEvent) => void
}

/** A client in a Node process, ready to sign in: what the agent and the buddy are built on. */
export function headlessClient({ account, store, trust, sink }: HeadlessSetup): ChatClient {
  const env = nodeEnv(trust)
  return new ChatClient({
    account: { ...account, instanceId: store.instanceId },
    env,
    otr: createOtrEngine(env, store.keys),
    store,
    sink,
  })
}
