import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  encodeFrame,
  type MsrpFrame,
  newIdent,
  newSessionUri,
  newTransaction,
  parseFrame,
} from '../msrp/index.ts'
import { encryptedPair, type Peer, seeded } from '../otr/testing/peers.ts'
import { seal, TEXT, unseal } from './envelope.ts'

const PATH = new URL('../docs/wire.md', import.meta.url)
const TYPED = 'Hi Bob, coffee at ten? ☕'
const ALICE = 'sip:alice@sotto.localhost'
const BOB = 'sip:bob@sotto.localhost'
const RELAY = 'msrp://127.0.0.1:8020'

/** One message, taken through the real code on both sides with repeatable randomness. */
function journey() {
  const random = seeded('wire')
  const { alice, bob } = encryptedPair({ profile: { padTo: 256 } })
  const encrypted = alice.send(TYPED).wire[0]!.text
  const id = newIdent(random)
  const route = {
    from: { name: 'Alice', uri: ALICE },
    to: { name: null, uri: BOB },
    wraps: true,
    receiptFor: id,
  }
  const message = seal(id, TEXT, encrypted, route, Date.UTC(2026, 10, 23, 9, 41))
  const own = newSessionUri(random)
  const peer = newSessionUri(random)
  const [ownToken, peerToken] = [newIdent(random), newIdent(random)]
  const { length } = message.body
  const frame: MsrpFrame = {
    kind: 'request',
    method: 'SEND',
    transaction: newTransaction(random, message.body),
    toPath: [`${RELAY}/${ownToken};tcp`, `${RELAY}/${peerToken};tcp`, peer],
    fromPath: [own],
    headers: [
      ['Message-ID', message.id],
      ['Byte-Range', `1-${length}/${length}`],
      ['Success-Report', 'yes'],
      ['Failure-Report', 'yes'],
    ],
    contentType: message.contentType,
    body: message.body,
    flag: '$',
  }
  return { encrypted, message, frame, wire: encodeFrame(frame), bob }
}

function readBack(wire: Uint8Array, bob: Peer): string | undefined {
  const frame = parseFrame(wire)
  if (frame.kind !== 'request' || frame.body === null) return undefined
  const content = unseal({ id: '', contentType: frame.contentType!, body: frame.body })
  if (!('text' in content)) return undefined
  bob.receive(content.text)
  return bob.texts.at(-1)
}

function draw(): string {
  const { encrypted, message, wire } = journey()
  const binary = Uint8Array.from(atob(encrypted.slice(5, -1)), (c) => c.charCodeAt(0))
  return `# One message on the wire

<!-- Drawn by chat/wire-doc.test.ts: UPDATE_DOCS=1 npm run test:unit -->

Alice types a line and presses Enter. This is what becomes of it, layer by layer, each made by the code
that makes it in the product; only the randomness is repeatable here. The same test takes the last bytes
apart again and finds what Alice typed.

## 1. Typed

\`\`\`
${TYPED}
\`\`\`

${bytesOf(TYPED).length} bytes of UTF-8. The outbox has stored it before anything below happens.

## 2. Encrypted: an OTR data message

A NUL ends the text, a record of type 0 pads it to a multiple of 256 bytes, AES-128 in counter mode
encrypts it, HMAC-SHA1 covers everything from the version to the ciphertext (OTRv3, "Data Message").

${fields(binary)}

All ${binary.length} bytes:

${dump(binary)}

As text, between \`?OTR:\` and a full stop, because it travels where text does:

\`\`\`
${encrypted.match(/.{1,96}/g)!.join('\n')}
\`\`\`

(one line on the wire)

## 3. Wrapped: a message/cpim object

Encrypt first, then wrap: From, To and DateTime are in clear, and the inner type stays what the clear
text is (RFC 3862). Another Sotto is asked to tell when the message is displayed (RFC 5438); its answer
travels encrypted as well. ${message.body.length} bytes; lines end with CRLF.

${dump(message.body)}

## 4. Framed: one MSRP SEND in one WebSocket message

To-Path names the relay twice, once as Alice's and once as Bob's, and then Bob (RFC 4976 §3, RFC 7977
§5). The end-line carries the transaction id, which does not occur in the body. ${wire.length} bytes:

${dump(wire)}

## 5. Answered

The relay answers \`200\` to Alice (*sent*), moves its own URI from the head of To-Path to the head of
From-Path, and sends the frame on under a transaction id of its own. Bob's session answers \`200\` to the
relay. When his conversation has decrypted the message and stored it, it sends a REPORT with
\`Status: 000 200 OK\` for the same Message-ID along the From-Path; it comes back through the relay, and
Alice's window says *Delivered*.
`
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** The fields of a version 3 data message, with their places. */
function fields(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer)
  const rows: string[] = []
  let at = 0
  const field = (name: string, length: number, says: (start: number) => string) => {
    rows.push(`| ${at}–${at + length - 1} | ${name} | ${says(at)} |`)
    at += length
  }
  const int = (start: number) => `${view.getUint32(start)}`
  const tag = (start: number) => `\`${view.getUint32(start).toString(16).padStart(8, '0')}\``
  field('version', 2, (start) => `${view.getUint16(start)}`)
  field('type', 1, () => '3: data')
  field('sender instance tag', 4, tag)
  field('receiver instance tag', 4, tag)
  field('flags', 1, (start) => `${bytes[start]}`)
  field('sender key id', 4, int)
  field('recipient key id', 4, int)
  const mpi = view.getUint32(at)
  field('next D-H key', 4 + mpi, () => `MPI of ${mpi} bytes`)
  field('counter', 8, (start) => `${view.getBigUint64(start)}`)
  const text = view.getUint32(at)
  field('encrypted message', 4 + text, () => `${text} bytes: 256 and nothing that tells the length`)
  field('authenticator', 20, () => 'HMAC-SHA1 over all of the above')
  const keys = view.getUint32(at)
  field('revealed MAC keys', 4 + keys, () => (keys === 0 ? 'none are due yet' : `${keys} bytes`))
  expect(at).toBe(bytes.length)
  return `| bytes | field | value |\n|---|---|---|\n${rows.join('\n')}`
}

/** Offset, sixteen bytes in hex, and what of them is printable. */
function dump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(47)}  ${text.join('')}`)
  }
  return `\`\`\`\n${lines.join('\n')}\n\`\`\``
}

test('what is on the wire reads back as what was typed', () => {
  const { wire, bob } = journey()
  expect(new TextDecoder().decode(wire)).not.toContain('coffee')
  expect(readBack(wire, bob)).toBe(TYPED)
})

test('docs/wire.md shows what the code does', () => {
  const drawn = draw()
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, drawn)
  expect(readFileSync(PATH, 'utf8')).toBe(drawn)
})
