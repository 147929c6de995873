import { msg, str } from '@lit/localize'
import type { Contact, KnownKey, Privacy, PrivacyState, TrustMethod } from '../chat/index.ts'
import { OWN, type Who } from './own-device-words.ts'
import { ROOM } from './room-words.ts'
import { dayOf } from './time-words.ts'
import { wordsOf } from './wording.ts'

/** Entries of the Encryption menu and the keys dialog. */
export const ENCRYPTION = wordsOf(() => ({
  button: (label: string) => msg(str`Encryption: ${label}`),
  start: msg('Start encryption'),
  again: msg('Encrypt again'),
  renew: msg('Renew encryption'),
  end: msg('End encryption'),
  stopSetup: msg('Stop setting up'),
  giveUp: msg('Go on without encryption'),
  verify: (name: Who) => (name === null ? OWN.verifyMenu : msg(str`Verify ${name}…`)),
  verifyNow: (name: Who) => (name === null ? OWN.verify : msg(str`Verify ${name}`)),
  always: (name: Who) =>
    name === null ? OWN.always : msg(str`Always use encryption with ${name}`),
  keys: msg('Keys…'),
}))

/**
 * The sentence that explains the state, with the person's name in it.
 *
 * @param wasVerified - as {@link hasVerifiedKey} says
 */
export function privacySentence(
  privacy: Privacy,
  name: string,
  isOwn = false,
  wasVerified = false,
): string {
  if (privacy.state === 'keyChanged') return identityChanged(isOwn ? null : name, wasVerified)
  const own = isOwn ? ownSentence(privacy) : null
  return own ?? SENTENCE[privacy.state](name, privacy)
}

/** Whether a key of theirs is verified: only then there is a verified identity that can change. */
export function hasVerifiedKey(contact: Contact | null): boolean {
  return contact?.keys.some(({ verified }) => verified !== null) ?? false
}

function identityChanged(name: Who, wasVerified: boolean): string {
  if (name === null) return wasVerified ? OWN.verifiedChanged : OWN.identityChanged
  return wasVerified
    ? msg(str`${name}’s verified identity has changed.`)
    : msg(str`${name}’s identity has changed.`)
}

/** Of a person's own devices, where what is said of people would be odd. */
function ownSentence({ state, verified }: Privacy): string | null {
  if (state === 'verified') return verified === null ? OWN.verified : null
  return state === 'unverified' || state === 'ended' ? OWN[state] : null
}

const SENTENCE = {
  none: (name) =>
    msg(str`No session with ${name}. Write something, or start encryption, to open one.`),
  connecting: (name) => msg(str`Connecting to ${name}.`),
  plaintext: (name) =>
    msg(str`Not encrypted. Servers between you and ${name} can read what you write.`),
  unsupported: (name) => msg(str`${name}’s app does not answer to encryption.`),
  starting: (name) => msg(str`Agreeing on keys with ${name}. What you write is held meanwhile.`),
  unverified: (name) => msg(str`Encrypted. You haven’t checked that this is really ${name}.`),
  verified: (name, { verified }) =>
    verified === null
      ? msg(str`Encrypted, and verified: this is ${name}.`)
      : ENCRYPTED_AND_VERIFIED[verified.method](dayOf(verified.at)),
  ended: (name) => msg(str`${name} ended encryption.`),
  room: () => ROOM.openWhy,
} as const satisfies Record<
  Exclude<PrivacyState, 'keyChanged'>,
  (name: string, privacy: Privacy) => string
>

const ENCRYPTED_AND_VERIFIED = {
  smp: (day) => msg(str`Encrypted, and verified on ${day} with a shared secret.`),
  fingerprint: (day) => msg(str`Encrypted, and verified on ${day} by comparing fingerprints.`),
  import: (day) => msg(str`Encrypted, and verified elsewhere: taken over on ${day}.`),
} as const satisfies Record<TrustMethod, (day: string) => string>

const VERIFIED = {
  smp: (day) => msg(str`Verified on ${day} with a shared secret`),
  fingerprint: (day) => msg(str`Verified on ${day} by comparing fingerprints`),
  import: (day) => msg(str`Verified elsewhere, taken over on ${day}`),
} as const satisfies Record<TrustMethod, (day: string) => string>

export const CARD = wordsOf(() => ({
  ended: {
    title: (name: Who) => (name === null ? OWN.ended : msg(str`${name} ended encryption.`)),
    text: msg('Nothing is sent until you choose.'),
    again: msg('Encrypt again'),
    plain: msg('Continue without encryption'),
  },
  unsupported: {
    title: (name: string) => msg(str`${name}’s app doesn’t answer to encryption.`),
    text: msg('It may be offline or not know how. Your messages are waiting.'),
    sent: msg('It may be offline or not know how. What you write is not encrypted.'),
    again: msg('Keep trying'),
    plain: msg('Send unencrypted'),
    always: (name: string) =>
      msg(str`You chose always to use encryption with ${name}, so nothing is sent in clear.`),
  },
  keyChanged: {
    title: identityChanged,
    text: msg(
      'Your messages are waiting. A new device or a reinstalled app does this; so does someone in between.',
    ),
    older: (name: string) =>
      msg(str`${name} used a newer kind of encryption before. Someone may be in between.`),
    verify: msg('Verify again'),
    accept: msg('Use without verifying'),
    details: msg('Details'),
    before: msg('Before', { desc: 'Above the fingerprint that was known' }),
    now: msg('Now', { desc: 'Above the new fingerprint' }),
  },
}))

export const KEYS = wordsOf(() => ({
  title: msg('Keys'),
  mine: msg('Your key'),
  mineHint: msg('Read it out to your contact, or let them compare it.'),
  noneOfMine: msg('Your key is being made.'),
  theirs: (name: Who) => (name === null ? OWN.keys : msg(str`Keys of ${name}`)),
  noneOfTheirs: (name: string) =>
    msg(str`None seen yet. It is learned when encryption with ${name} starts.`),
  inUse: msg('In use now'),
  version: (version: 2 | 3) => msg(str`OTR version ${version}`),
  seen: (first: number, last: number) =>
    msg(str`First seen ${dayOf(first)}, last seen ${dayOf(last)}`),
  unverified: msg('Not verified'),
  verified: (key: NonNullable<KnownKey['verified']>) => VERIFIED[key.method](dayOf(key.at)),
  mark: msg('Mark as verified'),
  takeBack: msg('Take back', { desc: 'The key is not to count as verified any more' }),
  forget: msg('Forget', { desc: 'Delete this key from the list' }),
  copy: msg('Copy fingerprint'),
  copied: msg('Copied'),
  sameAs: (address: string) =>
    msg(str`The same key is known from ${address}. Make sure that it is the same person.`),
}))
