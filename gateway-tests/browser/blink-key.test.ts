import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** Somebody comes from Blink, whose `otr.key` is a DSA key as PKCS#8 in PEM: here OpenSSL makes one. */
const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let alice: Person

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  alice = await Person.inOwnBrowser(browser, edge.url, 'alice')
  await alice.createAccount()
  await alice.online()
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

test('the key of Blink becomes the own key, and people see its fingerprint', async () => {
  const { page } = alice
  const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
  const file = join(mkdtempSync(join(tmpdir(), 'sotto-blink-')), 'otr.key')
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))

  await alice.press('Settings')
  await alice.press('Keys and backup…')
  await page.getByRole('dialog', { name: 'Keys and backup' }).waitFor()
  await page.getByText('From another program', { exact: true }).click()
  await page.getByLabel('Key file').setInputFiles(file)
  await page.getByRole('combobox', { name: 'Use this key' }).selectOption({ index: 1 })
  await page.getByText('Your present key is replaced.').waitFor()
  await alice.press('Import')
  await alice.online()

  await alice.press('Settings')
  await page.getByText(readOut(fingerprintOf(privateKey))).waitFor()
})

/** As it is read out: digit by digit, in groups of eight. */
function readOut(fingerprint: string): string {
  const groups = fingerprint.toUpperCase().match(/.{8}/g)!
  return groups.map((group) => [...group].join(' ')).join(', ')
}

/** SHA-1 of the public key as OTR writes it: four numbers, each after its length (OTRv3, "Public keys"). */
function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const numbers = integersOf(der).map((number) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(number.length)
    return Buffer.concat([length, number])
  })
  expect(numbers).toHaveLength(4)
  return createHash('sha1').update(Buffer.concat(numbers)).digest('hex')
}

/** The INTEGERs in a DER structure, in order, without the zero before a high bit. */
function integersOf(der: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < der.length; ) {
    const [tag, first] = [der[at]!, der[at + 1]!]
    const more = first < 0x80 ? 0 : first & 0x7f
    const length = more === 0 ? first : der.readUIntBE(at + 2, more)
    const content = at + 2 + more
    if (tag === 0x02)
      found.push(der.subarray(content + (der[content] === 0 ? 1 : 0), content + length))
    // Sequences are gone into; so is the bit string, behind its count of unused bits.
    at = tag === 0x30 ? content : tag === 0x03 ? content + 1 : content + length
  }
  return found
}
