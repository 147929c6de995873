import { expect, test } from 'vitest'
import { StreamReader } from './stream-reader.ts'

const INFO = 'INFO sip:a@b SIP/2.0\r\nContent-Length: 6\r\n\r\ngr\u00fc\u00df'
const SHORT = 'SIP/2.0 200 OK\r\nl : 0\r\n\r\n'
const NONE = 'SIP/2.0 100 Trying\r\nVia: x\r\n\r\n'
const WIRE = new TextEncoder().encode(`\r\n${INFO}${SHORT}\r\n\r\n${NONE}`)
const WHOLE = ['\r\n', INFO, SHORT, '\r\n', '\r\n', NONE]

const read = (chunks: readonly Uint8Array[]) => {
  const reader = new StreamReader()
  return chunks.flatMap((chunk) => reader.push(chunk))
}

test('gives the same messages whichever way the bytes are split', () => {
  expect(read([WIRE])).toEqual(WHOLE)
  expect(read(Array.from(WIRE, (byte) => Uint8Array.of(byte)))).toEqual(WHOLE)
  for (let at = 0; at <= WIRE.length; at++) {
    expect(read([WIRE.subarray(0, at), WIRE.subarray(at)]), `split at ${at}`).toEqual(WHOLE)
  }
})

test.each([
  ['a head without end', `X: ${'x'.repeat(16_384)}`],
  ['a body beyond the limit', 'INFO sip:a@b SIP/2.0\r\nContent-Length: 65536\r\n\r\n'],
  ['a length beyond numbers', `INFO sip:a@b SIP/2.0\r\nContent-Length: ${'9'.repeat(40)}\r\n\r\n`],
  // Its end has come as well: the limit is the same as for one in many pieces.
  ['a whole head beyond the limit', `X: ${'x'.repeat(16_384)}\r\n\r\n`],
])('refuses %s', (_, text) => {
  expect(() => read([new TextEncoder().encode(text)])).toThrow(
    expect.objectContaining({ code: 'SIP_MALFORMED' }),
  )
})
