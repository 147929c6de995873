import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { encodeFrame, MSRP_SUBPROTOCOL, type MsrpRequest, parseFrame } from '../../msrp/index.ts'
import { accessibilityFindings } from './accessible.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let carol: PlainPeer
/** The relay takes no message that holds these words. */
const UNWANTED = 'of the relay'
let isRefusing = false

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice', refuseSome)
  await meeting.edge.enrol('carol', 'correct horse')
  carol = new PlainPeer(meeting.edge, 'carol', 'correct horse')
  await carol.signIn()
  await alice.addContact('carol')
  await alice.turnTo('carol')
  await alice.write('hello')
  await alice.press('Send unencrypted')
  await alice.row('hello').getByText('Delivered').waitFor()
})

afterAll(async () => {
  await carol?.leave()
  await meeting?.[Symbol.asyncDispose]()
})

/** What carol has read, but for requests for encryption, which mean nothing to her. */
const read = () => carol.texts.map((text) => text.trim()).filter((text) => !text.startsWith('?OTR'))

/** Writes something that the relay does not take. */
async function writeInVain(text: string) {
  isRefusing = true
  await alice.write(text)
  const row = alice.row(text)
  await row.getByText('Not sent', { exact: true }).waitFor()
  isRefusing = false
  return row
}

test('what could not be sent says so, why, and goes again at a press', async () => {
  const row = await writeInVain('first out of the sight of the relay')
  await row.getByText('Their app did not take it.').waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  expect(read()).toEqual(['hello'])
  await row.getByRole('button', { name: 'Retry' }).click()
  await row.getByText('Delivered').waitFor()
  await row.getByText('Sent again', { exact: true }).waitFor()
  expect(await row.getByRole('button', { name: /Retry|Discard/ }).count()).toBe(0)
  expect(read()).toEqual(['hello', 'first out of the sight of the relay'])
})

test('it stays so over a reload', async () => {
  await writeInVain('second out of the sight of the relay')
  await meeting.reload(alice)
  await alice.turnTo('carol')
  const row = alice.row('second out of')
  await row.getByText('Not sent', { exact: true }).waitFor()
  await row.getByText('Their app did not take it.').waitFor()
})

test('discarded, it is gone for good, and nobody gets it', async () => {
  const row = alice.row('second out of')
  await row.getByRole('button', { name: 'Discard' }).click()
  await row.waitFor({ state: 'detached' })
  await alice.write('third')
  await alice.row('third').getByText('Delivered').waitFor()
  await meeting.reload(alice)
  await alice.turnTo('carol')
  await alice.sees('third')
  expect(await row.count()).toBe(0)
  expect(read()).toEqual(['hello', 'first out of the sight of the relay', 'third'])
})

test('nothing broke the page’s own rules', () => {
  expect(meeting.complaints).toEqual([])
})

/** Answers in the relay's place what it does not take; the relay never hears of it. */
async function refuseSome(context: BrowserContext): Promise<void> {
  await context.routeWebSocket(/^wss?:/, (page) => {
    const relay = page.connectToServer()
    if (!page.protocols().includes(MSRP_SUBPROTOCOL)) return
    page.onMessage((data) => {
      const bytes = Buffer.from(data as string)
      const frame = parseFrame(bytes)
      if (isRefusing && frame.kind === 'request' && bytes.includes(UNWANTED))
        page.send(Buffer.from(encodeFrame(refusal(frame))))
      else relay.send(bytes)
    })
  })
}

/** RFC 4975, 7.2: back to whom it came from last. */
function refusal({ transaction, toPath, fromPath }: MsrpRequest) {
  return {
    kind: 'response',
    status: 403,
    comment: 'Not this one',
    transaction,
    toPath: fromPath.slice(0, 1),
    fromPath: toPath.slice(0, 1),
    headers: [],
    flag: '$',
  } as const
}
