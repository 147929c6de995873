import type { Address } from '../chat/index.ts'
import type { Accounts } from './accounts.ts'
import type * as ChatStack from './chat-stack.ts'
import { IndexedDbStore } from './indexeddb-store.ts'
import type { KeyringHost } from './keyring.ts'
import type { TabLock } from './tab-lock.ts'
import type { LentKeyring } from './world.ts'

/*
 * Keys of accounts that nobody is signed in with.
 */

type Lock = Pick<TabLock, 'acquire' | 'release'>
type Stack = Pick<typeof ChatStack, 'Keyring' | 'startOtrWorker'>

/** A keyring that learns from a backup whose it is, and then makes that account known here. */
export async function lendKeyring(
  { Keyring, startOtrWorker }: Stack,
  accounts: Pick<Accounts, 'restored'>,
  lock: Lock,
  host: Omit<KeyringHost, 'aside'>,
): Promise<LentKeyring> {
  const otr = startOtrWorker()
  const stores: IndexedDbStore[] = []
  const storeOf = (address: Address) => {
    const store = new IndexedDbStore(address)
    stores.push(store)
    return store
  }
  const keyring = new Keyring(null, otr.vault, storeOf, {
    ...host,
    async aside(work) {
      if (!(await lock.acquire(keyring.account))) {
        throw new DOMException('open in another tab', 'InvalidStateError')
      }
      try {
        await work()
        await accounts.restored(keyring.account, host.now())
      } finally {
        lock.release()
      }
    },
  })
  return {
    keyring,
    dispose() {
      otr.dispose()
      for (const store of stores) void store.close()
    },
  }
}

/** Deletes everything of an account here. @returns false if another tab has it open */
export async function forgetAccount(
  { startOtrWorker }: Stack,
  accounts: Pick<Accounts, 'forget'>,
  lock: Lock,
  address: Address,
): Promise<boolean> {
  if (!(await lock.acquire(address))) return false
  const otr = startOtrWorker()
  try {
    await otr.vault.forget(address)
    await IndexedDbStore.delete(address)
    await accounts.forget(address)
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`sotto.draft ${address} `)) localStorage.removeItem(key)
    }
    localStorage.removeItem(`sotto.reminded ${address}`)
    return true
  } finally {
    otr.dispose()
    lock.release()
  }
}
