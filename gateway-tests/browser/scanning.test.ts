import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import encodeQR from 'qr'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { fingerprintIn, Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let edge: Edge
let browser: Browser
/** Alice's: it has a camera that sees what stands in a file. */
let seeing: Browser
const film = join(mkdtempSync(join(tmpdir(), 'sotto-film-')), 'code.y4m')
let alice: Person
let bob: Person

beforeAll(async () => {
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  ;[browser, seeing] = await Promise.all([startChromium(), startChromium(cameraOf(film))])
  const origin = new URL(edge.url).origin
  const context: BrowserContext = await newPerson(seeing, origin)
  await context.grantPermissions(['camera'], { origin })
  alice = await Person.arrive(context, edge.url, 'alice')
  bob = await Person.arrive(await newPerson(browser, origin), edge.url, 'bob')
  await Promise.all([alice.createAccount(), bob.createAccount()])
  await Promise.all([alice.online(), bob.online()])
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await bob.sees('hello')
})

afterAll(async () => {
  await browser?.close()
  await seeing?.close()
  await edge?.close()
})

/** One picture, over and over: what the other screen shows, 4:2:0, light and dark only. */
function showCamera(text: string): void {
  const [width, height, scale] = [640, 480, 8]
  const luma = new Uint8Array(width * height).fill(235)
  encodeQR(text, 'raw', { border: 4 }).forEach((row, y) => {
    row.forEach((isDark, x) => {
      for (let line = 0; isDark && line < scale; line++)
        luma.fill(
          16,
          (y * scale + line + 60) * width + x * scale + 120,
          (y * scale + line + 60) * width + (x + 1) * scale + 120,
        )
    })
  })
  const chroma = new Uint8Array((width * height) / 2).fill(128)
  const head = `YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`
  const frame = [Buffer.from('FRAME\n'), luma, chroma]
  writeFileSync(film, Buffer.concat([Buffer.from(head), ...frame, ...frame]))
}

function cameraOf(file: string): readonly string[] {
  showCamera('nothing yet')
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ]
}

const openKeys = async (person: Person) => {
  await person.encryptionMenu('Keys…')
  await person.page.getByRole('dialog', { name: 'Keys' }).waitFor()
}

/** What the own screen of whoever has opened *Keys…* says their fingerprint is. */
const fingerprintOf = ({ page }: Person) =>
  fingerprintIn(page.getByRole('region', { name: 'Your key' }))

test('the own fingerprint is shown as a code, and read aloud', async () => {
  await openKeys(bob)
  await bob.press('Show as QR code')
  await bob.page.getByRole('img', { name: 'QR code of your fingerprint' }).waitFor()
  expect(await accessibilityFindings(bob.page)).toEqual([])
  await bob.page.getByRole('button', { name: 'Read aloud' }).first().click()
  const { spoken } = await announced(bob.page)
  expect(spoken.at(-1)?.replaceAll(' ', '')).toBe(await fingerprintOf(bob))
})

test('a code of something else is said to be that', async () => {
  await openKeys(alice)
  await alice.press('Scan bob’s QR code')
  await alice.page.getByText('That QR code holds no fingerprint.').waitFor()
})

test('the code on the other screen is the key in use', async () => {
  showCamera(`OTR-FINGERPRINT:${(await fingerprintOf(bob)).toUpperCase()}`)
  await alice.press('Scan bob’s QR code')
  await alice.page.getByText('It is the key that bob uses now.').waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
})

test('another key is said to be one', async () => {
  showCamera(`OTR-FINGERPRINT:${'0'.repeat(40)}`)
  await alice.press('Scan bob’s QR code')
  await alice.page.getByText('That is not the key that bob uses now.').waitFor()
})
