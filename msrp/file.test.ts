import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileSource } from './file.ts'
import { HashedSink, hashFile, type RereadableSink } from './file-hash.ts'
import { type FileReceiveEvent, FileReceiver } from './file-receiver.ts'
import { type FileSendEvent, FileSender, type FileSending } from './file-sender.ts'
import { FILE_STALL_MS, FILE_UNWRITTEN_MAX, FILE_WINDOW } from './limits.ts'
import { boundAlone, boundPair, response } from './testing/pair.ts'
import { testEnv } from './testing/wire-pair.ts'

const GIB = 1024 ** 3
const utf8 = new TextEncoder()

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

function noise(length: number): Uint8Array {
  return testEnv(length).random(length)
}

function sourceOf(bytes: Uint8Array): FileSource {
  return { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
}

/** A sink in memory, which knows how it was written to. */
function memorySink(size: number) {
  const bytes = new Uint8Array(size)
  const writes: number[] = []
  const sink: RereadableSink = {
    write: async (offset, piece) => {
      writes.push(offset)
      bytes.set(piece, offset)
    },
    read: async (offset, length) => bytes.slice(offset, offset + length),
  }
  return { sink, bytes, writes }
}

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve()
}

interface Options {
  readonly size?: number
  readonly to?: RereadableSink
  readonly sending?: Partial<FileSending>
  readonly framing?: 'message' | 'stream'
}

/** Alice sends Bob a file; nothing has been waited for yet. */
function transfer(file: Uint8Array, { size = file.length, to, sending, framing }: Options = {}) {
  const env = testEnv()
  const sent: FileSendEvent[] = []
  const came: FileReceiveEvent[] = []
  const memory = memorySink(size)
  const sink = new HashedSink(to ?? memory.sink)
  const sender = new FileSender(
    {
      id: 'file-1',
      contentType: 'application/octet-stream',
      source: sourceOf(file),
      maxChunk: 10_000,
      pacedBy: 'reports',
      ...sending,
    },
    env,
    (event) => sent.push(event),
  )
  const receiver: FileReceiver = new FileReceiver({ size, sink }, env, (event) => {
    came.push(event)
    if (event.type === 'received') receiver.confirm(200)
  })
  const pair = boundPair({
    ...(framing && { framing }),
    alice: { file: sender },
    bob: { file: receiver },
  })
  return { ...pair, timers: env, sender, receiver, sent, came, memory, sink }
}

/** Alice sends; the test plays the other end. */
function sendAlone(file: FileSource, sending: Partial<FileSending> = {}) {
  const env = testEnv()
  const events: FileSendEvent[] = []
  const sender = new FileSender(
    {
      id: 'file-1',
      contentType: 'a/b',
      source: file,
      maxChunk: 10_000,
      pacedBy: 'answers',
      ...sending,
    },
    env,
    (event) => events.push(event),
  )
  const { alice, peer } = boundAlone({ alice: { file: sender } })
  return { alice, peer, sender, events, timers: env }
}

/** Bob receives; the test plays the other end. */
function receiveAlone(size: number, to: RereadableSink = memorySink(size).sink) {
  const env = testEnv()
  const events: FileReceiveEvent[] = []
  const receiver = new FileReceiver({ size, sink: to }, env, (event) => events.push(event))
  const { alice, peer } = boundAlone({ alice: { file: receiver } })
  const chunk = (
    range: string | null,
    body: string,
    { flag = '+', type = 'text/plain', id = 'file-1' } = {},
  ) => {
    peer.say(
      [
        'MSRP tid12345 SEND',
        `To-Path: ${alice.uri}`,
        `From-Path: ${peer.uri}`,
        `Message-ID: ${id}`,
        'Success-Report: yes',
        ...(range === null ? [] : [`Byte-Range: ${range}`]),
        `Content-Type: ${type}`,
        '',
        body,
        `-------tid12345${flag}`,
        '',
      ].join('\r\n'),
    )
    return settle()
  }
  const statuses = () =>
    alice.wire.sent.map((frame) => Number(/^MSRP \S+ (\d{3})/.exec(frame)?.[1]))
  return { env, alice, peer, receiver, events, chunk, statuses }
}

