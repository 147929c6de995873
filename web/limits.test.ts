import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ChatClientDoor } from '../chat/index.ts'
import { STRANGERS } from './announcements.ts'
import { Announcer } from './announcer.ts'
import { startState } from './app-state.ts'
import { ComposingNotes } from './composing-notes.ts'
import { Deletions } from './deletions.ts'
import { DiskSink } from './files/disk-sink.ts'
import * as limits from './limits.ts'
import { fetchConfig } from './server.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { TabLock } from './tab-lock.ts'
import { BOB } from './testing/cast.ts'
import { ToastDesk } from './toast-desk.ts'

const BROWSER = '../gateway-tests/browser'

/** The test that reaches each limit: its file and title. */
const REACHED = {
  ACCOUNTS_MAX: ['office.test.ts', 'a page that is loaded again has so many accounts, and no more'],
  ENTRIES_MAX: [
    'reduce.test.ts',
    'that were taken back are gone; the oldest leave when there are too many',
  ],
  ROWS_DRAWN: ['row-window.test.ts', '[1_000 - ROWS_DRAWN, 999]'],
  ROWS_MAX: ['row-window.test.ts', 'expect(most).toBe(ROWS_MAX)'],
  ROWS_STEP: ['row-window.test.ts', '2_000 - ROWS_DRAWN - ROWS_STEP'],
  ROWS_AHEAD: [`${BROWSER}/history.test.ts`, 'ten thousand messages: all can be read, few are'],
  UNDO_MS: ['limits.test.ts', 'a deleted message can be taken back for so long'],
  SEARCH_PAUSE_MS: [`${BROWSER}/history.test.ts`, 'is found, here or everywhere, and jumped to'],
  EMOJI_RECENT_MAX: ['emoji.test.ts', 'toHaveLength(EMOJI_RECENT_MAX)'],
  EMOJI_FOUND_MAX: ['emoji.test.ts', 'toBe(EMOJI_FOUND_MAX)'],
  TOASTS_MAX: ['reduce.test.ts', 'only the latest faults stay in the corner, each with an id of'],
  TOAST_MS: ['limits.test.ts', 'a fault stays in its corner for so long'],
  SOUND_PAUSE_MS: ['limits.test.ts', 'sounds are so far apart, and strangers further'],
  STRANGERS_PAUSE_MS: ['limits.test.ts', 'sounds are so far apart, and strangers further'],
  PRESS_SLIP_PX: [`${BROWSER}/steady.test.ts`, 'who slides off takes the press back'],
  TEXT_MAX: [
    `${BROWSER}/message-texts.test.ts`,
    'what is longer than a message is kept whole, says what to do, and is not sent',
  ],
  COMPOSING_IDLE_MS: ['limits.test.ts', 'who pauses so long is not writing any more'],
  GROUP_MS: ['timeline-rows.test.ts', 'one author within five minutes is one group'],
  SCAN_MS: [`${BROWSER}/scanning.test.ts`, 'the code on the other screen is the key in use'],
  TAKEOVER_MS: ['limits.test.ts', 'another tab gets so long to hand over'],
  SERVER_TIMEOUT_MS: ['limits.test.ts', 'an answer of the server may take so long'],
  NETWORK_SETTLE_MS: ['network-watch.test.ts', 'said at once, and again once it has settled'],
  TICK_MS: [
    'network-watch.test.ts',
    'a machine that has slept is noticed within a tick of waking, though nobody says so',
  ],
  SLEEP_MS: [
    'network-watch.test.ts',
    'a machine that has slept is noticed within a tick of waking, though nobody says so',
  ],
  SLEEP_UNSEEN_MS: [
    'network-watch.test.ts',
    'timers that a browser holds back on a hidden page are no sleep; hours are',
  ],
  MEMORY_FILES_MAX: ['files/file-shelf.test.ts', 'memory has an end, and what is thrown away'],
  DISK_WRITE_BYTES: ['limits.test.ts', 'so many bytes are written to the disk at once'],
  FILE_KEPT_MS: ['files/seat-files.test.ts', 'a day has passed'],
  LINK_KEPT_MS: ['files/save-file.test.ts', 'is a download of no type elsewhere'],
  PICTURE_BYTES_MAX: ['files/seat-files.test.ts', 'a picture may have so many bytes, and no more'],
  PICTURE_PIXELS_MAX: ['files/seat-files.test.ts', 'a picture that would not fit into memory'],
  PICTURE_HEAD_BYTES: ['files/seat-files.test.ts', 'the size of a picture stands within so many'],
  PHOTO_BYTES_MAX: ['files/seat-files.test.ts', 'a photo of so many bytes goes without its'],
  PACE_MS: ['files/pace.test.ts', 'guesses from the bytes of late, and not from a single moment'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const after = (ms: number, task: () => void) => {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}

test('a deleted message can be taken back for so long', () => {
  const deletions = new Deletions(after)
  const deleted = vi.fn()
  deletions.hold('one', deleted)
  deletions.hold('two', deleted)
  vi.advanceTimersByTime(limits.UNDO_MS - 1)
  deletions.undo('one')
  expect(deleted).toHaveBeenCalledTimes(0)
  vi.advanceTimersByTime(1)
  expect(deleted).toHaveBeenCalledTimes(1)
})

test('a fault stays in its corner for so long', () => {
  let state = startState(DEFAULT_SETTINGS)
  const show = (next: typeof state) => {
    state = next
  }
  new ToastDesk({ state: () => state, show }, after).say('No.')
  vi.advanceTimersByTime(limits.TOAST_MS - 1)
  expect(state.toasts).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(state.toasts).toHaveLength(0)
})

test('who pauses so long is not writing any more', () => {
  const setComposing = vi.fn<ChatClientDoor['setComposing']>()
  const notes = new ComposingNotes({ setComposing }, after)
  notes.typed(BOB, 'h')
  vi.advanceTimersByTime(limits.COMPOSING_IDLE_MS - 1)
  notes.typed(BOB, 'he')
  vi.advanceTimersByTime(limits.COMPOSING_IDLE_MS - 1)
  expect(setComposing.mock.calls).toEqual([[BOB, true]])
  vi.advanceTimersByTime(1)
  expect(setComposing.mock.calls).toEqual([
    [BOB, true],
    [BOB, false],
  ])
})

test('sounds are so far apart, and strangers further', () => {
  const notes = vi.fn()
  const told = vi.fn()
  class Audio {
    readonly currentTime = 0
    createGain = () => ({
      gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} },
      connect() {},
    })
    createOscillator = () => ({ frequency: {}, connect() {}, start: notes, stop() {} })
  }
  class Told {
    static readonly permission = 'granted'
    constructor() {
      told()
    }
  }
  vi.stubGlobal('AudioContext', Audio)
  vi.stubGlobal('Notification', Told)
  const announcer = new Announcer(() => {})
  announcer.prime()
  const heardAfter = (ms: number) => {
    vi.advanceTimersByTime(ms)
    announcer.announce({ kind: 'sound', sound: 'sent' }, null)
    return notes.mock.calls.length
  }
  expect([0, limits.SOUND_PAUSE_MS - 1, 1].map(heardAfter)).toEqual([1, 1, 2])
  const toldAfter = (ms: number) => {
    vi.advanceTimersByTime(ms)
    const knock = { title: '', body: '', tag: STRANGERS, peer: BOB, urgent: false } as const
    announcer.announce({ kind: 'notify', ...knock }, null)
    return told.mock.calls.length
  }
  expect([0, limits.STRANGERS_PAUSE_MS - 1, 1].map(toldAfter)).toEqual([1, 1, 2])
})

