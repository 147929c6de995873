import type { AccountState, Delivery, PrivacyState, Protection } from '../chat/index.ts'

/** The name on the door. */
export const APP_NAME = 'Sotto'

export const APP_PROMISE =
  'Chat that only the two of you can read, over your own SIP address. Nothing to install.'

/** What the Encryption button says for each state. Short: it stands beside an icon. */
export const PRIVACY_LABEL = {
  none: 'Not connected',
  connecting: 'Connecting',
  plaintext: 'Not encrypted',
  unsupported: 'No answer to encryption',
  starting: 'Setting up encryption',
  unverified: 'Encrypted, not verified',
  verified: 'Verified',
  keyChanged: 'Identity changed',
  ended: 'Ended',
  room: 'Room, not encrypted',
} as const satisfies Record<PrivacyState, string>

/** What one message's lock says. */
export const PROTECTION_LABEL = {
  none: 'Not encrypted',
  unverified: 'Encrypted, not verified',
  verified: 'Encrypted and verified',
} as const satisfies Record<Protection, string>

/** What is known of an own message. `delivered` is never said before the peer has decrypted it. */
export const DELIVERY_LABEL = {
  queued: 'Waiting',
  sent: 'Sent',
  delivered: 'Delivered',
  failed: 'Not sent',
} as const satisfies Record<Delivery, string>

export const DELIVERY_HINT = {
  queued: 'Kept here until it may be sent.',
  sent: 'On its way. Their app has not confirmed it yet.',
  delivered: 'Their app has decrypted and kept it.',
  failed: 'It did not go out.',
} as const satisfies Record<Delivery, string>

export const ACCOUNT_LABEL = {
  signedOut: 'Signed out',
  makingKey: 'Making your key',
  connecting: 'Connecting',
  online: 'Online',
  offline: 'Offline',
  refused: 'Signed out',
} as const satisfies Record<AccountState['state'], string>

export const SIGN_IN = {
  create: 'Create account',
  enter: 'Sign in',
  modes: 'New here, or back again',
  name: 'Name',
  password: 'Password',
  nameHint: 'Lower-case letters, digits, dots or dashes.',
  passwordHint: 'At least 8 characters. It cannot be recovered.',
  otherServer: 'Other server',
  thisServer: 'Back to this server',
  address: 'SIP address',
  socket: 'WebSocket URL',
  otherHint: 'For an account at any SIP provider that offers chat over WebSocket.',
  looking: 'Looking for the server…',
  creating: 'Creating your account…',
  makingKey: 'Making your key…',
  connecting: 'Connecting…',
  retrying: 'Trying again…',
  cancel: 'Cancel',
  unreachable:
    'This page’s server does not answer. Check your connection and try again, or use another server.',
  closed: 'This server does not take new accounts. Ask its owner for one, then sign in.',
} as const

export const ELSEWHERE = {
  title: (name: string) => `${name} is open in another tab`,
  sentence: 'One tab holds the conversations and their keys, so that nothing is sent twice.',
  action: 'Use it here',
  busy: 'Asking the other tab…',
  leave: 'Use another account',
} as const

export const CONTACTS = {
  region: 'Contacts',
  add: 'Add contact',
  addAction: 'Add',
  cancel: 'Cancel',
  addField: 'Name or address',
  addHint: (domain: string) => `A name at ${domain}, or a full address such as bob@example.org.`,
  addName: 'What you call them (optional)',
  ownAddress: 'That is your own address.',
  none: 'Nobody here yet.',
  unread: (count: number) => (count === 1 ? '1 unread message' : `${count} unread messages`),
  settings: 'Settings',
  invitation: 'Wants to chat',
  you: 'You: ',
} as const

export const BUDDY = {
  /** Its user name at every server of ours. */
  user: 'buddy',
  name: 'Practice buddy',
  action: 'Practice with the buddy',
  sentence:
    'A robot on this server. It repeats what you write, encrypted. It tells you a secret to verify it with, and changes its key or ends encryption when you ask, so that you know how that looks.',
} as const

