import { msg, str } from '@lit/localize'
import type { Verification } from '../chat/index.ts'
import { OWN, type Who } from './own-device-words.ts'
import { list, number, plural, wordsOf } from './wording.ts'

/** Words of the verification coach. The peer's own words (questions) are never translated or edited. */
export const VERIFY = wordsOf(() => ({
  title: (name: Who) => (name === null ? OWN.verify : msg(str`Verify ${name}`)),
  why: msg('Someone running a server could sit between you. A quick check rules that out.'),
  ways: msg('How do you want to check?'),
  code: msg('One-time code'),
  codeHint: msg('Best on a call'),
  question: msg('Question'),
  questionHint: msg('Only they can answer'),
  secret: msg('Shared secret'),
  secretHint: msg('You both know it'),
  compare: msg('Compare fingerprints'),
  compareHint: msg('Works with every app'),
  /** @param digits - with blanks between, to be read one by one */
  codeSpoken: (digits: string) => msg(str`Your one-time code: ${digits}`),
  newCode: msg('Another code'),
  questionField: msg('Your question'),
  answerField: msg('The answer you expect'),
  questionTip: msg('Pick something never written down or posted. It must match letter for letter.'),
  secretField: msg('The secret'),
  secretTip: (name: Who) =>
    name === null ? OWN.secretTip : msg(str`${name} types the same, letter for letter.`),
  compareTell: msg(
    'Read these to each other by phone or in person. Both of you must see the same two.',
  ),
  yours: msg('Yours', { desc: 'Above your own fingerprint' }),
  theirs: (name: Who) =>
    name === null
      ? OWN.theirs
      : msg(str`${name}’s`, { desc: 'Above the fingerprint of this person' }),
  match: msg('They match'),
  differ: msg('They do not match'),
  differText: (name: Who) =>
    name === null
      ? OWN.differText
      : msg(
          str`Then this is not ${name}’s key, or someone sits in between. Don’t write anything private here. End encryption and ask ${name} in person.`,
        ),
  start: msg('Start verification'),
}))

export const RESULT = wordsOf(() => ({
  region: msg('Verification'),
  verify: (name: Who) => (name === null ? OWN.verify : msg(str`Verify ${name}`)),
  waiting: (name: Who) => (name === null ? OWN.waiting : msg(str`Waiting for ${name} to answer.`)),
  waitingCode: (name: Who) =>
    name === null ? OWN.waitingCode : msg(str`Waiting for ${name} to type the code.`),
  cancel: msg('Cancel verification'),
  moreTime: msg('More time'),
  timeUp: msg('When the time is up the verification stops, and nothing changes.'),
  asked: (name: Who) => (name === null ? OWN.asked : msg(str`${name} wants to verify you.`)),
  theirQuestion: (name: Who) => (name === null ? OWN.theirQuestion : msg(str`${name} asks:`)),
  noQuestion: (name: Who) =>
    name === null
      ? OWN.noQuestion
      : msg(str`Type the code or the secret that ${name} told you, by phone or in person.`),
  answerField: msg('Answer', { id: 'answer-field', desc: 'Above the field: a noun' }),
  answer: msg('Answer', { id: 'answer-button', desc: 'On the button: what it does' }),
  notNow: msg('Not now'),
  proves: (name: Who) =>
    name === null
      ? OWN.proves
      : msg(
          str`Answering proves you to ${name}. Your answer itself is never sent, and one guess is all anyone gets.`,
        ),
  working: msg('Checking the answers.'),
  succeeded: (name: Who) =>
    name === null ? OWN.succeeded : msg(str`Verified. You’re talking to ${name}.`),
  succeededMore: (name: Who) =>
    name === null
      ? OWN.succeededMore
      : msg(str`${name}’s key is remembered. You need not do this again unless it changes.`),
  oneSided: (name: Who) =>
    name === null ? OWN.oneSided : msg(str`${name} has verified you. Now verify ${name}?`),
  oneSidedMore: (name: Who) =>
    name === null
      ? OWN.oneSidedMore
      : msg(str`${name} knows that you are you. You have not checked ${name} yet.`),
  failed: msg('The answers didn’t match.'),
  failedMore: msg('This can be a typo – or someone in between. Try another way.'),
  failedStill: msg('Your earlier verification still stands. Check again on a call.'),
  attempts,
  again: msg('Try again'),
  compare: msg('Compare fingerprints'),
  dismiss: msg('Dismiss'),
}))

