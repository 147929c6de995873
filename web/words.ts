import { msg, str } from '@lit/localize'
import type { AccountState, Delivery, PrivacyState, Protection } from '../chat/index.ts'
import { number, plural, wordsOf } from './wording.ts'

/** The name on the door. It has no translation. */
export const APP_NAME = 'Sotto'

/** What the Encryption button says for each state. Short: it stands beside an icon. */
export const PRIVACY_LABEL = wordsOf(
  () =>
    ({
      none: msg('Not connected'),
      connecting: msg('Connecting'),
      plaintext: msg('Not encrypted'),
      unsupported: msg('No answer to encryption'),
      starting: msg('Setting up encryption'),
      unverified: msg('Encrypted, not verified'),
      verified: msg('Verified', { id: 'state-verified' }),
      keyChanged: msg('Identity changed'),
      ended: msg('Ended', { id: 'state-ended' }),
      room: msg('Room, not encrypted'),
    }) satisfies Record<PrivacyState, string>,
)

/** What one message's lock says. */
export const PROTECTION_LABEL = wordsOf(
  () =>
    ({
      none: msg('Not encrypted'),
      unverified: msg('Encrypted, not verified'),
      verified: msg('Encrypted and verified'),
    }) satisfies Record<Protection, string>,
)

/** What is known of an own message. `delivered` is never said before the peer has decrypted it. */
export const DELIVERY_LABEL = wordsOf(
  () =>
    ({
      queued: msg('Waiting', { id: 'delivery-queued' }),
      sent: msg('Sent', { id: 'delivery-sent' }),
      delivered: msg('Delivered'),
      displayed: msg('Seen', { id: 'delivery-displayed' }),
      failed: msg('Not sent'),
    }) satisfies Record<Delivery, string>,
)

export const DELIVERY_HINT = wordsOf(
  () =>
    ({
      queued: msg('Kept here until it may be sent.'),
      sent: msg('On its way. Their app has not confirmed it yet.'),
      delivered: msg('Their app has decrypted and kept it.'),
      displayed: msg('It stood on their screen, as their app says.'),
      failed: msg('It did not go out.'),
    }) satisfies Record<Delivery, string>,
)

export const ACCOUNT_LABEL = wordsOf(
  () =>
    ({
      signedOut: msg('Signed out'),
      makingKey: msg('Making your key'),
      connecting: msg('Connecting'),
      online: msg('Online'),
      offline: msg('Offline'),
      refused: msg('Signed out'),
    }) satisfies Record<AccountState['state'], string>,
)

export const SIGN_IN = wordsOf(() => ({
  promise: msg(
    'Chat that only the two of you can read, over your own SIP address. Nothing to install.',
  ),
  create: msg('Create account'),
  enter: msg('Sign in'),
  modes: msg('New here, or back again'),
  name: msg('Name'),
  password: msg('Password'),
  nameHint: msg('Lower-case letters, digits, dots or dashes.'),
  passwordHint: msg('At least 8 characters. It cannot be recovered.'),
  address: msg('SIP address'),
  looking: msg('Looking for the server…'),
  creating: msg('Creating your account…'),
  makingKey: msg('Making your key…'),
  connecting: msg('Connecting…'),
  retrying: msg('Trying again…'),
  cancel: msg('Cancel'),
  unreachable: msg(
    'This page’s server does not answer. Check your connection and try again, or use another server.',
  ),
  closed: msg('This server does not take new accounts. Ask its owner for one, then sign in.'),
}))

export const ELSEWHERE = wordsOf(() => ({
  title: (name: string) => msg(str`${name} is open in another tab`),
  sentence: msg('One tab holds the conversations and their keys, so that nothing is sent twice.'),
  action: msg('Use it here'),
  busy: msg('Asking the other tab…'),
  leave: msg('Use another account'),
}))

export const CONTACTS = wordsOf(() => ({
  region: msg('Contacts'),
  add: msg('Add contact'),
  addAction: msg('Add'),
  cancel: msg('Cancel'),
  addField: msg('Name or address'),
  addHint: (domain: string) =>
    msg(str`A name at ${domain}, or a full address such as bob@example.org.`),
  addName: msg('What you call them (optional)'),
  ownDevices: msg('My other devices'),
  none: msg('Nobody here yet.'),
  unread,
  settings: msg('Settings'),
  invitation: msg('Wants to chat'),
  /** The last words of a conversation, if they were the reader's own. */
  fromYou: (text: string) => msg(str`You: ${text}`),
}))

