import { expect, test } from 'vitest'
import { MEMORY_FILES_MAX } from '../limits.ts'
import { FileShelf } from './file-shelf.ts'

const take = async (shelf: FileShelf, id: string, content: string) => {
  const sink = await shelf.create({ id, size: content.length })
  const half = content.length >> 1
  const bytes = new TextEncoder().encode(content)
  await sink.write(half, bytes.subarray(half)) // Bytes may come in any order.
  await sink.write(0, bytes.subarray(0, half))
  return sink
}

test('a file is there when it is complete, and not before', async () => {
  const shelf = new FileShelf(null)
  const sink = await take(shelf, 'a', 'hello')
  expect(new TextDecoder().decode(await sink.read(1, 3))).toBe('ell')
  expect(shelf.get('a')).toBeNull()
  await sink.finish()
  expect(await shelf.get('a')!.text()).toBe('hello')
  await shelf.drop('a')
  expect(shelf.get('a')).toBeNull()
})

test('memory has an end, and what is thrown away makes room', async () => {
  const shelf = new FileShelf(null)
  const size = 4096
  const before = await shelf.room()
  expect(before).toBe(MEMORY_FILES_MAX)
  await expect(shelf.create({ id: 'huge', size: before + 1 })).rejects.toThrow(RangeError)
  const kept = await take(shelf, 'kept', 'x'.repeat(size))
  const broken = await take(shelf, 'broken', 'y'.repeat(size))
  expect(await shelf.room()).toBe(before - 2 * size)
  await broken.abort()
  await kept.finish()
  expect(await shelf.room()).toBe(before - size)
  await shelf.clear()
  expect([shelf.get('kept'), await shelf.room()]).toEqual([null, before])
})
