import { beforeEach, expect, test } from 'vitest'
import type { MsrpFileEnd, MsrpRequest } from '../msrp/index.ts'
import type { ChatContext } from './context.ts'
import type { Address, ChatEvent } from './events.ts'
import type { FileKeys } from './file-keys.ts'
import type { FileLeg, FileLegEvent } from './file-leg.ts'
import type { FileInvitation, FileLine } from './file-line.ts'
import * as limits from './limits.ts'
import { SEALED_TYPE } from './outgoing-transfer.ts'
import { Clock } from './testing/clock.ts'
import { fileOf, MemoryFiles } from './testing/memory-files.ts'
import { FileTransfer } from './transfer.ts'
import type { Transfer } from './transfer-events.ts'
import { Transfers } from './transfers.ts'

const BOB = 'sip:bob@sotto.test' as Address

let clock: Clock
let events: ChatEvent[]
let files: MemoryFiles
let context: ChatContext
let transfers: Transfers

beforeEach(() => {
  clock = new Clock()
  events = []
  files = new MemoryFiles()
  let ids = 0
  context = {
    env: { now: () => clock.now, after: clock.after },
    contacts: { get: () => ({ peer: BOB }) },
    emit: (event: ChatEvent) => events.push(event),
    newId: () => `id-${++ids}`,
  } as unknown as ChatContext
  const keysOf = () => ({ state: 'none' }) as FileKeys
  transfers = new Transfers(context, {} as FileLine, { keysOf }, files)
})

const steps = () =>
  events.flatMap((one) => (one.type === 'transfer' ? [one.transfer.state.step] : []))
const faults = () => events.flatMap((one) => (one.type === 'fault' ? [one.fault.code] : []))

/** A file of Bob's, and what becomes of the offer once it is made. */
function offer(id: string, size: number, type = 'image/png', sha1: string | null = null) {
  const refused: number[] = []
  const closed: number[] = []
  let carried: MsrpFileEnd | null = null
  let tell: (event: FileLegEvent) => void = () => {}
  const selector = { name: id, type, size, sha1 }
  const file = { selector, transferId: id, disposition: null, date: null, range: null }
  const invitation = {
    peer: { address: BOB, displayName: null, isFocus: false, userAgent: null },
    remote: { direction: 'sendonly', file },
    refuse: (status: number) => void refused.push(status),
    take: (end: MsrpFileEnd, sink: (event: FileLegEvent) => void) => {
      carried = end
      tell = sink
      return { close: () => void closed.push(clock.now) } as unknown as FileLeg
    },
  } as unknown as FileInvitation
  transfers.offered(invitation)
  /** The person takes it, and the first byte comes. */
  const accept = async () => {
    const { transfer } = events.findLast((event) => event.type === 'transfer')!
    transfers.accept(BOB, transfer.id)
    await new Promise(setImmediate)
    const send = {
      headers: [
        ['Message-ID', 'message-1'],
        ['Byte-Range', `1-1/${size}`],
      ],
      contentType: 'image/png',
      body: Uint8Array.of(1),
      flag: size === 1 ? '$' : '+',
    } as unknown as MsrpRequest
    carried!.accept(send, () => {})
    await new Promise(setImmediate)
  }
  return {
    refused,
    closed,
    accept,
    lose: () => tell({ type: 'ended', by: 'network', fault: null, status: null }),
  }
}

test('a file may be so large, and no larger', () => {
  expect(offer('large', limits.FILE_SIZE_MAX).refused).toEqual([])
  expect(steps()).toEqual(['asks'])
  expect(offer('larger', limits.FILE_SIZE_MAX + 1).refused).toEqual([488])
})

test('so many halves of offers wait, for so long', () => {
  const offers = Array.from({ length: limits.FILE_ANNOUNCED_MAX + 1 }, (_, at) =>
    offer(`${at}`, 100, SEALED_TYPE),
  )
  const refused = () => offers.map((one) => one.refused)
  const waiting = Array(limits.FILE_ANNOUNCED_MAX).fill([])
  clock.pass(limits.FILE_ANNOUNCED_MS - 1)
  expect(refused()).toEqual([...waiting, [486]])
  clock.pass(1)
  expect(refused()).toEqual([...waiting.map(() => [488]), [486]])
})

test('so many transfers can be resumed, and no more', () => {
  for (let at = 0; at <= limits.TRANSFERS_KEPT_MAX; at++) {
    transfers.send(`file-${at}`, BOB, fileOf('photo.png', 1))
    clock.pass(limits.FILE_WAIT_MS - 1)
    expect(steps().at(-1)).toBe('waiting')
    clock.pass(1)
    expect(steps().at(-1)).toBe('failed')
  }
  for (const id of ['file-0', 'file-1']) transfers.resume(BOB, id)
  expect(faults()).toEqual(['CHAT_UNKNOWN_FILE'])
  expect(steps().at(-1)).toBe('waiting')
})

test('a part of a file is kept so long', async () => {
  const { accept, lose } = offer('film', 2)
  await accept()
  lose()
  expect(steps().at(-1)).toBe('failed')
  clock.pass(limits.FILE_PARTIAL_KEPT_MS - 1)
  expect(files.received.get('film')?.state).toBe('part')
  clock.pass(1)
  expect(files.received.get('film')?.state).toBe('gone')
})

test('the session of a file that was refused stands so long', async () => {
  const { accept, closed } = offer('photo', 1, 'image/png', '0'.repeat(40))
  await accept()
  expect(steps().at(-1)).toBe('failed')
  clock.pass(limits.FILE_FAREWELL_MAX_MS)
  expect(closed).toEqual([limits.FILE_FAREWELL_MS])
})

test('who does not hang up is hung up on after so long', async () => {
  const { accept, closed } = offer('photo', 1)
  await accept()
  expect(steps().at(-1)).toBe('done')
  clock.pass(limits.FILE_FAREWELL_MAX_MS)
  expect(closed).toEqual([limits.FILE_FAREWELL_MAX_MS])
})

test('progress is told so often, and no more', () => {
  class Moving extends FileTransfer {
    move(done: number): void {
      this.progress(done)
    }
    protected override stop(): void {}
  }
  const moving = new Moving(context, { state: { step: 'waiting' } } as Transfer)
  moving.move(1)
  clock.pass(limits.FILE_PROGRESS_MS - 1)
  moving.move(2)
  expect(events).toHaveLength(1)
  clock.pass(1)
  moving.move(3)
  expect(events).toHaveLength(2)
})