test('goes in chunks, each of which says where it belongs', async () => {
  const { alice, bob } = transfer(utf8.encode('abcdEFGHij'), { sending: { maxChunk: 4 } })
  await settle()
  expect(alice.wire.sent.map((frame) => frame.split('\r\n').slice(3).join('|'))).toEqual(
    [
      ['1-4/10', 'abcd', '+'],
      ['5-8/10', 'EFGH', '+'],
      ['9-10/10', 'ij', '$'],
    ].map(([range, body, flag], i) => {
      const tid = /^MSRP (\S+)/.exec(alice.wire.sent[i]!)![1]
      const head = 'Message-ID: file-1|Success-Report: yes|Failure-Report: yes'
      return `${head}|Byte-Range: ${range}|Content-Type: application/octet-stream||${body}|-------${tid}${flag}|`
    }),
  )
  const report = bob.wire.sent.at(-1)!
  expect(report).toMatch(/^MSRP \S+ REPORT\r\n/)
  expect(report).toContain('\r\nByte-Range: 1-10/10\r\nStatus: 000 200 OK\r\n-------')
})

test.each(['message', 'stream'] as const)('3 MB arrive over a %s wire', async (framing) => {
  const file = noise(3_000_017)
  const { sent, came, memory, sink, alice } = transfer(file, { framing })
  await expect.poll(() => sent.at(-1)?.type).toBe('delivered')
  expect(sha1(memory.bytes)).toBe(sha1(file))
  expect(sink.digest()).toBe(sha1(file))
  expect(came.at(-1)).toEqual({ type: 'received' })
  expect(Math.max(...alice.wire.sent.map((frame) => frame.length))).toBeLessThan(11_238)
  const done = sent.flatMap((event) => (event.type === 'progress' ? [event.done] : []))
  expect(done).toEqual([...done].sort((a, b) => a - b))
})

test.each([1, 7, 10_000, 131_072, 200_000])(
  'reads nothing twice, in chunks of %i',
  async (maxChunk) => {
    const file = noise(Math.min(500_001, maxChunk * 1000))
    let at = 0
    const source: FileSource = {
      size: file.length,
      read: async (offset, length) => {
        expect(offset).toBe(at)
        at += length
        return file.subarray(offset, at)
      },
    }
    const { sent, sink } = transfer(file, { sending: { source, maxChunk } })
    await expect.poll(() => sent.at(-1)?.type).toBe('delivered')
    expect(sink.digest()).toBe(sha1(file))
  },
)

test('an empty file is one empty chunk', async () => {
  const { sent, came, alice } = transfer(new Uint8Array(0))
  await settle()
  expect(alice.wire.sent[0]).toContain('\r\nByte-Range: 1-0/0\r\n')
  expect(sent.at(-1)).toEqual({ type: 'delivered' })
  expect(came.at(-1)).toEqual({ type: 'received' })
})

