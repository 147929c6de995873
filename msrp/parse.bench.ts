import { bench, describe } from 'vitest'
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

describe('one frame (target: 500,000 of 1 KB a second, 64 KB in 2 us)', () => {
  bench('parse 1 KB', () => void parseFrame(smallBytes))
  bench('parse 64 KB', () => void parseFrame(largeBytes))
  bench('encode 1 KB', () => void encodeFrame(small))
  bench('encode 64 KB', () => void encodeFrame(large))
})

describe('a stream', () => {
  const reads = Array.from({ length: Math.ceil(largeBytes.length / 1400) }, (_, i) =>
    largeBytes.subarray(i * 1400, (i + 1) * 1400),
  )
  bench('64 KB in reads of 1400 B', () => {
    const parser = new StreamParser(() => {})
    for (const read of reads) parser.push(read)
  })
})
