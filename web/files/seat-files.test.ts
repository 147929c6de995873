import { expect, test, vi } from 'vitest'
import type { FileToSend, Transfer, TransferState } from '../../chat/index.ts'
import type { HeldFile } from '../app-state.ts'
import {
  FILE_KEPT_MS,
  MEMORY_FILES_MAX,
  PHOTO_BYTES_MAX,
  PICTURE_BYTES_MAX,
  PICTURE_HEAD_BYTES,
  PICTURE_PIXELS_MAX,
} from '../limits.ts'
import { DEFAULT_SETTINGS, type Settings } from '../settings.ts'
import { BOB } from '../testing/cast.ts'
import { FileShelf } from './file-shelf.ts'
import { SeatFiles } from './seat-files.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000400000003008020000000000', 'hex')
const EXIF = [0xff, 0xe1, 0, 8, 0x45, 0x78, 0x69, 0x66, 0, 0]
const JPEG = [0xff, 0xd8, ...EXIF, 0xff, 0xda, 0, 4, 1, 1, 7, 7, 0xff, 0xd9]

function seat(settings: Partial<Settings> = {}) {
  const calls: string[] = []
  const sent: FileToSend[] = []
  const refusals: string[] = []
  const timers: { readonly ms: number; readonly task: () => void }[] = []
  let held: Partial<HeldFile> = {}
  const shelf = new FileShelf(null)
  const files = new SeatFiles(
    {
      sendFile: (_, file) => {
        sent.push(file)
        return `own${sent.length}`
      },
      acceptFile: (_, id) => void calls.push(`accept ${id}`),
      cancelFile: (_, id) => void calls.push(`cancel ${id}`),
      approveUnencrypted: (_, id) => void calls.push(`approve ${id}`),
      resumeFile: (_, id) => void calls.push(`resume ${id}`),
    },
    shelf,
    {
      hold: (_peer, _id, part) => {
        held = { ...held, ...part }
      },
      refuse: (_, { sentence }) => void refusals.push(sentence),
      settings: () => ({ ...DEFAULT_SETTINGS, ...settings }),
      after: (ms, task) => {
        timers.push({ ms, task })
        return () => {}
      },
    },
  )
  const hear = (id: string, state: TransferState, part: Partial<Transfer> = {}) =>
    files.hear({
      id,
      peer: BOB,
      direction: 'in',
      name: 'x.png',
      size: 10,
      contentType: 'image/png',
      at: 1,
      protection: 'verified',
      state,
      ...part,
    })
  /** A file has come, and is complete. */
  const receive = async (id: string, bytes: Uint8Array) => {
    const sink = await shelf.create({ id, size: bytes.length })
    await sink.write(0, bytes)
    await sink.finish()
    hear(id, { step: 'done' })
  }
  return { files, shelf, calls, sent, refusals, timers, hear, receive, held: () => held }
}

const send = (files: readonly File[], folders = 0) => ({ wish: 'send', files, folders }) as const
const OFFERED = { step: 'asks', about: 'offered' } as const

test('what the person wants of a file becomes a call, if there is such a file', () => {
  const { files, hear, calls } = seat()
  hear('a', OFFERED)
  for (const wish of ['cancel', 'approve', 'resume'] as const) files.tell(BOB, { wish, id: 'a' })
  files.tell(BOB, { wish: 'cancel', id: 'unknown' })
  expect(calls).toEqual(['cancel a', 'approve a', 'resume a'])
})

test('a file for which there is no room is not accepted, and both sizes are said', async () => {
  const { files, hear, calls, refusals } = seat()
  hear('small', OFFERED)
  hear('large', OFFERED, { size: MEMORY_FILES_MAX + 1 })
  files.tell(BOB, { wish: 'accept', id: 'small' })
  files.tell(BOB, { wish: 'accept', id: 'large' })
  await vi.waitFor(() => expect(refusals).toHaveLength(1))
  expect(refusals[0]).toMatch(/not enough room.*x\.png has 268\.4 MB, and 268\.4 MB are free/)
  expect(calls).toEqual(['accept small'])
})

test('folders, too many and too large files are refused in words; the rest goes', async () => {
  const { files, sent, refusals } = seat()
  const file = new File(['x'], 'a.txt', { lastModified: 7 })
  const huge = new File([''], 'disk.img')
  Object.defineProperty(huge, 'size', { value: 2 ** 40 })
  files.tell(BOB, send([huge, ...Array.from({ length: 8 }, () => file)], 1))
  await vi.waitFor(() => expect(sent).toHaveLength(7))
  expect(refusals).toEqual([
    'Folders cannot be sent. Choose the files in it, or pack it into one file.',
    'At most 8 files at a time. Send the others later.',
    'disk.img has 1,099.5 GB. A file can have 68.7 GB at most.',
  ])
  expect(sent[0]).toMatchObject({ name: 'a.txt', size: 1, modified: 7 })
  await expect(sent[0]!.read(0, 2)).rejects.toThrow(RangeError)
})

