import { deepStrictEqual } from 'node:assert'
import { type FuzzTarget, refusal } from '../fuzz-engine.ts'
import { fromLatin1, latin1 } from '../fuzz-mutations.ts'
import { readComposing } from './composing.ts'
import { unwrapCpim, wrapCpim } from './cpim.ts'
import { encodeFrame } from './encode.ts'
import { MsrpError } from './events.ts'
import type { MsrpFrame } from './frame.ts'
import { readImdn } from './imdn.ts'
import { parseFrame } from './parse.ts'
import { StreamParser } from './stream-parser.ts'
import { boundAlone, boundPair, text } from './testing/pair.ts'
import { recorded } from './testing/vectors.ts'

const utf8 = new TextEncoder()

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'msrp.frames',
    guide: ['msrp/'],
    words: [
      '\r\n',
      'MSRP ',
      ' SEND',
      ' REPORT',
      ' 200 OK',
      'To-Path: ',
      'From-Path: ',
      ' msrp://a:1/b;tcp',
    ]
      .concat(['Byte-Range: 1-*/*', 'Content-Type: text/plain', 'Status: 000 200', '-------'])
      .concat(['-------d93kswow$', '-------d93kswow+', '\r\n\r\n', ': ']),
    maxBytes: 20_000,
    steps: { perByte: 40, atAll: 2_000 },
    shortRuns: 240,
    seeds: recordedFrames,
    run(input) {
      const message = whole(input)
      const stream = cut(input, [])
      for (const at of [1, input.length >> 1, input.length - 1]) {
        deepStrictEqual(cut(input, [at]), stream)
      }
      if (input.length < 2_000) deepStrictEqual(cut(input, [...input.keys()]), stream)
      return `${message} ${stream.error} ${Math.min(stream.frames.length, 3)}`
    },
  },
  {
    name: 'msrp.connection',
    guide: ['msrp/'],
    words: ['MSRP ', 'SEND', 'REPORT', 'NICKNAME', 'AUTH', ' 200 OK', ' 413 x', 'Byte-Range: ']
      .concat(['1-5/10', '6-10/10', '1-0/0', '*', 'Success-Report: yes', 'Failure-Report: partial'])
      .concat([
        'Status: 000 413',
        'Message-ID: ',
        'Use-Path: ',
        'Expires: 1',
        '\r\n',
        '$',
        '+',
        '#',
      ]),
    maxBytes: 20_000,
    steps: { perByte: 60, atAll: 20_000 },
    shortRuns: 96,
    seeds: overheard,
    run(input) {
      return (['stream', 'message'] as const).map((framing) => hear(input, framing)).join(' ')
    },
  },
  {
    name: 'msrp.cpim',
    guide: ['msrp/cpim.ts'],
    words: [
      'From: ',
      'To: ',
      'cc: ',
      'DateTime: ',
      'Subject: ',
      'NS: ',
      'Require: ',
      'Content-Type: ',
    ]
      .concat(['<im:a@b>', '"', '\\u0041', '\\', '2026-01-01T00:00:00Z', '\r\n\r\n', '\n\n'])
      .concat(['imdn <urn:ietf:params:imdn>', 'imdn.Message-ID: 1', ';lang=en']),
    maxBytes: 20_000,
    steps: { perByte: 20, atAll: 1_000 },
    shortRuns: 960,
    seeds: () => recordedFrames().flatMap(bodies),
    run(input) {
      let message: ReturnType<typeof unwrapCpim>
      try {
        message = unwrapCpim(input)
      } catch (error) {
        return refusal([MsrpError], error)
      }
      let wrapped: Uint8Array
      try {
        wrapped = wrapCpim(message)
      } catch (error) {
        if (error instanceof RangeError) return 'not to be written' // Control characters.
        throw error
      }
      deepStrictEqual(unwrapCpim(wrapped), message)
      return 'read'
    },
  },
  {
    name: 'msrp.documents',
    guide: ['msrp/xml.ts', 'msrp/imdn.ts', 'msrp/composing.ts'],
    words: [
      '<',
      '</',
      '/>',
      '>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<![CDATA[',
      '<!DOCTYPE x [<!ENTITY a "b">]>',
    ]
      .concat(['xmlns=', 'xmlns:p=', '"', "'", '&lt;', '&#x41;', '&#1114112;', '&#xD800;', '&'])
      .concat(['<state>active</state>', '<refresh>60</refresh>', '<status>', '<displayed/>']),
    maxBytes: 10_000,
    steps: { perByte: 30, atAll: 1_000 },
    shortRuns: 960,
    seeds: () => DOCUMENTS.map((document) => utf8.encode(document)),
    run(input) {
      const document = new TextDecoder().decode(input)
      const composing = readComposing(document)
      const imdn = readImdn(document)
      return `${composing?.active ?? '-'} ${imdn?.notification ?? '-'} ${imdn?.status ?? '-'}`
    },
  },
]

