import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Served } from '../../serve.ts'
import { serve } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** Alice loses one browser and goes on in another. */
const FOLDER = mkdtempSync(join(tmpdir(), 'sotto-backup-'))
const FILE = join(FOLDER, 'alice.sotto-backup')
const PASSPHRASE = 'paper in a drawer'

let browser: Browser
let served: Served
let alice: Person
let other: Person
let fingerprint = ''

beforeAll(async () => {
  browser = await startChromium()
  served = await serve({
    port: 0,
    dataDir: join(mkdtempSync(join(tmpdir(), 'sotto-serve-')), 'edge'),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  const { origin } = new URL(served.edge.url)
  alice = await Person.arrive(await newPerson(browser, origin), served.edge.url, 'alice')
  other = await Person.arrive(await newPerson(browser, origin), served.edge.url, 'alice')
})

afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

async function openBackup(person: Person, file: string, passphrase: string): Promise<void> {
  await person.page.getByLabel('Backup file').setInputFiles(file)
  await person.field('Passphrase for the backup').fill(passphrase)
  await person.press('Open the backup')
}

test('a backup is made under a passphrase of its own', async () => {
  await alice.createAccount()
  await alice.press('Practice with the buddy')
  await alice.sees('blue heron')
  await alice.verifyWithSecret('Practice buddy', 'blue heron')
  await alice.privacy('Verified')
  fingerprint = await alice.ownFingerprint()
  await alice.openVault('Backup')
  await alice.field('Passphrase for the backup').fill(PASSPHRASE)
  await alice.field('The same again').fill(PASSPHRASE)
  expect(await accessibilityFindings(alice.page)).toEqual([])
  const downloading = alice.page.waitForEvent('download')
  await alice.press('Make a backup')
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^alice@.*\.sotto-backup$/)
  await download.saveAs(FILE)
  await alice.page.getByText('The backup is made.').waitFor()
  expect(readFileSync(FILE, 'latin1')).not.toContain('buddy')
})

test('on another device nothing opens with a wrong passphrase, or a damaged file', async () => {
  await other.press('Restore a backup…')
  await openBackup(other, FILE, 'paper in a draw')
  await other.page.getByText('That is not the passphrase.').waitFor()
  const cut = join(FOLDER, 'cut.sotto-backup')
  writeFileSync(cut, readFileSync(FILE).subarray(0, 500))
  await openBackup(other, cut, PASSPHRASE)
  await other.page.getByText('This is damaged').waitFor()
  const text = join(FOLDER, 'text.sotto-backup')
  writeFileSync(text, 'hello')
  await openBackup(other, text, PASSPHRASE)
  await other.page.getByText('not a file of the right kind').waitFor()
  expect(await accessibilityFindings(other.page)).toEqual([])
})

test('what is in it is shown before anything is restored; then the key is the same', async () => {
  await openBackup(other, FILE, PASSPHRASE)
  const holds = other.page.getByRole('form', { name: 'In this backup' })
  await holds.getByText('alice@').waitFor()
  await holds.getByText('1, of which 1 are new here').waitFor()
  expect(await accessibilityFindings(other.page)).toEqual([])
  await other.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await other.page.getByText('The backup is restored.').waitFor()
  await other.page.keyboard.press('Escape')
  await alice.page.close()
  await other.signIn()
  await other.online()
  expect(await other.ownFingerprint()).toBe(fingerprint)
})

test('the contact is still verified, and sees no changed key', async () => {
  await other.turnTo('Practice buddy')
  await other.write('from the other device')
  await other.privacy('Verified')
  await other.page.getByText('identity has changed').waitFor({ state: 'detached' })
})

test('in the settings it is merged, and takes the key’s place while nobody is signed in', async () => {
  await other.openVault('Restore a backup')
  await openBackup(other, FILE, PASSPHRASE)
  await other.page.getByText('The key that is here now is replaced').waitFor()
  await other.page.getByText('1, of which 0 are new here').waitFor()
  await other.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await other.page.getByRole('dialog').waitFor({ state: 'detached' })
  await other.online()
  expect(await other.ownFingerprint()).toBe(fingerprint)
})

test('another account’s backup is refused', async () => {
  const { origin } = new URL(served.edge.url)
  const bob = await Person.arrive(await newPerson(browser, origin), served.edge.url, 'bob')
  await bob.createAccount()
  await bob.online()
  await bob.openVault('Restore a backup')
  await openBackup(bob, FILE, PASSPHRASE)
  await bob.page.getByText('This belongs to another account.').waitFor()
})

test('libotr’s keys and fingerprints go out, and come in again', async () => {
  await other.openVault('From another program')
  expect(await accessibilityFindings(other.page)).toEqual([])
  const files: string[] = []
  other.page.on('download', async (download) => {
    const path = join(FOLDER, download.suggestedFilename())
    await download.saveAs(path)
    files.push(path)
  })
  await other.press('Export unencrypted')
  await expect.poll(() => files.length).toBe(2)
  const keys = files.find((file) => file.endsWith('private_key'))!
  const prints = files.find((file) => file.endsWith('fingerprints'))!
  expect(readFileSync(keys, 'latin1')).toContain('(privkeys')
  expect(readFileSync(prints, 'latin1')).toMatch(
    /^buddy@\S+\talice@\S+\tprpl-simple\t[0-9a-f]{40}\tsmp\n$/,
  )
  await other.page.getByLabel('Key file').setInputFiles(keys)
  await other.page.getByLabel('Use this key').selectOption({ index: 1 })
  await other.page.getByText('Your present key is replaced.').waitFor()
  const carol = `carol@example.org\talice@example.org/Home\tprpl-jabber\t${'ab'.repeat(20)}\tverified\n`
  writeFileSync(prints, carol)
  await other.page.getByLabel('Fingerprints file').setInputFiles(prints)
  await other.page.getByLabel('Learn these contacts’ keys').waitFor()
  await other.press('Import')
  await other.online()
  expect(await other.ownFingerprint()).toBe(fingerprint)
  await other.turnTo('carol')
})
