import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame, type MsrpRequest, StreamParser } from '../msrp/index.ts'
import { CUT_BODY_MAX, STREAM_BODY_MAX } from './msrp-relay-limits.ts'
import { field } from './testing/raw-msrp.ts'
import { RawStream, startPeer } from './testing/raw-msrp-stream.ts'
import { type Member, startRelay, type TestRelay } from './testing/relay.ts'
import { untilStill } from './testing/until-still.ts'

const PEER = 'msrp://peer.example.test:9/p;tcp'
const MB = 1_000_000

let relay: TestRelay
let alice: Member
let peer: RawStream
beforeEach(async () => {
  relay = await startRelay({ port: 0, outgoing: { allowPrivate: true, allowPlain: true } })
  alice = await relay.join('alice')
  peer = await RawStream.connect(relay.port)
})
afterEach(async () => {
  peer.socket.destroy()
  await relay.stop()
})

const head = (to: string, total: number | '*', from = PEER): string[] => [
  'MSRP d93kswow SEND',
  `To-Path: ${to}`,
  `From-Path: ${from}`,
  'Message-ID: 12339sdqwer',
  `Byte-Range: 1-*/${total}`,
  'Content-Type: text/plain',
  '',
]
const end = (flag: string): string[] => ['', `-------d93kswow${flag}`]
const toAlice = () => `${alice.granted} ${alice.uri}`

/** Bytes that tell where they are from, and hold near misses of an end-line. */
function bodyOf(length: number): string {
  return '\r\n-------d93kswo!0123456789'.repeat(Math.ceil(length / 27)).slice(0, length)
}

const flagOf = (frame: readonly string[]) => frame.at(-1)!.at(-1)
/** Lines as the raw client gives them: the body is all between the blank line and the end-line. */
const textOf = (frame: readonly string[]) => frame.slice(frame.indexOf('') + 1, -1).join('\r\n')

function answer(frame: readonly string[], status: string): void {
  const transaction = frame[0]!.split(' ')[1]!
  alice.client.send(
    `MSRP ${transaction} ${status}`,
    `To-Path: ${field(frame, 'From-Path').split(' ')[0]}`,
    `From-Path: ${alice.uri}`,
    `-------${transaction}$`,
  )
}

describe('20 MB in one chunk from TCP', () => {
  test('go through to a WebSocket in parts, and wait where they came from while nobody reads', async () => {
    const body = bodyOf(20 * MB)
    alice.client.socket.pause()
    peer.send(...head(toAlice(), 20 * MB), body, ...end('$').slice(1))
    await untilStill(() => peer.socket.bytesWritten - peer.socket.writableLength)
    expect(peer.socket.writableLength, 'bytes that the relay left with the sender').toBeGreaterThan(
      10 * MB,
    )
    alice.client.socket.resume()
    let got = ''
    for (let flag = '+'; flag !== '$'; ) {
      const part = await alice.client.next()
      const text = textOf(part)
      expect(text.length).toBeLessThanOrEqual(CUT_BODY_MAX)
      const range = `${got.length + 1}-${got.length + text.length}/${20 * MB}`
      expect(field(part, 'Byte-Range')).toBe(range)
      got += text
      answer(part, '200 OK')
      flag = flagOf(part)!
    }
    expect(got === body).toBe(true)
    expect((await peer.next())[0]).toBe('MSRP d93kswow 200 OK')
    expect(relay.relay.counters).toMatchObject({ forwarded: 1, bytes: 20 * MB, reports: 0 })
  })

  test('let others through in between', async () => {
    const bob = await relay.join('bob')
    peer.send(...head(toAlice(), 20 * MB), bodyOf(MB))
    await alice.client.next()
    bob.client.send(...head(`${bob.granted} ${toAlice()}`, 2, bob.uri), 'hi', ...end('$').slice(1))
    let part: string[]
    do part = await alice.client.next()
    while (textOf(part) !== 'hi')
  })

  test('that the sender gives up are given up', async () => {
    peer.send(...head(toAlice(), '*'), bodyOf(100_000), ...end('#').slice(1))
    const parts = [await alice.client.next(), await alice.client.next()]
    expect(parts.map(flagOf)).toEqual(['+', '#'])
    expect(field(parts[1]!, 'Byte-Range')).toBe('65537-100000/*')
  })

  test('whose sender dies are given up too', async () => {
    peer.send(...head(toAlice(), 20 * MB), bodyOf(100_000))
    await alice.client.next()
    peer.socket.destroy()
    const last = await alice.client.next()
    expect([flagOf(last), textOf(last)]).toEqual(['#', ''])
  })

  test('that the receiver refuses are refused once, and the rest goes nowhere', async () => {
    peer.send(...head(toAlice(), 20 * MB), bodyOf(200_000))
    const parts = [await alice.client.next(), await alice.client.next(), await alice.client.next()]
    for (const part of parts) answer(part, '413 Too much')
    expect((await peer.next())[0]).toBe('MSRP d93kswow 413 Not delivered')
    peer.send(bodyOf(MB), ...end('$').slice(1))
    peer.send(...head('msrp://127.0.0.1:9/nobody;tcp', 0), ...end('$').slice(1))
    expect((await peer.next())[0], 'the next answer is of the next request').toBe(
      'MSRP d93kswow 481 No such session',
    )
    expect(alice.client.unread).toBe(0)
  })

  test('for nobody are refused at once, and read past', async () => {
    peer.send(...head('msrp://127.0.0.1:9/nobody;tcp', 20 * MB), 'x')
    expect((await peer.next())[0]).toBe('MSRP d93kswow 481 No such session')
    peer.send(bodyOf(MB), ...end('$').slice(1), ...head(toAlice(), 2), 'ok', ...end('$').slice(1))
    expect(textOf(await alice.client.next())).toBe('ok')
  })
})