export const WELCOME = {
  title: (name: string) => `Hello, ${name}`,
  sentence: 'Give your address to whoever you want to chat with, or add them.',
  yourAddress: 'Your address',
  add: 'Add a contact',
} as const

export const INVITATION = {
  region: 'Invitation',
  sentence: (name: string) => `${name} wants to chat with you.`,
  detail: 'They are not in your contacts. They cannot write to you until you accept.',
  accept: 'Accept',
  decline: 'Decline',
} as const

export const CHAT = {
  back: 'Back to contacts',
  options: 'Conversation options',
  rename: 'Rename…',
  close: 'Close session',
  remove: 'Remove contact…',
  renameTitle: (name: string) => `Rename ${name}`,
  newName: 'New name',
  save: 'Save',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeSure: (name: string) =>
    `The messages and the keys learned of ${name} are deleted from this browser.`,
  removeConfirm: 'Remove',
  keep: 'Keep',
  messagesWith: (name: string) => `Messages with ${name}`,
  conversationWith: (name: string) => `Conversation with ${name}`,
  history: (name: string) => `History with ${name}`,
  notice: 'Notice',
  noMessages: 'No messages yet.',
  composing: (name: string) => `${name} is writing…`,
  latest: 'Jump to latest',
  earlier: 'Show earlier messages',
  retry: 'Retry',
  discard: 'Discard',
  resent: 'Sent again',
  dismiss: 'Dismiss',
} as const

export const COMPOSER = {
  field: 'Message',
  send: 'Send',
  placeholder: (name: string) => `Message ${name}`,
} as const

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
      return 'Not encrypted: servers on the way can read this.'
    if (state === 'room') return 'Everyone in this room, and its server, can read this.'
    return null
  }
  if (state === 'keyChanged') return 'Held until you decide about the new key.'
  if (state === 'starting') return 'Held until encrypted.'
  if (state === 'connecting' || state === 'none')
    return always ? `Held until ${name} is there and encrypted.` : `Held until ${name} is there.`
  return `Held until ${name}’s app is ready to encrypt.`
}

export const APP = {
  /** The account was used here before, but its key is gone: the browser cleared its storage. */
  keyLost:
    'This browser had deleted your key, so a new one was made. Your contacts will be asked to verify you again.',
  cannotStart: 'Encryption could not be started in this browser. Reload the page to try again.',
  storageFailed:
    'This browser does not let the page store anything. Leave private browsing, or free some space.',
  notifications: 'Notifications',
  dismiss: 'Dismiss',
  close: 'Close',
  timeLeft: 'Time left',
} as const

export const SETTINGS = {
  title: 'Settings',
  account: 'Account',
  theme: 'Appearance',
  auto: 'Automatic',
  light: 'Light',
  dark: 'Dark',
  alerts: 'Alerts',
  speech: 'Say it aloud when a contact’s key changes',
  speechTest: 'Test the voice',
  speechSample: 'This is how a changed key is announced.',
  notifications: 'System notifications',
  askPermission: 'Allow notifications',
  blocked: 'This browser blocks notifications for this page. Allow them in the site settings.',
  preview: 'Show message text in notifications',
  sound: 'Play a sound for new messages',
  yourKey: 'Your key',
  renew: 'Make a new key…',
  renewSure:
    'Make a new key? Encrypted conversations end, and everyone who verified you must do it again.',
  renewConfirm: 'Make a new key',
  keepKey: 'Keep this key',
  signOut: 'Sign out',
} as const

export const NOTIFY = {
  message: 'New encrypted message',
  plainMessage: 'New message',
  invitation: 'Wants to chat with you',
  verification: 'Wants to verify you',
  ended: 'Ended encryption',
  keyTitle: 'Encryption warning',
  keyChanged: (name: string) => `${name}’s encryption key has changed. Please verify it again.`,
  ask: 'Get told when a message arrives while you look elsewhere?',
  allow: 'Allow notifications',
  later: 'Not now',
} as const
