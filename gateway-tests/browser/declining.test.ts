/*
 * What becomes of a stranger to whom Alice says no.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SipPhone, type SipRequest } from '../../edge/testing/sip-phone.ts'
import { announced } from './chromium.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let bob: Person

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  bob = await meeting.arrive('bob')
})

afterAll(() => meeting?.[Symbol.asyncDispose]())

const inList = (name: string) =>
  alice.page
    .getByRole('navigation', { name: 'Contacts' })
    .getByRole('button', { name: new RegExp(`^${name}`) })

async function decline(name: string): Promise<void> {
  await inList(name).click()
  const invitation = alice.page.getByRole('group', { name: 'Invitation' })
  await invitation.getByText(`${name} wants to chat with you.`).waitFor()
  await invitation.getByRole('button', { name: 'Decline' }).click()
  await inList(name).waitFor({ state: 'detached' })
  expect(await invitation.count()).toBe(0)
}

test('who called is told, keeps what they wrote, and does not call again by themselves', async () => {
  await bob.addContact('alice')
  await bob.turnTo('alice')
  await bob.write('do you have a minute?')
  await decline('bob')
  await bob.sees('alice does not want to chat now.')
  await bob.row('do you have a minute?').getByRole('button', { name: 'Discard' }).waitFor()
  await bob.privacy('Not connected')

  const carol = await meeting.arrive('carol')
  await bob.addContact('carol')
  await bob.turnTo('carol')
  await bob.write('and you?')
  await carol.page.getByRole('button', { name: /^bob/ }).waitFor()
  expect(await inList('bob').count()).toBe(0)
  expect((await announced(alice.page)).notified).toHaveLength(1)
  await carol.page.close()
})

test('nobody is called back, and nothing of them is kept', async () => {
  const [mallory, dora] = await Promise.all(['mallory', 'dora'].map(phoneOf))
  mallory!.request(
    'INVITE',
    `sip:alice@${meeting.edge.domain}`,
    ['Content-Type: application/sdp'],
    OFFER,
  )
  await decline('mallory')
  expect((await mallory!.takeFinal('INVITE')).status).toBe(603)

  await alice.addContact('dora')
  await alice.turnTo('dora')
  await alice.write('this is a call')
  await dora!.takeRequest('INVITE')
  expect(mallory!.inbox.filter(isCall)).toEqual([])
  for (const phone of [mallory!, dora!]) phone.close()

  await alice.page.reload()
  await alice.signIn()
  await alice.online()
  await inList('dora').waitFor()
  expect(await inList('').count()).toBe(1)
})

async function phoneOf(name: string): Promise<SipPhone> {
  await meeting.edge.enrol(name, 'correct horse')
  const phone = await new SipPhone(meeting.edge.wsUrl, name, meeting.edge.domain).open()
  await phone.register()
  return phone
}

function isCall(message: SipPhone['inbox'][number]): message is SipRequest {
  return message.kind === 'request' && message.method === 'INVITE'
}

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 mallory.invalid',
  's=-',
  'c=IN IP4 mallory.invalid',
  't=0 0',
  'm=message 2855 TCP/MSRP *',
  'a=path:msrp://mallory.invalid:2855/mallory;tcp',
  'a=accept-types:message/cpim text/plain',
  '',
].join('\r\n')