function attempts(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} attempts.`, { id: 'attempts-zero' }),
    one: msg(str`${n} attempt.`, { id: 'attempts-one' }),
    two: msg(str`${n} attempts.`, { id: 'attempts-two' }),
    few: msg(str`${n} attempts.`, { id: 'attempts-few' }),
    many: msg(str`${n} attempts.`, { id: 'attempts-many' }),
    other: msg(str`${n} attempts.`, { id: 'attempts-other' }),
  })
}

/** Who stopped it, and what that says: nothing about the answer. */
export const ABORTED = {
  us: () => [msg('You stopped the verification.'), msg('Nothing changed.')],
  peer: (name) => [
    name === null ? OWN.stopped : msg(str`${name}’s app stopped the verification.`),
    msg(
      'That says nothing about the answer. Some apps don’t take questions: compare fingerprints instead.',
    ),
  ],
  /** After both had spoken. */
  late: (name) => [
    name === null
      ? OWN.stoppedLate
      : msg(str`${name}’s app stopped the verification after the answers were given.`),
    msg('Some apps do that when the answers differ. Try again, or compare fingerprints.'),
  ],
  timeout: (name) => [
    msg('No answer in time.'),
    name === null ? OWN.tryAgain : msg(str`Nothing changed. Try again when ${name} is there.`),
  ],
} as const satisfies Record<
  Extract<Verification, { step: 'aborted' }>['by'] | 'late',
  (name: Who) => readonly [string, string]
>

/**
 * Describes a secret while it is typed, because both sides must type the same. Never repeats it.
 * @returns what was typed in words, and a warning where people slip; `null` for an empty field
 */
export function describeSecret(
  secret: string,
): { readonly shape: string; readonly warning: string | null } | null {
  if (secret === '') return null
  const length = [...secret].length
  const warning = slip(secret)
  if (/^\d+$/.test(secret)) return { shape: digits(length), warning }
  const spaces = /\s/.test(secret) ? msg('with spaces') : msg('no spaces')
  const count = /^\p{Letter}+$/u.test(secret) ? letters(length) : characters(length)
  return { shape: list([count, letterCase(secret), spaces]), warning }
}

/** What somebody who knows the other person would try first. One guess is all that anyone gets. */
export function isWeak(secret: string): boolean {
  const plain = secret.trim().toLowerCase()
  const isOneLetter = new Set(plain).size <= 2
  return secret !== '' && (plain.length < WEAK_BELOW || isOneLetter || GUESSED_FIRST.has(plain))
}

const WEAK_BELOW = 5
const GUESSED_FIRST: ReadonlySet<string> = new Set([
  'password',
  'passwort',
  'secret',
  'hello',
  'otter',
  'signal',
  'sotto',
  'verify',
  'qwerty',
  '12345',
  '123456',
  '1234567',
  '12345678',
  '654321',
  'abcde',
  'abcdef',
  'abc123',
])

function letters(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} letters`, { id: 'letters-zero' }),
    one: msg(str`${n} letter`, { id: 'letters-one' }),
    two: msg(str`${n} letters`, { id: 'letters-two' }),
    few: msg(str`${n} letters`, { id: 'letters-few' }),
    many: msg(str`${n} letters`, { id: 'letters-many' }),
    other: msg(str`${n} letters`, { id: 'letters-other' }),
  })
}

function digits(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} digits`, { id: 'digits-zero' }),
    one: msg(str`${n} digit`, { id: 'digits-one' }),
    two: msg(str`${n} digits`, { id: 'digits-two' }),
    few: msg(str`${n} digits`, { id: 'digits-few' }),
    many: msg(str`${n} digits`, { id: 'digits-many' }),
    other: msg(str`${n} digits`, { id: 'digits-other' }),
  })
}

function characters(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} characters`, { id: 'characters-zero' }),
    one: msg(str`${n} character`, { id: 'characters-one' }),
    two: msg(str`${n} characters`, { id: 'characters-two' }),
    few: msg(str`${n} characters`, { id: 'characters-few' }),
    many: msg(str`${n} characters`, { id: 'characters-many' }),
    other: msg(str`${n} characters`, { id: 'characters-other' }),
  })
}

function letterCase(secret: string): string {
  if (secret === secret.toLowerCase()) return msg('lower case')
  return secret === secret.toUpperCase() ? msg('upper case') : msg('mixed case')
}

function slip(secret: string): string | null {
  if (secret !== secret.trim()) return msg('It starts or ends with a space. Spaces count.')
  if (secret !== secret.normalize('NFC'))
    return msg('It holds accents in an unusual form. Type it again on this keyboard.')
  if (secret !== secret.toLowerCase()) return msg('Capital letters count. Lower case is safer.')
  return null
}
