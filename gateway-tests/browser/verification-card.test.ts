/*
 * The card of a verification as the one who is asked has it: what it says, and how long it stands.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityFindings } from './accessible.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let bob: Person

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  bob = await meeting.arrive('bob')
  for (const person of [alice, bob]) await person.addContact('carol')
  await meeting.introduce(alice, bob)
})

afterAll(() => meeting?.[Symbol.asyncDispose]())

/** Turns to another conversation and back. */
async function goAndComeBack(person: Person): Promise<void> {
  await person.turnTo('carol')
  await person.verification.waitFor({ state: 'detached' })
  await person.turnTo(person === alice ? 'bob' : 'alice')
}

test('says to the one who is asked what to type, who told it, and what answering proves', async () => {
  await alice.encryptionMenu('Verify bob…')
  const code = await alice.page.getByRole('img', { name: /^Your one-time code: / }).textContent()
  const digits = (code ?? '').replaceAll(/\D/g, '')
  await alice.press('Start verification')
  await bob.verificationSays('alice wants to verify you.')
  await bob.verificationSays(
    'Type the code or the secret that alice told you, by phone or in person.',
  )
  await bob.verificationSays('Answering proves you to alice.')
  const told = alice.verification.getByRole('img', { name: [...digits].join(' ') })
  await told.waitFor()
  await goAndComeBack(alice)
  await told.waitFor() // Else it could not be told any more.
  await bob.answer(digits)
  await bob.privacy('Verified')
})

test('its result stays, here and elsewhere, until it is dismissed', async () => {
  await bob.verificationSays('Verified. You’re talking to alice.')
  await goAndComeBack(bob)
  await bob.verificationSays('Verified. You’re talking to alice.')
  await bob.write('that was easy')
  await alice.write('it was')
  await bob.sees('it was')
  await bob.verificationSays('Verified. You’re talking to alice.')
  await bob.verification.getByRole('button', { name: 'Dismiss' }).click()
  await bob.verification.waitFor({ state: 'detached' })
  await goAndComeBack(bob)
  expect(await bob.verification.count()).toBe(0)
  await alice.verificationSays('Verified. You’re talking to bob.')
})

test('stands with what is typed when the person turns to another conversation and back', async () => {
  await alice.verifyWithQuestion('bob', 'Which lake?', 'lagoon')
  await bob.verificationSays('alice asks:')
  await bob.verificationSays('Which lake?')
  const answer = bob.verification.getByRole('textbox', { name: 'Answer' })
  await answer.fill('lago')
  await goAndComeBack(bob)
  expect(await answer.inputValue()).toBe('lago')
  await bob.page.setViewportSize({ width: 390, height: 844 })
  await bob.press('Back to contacts')
  await bob.turnTo('alice')
  expect(await answer.inputValue()).toBe('lago')
  expect(await accessibilityFindings(bob.page)).toEqual([])
  await bob.page.setViewportSize({ width: 1280, height: 800 })
})

test('what was typed for one question is not there at the next', async () => {
  await bob.verification.getByRole('button', { name: 'Not now' }).click()
  await alice.verification.getByText(/^bob’s app /).waitFor()
  await alice.verifyWithQuestion('bob', 'Which hill?', 'windmill')
  await bob.verificationSays('Which hill?')
  expect(await bob.verification.getByRole('textbox', { name: 'Answer' }).inputValue()).toBe('')
  await bob.answer('windmill')
  await alice.verificationSays('Verified. You’re talking to bob.')
})
