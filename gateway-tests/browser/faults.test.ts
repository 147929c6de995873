import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const PASSWORD = 'correct horse'

let browser: Browser
let edge: Edge
let tapped = ''
let context: BrowserContext
let alice: Person
let bob: Person
const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))

const start = (port: number) =>
  startEdge({
    port,
    dataDir,
    webRoot: WEB,
    tap: (frame) => {
      tapped += new TextDecoder().decode(frame)
    },
  })

beforeAll(async () => {
  browser = await startChromium()
  edge = await start(await freePort())
  for (const name of ['alice', 'bob', 'carol']) await edge.enrol(name, PASSWORD)
  context = await newPerson(browser, new URL(edge.url).origin)
  alice = await Person.arrive(context, edge.url, 'alice')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

test('a wrong password is said at the form, and the form is kept', async () => {
  await alice.signIn('wrong horse')
  await alice.page
    .getByRole('alert')
    .getByText(/password/i)
    .waitFor()
  await alice.signIn()
  await alice.online()
})

test('a name that is taken is said at the form', async () => {
  const other = await newPerson(browser, new URL(edge.url).origin)
  const impostor = await Person.arrive(other, edge.url, 'alice')
  await impostor.createAccount()
  await impostor.page.getByRole('alert').getByText('Somebody already has this name.').waitFor()
  await other.close()
})

test('a person who does not exist: the text waits and the reason stands beside it', async () => {
  await alice.addContact('nobody')
  await alice.turnTo('nobody')
  await alice.write('is anyone there?')
  await alice.sees('is anyone there?')
  await alice.sees('There is nobody with this address.')
})

test('a person who is away: the text waits, survives a reload, and arrives when they come', async () => {
  await alice.addContact('bob')
  await alice.turnTo('bob')
  await alice.write('read this when you are back')
  await alice.sees('read this when you are back')
  await alice.page.reload()
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  await alice.sees('read this when you are back')

  const bobs = await newPerson(browser, new URL(edge.url).origin)
  bob = await Person.arrive(bobs, edge.url, 'bob')
  await bob.signIn()
  await bob.online()
  await bob.addContact('alice')
  await bob.turnTo('alice')
  await bob.write('here I am')
  await bob.sees('read this when you are back')
  await alice.sees('here I am')
  expect(tapped).not.toContain('read this when you are back')
})

test('the server stops in the middle of a conversation: what is typed arrives after all', async () => {
  const { port } = new URL(edge.url)
  await edge.close()
  await alice.page.getByRole('status').getByText('Offline').waitFor()
  await alice.write('typed while the server was down')
  edge = await start(Number(port))
  const arrived = bob.page.getByRole('log').getByText('typed while the server was down')
  await arrived.first().waitFor({ timeout: 60_000 })
  expect(await arrived.count()).toBe(1)
  expect(tapped).not.toContain('typed while the server was down')
})

test('an app without OTR: the window says so, and asks before anything goes in clear', async () => {
  const carol = new PlainPeer(edge, 'carol', PASSWORD)
  await carol.signIn()
  await alice.addContact('carol')
  await alice.turnTo('carol')
  await alice.write('can you read this?')
  await alice.page
    .getByRole('status')
    .getByText('carol’s app doesn’t answer to encryption.')
    .waitFor()
  expect(carol.texts).not.toContain('can you read this?')
  await alice.press('Send unencrypted')
  await alice.privacy('Not encrypted')
  await expect.poll(() => carol.texts).toContain('can you read this?')
  await carol.leave()
})

test('a second tab says who has the account, and takes over on request', async () => {
  const second = await Person.arrive(context, edge.url, 'alice')
  await second.signIn()
  await second.page.getByRole('heading', { name: 'alice is open in another tab' }).waitFor()
  await second.press('Use it here')
  await second.online()
  await alice.page.getByRole('heading', { name: 'alice is open in another tab' }).waitFor()
})

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
