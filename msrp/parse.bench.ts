import type { Bench, Side } from '../bench.ts'
import { encodeFrame } from './encode.ts'
import type { MsrpRequest } from './frame.ts'
import { parseFrame } from './parse.ts'
import { StreamParser } from './stream-parser.ts'

function send(bodyLength: number): MsrpRequest {
  return {
    kind: 'request',
    transaction: 'd93kswowd93kswow',
    method: 'SEND',
    toPath: [
      'msrps://relay.example.com:2855/kjhd37s2s2;tcp',
      'msrps://bob.example.com:8888/9di4eae923wzd;tcp',
    ],
    fromPath: ['msrps://alicepc.invalid:2855/iau39soe2843z;tcp'],
    headers: [
      ['Message-ID', '12339sdqwer'],
      ['Success-Report', 'yes'],
      ['Failure-Report', 'yes'],
      ['Byte-Range', `1-*/${bodyLength}`],
    ],
    contentType: 'message/cpim',
    body: new Uint8Array(bodyLength).fill(0x61),
    flag: '$',
  }
}

const small = send(1024)
const large = send(65_536)
const smallBytes = encodeFrame(small)
const largeBytes = encodeFrame(large)
const hugeBytes = encodeFrame(send(1_048_576))

/** What one writes in an afternoon: all of it to text, cut at every line break, checked by nobody. */
function parseNaively(bytes: Uint8Array) {
  const [head, body] = new TextDecoder().decode(bytes).split('\r\n\r\n')
  const [start, ...lines] = head!.split('\r\n')
  const [, transaction, method] = start!.split(' ')
  const headers = new Map(lines.map((line) => line.split(': ') as [string, string]))
  return { transaction, method, headers, body: body!.slice(0, body!.lastIndexOf('\r\n-------')) }
}

function encodeNaively(frame: MsrpRequest): Uint8Array {
  const headers = frame.headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')
  return new TextEncoder().encode(
    `MSRP ${frame.transaction} ${frame.method}\r\nTo-Path: ${frame.toPath.join(' ')}\r\n` +
      `From-Path: ${frame.fromPath.join(' ')}\r\n${headers}\r\nContent-Type: ${frame.contentType}\r\n\r\n` +
      `${new TextDecoder().decode(frame.body!)}\r\n-------${frame.transaction}${frame.flag}\r\n`,
  )
}

const copy = (bytes: Uint8Array): Side => ({ run: () => bytes.slice() })

/** As TCP delivers: a network's packet at a time. */
const READ = 1400

function stream(bytes: Uint8Array): Side {
  const reads = Array.from({ length: Math.ceil(bytes.length / READ) }, (_, i) =>
    bytes.subarray(i * READ, (i + 1) * READ),
  )
  const parser = new StreamParser(() => {})
  return {
    run() {
      for (const read of reads) parser.push(read)
    },
  }
}

const against = (name: string, peer: string, ours: Side, peers: Side): Bench => ({
  name: `msrp.${name}`,
  unit: 'us',
  peer,
  prepare: () => ({ ours, peers }),
})

/** Targets: 500,000 frames of 1 KB a second, 64 KB in 3 us; a stream in linear time. */
export const benches: readonly Bench[] = [
  against(
    'parse1k',
    'decode and split, unchecked',
    { run: () => parseFrame(smallBytes) },
    { run: () => parseNaively(smallBytes) },
  ),
  against(
    'parse64k',
    'a copy of the frame',
    { run: () => parseFrame(largeBytes) },
    copy(largeBytes),
  ),
  against(
    'encode1k',
    'template and encode, unchecked',
    { run: () => encodeFrame(small) },
    { run: () => encodeNaively(small) },
  ),
  against('encode64k', 'a copy of the frame', { run: () => encodeFrame(large) }, copy(largeBytes)),
  against('stream64k', 'a copy of the frame', stream(largeBytes), copy(largeBytes)),
  against('stream1m', 'a copy of the frame', stream(hugeBytes), copy(hugeBytes)),
]
