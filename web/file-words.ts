import { msg, str } from '@lit/localize'
import type { PrivacyState, Transfer } from '../chat/index.ts'
import type { HeldFile } from './app-state.ts'
import { faultSentence } from './fault-words.ts'
import { language, region } from './language.ts'
import { number, plural, sentences, wordsOf } from './wording.ts'

/** Files on their way, and what is there of them. */
export const FILE = wordsOf(() => ({
  attach: msg('Attach files'),
  dropHere: (name: string) => msg(str`Drop files here to send them to ${name}`),
  incoming: (file: string, name: string) => msg(str`File from ${name}: ${file}`),
  outgoing: (file: string) => msg(str`File from you: ${file}`),
  accept: msg('Accept', { id: 'file-accept' }),
  decline: msg('Decline', { id: 'file-decline' }),
  cancel: msg('Cancel', { id: 'file-cancel', desc: 'Stop sending or receiving this file' }),
  sendUnencrypted: msg('Send unencrypted'),
  resume: msg('Resume', { desc: 'Go on with a file that was interrupted' }),
  tryAgain: msg('Try again'),
  save: msg('Save', { id: 'file-save', desc: 'Put a received file into a folder of the device' }),
  remove: msg('Delete', { id: 'file-delete', desc: 'Throw a received file away' }),
  show: msg('Show picture'),
  open: (file: string) => msg(str`Open picture ${file}`),
  progress: (file: string) => msg(str`Progress of ${file}`),
  asks: (name: string) => msg(str`${name} wants to send you this file.`),
  asksPlain: msg('It comes unencrypted: servers on the way can read it.'),
  asksUnverified: (name: string) =>
    msg(str`You have not verified that it is really ${name}. Accept only what you expect.`),
  program: msg('This kind of file can run as a program. Save it only if you asked for it.'),
  waitingIn: msg('Waiting for the first bytes.'),
  waitingOut: (name: string) => msg(str`Waiting for ${name} to accept.`),
  receiving: (percent: string) => msg(str`Receiving: ${percent}`),
  sending: (percent: string) => msg(str`Sending: ${percent}`),
  left: (time: string) => msg(str`about ${time} left`),
  received: msg('Received.'),
  sent: msg('Sent.', { id: 'file-sent' }),
  keptDisk: msg(
    'It stays in this browser until you sign out or leave the page, for a day at most. Save it to keep it.',
  ),
  keptMemory: msg(
    'It is in this page’s memory until you sign out or leave the page, for a day at most. Save it to keep it.',
  ),
  saved: msg('Saved. The copy in this browser goes when you sign out.'),
  gone: msg('It is not in this browser any more.'),
  cleaned: msg('Place, time and camera were removed from the photo.'),
  unshowable: msg('This picture cannot be shown here.'),
  cancelledByUs: msg('You cancelled it.'),
  cancelledByPeer: (name: string) => msg(str`${name} declined or cancelled it.`),
  peerMayRetry: (name: string) => msg(str`${name} can send it again.`),
  close: msg('Close', { id: 'picture-close' }),
  /** Beside the contact's name in the list. */
  inList: (file: string) => msg(str`File: ${file}`),
  notify: msg('Wants to send you a file'),
}))

/** What stands in the settings about files, and what is asked before they are lost. */
export const FILE_SETTINGS = wordsOf(() => ({
  title: msg('Files and pictures'),
  pictures: msg('Show pictures in the conversation'),
  cleanPhotos: msg('Remove place, time and camera from JPEG photos before sending'),
  leaveAnyway: msg('Sign out anyway'),
  stay: msg('Stay signed in'),
}))

/** What cannot be done with files, before chat is asked. */
export const FILE_REFUSAL = wordsOf(() => ({
  folder: msg('Folders cannot be sent. Choose the files in it, or pack it into one file.'),
  tooLarge: (file: string, size: string, max: string) =>
    msg(str`${file} has ${size}. A file can have ${max} at most.`),
  tooMany: (max: number) => tooMany(max),
  noRoom: (file: string, size: string, free: string) =>
    msg(str`There is not enough room in this browser: ${file} has ${size}, and ${free} are free.`),
}))

