/**
 * The pictures of `docs/screens/` that hardly anybody sees in real life: what went wrong, what is
 * asked once in a year, what a person has to choose first. Part of `npm run screens`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../../serve.ts'
import { take } from './camera.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const scratch = mkdtempSync(join(tmpdir(), 'sotto-rare-screens-'))
process.once('exit', () => rmSync(scratch, { recursive: true }))
const PASSPHRASE = 'four quiet words here'

const served = await serve({
  port: 0,
  dataDir: join(scratch, 'edge'),
  webRoot: join(ROOT, 'dist', 'web'),
})
const { edge } = served
const { origin } = new URL(edge.url)
const browser = await startChromium()

await verificationsThatFail()
await verificationThatNobodyAnswers()
await strangersAndOthers()
await settingsSeldomChanged()
await keysAndPassphrases()
await theOwnOtherDevice()
await withoutTheServer()

await browser.close()
process.exit(0)

async function arrive(name: string): Promise<Person> {
  return await Person.arrive(await newPerson(browser, origin), edge.url, name)
}

async function enroll(name: string): Promise<Person> {
  const person = await arrive(name)
  await person.createAccount()
  await person.online()
  return person
}

async function couple(one: string, other: string): Promise<readonly [Person, Person]> {
  const [a, b] = [await enroll(one), await enroll(other)]
  await a.addContact(other)
  await b.addContact(one)
  await a.turnTo(other)
  await b.turnTo(one)
  await a.write('Is the draft with you already?')
  await b.sees('Is the draft with you already?')
  await b.write('It is, and it reads well.')
  await a.privacy('Encrypted, not verified')
  return [a, b]
}

async function verificationsThatFail(): Promise<void> {
  const [ada, ben] = await couple('ada', 'ben')
  await ada.encryptionMenu('Verify ben…')
  await take(ada.page, 'verify-compare', async () => {
    await ada.page.getByRole('radio', { name: 'Compare fingerprints' }).click()
  })
  await ada.page.getByRole('button', { name: 'They do not match' }).click()
  await take(ada.page, 'verify-differs')
  await ada.page.keyboard.press('Escape')

  await ask(ada, 'ben')
  await ben.press('Not now') // At once, as an app does that takes no questions.
  await ada.page.getByText('ben’s app').first().waitFor()
  await take(ada.page, 'smp-not-supported')
  await ada.press('Dismiss')
  await ben.press('Dismiss')

  await ask(ada, 'ben')
  await ben.page.waitForTimeout(2_000) // As long as a person reads.
  await ben.press('Not now')
  await ada.verificationSays('ben’s app stopped the verification.')
  await take(ada.page, 'smp-stopped-by-them')
  await ada.press('Dismiss')
  await ben.press('Dismiss')

  await ask(ada, 'ben')
  await ben.answer('the blue door')
  await ada.verificationSays('The answers didn’t match.')
  await take(ada.page, 'smp-failed')
  await ada.page.waitForTimeout(10_000) // The rest.

  await ada.encryptionMenu('Verify ben…')
  await ada.page.getByRole('radio', { name: 'Question' }).click()
  await ada.page.getByRole('textbox', { name: 'Your question' }).fill('Which lake was it?')
  await ada.page.getByRole('textbox', { name: 'The answer you expect' }).fill('lagoon')
  await take(ada.page, 'verify-question')
  await ada.press('Start verification')
  await ben.page.getByText('Which lake was it?').waitFor()
  await take(ben.page, 'smp-asked-a-question')
  await ben.answer('lagoon')
  await ben.verificationSays('ada has verified you.')
  await take(ben.page, 'smp-one-sided')

  const { page } = ada
  const message = page.getByRole('log').getByRole('listitem').filter({ hasText: 'Is the draft' })
  await take(page, 'notice', async () => {
    if (await page.getByRole('button', { name: 'Undo' }).count()) return
    await message.hover()
    await message.getByRole('button', { name: 'Delete message' }).click()
    await page.getByText('Message deleted.').waitFor()
  })

  await ben.press('Settings')
  await ben.press('Make a new key…')
  await ben.page.getByText('Make a new key?').scrollIntoViewIfNeeded()
  await take(ben.page, 'key-renewal', () =>
    ben.page.getByText('Make a new key?').scrollIntoViewIfNeeded(),
  )
  await ben.press('Make a new key')
  await ben.page.keyboard.press('Escape')
  await ada.privacy('Identity changed')
  await ada.page.getByText('Details').click()
  await take(ada.page, 'key-changed-details')
  await ada.press('Use without verifying')
  await ada.privacy('Encrypted, not verified')
  await ada.encryptionMenu('Keys…')
  await take(ada.page, 'keys-of-before')
  await Promise.all([ada.page.close(), ben.page.close()])
}

async function verificationThatNobodyAnswers(): Promise<void> {
  const [max, nina] = await couple('max', 'nina')
  await max.page.clock.install()
  await ask(max, 'nina')
  await nina.verificationSays('max wants to verify you.')
  // In steps: the page takes a leap of more than 15 s for a sleep of the machine.
  for (let passed = 0; passed < 120; passed += 10) await max.page.clock.fastForward(10_000)
  await max.verificationSays('No answer in time.')
  await take(max.page, 'smp-no-answer')
  await Promise.all([max.page.close(), nina.page.close()])
}

async function ask(one: Person, other: string): Promise<void> {
  await one.verifyWithSecret(other, 'the red door')
}

async function strangersAndOthers(): Promise<void> {
  const [cleo, dan] = await couple('cleo', 'damian')
  await cleo.verifyWithSecret('damian', 'the red door')
  await dan.answer('the red door')
  await cleo.privacy('Verified')
  const double = await enroll('damlan')
  await double.addContact('cleo')
  await double.turnTo('cleo')
  await double.write('It is me, with a new phone')
  await cleo.turnTo('damlan')
  await cleo.page.getByText('This is not the damian you verified.').waitFor()
  await take(cleo.page, 'look-alike')
  await cleo.press('Block')
  await cleo.press('Settings')
  const blocked = cleo.page.getByRole('button', { name: 'Unblock damlan' })
  await take(cleo.page, 'blocked', () => blocked.scrollIntoViewIfNeeded())
  await cleo.page.keyboard.press('Escape')

  const tab = await cleo.page.context().newPage()
  await tab.goto(edge.url)
  const second = Object.assign(Object.create(Person.prototype), {
    page: tab,
    name: 'cleo',
    password: cleo.password,
  }) as Person
  await second.signIn()
  await tab.getByRole('heading', { name: 'cleo is open in another tab' }).waitFor()
  await take(tab, 'open-in-another-tab')
  await Promise.all([cleo, dan, double].map(({ page }) => page.close()))
  await tab.close()
}

async function settingsSeldomChanged(): Promise<void> {
  const [eva, fin] = await couple('eva', 'finn')
  const { page } = eva
  await eva.press('Settings')
  const quiet = page.getByRole('switch', { name: /^Quiet hours/ })
  await quiet.check()
  await take(page, 'settings-quiet-hours', () => quiet.scrollIntoViewIfNeeded())
  await page.getByRole('switch', { name: 'High contrast' }).check()
  await take(page, 'settings-high-contrast', () =>
    page.getByRole('switch', { name: 'High contrast' }).scrollIntoViewIfNeeded(),
  )
  await page.keyboard.press('Escape')
  await take(page, 'high-contrast')
  await eva.press('Verify finn')
  await take(page, 'high-contrast-verify')
  await page.keyboard.press('Escape')
  await eva.press('Settings')
  await page.getByRole('switch', { name: 'High contrast' }).uncheck()
  await page.getByRole('combobox', { name: 'Language' }).selectOption('ar')
  await page.keyboard.press('Escape')
  await take(page, 'arabic')
  await page.evaluate(() => {
    // A second build cannot be had for a picture: the shell says that one is there.
    const shell = Reflect.get(document.querySelector('sotto-app')!, 'shell') as EventTarget
    Object.defineProperty(shell, 'isNewReady', { value: true })
    shell.dispatchEvent(new Event('change'))
  })
  await page.getByRole('button', { name: 'الإعدادات' }).first().click()
  await page.getByRole('combobox').first().selectOption('en')
  await page.keyboard.press('Escape')
  await take(page, 'update-announced')
  await Promise.all([page.close(), fin.page.close()])
}

async function keysAndPassphrases(): Promise<void> {
  const gus = await enroll('gus')
  const { page } = gus
  await gus.press('Practice with the buddy')
  await gus.sees('blue heron')
  const backup = join(scratch, 'gus.sotto-backup')
  await gus.openVault('Backup')
  await gus.field('Passphrase for the backup').fill(PASSPHRASE)
  await gus.field('The same again').fill(PASSPHRASE)
  const downloading = page.waitForEvent('download')
  await gus.press('Make a backup')
  await (await downloading).saveAs(backup)
  await page.getByText('The backup is made.').waitFor()
  await take(page, 'backup-made')
  await page.keyboard.press('Escape')
  await gus.openVault('Restore a backup')
  await page.getByLabel('Backup file').setInputFiles(backup)
  await gus.field('Passphrase for the backup').fill(PASSPHRASE)
  await gus.press('Open the backup')
  await page.getByRole('form', { name: 'In this backup' }).waitFor()
  await take(page, 'backup-opened')
  await page.keyboard.press('Escape')

  await gus.openVault('Passphrase')
  await page.getByLabel('New passphrase').fill(PASSPHRASE)
  await gus.field('The same again').fill(PASSPHRASE)
  await gus.press('Set passphrase')
  await page.getByText('The passphrase is set.').waitFor({ timeout: 30_000 })
  await take(page, 'passphrase-set')
  await gus.press('Lock now')
  await page.getByRole('heading', { name: 'gus is locked' }).waitFor()
  await take(page, 'locked')
  await page.getByLabel('Passphrase', { exact: true }).fill('four loud words')
  await gus.press('Unlock')
  await page.getByText('That is not the passphrase.').waitFor({ timeout: 30_000 })
  await take(page, 'locked-wrong-passphrase')
  await page.getByText('I lost my passphrase').click()
  await page.getByLabel('Type gus to confirm').fill('gus')
  await take(page, 'locked-lost-passphrase')
  await gus.press('Delete and start anew')
  await gus.online()
  await page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('sotto-otr')
      opening.onsuccess = () => resolve(opening.result)
    })
    const done = db.transaction('keys', 'readwrite').objectStore('keys').clear()
    await new Promise((resolve) => {
      done.onsuccess = resolve
    })
    db.close()
  })
  await page.reload()
  await gus.signIn()
  await page.getByRole('heading', { name: 'Your key is gone' }).waitFor()
  await take(page, 'keys-gone')
  await page.close()
}

async function theOwnOtherDevice(): Promise<void> {
  const desk = await enroll('ida')
  const phone = await arrive('ida')
  await phone.signIn()
  await phone.online()
  for (const device of [desk, phone]) await device.addContact('ida')
  await desk.turnTo('My other devices')
  await phone.turnTo('My other devices')
  await desk.write('The list for Saturday')
  await desk.privacy('Encrypted, not verified')
  await desk.press('Verify my other device')
  await take(desk.page, 'own-device-verify')
  await desk.press('Start verification')
  await phone.verificationSays('Your other device wants to verify this one.')
  await take(phone.page, 'own-device-asked')
  await take(desk.page, 'own-device-waiting')
  await Promise.all([desk.page.close(), phone.page.close()])
}

async function withoutTheServer(): Promise<void> {
  const [jo, kim] = await couple('jo', 'kim')
  const newcomer = await arrive('lou')
  await served.stop()
  await jo.page.getByText('Offline').first().waitFor({ timeout: 60_000 })
  await jo.write('This is written without a server')
  await take(jo.page, 'offline')
  await jo.press('Settings')
  await jo.press('Check the connection')
  await jo.page.getByText('The connection does not work.').waitFor({ timeout: 90_000 })
  await take(jo.page, 'check-failed')
  await newcomer.signIn()
  await newcomer.page.getByRole('alert').first().waitFor({ timeout: 60_000 })
  await take(newcomer.page, 'sign-in-failed')
  await Promise.all([jo.page.close(), kim.page.close(), newcomer.page.close()])
}
