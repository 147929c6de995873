import { expect, test } from 'vitest'
import { droppedOf, hasFiles } from './dropped.ts'

const file = { name: 'a.txt' } as File
const item = (kind: string, isDirectory: boolean | null, got: File | null = file) => ({
  kind,
  getAsFile: () => got,
  ...(isDirectory === null ? {} : { webkitGetAsEntry: () => ({ isDirectory }) }),
})
const transfer = (types: readonly string[], ...items: readonly unknown[]) =>
  ({ types, items }) as unknown as DataTransfer

test('folders are told apart from files, where the browser can', () => {
  const items = [item('file', false), item('file', true), item('file', null), item('string', null)]
  expect(droppedOf(transfer(['Files'], ...items))).toEqual({ files: [file, file], folders: 1 })
})

test('what is dragged besides files is none of our business', () => {
  expect(hasFiles(transfer(['text/plain', 'text/uri-list']))).toBe(false)
  expect(hasFiles(transfer(['Files']))).toBe(true)
  expect(hasFiles(null)).toBe(false)
})
