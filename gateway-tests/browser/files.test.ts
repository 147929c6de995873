import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { accept, attach, fileFrom, ownFile } from './file-cards.ts'
import { Person } from './person.ts'
import { noise, png, type SampleFile, text, withExif } from './sample-files.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
/** Everything that crossed the relay, as text. */
let tapped = ''

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
    tap: (frame) => {
      if (tapped.length < 4_000_000) tapped += Buffer.from(frame).toString('latin1')
    },
  })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

describe('files between two windows', () => {
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  let alice: Person
  let bob: Person

  const arrive = async (name: string) => {
    const context = await newPerson(browser, new URL(edge.url).origin)
    contexts.push(context)
    // No dialog of the system can be answered here: saving is a download, as in other browsers.
    await context.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    const person = await Person.arrive(context, edge.url, name)
    await person.createAccount()
    await person.online()
    return person
  }

  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
  })

  test('begin where two people talk', async () => {
    alice = await arrive('alice')
    bob = await arrive('bob')
    await alice.addContact('bob')
    await bob.addContact('alice')
    await alice.turnTo('bob')
    await bob.turnTo('alice')
    await alice.write('may I send you something?')
    await bob.sees('may I send you something?')
    await alice.privacy('Encrypted, not verified')
  })

  test('are chosen with a button, several at once, and wait for the other’s word', async () => {
    await attach(alice, png('sunset.png', 320, 200), text('notes.txt', 'the plan is in here'))
    const offer = fileFrom(bob, 'alice', 'sunset.png')
    await offer.getByText('alice wants to send you this file.').waitFor()
    await offer.getByText('You have not verified that it is really alice.').waitFor()
    await offer.getByRole('button', { name: 'Decline', exact: true }).waitFor()
    await ownFile(alice, 'notes.txt').getByText('Waiting for bob to accept.').waitFor()
    expect(await fileFrom(bob, 'alice', 'notes.txt').getByText('19 bytes').count()).toBe(1)
    expect(await accessibilityFindings(bob.page)).toEqual([])
  })

  test('arrive encrypted when they are accepted, and a picture is shown', async () => {
    for (const name of ['sunset.png', 'notes.txt']) await accept(bob, 'alice', name)
    const picture = fileFrom(bob, 'alice', 'sunset.png').getByRole('img', { name: 'sunset.png' })
    await picture.waitFor()
    await expect.poll(() => drawnWidth(picture)).toBe(320)
    await ownFile(alice, 'sunset.png').getByText('Sent.').waitFor()
    await ownFile(alice, 'sunset.png').getByRole('img', { name: 'sunset.png' }).waitFor()
    await expect
      .poll(() => fileFrom(bob, 'alice', 'notes.txt').textContent())
      .toContain('Received.')
    expect(
      await fileFrom(bob, 'alice', 'notes.txt')
        .getByText(/It stays in this browser/)
        .count(),
    ).toBe(1)
    expect(tapped).not.toContain('the plan is in here')
    expect(tapped).not.toContain('sunset.png')
    expect(tapped).toContain('application/x-otr-file')
  })

  test('are told of to who cannot see them: each step once, bytes not', async () => {
    const news = bob.page.getByRole('status').filter({ hasText: /^File from alice: .*Received\.$/ })
    await expect.poll(() => news.count()).toBe(1)
  })

  test('open in a viewer, which closes and gives the focus back', async () => {
    const open = bob.page.getByRole('button', { name: 'Open picture sunset.png' })
    await open.click()
    const viewer = bob.page.getByRole('dialog', { name: 'sunset.png' })
    await viewer.getByRole('img', { name: 'sunset.png' }).waitFor()
    expect(await accessibilityFindings(bob.page)).toEqual([])
    await bob.page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'hidden' })
    await expect.poll(() => open.evaluate((button) => button.matches(':focus'))).toBe(true)
  })

  test('are saved as they were sent, and never opened', async () => {
    const card = fileFrom(bob, 'alice', 'notes.txt')
    const [download] = await Promise.all([
      bob.page.waitForEvent('download'),
      card.getByRole('button', { name: 'Save' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('notes.txt')
    expect(readFileSync((await download.path())!, 'utf8')).toBe('the plan is in here')
    await card.getByText('Saved. The copy in this browser goes when you sign out.').waitFor()
    expect(contexts[1]!.pages()).toHaveLength(1)
  })

  test('are dropped on the conversation, an empty one too', async () => {
    const target = bob.page.getByText('Drop files here to send them to alice')
    await drag(bob.page, 'dragover', [text('empty.txt', '')])
    await target.waitFor()
    await drag(bob.page, 'drop', [text('empty.txt', '')])
    await target.waitFor({ state: 'hidden' })
    await accept(alice, 'bob', 'empty.txt')
    await fileFrom(alice, 'bob', 'empty.txt').getByText('Received.').waitFor()
    await ownFile(bob, 'empty.txt').getByText('Sent.').waitFor()
  })

  test('are pasted', async () => {
    const field = alice.page.getByRole('textbox', { name: 'Message' })
    await field.evaluate((element) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File([new Uint8Array([1, 2, 3])], 'pasted.bin'))
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }))
    })
    await fileFrom(bob, 'alice', 'pasted.bin').getByRole('button', { name: 'Decline' }).click()
    await ownFile(alice, 'pasted.bin').getByText('bob declined or cancelled it.').waitFor()
    await fileFrom(bob, 'alice', 'pasted.bin').getByText('You cancelled it.').waitFor()
  })

  test('that call themselves pictures and are programs are shown as nothing', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    await attach(alice, text('logo.svg', svg, 'image/svg+xml'), text('cat.png', svg, 'image/png'))
    for (const name of ['logo.svg', 'cat.png']) {
      await accept(bob, 'alice', name)
      const card = fileFrom(bob, 'alice', name)
      await card.getByText('Received.').waitFor()
      expect(await card.getByRole('img', { name }).count()).toBe(0)
    }
    const warning = 'This kind of file can run as a program.'
    expect(await fileFrom(bob, 'alice', 'logo.svg').getByText(warning).count()).toBe(1)
  })

  test('of a camera do not tell where it was', async () => {
    const jpeg = await alice.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 48)
      canvas.getContext('2d')!.fillRect(0, 0, 64, 48)
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' })
      return [...new Uint8Array(await blob.arrayBuffer())]
    })
    const buffer = withExif(Buffer.from(jpeg), 'GPS 47.4979 N 19.0402 E')
    await attach(alice, { name: 'beach.jpg', mimeType: 'image/jpeg', buffer })
    const own = ownFile(alice, 'beach.jpg')
    await own.getByText('Place, time and camera were removed from the photo.').waitFor()
    await accept(bob, 'alice', 'beach.jpg')
    const card = fileFrom(bob, 'alice', 'beach.jpg')
    await expect.poll(() => drawnWidth(card.getByRole('img', { name: 'beach.jpg' }))).toBe(64)
    const [download] = await Promise.all([
      bob.page.waitForEvent('download'),
      card.getByRole('button', { name: 'Save' }).click(),
    ])
    const received = readFileSync((await download.path())!)
    expect(received.includes('GPS')).toBe(false)
    expect(received.equals(Buffer.from(jpeg))).toBe(true)
  })

  test('show how far they are, and can be stopped on the way', async () => {
    await attach(alice, noise('film.bin', 24_000_000))
    await accept(bob, 'alice', 'film.bin')
    const progress = bob.page.getByRole('progressbar', { name: 'Progress of film.bin' })
    await expect
      .poll(() => progress.evaluate((bar) => (bar as HTMLProgressElement).value))
      .toBeGreaterThan(0)
    await fileFrom(bob, 'alice', 'film.bin')
      .getByText(/^Receiving: \d+%$/)
      .waitFor()
    await ownFile(alice, 'film.bin').getByRole('button', { name: 'Cancel' }).click()
    await ownFile(alice, 'film.bin').getByText('You cancelled it.').waitFor()
    await fileFrom(bob, 'alice', 'film.bin').getByText('alice declined or cancelled it.').waitFor()
  })

  test('go unencrypted only when their sender says so', async () => {
    await alice.encryptionMenu('End encryption')
    await alice.privacy('Not encrypted')
    await attach(alice, text('open.txt', 'anybody may read this'))
    const own = ownFile(alice, 'open.txt')
    await own
      .getByText('This file would go unencrypted, because this conversation is not encrypted.')
      .waitFor()
    expect(tapped).not.toContain('open.txt')
    await own.getByRole('button', { name: 'Send unencrypted' }).click()
    const offer = fileFrom(bob, 'alice', 'open.txt')
    await offer.getByText('It comes unencrypted: servers on the way can read it.').waitFor()
    await accept(bob, 'alice', 'open.txt')
    await own.getByText('Sent.').waitFor()
    await own.getByRole('img', { name: 'Not encrypted' }).waitFor()
  })

  test('anyone can use the cards: axe-core finds nothing, wide and narrow, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 320]) {
        await bob.page.emulateMedia({ colorScheme })
        await bob.page.setViewportSize({ width, height: 800 })
        expect(await accessibilityFindings(bob.page), `${colorScheme}, ${width} px`).toEqual([])
      }
    }
    await bob.page.setViewportSize({ width: 1280, height: 800 })
  })

  test('do not get lost unasked: leaving the page and signing out ask first', async () => {
    const asked = new Promise<string>((resolve) => {
      bob.page.once('dialog', async (dialog) => {
        resolve(dialog.type())
        await dialog.dismiss()
      })
    })
    await bob.page.close({ runBeforeUnload: true })
    expect(await asked).toBe('beforeunload')
    await bob.page.getByRole('button', { name: 'Settings' }).click()
    await bob.press('Sign out')
    const alert = bob.page.getByRole('alert').getByText('Received files are not saved.')
    await alert.waitFor()
    expect(await accessibilityFindings(bob.page)).toEqual([])
    await bob.press('Stay signed in')
    await alert.waitFor({ state: 'hidden' })
    expect(await storedFiles(bob.page)).toBeGreaterThan(0)
    await bob.press('Sign out')
    await bob.press('Sign out anyway')
    await bob.page.getByRole('tab', { name: 'Sign in' }).waitFor()
    await expect.poll(() => storedFiles(bob.page)).toBe(0)
  })

  test('of a page that was closed without signing out are deleted when it is opened again', async () => {
    await bob.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const all = await root.getDirectoryHandle('sotto-files', { create: true })
      const folder = await all.getDirectoryHandle('sip%3Abob%40localhost', { create: true })
      await folder.getFileHandle('left-behind', { create: true })
    })
    expect(await storedFiles(bob.page)).toBe(1)
    await bob.page.reload()
    await expect.poll(() => storedFiles(bob.page)).toBe(0)
  })

  test('nothing broke the page’s own rules', () => {
    expect(complaints).toEqual([])
  })
})

/** The picture's own width, as the browser found it when it drew it. */
function drawnWidth(picture: Locator): Promise<number> {
  return picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)
}

/** Drags files over the conversation, or drops them there. */
async function drag(
  page: Page,
  type: 'dragover' | 'drop',
  files: readonly SampleFile[],
): Promise<void> {
  const given = files.map(({ name, buffer }) => ({ name, bytes: [...buffer] }))
  await page.getByRole('log').evaluate(
    (element, [kind, list]) => {
      const dataTransfer = new DataTransfer()
      for (const { name, bytes } of list)
        dataTransfer.items.add(new File([new Uint8Array(bytes)], name))
      const init = { dataTransfer, bubbles: true, composed: true, cancelable: true }
      element.dispatchEvent(new DragEvent(kind, init))
    },
    [type, given] as const,
  )
}

/** How many files lie in the browser's private storage. */
function storedFiles(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let count = 0
    const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of folder.values()) {
        if (handle instanceof FileSystemDirectoryHandle) await walk(handle)
        else count += 1
      }
    }
    await walk(await navigator.storage.getDirectory())
    return count
  })
}
