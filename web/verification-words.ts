import type { Verification } from '../chat/index.ts'

/** Words of the verification coach. The peer's own words (questions) are never translated or edited. */
export const VERIFY = {
  title: (name: string) => `Verify ${name}`,
  why: 'Someone running a server could sit between you. A quick check rules that out.',
  ways: 'How do you want to check?',
  code: 'One-time code',
  codeHint: 'Best on a call',
  question: 'Question',
  questionHint: 'Only they can answer',
  secret: 'Shared secret',
  secretHint: 'You both know it',
  compare: 'Compare fingerprints',
  compareHint: 'Works with every app',
  codeTell: (name: string) =>
    `Tell ${name} this code by phone or in person – not in this chat. Then start, and ${name} types it.`,
  codeLabel: 'Your one-time code',
  newCode: 'Another code',
  questionField: 'Your question',
  answerField: 'The answer you expect',
  questionTip: 'Pick something never written down or posted. It must match letter for letter.',
  secretField: 'The secret',
  secretTip: (name: string) => `${name} types the same, letter for letter.`,
  compareTell: 'Read these to each other by phone or in person. Both of you must see the same two.',
  yours: 'Yours',
  theirs: (name: string) => `${name}’s`,
  match: 'They match',
  differ: 'They differ',
  differText: (name: string) =>
    `Then this is not ${name}’s key, or someone sits in between. Don’t write anything private here. End encryption and ask ${name} in person.`,
  start: 'Start verification',
} as const

export const RESULT = {
  region: 'Verification',
  verify: (name: string) => `Verify ${name}`,
  waiting: (name: string) => `Waiting for ${name} to answer.`,
  waitingCode: (name: string) => `Waiting for ${name} to type the code.`,
  cancel: 'Cancel verification',
  asked: (name: string) => `${name} wants to verify you.`,
  theirQuestion: (name: string) => `${name} asks:`,
  noQuestion: (name: string) =>
    `Type the code or the secret that ${name} told you, by phone or in person.`,
  answerField: 'Answer',
  answer: 'Answer',
  notNow: 'Not now',
  proves: (name: string) =>
    `Answering proves you to ${name}. Your answer itself is never sent, and one guess is all anyone gets.`,
  working: 'Checking the answers.',
  succeeded: (name: string) => `Verified. You’re talking to ${name}.`,
  succeededMore: (name: string) =>
    `${name}’s key is remembered. You need not do this again unless it changes.`,
  oneSided: (name: string) => `${name} has verified you. Now verify ${name}?`,
  oneSidedMore: (name: string) =>
    `${name} knows that you are you. You have not checked ${name} yet.`,
  failed: 'The answers didn’t match.',
  failedMore: 'This can be a typo – or someone in between. Try another way.',
  failedStill: 'Your earlier verification still stands. Check again on a call.',
  attempts: (count: number) => (count === 1 ? '1 attempt' : `${count} attempts`),
  again: 'Try again',
  compare: 'Compare fingerprints',
  dismiss: 'Dismiss',
} as const

/** Who stopped it, and what that says: nothing about the answer. */
export const ABORTED = {
  us: () => ['You stopped the verification.', 'Nothing changed.'],
  peer: (name: string) => [
    `${name}’s app stopped the verification.`,
    'That says nothing about the answer. Some apps don’t take questions: compare fingerprints instead.',
  ],
  /** After both had spoken. */
  late: (name: string) => [
    `${name}’s app stopped the verification after the answers were given.`,
    'Some apps do that when the answers differ. Try again, or compare fingerprints.',
  ],
  timeout: (name: string) => [
    'No answer within two minutes.',
    `Nothing changed. Try again when ${name} is there.`,
  ],
} as const satisfies Record<
  Extract<Verification, { step: 'aborted' }>['by'] | 'late',
  (name: string) => readonly [string, string]
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
  const digits = /^\d+$/.test(secret)
  const parts = [
    digits
      ? `${length} ${length === 1 ? 'digit' : 'digits'}`
      : `${length} ${length === 1 ? 'character' : 'characters'}`,
  ]
  if (!digits) {
    const lower = secret === secret.toLowerCase()
    parts.push(
      lower ? 'lower case' : secret === secret.toUpperCase() ? 'upper case' : 'mixed case',
      /\s/.test(secret) ? 'with blanks' : 'no blanks',
    )
  }
  return { shape: parts.join(', '), warning: slip(secret) }
}

function slip(secret: string): string | null {
  if (secret !== secret.trim()) return 'It starts or ends with a blank. Blanks count.'
  if (secret !== secret.normalize('NFC'))
    return 'It holds accents in an unusual form. Type it again on this keyboard.'
  if (secret !== secret.toLowerCase()) return 'Capital letters count. Lower case is safer.'
  return null
}
