import { expect, test } from 'vitest'
import { activeRole, answerSetup, type Setup } from './setup.ts'

/** RFC 6135 §4.2, RFC 4145 §4.1, and RFC 4975 §5.4 for a side that says nothing. */
const SPEC: readonly [offer: Setup, answer: Setup, connects: string, why: string][] = [
  ['actpass', 'active', 'answerer', 'the answerer chose to connect'],
  ['actpass', 'passive', 'offerer', 'the answerer chose to wait'],
  ['actpass', null, 'offerer', 'an RFC 4975 answerer waits'],
  ['actpass', 'actpass', 'offerer', 'illegal, read as no answer'],
  ['active', 'passive', 'offerer', 'as offered'],
  ['active', null, 'offerer', 'an RFC 4975 answerer waits'],
  ['active', 'active', 'offerer', 'illegal; the offerer keeps its word'],
  ['active', 'actpass', 'offerer', 'illegal; the offerer keeps its word'],
  ['passive', 'active', 'answerer', 'illegal offer, clear answer'],
  ['passive', 'passive', 'offerer', 'somebody has to'],
  ['passive', 'actpass', 'answerer', 'only the answerer offers to connect'],
  ['passive', null, 'offerer', 'an RFC 4975 answerer waits'],
  [null, 'active', 'offerer', 'the offerer does not know setup and connects'],
  [null, 'passive', 'offerer', 'RFC 4975'],
  [null, 'actpass', 'offerer', 'RFC 4975'],
  [null, null, 'offerer', 'RFC 4975'],
]

test.each(SPEC)('offer %s, answer %s: the %s connects: %s', (offer, answer, connects) => {
  expect(activeRole('offerer', offer, answer)).toBe(connects === 'offerer')
  expect(activeRole('answerer', offer, answer)).toBe(connects === 'answerer')
})

test.each([
  ['actpass', false, 'active'],
  ['actpass', true, 'passive'],
  ['active', false, 'passive'],
  ['active', true, 'passive'],
  ['passive', false, 'active'],
  ['passive', true, 'active'],
  [null, false, 'passive'],
  [null, true, 'passive'],
] as const)('to an offer of %s, reachable %s, we answer %s', (offer, reachable, answer) => {
  expect(answerSetup(offer, reachable)).toBe(answer)
})

test('whatever is offered, our answer leaves exactly one side to connect, and it is the one meant', () => {
  for (const offer of ['active', 'passive', 'actpass', null] as const) {
    const answer = answerSetup(offer)
    expect(activeRole('answerer', offer, answer)).toBe(answer === 'active')
  }
})
