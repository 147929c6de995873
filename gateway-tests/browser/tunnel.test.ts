import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { passwordOf } from '../kamailio.ts'
import { type Provider, startProvider } from '../provider.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let provider: Provider
let edge: Edge
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startChromium()
  provider = await startProvider()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB, ...provider.tunnels() })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
  await provider?.[Symbol.asyncDispose]()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  return await Person.arrive(context, edge.url, name)
}

test('a wrong password is said, and a check shows how far the way leads', async () => {
  alice = await arrive('alice')
  await alice.signInAs('alice@test.local', 'not this one')
  const { page } = alice
  await page.getByRole('alert').getByText('does not accept this name and password').waitFor()
  const search = page.getByRole('log', { name: 'How your server is found' })
  await search.getByText('Found: your provider, through this page’s server').waitFor()

  await page.getByRole('button', { name: 'Check the connection' }).click()
  await page.getByRole('dialog', { name: 'Connection check' }).waitFor()
  await page.getByText('The connection does not work.').waitFor()
  const steps = await page.getByRole('list', { name: 'Connection check' }).allInnerTexts()
  expect(
    steps
      .join()
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ · [\d.,]+ ms/g, ''),
  ).toBe(
    [
      'The server answers Good',
      'The provider’s name is known Good',
      'Its certificate is right Good',
      'It accepts your name and password Failed',
      'The server does not accept this name and password.',
      'The message relay lets you in Not checked',
      'A message to yourself comes back Not checked',
    ].join(' '),
  )
  expect(await accessibilityFindings(page)).toEqual([])

  await page.getByText('Report', { exact: true }).click()
  const report = () => page.getByLabel('Report').textContent()
  expect(await report()).toMatch(/registration: failed \d+ ms SIP_WRONG_PASSWORD/)
  expect(await report()).not.toMatch(/alice|test\.local|127\.0\.0\.1|not this one/)
  await page.getByRole('checkbox', { name: 'Leave out the names of servers' }).uncheck()
  expect(await report()).toContain('account: (hidden)@test.local')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Connection check' }).waitFor({ state: 'hidden' })
})

test('an address and a password are all it takes', async () => {
  await alice.page.getByLabel('Password').fill(passwordOf('alice'))
  await alice.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  bob = await arrive('bob')
  await bob.signInAs('bob@test.local', passwordOf('bob'))
  await Promise.all([alice.online(), bob.online()])
})

test('the first message arrives, encrypted', async () => {
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await alice.write('through the provider, and not for it')
  await bob.turnTo('alice')
  await bob.sees('through the provider, and not for it')
  await bob.privacy('Encrypted, not verified')
})

test('the settings say which way it went, and a check goes it once more', async () => {
  const { page } = bob
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByText('Your provider’s relay, test.local:2855').waitFor()
  await page.getByText(`127.0.0.1, through ${new URL(edge.url).host}`).waitFor()
  await page.getByRole('button', { name: 'Check the connection' }).click()
  await page.getByText('All is well').waitFor()
  await page.keyboard.press('Escape')
  await bob.write('still here')
  await alice.sees('still here')
})

test('a browser that knows the account needs the password alone', async () => {
  await alice.page.reload()
  await alice.page.getByLabel('Password').fill(passwordOf('alice'))
  await alice.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await alice.online()
})

test('the provider goes away and comes back, and nothing is lost', async () => {
  await provider.kill()
  await bob.write('written while the provider was away')
  await provider.restart()
  await alice.turnTo('bob')
  await alice.sees('written while the provider was away', 90_000)
})