test('a photo goes without its metadata, and without its date, unless the person wants it whole', async () => {
  const photo = new File([Uint8Array.from(JPEG)], 'a.jpg', { lastModified: 7 })
  const clean = seat()
  clean.files.tell(BOB, send([photo]))
  await vi.waitFor(() => expect(clean.sent).toHaveLength(1))
  expect(clean.sent[0]).toMatchObject({ size: JPEG.length - EXIF.length })
  expect(clean.sent[0]).not.toHaveProperty('modified')
  clean.hear('own1', { step: 'waiting' }, { direction: 'out' })
  expect(clean.held()).toEqual({ isCleaned: true })
  const whole = seat({ cleanPhotos: false })
  whole.files.tell(BOB, send([photo]))
  await vi.waitFor(() => expect(whole.sent).toHaveLength(1))
  expect(whole.sent[0]).toMatchObject({ size: JPEG.length, modified: 7 })
})

test('a received picture is shown as what its bytes are, or waits to be asked for', async () => {
  const shown = seat()
  await shown.receive('a', PNG)
  const picture = { url: expect.stringMatching(/^blob:/), width: 64, height: 48 }
  await vi.waitFor(() => expect(shown.held()).toEqual({ place: 'memory', picture }))
  const quiet = seat({ pictures: false })
  await quiet.receive('a', PNG)
  await vi.waitFor(() => expect(quiet.held()).toEqual({ place: 'memory', picture: 'hidden' }))
  quiet.files.tell(BOB, { wish: 'show', id: 'a' })
  await vi.waitFor(() => expect(quiet.held().picture).toEqual(picture))
})

test('a picture that would not fit into memory is not drawn', async () => {
  const drawn = async (pixels: number) => {
    const bomb = Buffer.from(PNG)
    bomb.writeUInt32BE(pixels, 16)
    bomb.writeUInt32BE(1, 20)
    const { receive, held } = seat()
    await receive('a', bomb)
    return isShown(held)
  }
  expect(await drawn(PICTURE_PIXELS_MAX)).toBe(true)
  expect(await drawn(PICTURE_PIXELS_MAX + 1)).toBe(false)
})

/** Whether a picture has come to be shown. */
async function isShown(held: () => Partial<HeldFile>): Promise<boolean> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  return held().picture !== undefined
}

test('a picture may have so many bytes, and no more', async () => {
  const drawn = async (size: number) => {
    const { files, sent, hear, held } = seat()
    const file = new File([PNG], 'a.png')
    Object.defineProperty(file, 'size', { value: size })
    files.tell(BOB, send([file]))
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    hear('own1', { step: 'done' }, { direction: 'out' })
    return isShown(held)
  }
  expect(await drawn(PICTURE_BYTES_MAX)).toBe(true)
  expect(await drawn(PICTURE_BYTES_MAX + 1)).toBe(false)
})

test('the size of a picture stands within so many bytes, or is not found', async () => {
  const drawn = async (end: number) => {
    const avif = Buffer.alloc(PICTURE_HEAD_BYTES + 16)
    avif.write('ftypavif', 4)
    avif.write('ispe', end - 16)
    for (const at of [end - 8, end - 4]) avif.writeUInt32BE(64, at)
    const { receive, held } = seat()
    await receive('a', avif)
    return isShown(held)
  }
  expect(await drawn(PICTURE_HEAD_BYTES)).toBe(true)
  expect(await drawn(PICTURE_HEAD_BYTES + 1)).toBe(false)
})

test('a photo of so many bytes goes without its metadata, a larger one as it is', async () => {
  const isCleaned = async (size: number) => {
    const photo = new File([Uint8Array.from(JPEG)], 'a.jpg')
    Object.defineProperty(photo, 'size', { value: size })
    const { files, sent } = seat()
    files.tell(BOB, send([photo]))
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    return sent[0]!.size !== size
  }
  expect(await isCleaned(PHOTO_BYTES_MAX)).toBe(true)
  expect(await isCleaned(PHOTO_BYTES_MAX + 1)).toBe(false)
})

test.each(['the person says so', 'a day has passed', 'the history is cleared'])(
  'a received file is gone when %s',
  async (when) => {
    const { files, shelf, receive, timers, held } = seat()
    await receive('a', PNG)
    await vi.waitFor(() => expect(held().picture).toBeTruthy())
    if (when === 'the person says so') files.tell(BOB, { wish: 'remove', id: 'a' })
    else if (when === 'a day has passed') timers.find(({ ms }) => ms === FILE_KEPT_MS)!.task()
    else files.forgetPeer(BOB)
    expect([held(), shelf.get('a')]).toEqual([{ place: null, picture: null }, null])
  },
)

test('nothing is left after signing out', async () => {
  const { files, shelf, receive, held } = seat()
  const revoked = vi.spyOn(URL, 'revokeObjectURL')
  await receive('a', PNG)
  await vi.waitFor(() => expect(held().picture).toBeTruthy())
  await files.leave()
  expect([shelf.get('a'), revoked.mock.calls.length]).toEqual([null, 1])
})