/** As a WebSocket message; what is read can be written, and is read as the same. */
function whole(input: Uint8Array): string {
  try {
    const frame = parseFrame(input)
    deepStrictEqual(parseFrame(encodeFrame(frame)), frame)
    return frame.kind === 'request' ? frame.method.slice(0, 5) : 'response'
  } catch (error) {
    return refusal([MsrpError], error)
  }
}

/** As a stream in reads that end at the given places. */
function cut(input: Uint8Array, places: readonly number[]) {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => {
    frames.push(frame.kind === 'request' ? { ...frame, body: frame.body?.slice() ?? null } : frame)
  })
  let error = 'ok'
  try {
    let from = 0
    for (const at of [...places, input.length]) {
      parser.push(input.subarray(from, at))
      from = at
    }
  } catch (thrown) {
    error = refusal([MsrpError], thrown)
  }
  const most = 80 * input.length + 20_000
  if (parser.work > most) throw new Error(`${parser.work} bytes of work for ${input.length}`)
  return { frames, error }
}

/** A session that is bound hears a peer say that, in one stream or in messages. */
function hear(input: Uint8Array, framing: 'stream' | 'message'): string {
  const { env, alice, peer } = boundAlone({ framing })
  alice.session.send(text('m1', 'hello'), { success: 'yes', failure: 'yes' })
  const pieces = framing === 'stream' ? [input] : split(input)
  for (const piece of pieces) peer.wire.send(piece)
  env.advance(60_000)
  const kinds = new Set(alice.events.map(({ type }) => type))
  return [...kinds].sort().join()
}

/** Where two frames meet. */
function split(input: Uint8Array): Uint8Array[] {
  return latin1(input)
    .split(/(?<=[$+#]\r\n)(?=MSRP )/)
    .map(fromLatin1)
}

/** One of each kind of frame that deployed programs were heard to say. */
function recordedFrames(): Uint8Array[] {
  const kinds = new Map<string, Uint8Array>()
  for (const name of ['blink-session', 'msrprelay', 'sylk-gateway', 'sylk-room']) {
    for (const { bytes } of recorded(name)) {
      for (const frame of split(bytes)) {
        const head = latin1(frame).split('\r\n\r\n')[0]!
        const names = [...head.matchAll(/^([A-Za-z-]+):/gm)].map(([, name]) => name)
        const kind = [head.split('\r\n')[0]!.split(' ').slice(2), names].join()
        if (frame.length < 4_000 && !kinds.has(kind)) kinds.set(kind, frame)
      }
    }
  }
  return [...kinds.values()]
}

function bodies(frame: Uint8Array): Uint8Array[] {
  try {
    const parsed = parseFrame(frame)
    const isCpim = parsed.kind === 'request' && parsed.contentType?.startsWith('message/cpim')
    return isCpim ? [parsed.body!] : []
  } catch {
    return []
  }
}

/** What Bob says to Alice in a conversation like the one that is fuzzed: the paths fit. */
function overheard(): Uint8Array[] {
  const { alice, bob } = boundPair()
  const both = { success: 'yes', failure: 'yes' } as const
  alice.session.send(text('m1', 'hello'), both)
  bob.session.send(text('m2', 'hello yourself'), both)
  bob.session.send(text('m3', 'x'.repeat(5_000)), { success: 'no', failure: 'partial' })
  const said = bob.wire.sent.map((frame) => utf8.encode(frame))
  return [...said, utf8.encode(bob.wire.sent.join(''))]
}

const DOCUMENTS = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state><contenttype>text/plain</contenttype><refresh>60</refresh></isComposing>',
  "<p:isComposing xmlns:p='urn:ietf:params:xml:ns:im-iscomposing'><p:state>idle</p:state><p:lastactive>2026-01-27T10:43:00Z</p:lastactive></p:isComposing>",
  '<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>34jk324j</message-id><datetime>2026-04-04T12:16:49-05:00</datetime><delivery-notification><status><delivered/></status></delivery-notification></imdn>',
  '<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>a&amp;b</message-id><display-notification><status><displayed/></status></display-notification></imdn>',
]
