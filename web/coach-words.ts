import { msg, str } from '@lit/localize'
import { OWN, type Who } from './own-device-words.ts'
import { wordsOf } from './wording.ts'

/** What to do, over which channel, and what the other person sees: one line for each step. */
export const COACH = wordsOf(() => ({
  steps: msg('How it goes'),
  code: (name: Who) =>
    name === null
      ? OWN.codeSteps
      : [
          msg('Talk in person or on a call, not in this chat.'),
          msg(str`Start, and tell ${name} the code.`),
          msg(str`${name} sees a card that asks for it. Then both of you see the result.`),
        ],
  question: (name: string) => [
    msg('Ask what nobody can look up. If in doubt, agree on a call how the answer is spelt.'),
    msg(str`${name} sees your question and a field. Your answer is never sent.`),
  ],
  secret: (name: Who) =>
    name === null
      ? OWN.secretSteps
      : [
          msg('Agree on the secret in person or on a call, not in this chat.'),
          msg(str`${name} sees a card that asks for it. The secret itself is never sent.`),
        ],
  theySee: (name: Who) =>
    name === null
      ? OWN.theySee
      : msg(
          str`${name} sees a card above the message field now, and has two minutes, or longer if either of you takes more time.`,
        ),
  weak: msg('Easy to guess. Take something longer.'),
  /** Before minutes and seconds that run down. */
  rest: msg('You can try again in'),
  minuteLeft: msg('One minute left.'),
  halfMinuteLeft: msg('30 seconds left.'),
  secondsLeft: msg('10 seconds left.'),
  noQuestions: (name: Who) =>
    name === null ? OWN.noQuestions : msg(str`${name}’s app does not take questions.`),
  noQuestionsMore: msg(
    'It stopped by itself, before anybody could answer: no answer was wrong. Compare fingerprints instead.',
  ),
  readWords: msg('Read the words aloud'),
}))

export const ALERTS = wordsOf(() => ({
  keys: msg('When a contact’s key changes'),
  always: msg('The line and the card in the conversation always appear.'),
  notice: msg('Show a system notification for it'),
  sound: msg('Play a warning sound'),
  sent: msg('Play a sound for messages you send'),
  quiet: msg('Quiet hours: nothing is spoken, nothing sounds'),
  from: msg('From', { id: 'quiet-from', desc: 'A time of day, as in: from 22:00' }),
  to: msg('To', { id: 'quiet-to', desc: 'A time of day, as in: to 07:00' }),
  quietAlerts: msg('Warnings about keys are heard even then'),
}))
