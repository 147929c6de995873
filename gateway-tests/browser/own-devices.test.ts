import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
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

test('a person adds the own address, and writes from one device to the other and verifies it', async () => {
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

  // The one verifies the other, and nobody is spoken of as if there were two people.
  await desk.press('Verify my other device')
  await desk.page.getByRole('dialog', { name: 'Verify my other device' }).waitFor()
  await desk.page.getByText('type the code on the other device').waitFor()
  expect(await desk.page.getByRole('radio', { name: 'Question' }).count()).toBe(0)
  const code = await desk.page.getByRole('img', { name: /^Your one-time code: / }).textContent()
  await desk.press('Start verification')
  await desk.verificationSays('Type this code on your other device.')
  await phone.verificationSays('Your other device wants to verify this one.')
  await phone.answer((code ?? '').replace(/\D/g, ''))
  await desk.verificationSays('Verified. This is your other device.')
  await phone.verificationSays('Verified. This is your other device.')
  await desk.page.getByRole('button', { name: /^Encryption: / }).click()
  const always = { name: 'Always use encryption between my devices' }
  await desk.page.getByRole('menuitemcheckbox', always).waitFor()
  await desk.page.keyboard.press('Escape')
  await desk.encryptionMenu('Keys…')
  await desk.page.getByRole('heading', { name: 'Keys of my other devices' }).waitFor()
})
