import {
  type ChatAccount,
  ChatClient,
  type ChatEvent,
  createOtrEngine,
  type FileHost,
} from '../chat/index.ts'
import type { FileStore } from './file-store.ts'
import { nodeEnv, type Trust } from './node-env.ts'

export interface HeadlessSetup {
  readonly account: Omit<ChatAccount, 'instanceId'>
  readonly store: FileStore
  readonly trust: Trust
  readonly sink: (event: ChatEvent) => void
  /** Where received files go; without it, they are refused. */
  readonly files?: FileHost
}

/** A client in a Node process, ready to sign in: what the agent and the buddy are built on. */
export function headlessClient(setup: HeadlessSetup): ChatClient {
  const { account, store, trust, sink, files } = setup
  const env = nodeEnv(trust)
  return new ChatClient({
    account: { ...account, instanceId: store.instanceId },
    env,
    otr: createOtrEngine(env, store.keys),
    store,
    sink,
    ...(files && { files }),
  })
}
