import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { accessibilityFindings } from './accessible.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let bob: Person
/** With her nothing is encrypted. */
let carol: PlainPeer
let visits = 0

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  bob = await meeting.arrive('bob')
  await meeting.introduce(alice, bob)
  await meeting.edge.enrol('carol', 'correct horse')
  carol = new PlainPeer(meeting.edge, 'carol', 'correct horse')
  await carol.signIn()
})

afterAll(async () => {
  await carol?.leave()
  await meeting?.[Symbol.asyncDispose]()
})

/** Writes something that arrives. */
async function say(text: string): Promise<void> {
  await alice.write(text)
  await alice
    .row(text)
    .getByText(/Delivered|Seen/)
    .waitFor()
}

const radio = (name: string) => alice.page.getByRole('radio', { name, exact: true })

/** Looks which rule is chosen in the dialog that is open, and closes it. */
async function expectRule(name: string): Promise<void> {
  await radio(name).waitFor()
  const rules = ['Automatic', 'Keep', 'This session only', 'Never']
  const chosen = await Promise.all(rules.map((rule) => radio(rule).isChecked()))
  expect(rules.filter((_, index) => chosen[index])).toEqual([name])
  await alice.page.keyboard.press('Escape')
}

/**
 * Goes, comes back with the page loaded again, and looks at the conversation with somebody. The last
 * words may be on the disk still, until the other side has them; the disk is written in order, so that
 * nothing of before waits once they have arrived.
 */
async function comeBackTo(contact: string): Promise<void> {
  await say(`until later ${++visits}`)
  await meeting.reload(alice)
  await alice.turnTo(contact)
  await alice.write('back again') // Once it stands there, what is kept has been read.
  await alice.sees('back again')
}

describe('of itself', () => {
  test('what was encrypted is not kept', async () => {
    await say('said in private')
    await comeBackTo('bob')
    expect(await alice.row(/said in private|hello/).count()).toBe(0)
    await bob.sees('said in private')
    await alice.optionsMenu('Keep messages…')
    await expectRule('Automatic')
  })

  test('what was not encrypted is', async () => {
    await alice.addContact('carol')
    await alice.turnTo('carol')
    await alice.write('said in clear')
    await alice.press('Send unencrypted')
    await alice.row('said in clear').getByText('Delivered').waitFor()
    await comeBackTo('carol')
    await alice.sees('said in clear')
  })
})

test('for this session only: what is chosen is deleted from the disk, and says so before', async () => {
  await alice.encryptionMenu('Keep messages…') // It leads there as well.
  await alice.page.getByRole('dialog', { name: 'Messages with carol' }).waitFor()
  const warning = alice.page.getByText('Messages that this choice does not keep are deleted')
  expect(await warning.count()).toBe(0)
  await radio('This session only').check()
  await warning.waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.press('Save')
  await say('for this session')
  await alice.sees('said in clear')
  await comeBackTo('carol')
  expect(await alice.row(/for this session|said in clear/).count()).toBe(0)
  await alice.optionsMenu('Keep messages…')
  await expectRule('This session only')
})

test('never: it is gone as soon as the conversation is closed', async () => {
  await alice.turnTo('bob')
  await alice.optionsMenu('Keep messages…')
  await radio('Never').check()
  await alice.press('Save')
  await say('never mind')
  await alice.optionsMenu('Close session')
  await alice.page.getByText('No messages yet.').waitFor()
  expect(await alice.row('never mind').count()).toBe(0)
  await bob.sees('never mind')
  await comeBackTo('bob')
  await alice.encryptionMenu('Keep messages…')
  await expectRule('Never')
})

test('a choice that is not saved changes nothing', async () => {
  await alice.optionsMenu('Keep messages…')
  await radio('Keep').check()
  await alice.press('Cancel')
  await alice.encryptionMenu('Keep messages…')
  await expectRule('Never')
})

test('nothing broke the page’s own rules', () => {
  expect(meeting.complaints).toEqual([])
})
