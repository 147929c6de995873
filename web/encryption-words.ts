import type { KnownKey, Privacy, PrivacyState } from '../chat/index.ts'
import { dayOf } from './time-words.ts'

/** Entries of the Encryption menu and the keys dialog. */
export const ENCRYPTION = {
  button: (label: string) => `Encryption: ${label}`,
  start: 'Start encryption',
  again: 'Encrypt again',
  renew: 'Renew encryption',
  end: 'End encryption',
  stopSetup: 'Stop setting up',
  giveUp: 'Go on without encryption',
  verify: (name: string) => `Verify ${name}…`,
  verifyNow: (name: string) => `Verify ${name}`,
  always: (name: string) => `Always use encryption with ${name}`,
  keys: 'Keys…',
} as const

/** The sentence that explains the state, with the person's name in it. */
export function privacySentence(privacy: Privacy, name: string): string {
  return SENTENCE[privacy.state](name, privacy)
}

const SENTENCE = {
  none: (name) => `No session with ${name}. Write something, or start encryption, to open one.`,
  connecting: (name) => `Connecting to ${name}.`,
  plaintext: (name) => `Not encrypted. Servers between you and ${name} can read what you write.`,
  unsupported: (name) => `${name}’s app does not answer to encryption.`,
  starting: (name) => `Agreeing on keys with ${name}. What you write is held meanwhile.`,
  unverified: (name) => `Encrypted. You haven’t checked that this is really ${name}.`,
  verified: (name, { verified }) =>
    verified === null
      ? `Encrypted, and verified: this is ${name}.`
      : `Encrypted, and verified on ${dayOf(verified.at)} ${METHOD[verified.method]}.`,
  keyChanged: (name) => `${name}’s verified identity has changed.`,
  ended: (name) => `${name} ended encryption.`,
  room: () => 'A room with several people. Encryption between two people cannot be used here.',
} as const satisfies Record<PrivacyState, (name: string, privacy: Privacy) => string>

/** How a key came to be verified, to follow a date. */
export const METHOD = {
  smp: 'with a shared secret',
  fingerprint: 'by comparing fingerprints',
} as const satisfies Record<NonNullable<KnownKey['verified']>['method'], string>

export const CARD = {
  ended: {
    title: (name: string) => `${name} ended encryption.`,
    text: 'Nothing is sent until you choose.',
    again: 'Encrypt again',
    plain: 'Continue without encryption',
  },
  unsupported: {
    title: (name: string) => `${name}’s app doesn’t answer to encryption.`,
    text: 'It may be offline or not know how. Your messages are waiting.',
    sent: 'It may be offline or not know how. What you write is not encrypted.',
    again: 'Keep trying',
    plain: 'Send unencrypted',
    always: (name: string) =>
      `You chose always to use encryption with ${name}, so nothing is sent in clear.`,
  },
  keyChanged: {
    title: (name: string) => `${name}’s verified identity has changed.`,
    text: 'Your messages are waiting. A new device or a reinstalled app does this; so does someone in between.',
    verify: 'Verify again',
    accept: 'Use without verifying',
    details: 'Details',
    before: 'Before',
    now: 'Now',
  },
} as const

export const KEYS = {
  title: 'Keys',
  mine: 'Your key',
  mineHint: 'Read it out to your contact, or let them compare it.',
  noneOfMine: 'Your key is being made.',
  theirs: (name: string) => `Keys of ${name}`,
  noneOfTheirs: (name: string) =>
    `None seen yet. It is learned when encryption with ${name} starts.`,
  inUse: 'In use now',
  firstSeen: 'First seen',
  lastSeen: 'last seen',
  unverified: 'Not verified',
  verified: (key: NonNullable<KnownKey['verified']>) =>
    `Verified on ${dayOf(key.at)} ${METHOD[key.method]}`,
  mark: 'Mark as verified',
  takeBack: 'Take back',
  forget: 'Forget',
  copy: 'Copy fingerprint',
  copied: 'Copied',
  sameAs: (address: string) =>
    `The same key is known from ${address}. Make sure that it is the same person.`,
} as const
