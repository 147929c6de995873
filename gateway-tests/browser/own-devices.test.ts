import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, startEdge } from '../../edge/index.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

test('a person adds the own address, and writes from one device to the other', async () => {
  const arrive = async () =>
    await Person.arrive(await newPerson(browser, new URL(edge.url).origin), edge.url, 'alice')
  const desk = await arrive()
  await desk.createAccount()
  await desk.online()
  const phone = await arrive()
  await phone.signIn()
  await phone.online()

  for (const device of [desk, phone]) await device.addContact('alice')
  await desk.turnTo('My other devices')
  await desk.write('a note from the desk')
  await phone.turnTo('My other devices')
  await phone.sees('a note from the desk')
  await phone.write('read on the phone')
  await desk.sees('read on the phone')
  await desk.privacy('Encrypted, not verified')
  expect(await accessibilityFindings(desk.page)).toEqual([])
})
