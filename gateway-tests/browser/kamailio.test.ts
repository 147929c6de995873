import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, startEdge } from '../../edge/index.ts'
import { type Kamailio, passwordOf, startKamailio } from '../kamailio.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
/** Serves the page, and nothing else here. */
let edge: Edge
let server: Kamailio
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  server = await startKamailio()
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
  await server?.[Symbol.asyncDispose]()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  const person = await Person.arrive(context, edge.url, name)
  await person.signInAs(`${name}@test.local`, passwordOf(name), server.url)
  return person
}

test('two people sign in at a server that is not the page’s', async () => {
  alice = await arrive('alice')
  bob = await arrive('bob')
  await Promise.all([alice.online(), bob.online()])
  await alice.addContact('bob')
  await bob.addContact('alice')
})

test('and talk encrypted without having asked for it', async () => {
  await alice.turnTo('bob')
  await alice.write('the first words are private already')
  await bob.turnTo('alice')
  await bob.sees('the first words are private already')
  await bob.write('und zurück: grüße, 世界 👋')
  await alice.sees('und zurück: grüße, 世界 👋')
  await alice.privacy('Encrypted, not verified')
  await bob.privacy('Encrypted, not verified')
})

test('verify each other with a shared secret', async () => {
  await alice.verifyWithSecret('bob', 'the red door')
  await bob.answer('the red door')
  await alice.privacy('Verified')
  await bob.privacy('Verified')
})

test('and go on after the server was killed and started again', async () => {
  await server.kill()
  await alice.write('written while the server was away')
  server = await startKamailio({ port: server.port })
  await bob.page.getByRole('log').getByText('written while the server was away').waitFor({
    timeout: 60_000,
  })
  await alice.privacy('Verified')
  await bob.write('it is back')
  await alice.sees('it is back')
})

test('a page from elsewhere does not get a connection', async () => {
  const strict = await startKamailio({ origins: 'https://chat[.]example[.]org' })
  const code = await alice.page.evaluate(
    (url) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(url, 'sip')
        socket.onopen = () => resolve(0)
        socket.onclose = ({ code }) => resolve(code)
      }),
    strict.url,
  )
  expect(code).toBe(1006)
  await strict[Symbol.asyncDispose]()
})
