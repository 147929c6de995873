import { msg, str } from '@lit/localize'
import { wordsOf } from './wording.ts'

/** Who is not to be heard, and who is not who they seem to be. */
export const BLOCK = wordsOf(() => ({
  action: msg('Block'),
  title: msg('Blocked'),
  hint: msg('Nothing from them reaches you, and they are not told.'),
  unblock: msg('Unblock'),
  unblockWho: (name: string) => msg(str`Unblock ${name}`),
  looksLike: (name: string) => msg(str`This is not the ${name} you verified.`),
  looksLikeMore: msg('It only looks like it. Ask on a call before you accept.'),
  writes: msg('Writes now', { desc: 'Above the name and address of the stranger' }),
  known: msg('You verified', { desc: 'Above the name and address of the contact' }),
}))