test('another tab gets so long to hand over', async () => {
  const asked: LockOptions[] = []
  const request = async (_: string, options: LockOptions, granted: (lock: object) => unknown) => {
    asked.push(options)
    options.signal?.throwIfAborted()
    void granted({})
  }
  vi.stubGlobal('navigator', { locks: { request } })
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort())
  const lock = new TabLock(async () => {})
  await lock.takeOver(BOB)
  lock.close()
  expect(timeout.mock.calls).toEqual([[limits.TAKEOVER_MS]])
  expect(asked.at(-1)).toEqual({ steal: true })
})

test('an answer of the server may take so long', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort())
  const fetcher = async (_: unknown, init?: RequestInit) => {
    init?.signal?.throwIfAborted()
    return Response.json({ domain: 'a.example' })
  }
  expect(await fetchConfig(fetcher)).toBeNull()
  expect(timeout.mock.calls).toEqual([[limits.SERVER_TIMEOUT_MS]])
})

test('so many bytes are written to the disk at once', async () => {
  const written: number[] = []
  const write = async ({ data }: { data: Blob }) => void written.push(data.size)
  const handle = { createWritable: async () => ({ write }) }
  const folder = { getFileHandle: async () => handle } as unknown as FileSystemDirectoryHandle
  const sink = await DiskSink.create(folder, () => {})
  await sink.write(0, new Uint8Array(limits.DISK_WRITE_BYTES - 1))
  expect(written).toEqual([])
  await sink.write(limits.DISK_WRITE_BYTES - 1, new Uint8Array(1))
  expect(written).toEqual([limits.DISK_WRITE_BYTES])
})
