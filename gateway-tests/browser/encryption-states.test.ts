import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { SipPhone } from '../../edge/testing/sip-phone.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

const STATES = [
  'Not connected',
  'Connecting',
  'Setting up encryption',
  'No answer to encryption',
  'Not encrypted',
  'Encrypted, not verified',
  'Verified',
  'Identity changed',
  'Ended',
  'Room, not encrypted',
]

let meeting: Meeting
let alice: Person
let bob: Person
/** What was drawn in each state, as far as it was seen. */
const shapes = new Map<string, string>()

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  await alice.addContact('bob')
  await alice.turnTo('bob')
})

afterAll(async () => {
  await meeting?.[Symbol.asyncDispose]()
})

/** Waits for a state in the toolbar, and looks: there are its words, and one shape beside them. */
async function look(state: string): Promise<void> {
  await alice.privacy(state)
  const item = alice.page.getByRole('button', { name: `Encryption: ${state}`, exact: true })
  const { words, shape } = await item.evaluate((button) => {
    const shown = button.querySelector('slot')!.assignedElements()
    const icons = shown.flatMap(({ shadowRoot }) => shadowRoot?.querySelector('svg') ?? [])
    const shape = new XMLSerializer().serializeToString(icons[0]!)
    return { words: shown.map((one) => one.textContent).join(''), shape }
  })
  expect(words.trim()).toBe(state)
  shapes.set(state, shape)
}

test('entries of the menu come and go while it is open, and the one under the finger stays', async () => {
  await look('Not connected')
  await alice.press('Encryption: Not connected')
  const entries = alice.page.getByRole('menu').getByRole('menuitem')
  expect(await entries.allTextContents()).toHaveLength(3)
  await alice.page.keyboard.press('End')
  const keys = alice.page.getByRole('menuitem', { name: 'Keys…' })
  const hasFocus = () => keys.evaluate((element) => element.matches(':focus'))
  await expect.poll(hasFocus).toBe(true)
  bob = await meeting.arrive('bob')
  await bob.addContact('alice')
  await bob.turnTo('alice')
  await bob.write('hello')
  await alice.page.getByRole('menuitem', { name: 'Verify bob…' }).waitFor()
  expect(await hasFocus()).toBe(true)
  await alice.page.keyboard.press('Enter')
  await alice.page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await alice.page.keyboard.press('Escape')
})

test('encrypted: not verified, verified, another key, ended by the other side', async () => {
  await look('Encrypted, not verified')
  await alice.encryptionMenu('Verify bob…')
  await alice.page.getByRole('radio', { name: 'Compare fingerprints' }).click()
  await alice.press('They match')
  await look('Verified')

  await bob.press('Settings')
  await bob.press('Make a new key…')
  await bob.press('Make a new key')
  await bob.page.keyboard.press('Escape')
  await alice.page.getByText('bob left the conversation.').last().waitFor()
  await alice.write('who are you now?')
  await look('Identity changed')
  await alice.press('Use without verifying')
  await bob.sees('who are you now?')

  await bob.encryptionMenu('End encryption')
  await look('Ended')
  await alice.encryptionMenu('Go on without encryption')
  await look('Not encrypted')
})

test('a call that nobody answers yet', async () => {
  await meeting.edge.enrol('mallory', 'correct horse')
  const mallory = await new SipPhone(meeting.edge.wsUrl, 'mallory', meeting.edge.domain).open()
  await mallory.register()
  await alice.addContact('mallory')
  await alice.turnTo('mallory')
  await alice.write('hello?')
  const invite = await mallory.takeRequest('INVITE')
  await look('Connecting')
  mallory.respond(invite, 480)
  await alice.sees('mallory is not online now.')
  await alice.privacy('Not connected')
  mallory.close()
})

test('an app that does not answer to encryption: each way out of it', async () => {
  await meeting.edge.enrol('carol', 'correct horse')
  const carol = new PlainPeer(meeting.edge, 'carol', 'correct horse')
  await carol.signIn()
  await alice.addContact('carol')
  await alice.turnTo('carol')
  await alice.write('for her eyes')
  await look('Setting up encryption')
  const card = alice.page.getByRole('status').filter({ hasText: 'doesn’t answer to encryption' })
  expect(await card.count()).toBe(0)
  await look('No answer to encryption')
  await card.getByRole('button', { name: 'Keep trying' }).click()
  await alice.privacy('Setting up encryption')
  expect(carol.texts).not.toContain('for her eyes')
  await alice.encryptionMenu('Stop setting up')
  await alice.privacy('Not encrypted')
  await expect.poll(() => carol.texts).toContain('for her eyes')
  await carol.leave()
})

test('a room', async () => {
  await alice.press('Enter a room')
  await alice.page.getByRole('textbox', { name: 'Name or address of the room' }).fill('lunch')
  await alice.page.getByRole('button', { name: 'Enter', exact: true }).click()
  await look('Room, not encrypted')
})

test('each state was seen, in a shape of its own', () => {
  expect([...shapes.keys()].sort()).toEqual([...STATES].sort())
  expect(new Set(shapes.values()).size).toBe(STATES.length)
})

test('nothing broke the page’s own rules', () => {
  expect(meeting.complaints).toEqual([])
})
