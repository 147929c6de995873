import type { Address } from '../chat/index.ts'

/** The accounts that were signed in when a tab was loaded again, in their order. */
export interface TabAccounts {
  readonly addresses: readonly Address[]
  /** Which of them was shown. */
  readonly shown: number
}

const KEY = 'sotto.accounts'

/** What this tab had open; of no other tab, and not past its end. Never a password. */
export function loadTabAccounts(
  storage: Pick<Storage, 'getItem'>,
  parse: (text: string) => Address,
): TabAccounts {
  try {
    const { addresses, shown } = JSON.parse(storage.getItem(KEY) ?? '{}')
    return { addresses: [...new Set((addresses as string[]).map(parse))], shown: Number(shown) }
  } catch {
    return { addresses: [], shown: 0 } // Nothing there, or nothing of ours.
  }
}

export function saveTabAccounts(storage: Pick<Storage, 'setItem'>, accounts: TabAccounts): void {
  try {
    storage.setItem(KEY, JSON.stringify(accounts))
  } catch {
    // Full, or forbidden: a reload then begins at the form.
  }
}
