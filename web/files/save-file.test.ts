import { afterEach, expect, test, vi } from 'vitest'
import { LINK_KEPT_MS } from '../limits.ts'
import { saveFile } from './save-file.ts'

afterEach(() => void vi.unstubAllGlobals())

/** A browser that asks where; `answer` is what the person, or the disk, says. */
function asking(answer: () => Promise<WritableStream>) {
  const names: string[] = []
  vi.stubGlobal('showSaveFilePicker', async (options: { suggestedName: string }) => {
    names.push(options.suggestedName)
    return { createWritable: answer }
  })
  return names
}

interface Link {
  readonly download: string
  readonly click: () => void
}

/** A browser that has nothing but links. */
function linking() {
  const links: Link[] = []
  vi.stubGlobal('document', {
    createElement: () => {
      const link: Link = { download: '', click: () => void links.push(link) }
      return link
    },
  })
  const later = vi.fn()
  vi.stubGlobal('setTimeout', later)
  return { links, later }
}

test('goes where the person says', async () => {
  const written: Uint8Array[] = []
  const names = asking(async () => new WritableStream({ write: (part) => void written.push(part) }))
  expect(await saveFile(new Blob(['hello']), 'a.txt')).toBe(true)
  expect([names, Buffer.concat(written).toString()]).toEqual([['a.txt'], 'hello'])
})

test('is not saved where the person thought better of it', async () => {
  asking(() => Promise.reject(new DOMException('', 'AbortError')))
  expect(await saveFile(new Blob(['hello']), 'a.txt')).toBe(false)
})

test('a disk that refuses is no success', async () => {
  asking(() => Promise.reject(new DOMException('', 'QuotaExceededError')))
  await expect(saveFile(new Blob(['hello']), 'a.txt')).rejects.toThrow(DOMException)
})

test('is a download of no type elsewhere, and in a frame that may not ask', async () => {
  const { links, later } = linking()
  const make = vi.spyOn(URL, 'createObjectURL')
  const html = new Blob(['<script>'], { type: 'text/html' })
  expect(await saveFile(html, 'page.html')).toBe(true)
  asking(() => Promise.reject(new DOMException('', 'SecurityError')))
  expect(await saveFile(html, 'page.html')).toBe(true)
  expect(links.map(({ download }) => download)).toEqual(['page.html', 'page.html'])
  expect(make.mock.calls.map(([given]) => (given as Blob).type)).toEqual([
    'application/octet-stream',
    'application/octet-stream',
  ])
  expect(later.mock.calls.map(([, ms]) => ms)).toEqual([LINK_KEPT_MS, LINK_KEPT_MS])
})
