import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FileSink } from '../msrp/index.ts'
import { FILE_SEGMENT, FileCipher, sealedSize } from '../otr/index.ts'
import { openable, SealedSink, SealedSource, tailOf } from './sealed-file.ts'
import { fileOf } from './testing/memory-files.ts'

const FINGERPRINT = 'ab'.repeat(20)

function cipher(): FileCipher {
  const binding = { sender: FINGERPRINT, receiver: FINGERPRINT, announcement: new Uint8Array(1) }
  return new FileCipher(new Uint8Array(32), binding)
}

function memory(size: number) {
  const bytes = new Uint8Array(size)
  const sink: FileSink = { write: async (offset, piece) => bytes.set(piece, offset) }
  return { bytes, sink }
}

async function sealed(size: number): Promise<Uint8Array> {
  const source = new SealedSource(fileOf('', size), cipher())
  return await source.read(0, source.size)
}

test('opens to what was sealed, however it is cut and in whatever order it comes', async () => {
  const sizes = fc.constantFrom(0, 1, FILE_SEGMENT - 1, FILE_SEGMENT, FILE_SEGMENT + 1, 200_000)
  const piece = fc.integer({ min: 3_000, max: 90_000 })
  await fc.assert(
    fc.asyncProperty(sizes, piece, fc.infiniteStream(fc.nat()), async (size, length, order) => {
      const whole = await sealed(size)
      const { bytes, sink } = memory(size)
      const opening = new SealedSink(sink, cipher(), size)
      const offsets = Array.from({ length: Math.ceil(whole.length / length) }, (_, i) => i * length)
      const shuffled = offsets
        .map((offset) => ({ offset, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
      for (const { offset } of shuffled) {
        await opening.write(offset, whole.subarray(offset, offset + length))
      }
      expect(Buffer.compare(bytes, fileOf('', size).bytes)).toBe(0)
    }),
    { numRuns: 25 },
  )
})

test('writes nothing of a segment that was changed, moved, or cut off', async () => {
  const size = 2 * FILE_SEGMENT + 5
  const whole = await sealed(size)
  const one = FILE_SEGMENT + 16
  const changed = whole.slice()
  changed[one + 7]! ^= 1
  const swapped = whole.slice()
  swapped.set(whole.subarray(0, one), one)
  swapped.set(whole.subarray(one, 2 * one), 0)
  for (const hostile of [changed, swapped]) {
    const { bytes, sink } = memory(size)
    await expect(new SealedSink(sink, cipher(), size).write(0, hostile)).rejects.toThrow(
      'OTR_BAD_MAC',
    )
    expect(bytes.subarray(FILE_SEGMENT).every((byte) => byte === 0)).toBe(true)
  }
  // The same bytes, said to be all there is.
  const { sink } = memory(size)
  const shorter = new SealedSink(sink, cipher(), 2 * FILE_SEGMENT)
  await expect(shorter.write(0, whole.subarray(0, 2 * one))).rejects.toThrow('OTR_BAD_MAC')
})

test('crumbs and islands get no memory', async () => {
  const size = 100 * FILE_SEGMENT
  const crumbs = new SealedSink(memory(0).sink, cipher(), size)
  const crumble = async () => {
    for (let i = 0; i < 100; i++) await crumbs.write(2 * i, new Uint8Array(1))
  }
  await expect(crumble()).rejects.toThrow(RangeError)
  const islands = new SealedSink(memory(0).sink, cipher(), size)
  const scatter = async () => {
    for (let i = 1; i < 100; i++) await islands.write(i * (FILE_SEGMENT + 16), new Uint8Array(1))
  }
  await expect(scatter()).rejects.toThrow(RangeError)
})

test('a segment is sealed once: no going back, and no file that has become shorter', async () => {
  const source = new SealedSource(fileOf('', 200_000), cipher())
  await source.read(0, 100_000)
  await expect(source.read(0, 10)).rejects.toThrow(RangeError)
  const short = { size: 10, read: async () => new Uint8Array(9) }
  await expect(new SealedSource(short, cipher()).read(0, 26)).rejects.toThrow(RangeError)
})

test('a tail begins where it is cut', async () => {
  const file = fileOf('', 100)
  const tail = tailOf(file, 40)
  expect(tail.size).toBe(60)
  expect(await tail.read(0, 60)).toEqual(file.bytes.subarray(40))
})

test('only whole segments count as there', () => {
  expect(openable(0)).toBe(0)
  expect(openable(FILE_SEGMENT + 15)).toBe(0)
  expect(openable(FILE_SEGMENT + 16)).toBe(FILE_SEGMENT)
  expect(openable(sealedSize(10 * FILE_SEGMENT + 1))).toBe(10 * FILE_SEGMENT)
})
