import { msg } from '@lit/localize'
import { wordsOf } from './wording.ts'

/** What the keys do, each by the name that stands on it. */
export const KEYBOARD = wordsOf(() => ({
  title: msg('Keyboard'),
  keys: [
    ['F6', msg('Between the contacts and the message field')],
    ['F8', msg('To the next of several accounts')],
    [msg('Shift+F8'), msg('To the account before')],
    [msg('Arrow keys'), msg('From contact to contact, and from message to message')],
    ['Tab', msg('To the next field or button; from a message, to what can be done with it')],
    [
      msg('Enter', { id: 'enter-key', desc: 'Name of a key' }),
      msg('Sends what is typed, and opens what is chosen'),
    ],
    [msg('Shift+Enter'), msg('Starts a new line')],
    [msg('Escape', { desc: 'Name of a key' }), msg('Closes a dialog or a menu')],
  ] as const,
}))
