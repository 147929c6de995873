import { msg, str } from '@lit/localize'
import type { AccountHere, AccountStatus } from './accounts-here.ts'
import { wordsOf } from './wording.ts'
import { ACCOUNT_LABEL, PRIVACY_LABEL } from './words.ts'

/** Several accounts in one window. */
export const OFFICE = wordsOf(() => ({
  menu: msg('Accounts'),
  add: msg('Add account…'),
  signOut: (account: string) => msg(str`Sign out of ${account}`),
  signOutSure: (account: string) => msg(str`Sign out of ${account}?`),
  back: (account: string) => msg(str`Back to ${account}`),
  shown: (account: string) => msg(str`You are now using ${account}.`),
  to: (account: string) => msg(str`To ${account}`),
  show: msg('Show'),
  news: (account: string, words: string) => msg(str`${account}: ${words}`),
}))

const STATUS = wordsOf(
  () =>
    ({
      password: msg('Sign in again'),
      locked: msg('Locked'),
      gone: msg('Its key is gone'),
      elsewhere: msg('Open in another tab'),
    }) satisfies Partial<Record<AccountStatus, string>>,
)

export function statusWords({ status, warns }: AccountHere): string {
  if (warns) return PRIVACY_LABEL.keyChanged
  return status in STATUS
    ? STATUS[status as keyof typeof STATUS]
    : ACCOUNT_LABEL[status as keyof typeof ACCOUNT_LABEL]
}