describe('the sender', () => {
  test('has no more on the way than the window', async () => {
    const { alice, peer } = sendAlone(sourceOf(noise(1_000_000)))
    await settle()
    const first = alice.wire.sent.length
    expect(first).toBe(Math.ceil(FILE_WINDOW / 10_000))
    peer.say(response(alice.wire.sent[0]!, 200))
    await settle()
    expect(alice.wire.sent.length).toBe(first + 1)
  })

  test('waits for reports where the peer gives them, whatever the next hop says', async () => {
    const { alice, peer } = sendAlone(sourceOf(noise(1_000_000)), { pacedBy: 'reports' })
    await settle()
    const first = alice.wire.sent.length
    for (const frame of [...alice.wire.sent]) peer.say(response(frame, 200))
    await settle()
    expect(alice.wire.sent.length).toBe(first)
    peer.say(report(alice.uri, peer.uri, '1-20000/1000000'))
    await settle()
    expect(alice.wire.sent.length).toBe(first + 2)
  })

  test('never has the file in memory, and numbers above 2^32 stay exact', async () => {
    const reads: number[] = []
    const source: FileSource = {
      size: 5 * GIB,
      read: async (_, length) => {
        reads.push(length)
        return new Uint8Array(length)
      },
    }
    const { alice, sender } = sendAlone(source)
    await settle()
    expect(alice.wire.sent[0]).toContain('\r\nByte-Range: 1-*/5368709120\r\n')
    expect(Math.max(...reads)).toBeLessThanOrEqual(FILE_WINDOW)
    sender.cancel()
  })

  test('stops with # when it is told to', async () => {
    const { alice, sender, events } = sendAlone(sourceOf(noise(1_000_000)))
    await settle()
    sender.cancel()
    await settle()
    const last = alice.wire.sent.at(-1)!
    expect(last).toMatch(/\r\n-------\S+#\r\n$/)
    expect(last).toContain('Byte-Range: 270001-270000/1000000')
    expect(events).toEqual([])
  })

  test.each([
    [413, true],
    [415, true],
    [408, false], // What has arrived may be gone on with.
    [481, false],
  ])('ends at a %s in answer to a chunk; says #: %s', async (status, says) => {
    const { alice, peer, events } = sendAlone(sourceOf(noise(1_000_000)))
    await settle()
    peer.say(response(alice.wire.sent[0]!, status))
    expect(events).toEqual([{ type: 'failed', why: 'refused', status }])
    expect(/#\r\n$/.test(alice.wire.sent.at(-1)!)).toBe(says)
  })

  test('ends at a failure REPORT, which is how a relay passes on a refusal', async () => {
    const { alice, peer, events } = sendAlone(sourceOf(noise(1_000_000)))
    await settle()
    peer.say(report(alice.uri, peer.uri, '1-10000/1000000', 413))
    expect(events).toEqual([{ type: 'failed', why: 'refused', status: 413 }])
  })

  test.each<[string, FileSource]>([
    ['fails', { size: 10, read: () => Promise.reject(new Error('gone')) }],
    ['is shorter than it said', { size: 10, read: async () => new Uint8Array(9) }],
  ])('ends when its source %s', async (_, source) => {
    const { events } = sendAlone(source)
    await settle()
    expect(events).toEqual([{ type: 'failed', why: 'source', status: null }])
  })

  test('gives up when nothing moves', async () => {
    const { timers, events } = sendAlone(sourceOf(noise(10)))
    await settle()
    timers.advance(FILE_STALL_MS)
    expect(events).toEqual([{ type: 'failed', why: 'stalled', status: null }])
    expect(timers.pending).toBe(0)
  })

  test('is not finished by a report of what it has not sent', async () => {
    const { alice, peer, events } = sendAlone(sourceOf(noise(1_000_000)))
    await settle()
    peer.say(report(alice.uri, peer.uri, '1-1000000/1000000'))
    await settle()
    expect(events.some(({ type }) => type === 'delivered')).toBe(false)
  })
})

describe('the receiver', () => {
  test('takes chunks in any order and overlapping, and the hash is right', async () => {
    const cuts = fc.array(fc.tuple(fc.nat(63), fc.integer({ min: 1, max: 64 })), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.infiniteStream(fc.nat()), async (pieces, order) => {
        const file = noise(64)
        const memory = memorySink(64)
        const sink = new HashedSink(memory.sink)
        const all = [...pieces, [0, 13], [13, 30], [43, 64]] as [number, number][]
        const shuffled = all
          .map((piece) => ({ piece, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
        for (const { piece } of shuffled) {
          await sink.write(piece[0], file.subarray(piece[0], Math.min(64, piece[0] + piece[1])))
        }
        expect(sink.prefix).toBe(64)
        expect(sink.digest()).toBe(sha1(file))
        expect(memory.bytes).toEqual(file)
      }),
      { numRuns: 60 },
    )
  })

  test('puts chunks where they belong, beyond 2^32 too', async () => {
    const writes: [number, number][] = []
    const to: RereadableSink = {
      write: async (offset, { length }) => void writes.push([offset, length]),
      read: async (_, length) => new Uint8Array(length),
    }
    const { chunk } = receiveAlone(5 * GIB, to)
    await chunk('5368709117-*/5368709120', 'last', { flag: '$' })
    await chunk('1-4/5368709120', 'frst')
    expect(writes).toEqual([
      [5 * GIB - 4, 4],
      [0, 4],
    ])
  })

  test('confirms only what its caller confirms', async () => {
    const { chunk, alice, receiver, events } = receiveAlone(4)
    await chunk('1-4/4', 'file', { flag: '$' })
    expect(events.at(-1)).toEqual({ type: 'received' })
    expect(alice.wire.sent.some((frame) => frame.includes('REPORT'))).toBe(false)
    receiver.confirm(400)
    expect(alice.wire.sent.at(-1)).toContain('Byte-Range: 1-4/4\r\nStatus: 000 400 Failed')
  })

  test('refuses message/cpim and goes on, as deployed clients do', async () => {
    const { chunk, statuses, events } = receiveAlone(4)
    await chunk('1-4/4', 'file', { type: 'message/cpim', flag: '$' })
    await chunk('1-4/4', 'file', { type: 'image/png', flag: '$' })
    expect(statuses()).toEqual([415, 200])
    expect(events.at(-1)).toEqual({ type: 'received' })
  })

  test('takes a file of one chunk without a range', async () => {
    const { chunk, events } = receiveAlone(4)
    await chunk(null, 'file', { flag: '$' })
    expect(events.at(-1)).toEqual({ type: 'received' })
  })

  test.each([
    ['more than was offered', '1-*/4', 'files', '+'],
    ['another total', '1-4/5', 'file', '+'],
    ['an early end', '1-2/4', 'fi', '$'],
    ['bytes behind the end', '900719925474099-*/*', 'f', '+'],
  ])('refuses %s with 413 and gives up', async (_, range, body, flag) => {
    const { chunk, statuses, events } = receiveAlone(4)
    await chunk(range, body, { flag })
    expect(statuses()).toEqual([413])
    expect(events).toEqual([{ type: 'failed', why: 'broken' }])
  })

  test.each(['x', '0-4/4', '4-2/4'])('answers 400 to a Byte-Range of %s', async (range) => {
    const { chunk, statuses, events } = receiveAlone(4)
    await chunk(range, 'file')
    expect(statuses()).toEqual([400])
    expect(events).toEqual([])
  })

  test('takes one message', async () => {
    const { chunk, statuses } = receiveAlone(4)
    await chunk('1-2/4', 'fi')
    await chunk('1-4/4', 'evil', { id: 'other-1', flag: '$' })
    expect(statuses()).toEqual([200, 413])
  })

  test('says 413 once it wants no more', async () => {
    const { chunk, statuses, receiver } = receiveAlone(4)
    await chunk('1-2/4', 'fi')
    receiver.cancel()
    await chunk('3-4/4', 'le', { flag: '$' })
    expect(statuses()).toEqual([200, 413])
  })

  test('hears that the sender gave up', async () => {
    const { chunk, events } = receiveAlone(4)
    await chunk('1-0/4', '', { flag: '#' })
    expect(events).toEqual([{ type: 'failed', why: 'aborted' }])
  })

  test('answers a chunk once it is written, and stops a sender that does not wait', async () => {
    const never: RereadableSink = {
      write: () => new Promise(() => {}),
      read: () => new Promise(() => {}),
    }
    const { chunk, statuses, events } = receiveAlone(GIB, never)
    const body = 'x'.repeat(FILE_UNWRITTEN_MAX / 4)
    for (let i = 0; i < 5; i++) await chunk(`${i * body.length + 1}-*/${GIB}`, body)
    expect(statuses()).toEqual([413])
    expect(events).toEqual([{ type: 'failed', why: 'broken' }])
  })

  test('ends when its sink fails', async () => {
    const full = {
      write: () => Promise.reject(new Error('disk full')),
      read: () => Promise.reject(new Error('none')),
    }
    const { chunk, statuses, events } = receiveAlone(4, full)
    await chunk('1-4/4', 'file', { flag: '$' })
    expect(statuses()).toEqual([413])
    expect(events).toEqual([{ type: 'failed', why: 'sink' }])
  })

  test('crumbs in disorder get no memory', async () => {
    const { chunk, events } = receiveAlone(100_000)
    for (let i = 1; i < 600; i += 2) await chunk(`${i * 100}-*/100000`, 'x')
    expect(events.at(-1)).toEqual({ type: 'failed', why: 'broken' })
  })
})

test('a receiver that cancels stops the sender, in the middle', async () => {
  let writes = 0
  const to: RereadableSink = {
    write: async () => {
      if (++writes === 10) receiver.cancel()
    },
    read: async (_, length) => new Uint8Array(length),
  }
  const { sent, receiver } = transfer(noise(2_000_000), { to })
  await expect.poll(() => sent.at(-1)).toEqual({ type: 'failed', why: 'refused', status: 413 })
  expect(writes).toBe(10)
})

test('the hash of a file is that of its bytes, and can be given up', async () => {
  const file = noise(1_300_000)
  expect(await hashFile(sourceOf(file))).toBe(sha1(file))
  expect(await hashFile(sourceOf(new Uint8Array(0)))).toBe(sha1(new Uint8Array(0)))
  await expect(hashFile(sourceOf(file), AbortSignal.abort())).rejects.toThrow('aborted')
})

function report(to: string, from: string, range: string, status = 200): string {
  return [
    'MSRP rep12345 REPORT',
    `To-Path: ${to}`,
    `From-Path: ${from}`,
    'Message-ID: file-1',
    `Byte-Range: ${range}`,
    `Status: 000 ${status} Comment`,
    '-------rep12345$',
    '',
  ].join('\r\n')
}
