import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { makeCa } from '../../edge/testing/local-ca.ts'
import { startEdge } from '../edge.ts'
import { type Kamailio, passwordOf, startKamailio } from '../kamailio.ts'
import { type Nginx, startNginx } from '../nginx.ts'
import { freePort } from '../ports.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

/** Serves one page, and knows nothing of test.local. */
let edge: Edge
/** Serves the other, as files. */
let nginx: Nginx
/** At test.local, to whoever asks DNS for it. */
let server: Kamailio
let browser: Browser
let alice: Person
let bob: Person

beforeAll(async () => {
  const authority = makeCa()
  const [ours, pages] = [authority.issue('test.local'), authority.issue('localhost')]
  authority.remove()
  server = await startKamailio({
    tls: { ...ours, ca: authority.ca },
    origins: 'http://127[.]0[.]0[.]1:[0-9]+|https://localhost:[0-9]+',
  })
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  nginx = await startNginx({
    file: 'kamailio.conf',
    tls: pages,
    webRoot: WEB,
    replace: {
      'server 10.0.0.1:8080;': `server 127.0.0.1:${await freePort()};`,
      'server 10.0.0.2:8080;': '',
    },
  })
  // The names of two domains: at one of them is a server, at the other and at sip.DOMAIN is none.
  const names = ['MAP test.local', `127.0.0.1:${server.port},`, 'MAP *.local ~NOTFOUND']
  browser = await startChromium([
    `--host-resolver-rules=${names.join(' ')}`,
    `--ignore-certificate-errors-spki-list=${[ours, pages].map(({ cert }) => pinOf(cert)).join()}`,
  ])
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
  await nginx?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

/** The SHA-256 of its public key, in Base64. */
function pinOf(cert: string): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

async function arrive(name: string, url: string): Promise<Person> {
  const context = await newPerson(browser, new URL(url).origin)
  return await Person.arrive(context, url, name)
}

/** What the form says of its search, once it is over. */
async function searched({ page }: Person): Promise<string[]> {
  await page.getByRole('alert').waitFor()
  const lines = page.getByRole('log', { name: 'How your server is found' }).getByRole('listitem')
  return (await lines.allInnerTexts()).map((line) => line.trim())
}

test('where a domain has no server, the window says where it looked', async () => {
  alice = await arrive('alice', edge.url)
  await alice.signInAs('alice@nowhere.local', passwordOf('alice'))
  expect(await searched(alice)).toEqual([
    'There is nothing for you at nowhere.local.',
    'There is nothing for you at sip.nowhere.local.',
  ])
  expect(await alice.page.getByRole('alert').textContent()).toContain(
    'No way to nowhere.local was found.',
  )
})

test('a server at the address’s domain is found, and it is said', async () => {
  await alice.signInAs('alice@test.local', 'not this one')
  await alice.page.getByRole('alert').getByText('does not accept this name and password').waitFor()
  expect(await searched(alice)).toEqual(['Found: test.local, a server of your provider’s.'])
})

test('an address and a password are all it takes, whoever serves the page', async () => {
  await alice.page.getByLabel('Password').fill(passwordOf('alice'))
  await alice.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  bob = await arrive('bob', `https://localhost:${nginx.port}/`)
  await bob.signInAs('bob@test.local', passwordOf('bob'))
  await Promise.all([alice.online(), bob.online()])
})

test('two people talk encrypted, through that server alone', async () => {
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await alice.write('you are where your address says')
  await bob.turnTo('alice')
  await bob.sees('you are where your address says')
  await bob.privacy('Encrypted, not verified')
  await bob.write('und du auch: grüße')
  await alice.sees('und du auch: grüße')
})

test('the settings say which server it is, and a check of it goes well', async () => {
  for (const { page } of [alice, bob]) {
    await page.getByRole('button', { name: 'Settings' }).click()
    const way = page.getByRole('region', { name: 'Account' }).getByRole('definition')
    await way.first().waitFor()
    expect(await way.allTextContents()).toEqual(['test.local', 'The server’s relay, test.local'])
    await page.getByRole('button', { name: 'Check the connection' }).click()
    await page.getByText('All is well').waitFor({ timeout: 20_000 })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  }
})

test('a browser that knows the account needs the password alone', async () => {
  await alice.page.reload()
  await alice.page.getByLabel('Password').fill(passwordOf('alice'))
  await alice.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await alice.online()
  await alice.turnTo('bob')
  await bob.write('welcome back')
  await alice.sees('welcome back')
})
