import { deepStrictEqual } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FuzzTarget, refusal } from '../fuzz-engine.ts'
import { fromLatin1 } from '../fuzz-mutations.ts'
import {
  addressIn,
  cseqMethod,
  cseqOf,
  parseAuthParams,
  parseNameAddr,
  parseVia,
  tagIn,
} from './sip-fields.ts'
import { header, headers, parseSip, SipFault, serialiseSip } from './sip-message.ts'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'edge.sip',
    guide: ['edge/sip-message.ts', 'edge/sip-fields.ts'],
    words: [
      '\r\n',
      '\r\n ',
      'Via: SIP/2.0/WS a;branch=z9hG4bK1',
      'v: ',
      'f: ',
      't: ',
      'i: ',
      'm: <sip:a@b>',
      'l: 0',
    ]
      .concat([
        'CSeq: 1 INVITE',
        'Route: <sip:a;lr>',
        '<sip:a@b>;tag=1',
        '"a\\"b" ',
        'sips:',
        ';',
        ',',
        '<',
        '>',
      ])
      .concat([
        'Authorization: Digest username="a", nonce="b", uri="c"',
        ' SIP/2.0',
        'SIP/2.0 200 OK',
        '%41',
        '[::1]',
      ]),
    maxBytes: 20_000,
    steps: { perByte: 60, atAll: 5_000 },
    shortRuns: 720,
    seeds: recordedSip,
    run(input) {
      try {
        const message = parseSip(input)
        const written = parseSip(serialiseSip(message))
        deepStrictEqual(fieldsOf(written), fieldsOf(message))
        addressIn(message, 'from')
        tagIn(message, 'to')
        for (const name of ['contact', 'route', 'record-route']) {
          for (const value of headers(message, name)) parseNameAddr(value)
        }
        for (const value of headers(message, 'via')) parseVia(value)
        parseAuthParams(header(message, 'authorization') ?? '')
        return `${message.kind} ${cseqMethod(message).slice(0, 8)} ${cseqOf(message) > 0}`
      } catch (error) {
        return refusal([SipFault], error)
      }
    },
  },
]

function fieldsOf(message: ReturnType<typeof parseSip>) {
  const others = message.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  return { ...message, headers: others, body: [...message.body] }
}

/** What deployed programs said, and the messages of RFC 4475 that {@link parseSip} is tested with. */
function recordedSip(): Uint8Array[] {
  const folder = join(import.meta.dirname, '..', 'sip', 'vectors')
  const files = readdirSync(folder).filter((file) => file.endsWith('.sip'))
  return files.flatMap((file) =>
    readFileSync(join(folder, file), 'latin1')
      .split(/(?<=<\/conference-info>|\r\n)(?=[A-Z]+ sip:\S+ SIP\/2\.0\r\n)/)
      .map(fromLatin1),
  )
}
