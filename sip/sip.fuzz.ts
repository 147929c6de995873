import { deepStrictEqual } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FuzzTarget, refusal } from '../fuzz-engine.ts'
import { fromLatin1 } from '../fuzz-mutations.ts'
import { SipError } from './events.ts'
import { RosterState } from './roster.ts'
import { isChatOnly, readMedia, readWithdrawal, writeSdp } from './sdp.ts'
import { StreamReader } from './stream-reader.ts'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'sip.sdp',
    guide: ['sip/sdp.ts', 'sip/file-description.ts', 'sip/file-multipart.ts'],
    words: [
      'v=0\r\n',
      'm=message 2855 TCP/TLS/MSRP *\r\n',
      'm=audio 0 RTP/AVP 0\r\n',
      'a=path:',
      ' msrp://a:1/b;tcp',
    ]
      .concat([
        'a=accept-types:*\r\n',
        'a=setup:actpass\r\n',
        'a=max-size:',
        'a=chatroom:',
        'a=inactive\r\n',
      ])
      .concat([
        'a=file-selector:name:"a%20b" size:1 type:a/b',
        'hash:sha-1:00:11',
        'a=file-range:1-*\r\n',
      ])
      .concat([
        'a=file-transfer-id:x\r\n',
        'a=file-date:creation:"Mon, 1 Jan 2026 00:00:00 GMT"\r\n',
      ])
      .concat(['--b\r\nContent-Type: application/sdp\r\n\r\n', '\r\n--b--', '\0', '"', '%']),
    maxBytes: 10_000,
    steps: { perByte: 60, atAll: 5_000 },
    shortRuns: 720,
    seeds: () =>
      [
        ...vectors()
          .flatMap(bodies)
          .filter((body) => body.startsWith('v=0')),
        FILE,
      ].map(fromLatin1),
    run(input) {
      const body = new TextDecoder().decode(input)
      isChatOnly(body)
      readWithdrawal(body, 0)
      try {
        const reading = readMedia(body)
        const frame = { sessionId: '1', version: 1, origin: 'a.invalid', media: reading.media }
        let written: string
        try {
          written = writeSdp(reading.chat, frame)
        } catch (error) {
          if (error instanceof TypeError) return 'not to be written'
          throw error
        }
        // A host that is an address of the other kind is said to be a name.
        deepStrictEqual(readMedia(written).chat.path, reading.chat.path)
        return `${reading.chat.setup} ${Math.min(reading.media.length, 3)} ${reading.chat.file !== undefined}`
      } catch (error) {
        return refusal([SipError], error)
      }
    },
  },
  {
    name: 'sip.stream',
    guide: ['sip/stream-reader.ts'],
    words: [
      '\r\n',
      '\r\n\r\n',
      'Content-Length: ',
      'l: 5',
      'Content-Length: 99999999999',
      '-1',
      ':',
    ],
    maxBytes: 40_000,
    steps: { perByte: 60, atAll: 2_000 },
    shortRuns: 480,
    seeds: () => vectors().map(fromLatin1),
    run(input) {
      const whole = inReads(input, [])
      for (const at of [1, input.length >> 1, input.length - 3]) {
        deepStrictEqual(inReads(input, [at]), whole)
      }
      if (input.length < 1_000) deepStrictEqual(inReads(input, [...input.keys()]), whole)
      return `${Math.min(whole.messages.length, 3)} ${whole.error}`
    },
  },
  {
    name: 'sip.roster',
    guide: ['sip/xml.ts', 'sip/roster.ts'],
    words: [
      '<',
      '</',
      '/>',
      '<users state="partial">',
      '<user entity="sip:a@b">',
      '<endpoint entity="x">',
    ]
      .concat([
        'state="deleted"',
        'state="full"',
        'version="1"',
        '<status>connected</status>',
        '<subject>',
      ])
      .concat([
        'xmlns:p="u"',
        'p:',
        '<!--',
        '-->',
        '<!DOCTYPE',
        '<![CDATA[',
        '&#x202e;',
        '&#0;',
        '&lt;',
        '&x;',
      ]),
    maxBytes: 10_000,
    steps: { perByte: 60, atAll: 5_000 },
    shortRuns: 720,
    seeds: () =>
      vectors()
        .flatMap(bodies)
        .filter((body) => body.startsWith('<?xml'))
        .map(fromLatin1),
    run(input) {
      const roster = new RosterState()
      // What is said first may change what the rest does.
      const documents = new TextDecoder().decode(input).split(/(?=<\?xml)/)
      const steps = documents.map((document) => roster.apply(document))
      const { users } = roster.roster('sip:alice@sip.agp.test')
      return `${[...new Set(steps)].join()} ${Math.min(users.length, 3)}`
    },
  },
]

function inReads(input: Uint8Array, places: readonly number[]) {
  const reader = new StreamReader()
  const messages: string[] = []
  try {
    let from = 0
    for (const at of [...places, input.length]) {
      messages.push(...reader.push(input.subarray(from, at)))
      from = Math.max(from, at)
    }
    return { messages, error: 'ok' }
  } catch (error) {
    // Which messages were handed out before the error depends on where the reads ended.
    return { messages: [], error: refusal([SipError], error) }
  }
}

/** What deployed programs said. */
function vectors(): string[] {
  const folder = join(import.meta.dirname, 'vectors')
  const files = readdirSync(folder).filter((file) => file.endsWith('.sip'))
  return files.map((file) => readFileSync(join(folder, file), 'latin1'))
}

function bodies(messages: string): string[] {
  return new StreamReader()
    .push(fromLatin1(messages))
    .map((message) => message.slice(message.indexOf('\r\n\r\n') + 4))
}

/** RFC 5547 §8.1, with everything that an offer of a file may have. */
const FILE = [
  'v=0',
  'o=alice 2890844526 2890844526 IN IP4 a.example',
  's=',
  'c=IN IP4 a.example',
  't=0 0',
  'm=message 7654 TCP/MSRP *',
  'a=sendonly',
  'a=accept-types:message/cpim',
  'a=accept-wrapped-types:*',
  'a=path:msrp://a.example:7654/jshA7we;tcp',
  'a=file-selector:name:"My cool picture.jpg" type:image/jpeg size:4092 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
  'a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd',
  'a=file-disposition:attachment',
  'a=file-date:creation:"Mon, 15 May 2006 15:01:31 +0300"',
  'a=file-range:1-4092',
  '',
].join('\r\n')