test('from TCP to TCP one chunk stays one as long as it can be held, and then becomes a few', async () => {
  const far = await startPeer()
  const bob = await RawStream.connect(relay.port)
  const uri = 'msrp://bob.invalid:9/b;tcp'
  const granted = await relay.authenticateStream(bob, 'bob', uri)
  const farUri = `msrp://127.0.0.1:${far.port}/f;tcp`
  const lengths: [length: number, flag: string][] = []
  for (const length of [STREAM_BODY_MAX, STREAM_BODY_MAX + 10]) {
    const path = `${granted} ${farUri}`
    bob.send(...head(path, length, uri), bodyOf(length), ...end('$').slice(1))
    expect((await bob.next())[0]).toBe('MSRP d93kswow 200 OK')
  }
  const call = await far.called()
  while (lengths.length < 3) {
    const part = await call.next()
    lengths.push([textOf(part).length, flagOf(part)!])
  }
  expect(lengths).toEqual([
    [STREAM_BODY_MAX, '$'],
    [STREAM_BODY_MAX, '+'],
    [10, '$'],
  ])
  bob.socket.destroy()
  far.stop()
})

test('20 MB in many chunks from a WebSocket arrive at TCP as they were', async () => {
  const far = await startPeer()
  const uri = `msrp://127.0.0.1:${far.port}/f;tcp`
  const body = Buffer.from(bodyOf(MB))
  for (let at = 0; at < 20; at++) {
    alice.client.socket.send(
      encodeFrame({
        kind: 'request',
        transaction: `tid${at + 10}`,
        method: 'SEND',
        toPath: [alice.granted, uri],
        fromPath: [alice.uri],
        headers: [
          ['Message-ID', 'large'],
          ['Byte-Range', `${at * MB + 1}-${(at + 1) * MB}/${20 * MB}`],
          ['Failure-Report', 'no'],
        ],
        contentType: 'text/plain',
        body,
        flag: at === 19 ? '$' : '+',
      }),
    )
  }
  const { socket } = await far.called()
  const starts: string[] = []
  await new Promise<void>((resolve) => {
    const parser = new StreamParser((frame) => {
      const { body: got, flag } = frame as MsrpRequest
      expect(Buffer.from(got!).equals(body)).toBe(true)
      starts.push(frame.headers.find(([name]) => name === 'Byte-Range')![1])
      if (flag === '$') resolve()
    })
    socket.removeAllListeners('data')
    socket.on('data', (bytes) => parser.push(bytes))
  })
  expect(starts).toEqual(
    Array.from({ length: 20 }, (_, at) => `${at * MB + 1}-${(at + 1) * MB}/${20 * MB}`),
  )
  far.stop()
})
