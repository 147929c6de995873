import { expect, test } from 'vitest'
import { RegisterWatch } from './register-watch.ts'

const sip = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`

const CHALLENGE = sip('SIP/2.0 401 Unauthorized', 'CSeq: 1 REGISTER', 'Content-Length: 0')
const ACCEPTED = sip('SIP/2.0 200 OK', 'Via: SIP/2.0/TLS x', 'CSeq: 2 REGISTER', 'l: 0')
const INVITED = sip('SIP/2.0 200 OK', 'CSeq: 2 INVITE', 'Content-Length: 0')
const MESSAGE = (body: string): string =>
  `MESSAGE sip:a@b SIP/2.0\r\nCSeq: 2 REGISTER\r\nContent-Length: ${body.length}\r\n\r\n${body}`

function seen(...pieces: readonly (string | Buffer)[]): number {
  let count = 0
  const watch = new RegisterWatch(() => count++)
  for (const piece of pieces) watch.push(Buffer.from(piece as string, 'latin1'))
  return count
}

test('sees a REGISTER that was accepted, and no other answer', () => {
  expect(seen(CHALLENGE)).toBe(0)
  expect(seen(INVITED)).toBe(0)
  expect(seen(`\r\n${CHALLENGE}\r\n\r\n${ACCEPTED}${INVITED}`)).toBe(1)
  expect(seen(ACCEPTED.toLowerCase().replace('register', 'REGISTER'))).toBe(1)
})

test('whichever way the bytes are split', () => {
  const wire = `\r\n${CHALLENGE}${MESSAGE(ACCEPTED)}\r\n\r\n${ACCEPTED}${INVITED}${ACCEPTED}`
  expect(seen(...wire)).toBe(2)
  for (let at = 0; at <= wire.length; at++) {
    expect(seen(wire.slice(0, at), wire.slice(at)), `split at ${at}`).toBe(2)
  }
})

test('what people write to each other is no answer', () => {
  expect(seen(MESSAGE(ACCEPTED))).toBe(0)
  expect(seen(MESSAGE(`\r\n\r\n${ACCEPTED}`), MESSAGE('x'))).toBe(0)
})

test.each([
  ['another protocol', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['a head without an end', `SIP/2.0 200 OK\r\nX: ${'x'.repeat(20_000)}`],
  [
    'a body longer than SIP has',
    sip('SIP/2.0 200 OK', 'CSeq: 1 INVITE', 'Content-Length: 99999999'),
  ],
])('looks no further after %s', (_, wire) => {
  expect(seen(wire, ACCEPTED, ACCEPTED)).toBe(0)
})