function tooMany(max: number): string {
  const n = number(max)
  return plural(max, {
    zero: msg(str`At most ${n} files at a time. Send the others later.`, { id: 'files-max-zero' }),
    one: msg(str`At most ${n} file at a time. Send the others later.`, { id: 'files-max-one' }),
    two: msg(str`At most ${n} files at a time. Send the others later.`, { id: 'files-max-two' }),
    few: msg(str`At most ${n} files at a time. Send the others later.`, { id: 'files-max-few' }),
    many: msg(str`At most ${n} files at a time. Send the others later.`, { id: 'files-max-many' }),
    other: msg(str`At most ${n} files at a time. Send the others later.`, {
      id: 'files-max-other',
    }),
  })
}

/** What signing out, or leaving, would lose. */
export function atStakeSentence(going: number, unsaved: number): string {
  return sentences(
    going === 0 ? null : msg('Files are on their way. Signing out stops them.'),
    unsaved === 0 ? null : msg('Received files are not saved. Signing out deletes them.'),
  )
}

/** Why a file would have to go in clear. */
export function unencryptedSentence(state: PrivacyState, name: string): string {
  switch (state) {
    case 'unverified':
    case 'verified':
      return msg(
        str`This file would go unencrypted, because ${name}’s app cannot take encrypted files.`,
      )
    case 'unsupported':
      return msg(
        str`This file would go unencrypted, because ${name}’s app doesn’t answer to encryption.`,
      )
    default:
      return msg('This file would go unencrypted, because this conversation is not encrypted.')
  }
}

/** What is to be said of a transfer as it is now, in one sentence. */
export function fileSentence({ state, direction, size }: Transfer, name: string): string {
  const isIn = direction === 'in'
  switch (state.step) {
    case 'asks':
      return FILE.asks(name)
    case 'waiting':
      return isIn ? FILE.waitingIn : FILE.waitingOut(name)
    case 'active': {
      const percent = percentOf(state.done, size)
      return isIn ? FILE.receiving(percent) : FILE.sending(percent)
    }
    case 'done':
      return isIn ? FILE.received : FILE.sent
    case 'failed':
      return sentences(faultSentence(state.fault), isIn ? FILE.peerMayRetry(name) : null)
    case 'cancelled':
      if (state.by === 'peer') return FILE.cancelledByPeer(name)
      return FILE.cancelledByUs
  }
}

/** Where a received file is, and for how long. */
export function heldSentence({ place, isSaved }: HeldFile): string {
  if (place === null) return FILE.gone
  if (isSaved) return FILE.saved
  return place === 'disk' ? FILE.keptDisk : FILE.keptMemory
}

/** What a screen reader hears of a file: that it is offered, has begun, is done or has failed. */
export function fileNews(transfer: Transfer, name: string): string {
  const { direction, state } = transfer
  const file =
    direction === 'in' ? FILE.incoming(transfer.name, name) : FILE.outgoing(transfer.name)
  return `${file}. ${fileSentence(
    state.step === 'active' ? { ...transfer, state: { step: 'active', done: 0 } } : transfer,
    name,
  )}`
}

/** Octets as people say them: 3.4 MB. Powers of ten, as files are sold and shown. */
export function sizeOf(octets: number): string {
  const at = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, octets)) / 3))
  return new Intl.NumberFormat(region(), {
    style: 'unit',
    unit: UNITS[at]!,
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: at < 2 ? 0 : 1,
  }).format(octets / 1000 ** at)
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Rounded down: 100 % is said when it is all there. */
export function percentOf(done: number, size: number): string {
  const share = size === 0 ? 1 : Math.floor((100 * done) / size) / 100
  return new Intl.NumberFormat(region(), { style: 'percent' }).format(share)
}

/** 40 seconds, 3 minutes, 2 hours: as much as a guess is worth. */
export function durationOf(ms: number): string {
  const seconds = ms / 1000
  const [value, unit] =
    seconds < 55
      ? [Math.max(5, Math.ceil(seconds / 5) * 5), 'second']
      : seconds < 3300
        ? [Math.max(1, Math.round(seconds / 60)), 'minute']
        : [Math.round(seconds / 3600), 'hour']
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: unit as string,
    unitDisplay: 'long',
  }).format(value as number)
}
