import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FileAnnouncement, readAnnouncement, writeAnnouncement } from './file-announcement.ts'

const ANNOUNCEMENT: FileAnnouncement = {
  id: 'vBnG916bdberum2fFEABR1FR3ExZMUrd',
  file: 'y3m5kq2xw7ahd4tn6zbe',
  name: 'Grüße.txt',
  type: 'text/plain',
  size: 13,
  sha1: '0a0a9f2a6772942557ab5355d76af442f8f65e01',
  start: 0,
  modified: null,
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

test('is written as the published vector says', () => {
  const vector = new URL('../otr/vectors/file-cipher.json', import.meta.url)
  const { announcement } = JSON.parse(readFileSync(vector, 'utf8'))
  expect(new TextDecoder().decode(writeAnnouncement(ANNOUNCEMENT))).toBe(announcement)
})

test('is read as it was written', () => {
  const large = {
    ...ANNOUNCEMENT,
    size: 5 * 1024 ** 3,
    start: 2 ** 32 + 1,
    modified: 1_795_000_000_000,
  }
  for (const one of [ANNOUNCEMENT, large]) {
    expect(readAnnouncement(writeAnnouncement(one))).toEqual(one)
  }
})

test.each<[string, Record<string, unknown>]>([
  ['another version', { v: 2 }],
  ['no id', { id: undefined }],
  ['an id that is no token', { id: 'x'.repeat(20).concat('\r\n') }],
  ['a short id', { id: 'x' }],
  ['no hash', { sha1: undefined }],
  ['a hash in capitals', { sha1: 'A'.repeat(40) }],
  ['a negative size', { size: -1 }],
  ['half a size', { size: 0.5 }],
  ['a size that is a text', { size: '13' }],
  ['a start behind the end', { start: 14 }],
  ['a name that is none', { name: ['x'] }],
  ['too much', { name: 'x'.repeat(5000) }],
])('%s is none', (_, change) => {
  expect(readAnnouncement(bytes({ v: 1, ...ANNOUNCEMENT, ...change }))).toBeNull()
})

test('never throws, whatever it is', () => {
  expect(readAnnouncement(bytes(null))).toBeNull()
  expect(readAnnouncement(bytes([]))).toBeNull()
  fc.assert(fc.property(fc.uint8Array(), (any) => readAnnouncement(any) === null))
  fc.assert(
    fc.property(fc.json(), (any) => readAnnouncement(new TextEncoder().encode(any)) === null),
  )
})