function unread(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} unread messages`, { id: 'unread-zero' }),
    one: msg(str`${n} unread message`, { id: 'unread-one' }),
    two: msg(str`${n} unread messages`, { id: 'unread-two' }),
    few: msg(str`${n} unread messages`, { id: 'unread-few' }),
    many: msg(str`${n} unread messages`, { id: 'unread-many' }),
    other: msg(str`${n} unread messages`, { id: 'unread-other' }),
  })
}

/** The buddy's user name at every server of ours. */
export const BUDDY_USER = 'buddy'

export const BUDDY = wordsOf(() => ({
  name: msg('Practice buddy'),
  action: msg('Practice with the buddy'),
  sentence: msg(
    'A robot on this server. It repeats what you write, encrypted. It tells you a secret to verify it with, and changes its key or ends encryption when you ask, so that you know how that looks.',
  ),
}))

export const WELCOME = wordsOf(() => ({
  title: (name: string) => msg(str`Hello, ${name}`),
  sentence: msg('Give your address to whoever you want to chat with, or add them.'),
  yourAddress: msg('Your address:'),
  add: msg('Add a contact'),
}))

export const INVITATION = wordsOf(() => ({
  region: msg('Invitation'),
  sentence: (name: string) => msg(str`${name} wants to chat with you.`),
  detail: msg('They are not in your contacts. They cannot write to you until you accept.'),
  accept: msg('Accept'),
  decline: msg('Decline'),
}))

export const CHAT = wordsOf(() => ({
  back: msg('Back to contacts'),
  options: msg('Conversation options'),
  rename: msg('Rename…'),
  close: msg('Close session'),
  remove: msg('Remove contact…'),
  renameTitle: (name: string) => msg(str`Rename ${name}`),
  newName: msg('New name'),
  save: msg('Save'),
  removeTitle: (name: string) => msg(str`Remove ${name}?`),
  removeSure: (name: string) =>
    msg(str`The messages and the keys learned of ${name} are deleted from this browser.`),
  removeConfirm: msg('Remove'),
  keep: msg('Keep', { id: 'keep-contact', desc: 'Change nothing: neither remove nor rename' }),
  messagesWith: (name: string) => msg(str`Messages with ${name}`),
  conversationWith: (name: string) => msg(str`Conversation with ${name}`),
  history: (name: string) => msg(str`History with ${name}`),
  notice: msg('Notice:', { desc: 'Read out before a line that no person wrote' }),
  noMessages: msg('No messages yet.'),
  composing: (name: string) => msg(str`${name} is writing…`),
  newMessages: msg('New messages'),
  latest: msg('Jump to latest'),
  earlier: msg('Show earlier messages'),
  retry: msg('Retry'),
  discard: msg('Discard'),
  resent: msg('Sent again'),
  dismiss: msg('Dismiss'),
}))

export const COMPOSER = wordsOf(() => ({
  field: msg('Message'),
  send: msg('Send', { id: 'send-button' }),
  placeholder: (name: string) => msg(str`Message ${name}`),
  /** @param files - whether files can be sent here */
  tooLong: (most: number, files: boolean) =>
    files
      ? msg(
          str`Too long for one message, of ${number(most)} characters at most. Send it in parts, or as a file.`,
        )
      : msg(
          str`Too long for one message, of ${number(most)} characters at most. Send it in parts.`,
        ),
  excess: (count: number) => msg(str`${number(count)} too many`),
}))

/** The line under the composer: what happens to text typed now, if that is not simply "it is sent". */
export function composerHint(
  state: PrivacyState,
  composer: 'sends' | 'holds' | 'locked',
  name: string,
  always: boolean,
): string | null {
  if (composer === 'locked') return null // The card above says why, and offers the ways out.
  if (composer === 'sends') {
    if (state === 'plaintext' || state === 'unsupported')
      return msg('Not encrypted: servers on the way can read this.')
    if (state === 'room') return msg('Everyone in this room, and its server, can read this.')
    return null
  }
  if (state === 'keyChanged') return msg('Held until you decide about the new key.')
  if (state === 'starting') return msg('Held until encrypted.')
  if (state === 'connecting' || state === 'none')
    return always
      ? msg(str`Held until ${name} is there and encrypted.`)
      : msg(str`Held until ${name} is there.`)
  return msg(str`Held until ${name}’s app is ready to encrypt.`)
}

export const APP = wordsOf(() => ({
  /** The account was used here before, but its key is gone: the browser cleared its storage. */
  keyLost: msg(
    'This browser had deleted your key, so a new one was made. Your contacts will be asked to verify you again.',
  ),
  cannotStart: msg(
    'Encryption could not be started in this browser. Reload the page to try again.',
  ),
  storageFailed: msg(
    'This browser does not let the page store anything. Leave private browsing, or free some space.',
  ),
  notifications: msg('Notifications'),
  dismiss: msg('Dismiss'),
  close: msg('Close'),
  timeLeft: msg('Time left'),
}))

/** The app as it is installed. */
export const SHELL = wordsOf(() => ({
  offline: msg('You are offline. What you have is kept; sign in when the network is back.'),
  newVersion: msg('A new version is ready. You sign in again when it starts.'),
  useNew: msg('Start it now'),
}))

export const SETTINGS = wordsOf(() => ({
  title: msg('Settings'),
  account: msg('Account'),
  language: msg('Language'),
  browserLanguage: msg('As in this browser'),
  theme: msg('Appearance'),
  auto: msg('Automatic'),
  light: msg('Light'),
  dark: msg('Dark'),
  contrast: msg('High contrast'),
  contrastHint: msg('It is also used whenever your system asks for more contrast.'),
  smileys: msg('Show smileys like :-) as pictures'),
  alerts: msg('Alerts'),
  speech: msg('Say it aloud when a contact’s key changes'),
  speechTest: msg('Test the voice'),
  speechSample: msg('This is how a changed key is announced.'),
  notifications: msg('System notifications'),
  askPermission: msg('Allow notifications'),
  blocked: msg('This browser blocks notifications for this page. Allow them in the site settings.'),
  preview: msg('Show message text in notifications'),
  sound: msg('Play a sound for new messages'),
  yourKey: msg('Your key'),
  renew: msg('Make a new key…'),
  renewSure: msg(
    'Make a new key? Encrypted conversations end, and everyone who verified you must do it again.',
  ),
  renewConfirm: msg('Make a new key'),
  keepKey: msg('Keep this key'),
  signOut: msg('Sign out'),
}))

export const NOTIFY = wordsOf(() => ({
  message: msg('New encrypted message'),
  plainMessage: msg('New message'),
  invitation: msg('Wants to chat with you'),
  verification: msg('Wants to verify you'),
  ended: msg('Ended encryption'),
  keyTitle: msg('Encryption warning'),
  keyChanged: (name: string) => msg(str`${name}’s encryption key has changed. Please verify it.`),
  ask: msg('Get told when a message arrives while you look elsewhere?'),
  allow: msg('Allow notifications'),
  later: msg('Not now'),
}))
