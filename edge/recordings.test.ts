/**
 * Conversations between deployed programs, recorded on the wire, one TCP segment a line, in
 * `vectors/`: two Blinks; three of them in a room of SylkServer behind Kamailio; one behind
 * msrprelay; one with an XMPP user behind SylkServer's gateway. What they said must be readable here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeFrame, type MsrpFrame, parseFrame, StreamParser } from '../msrp/index.ts'
import { readCpimHead } from './focus-cpim.ts'
import { readWish } from './focus-referral.ts'
import { readOffer } from './focus-sdp.ts'
import { Intake } from './msrp-relay-intake.ts'
import { PassingSend } from './msrp-relay-passing.ts'
import { parseSip, type SipMessage, type SipRequest, serialiseSip } from './sip-message.ts'

type Protocol = 'sip' | 'msrp' | 'xmpp'

interface Recording {
  readonly protocol: Protocol
  /** What one side sent on one connection. */
  readonly reads: readonly Buffer[]
}

/** Every direction of every connection; XMPP ends at SylkServer and is nothing of ours. */
function recorded(name: string): Recording[] {
  const streams = new Map<string, Buffer[]>()
  const lines = readFileSync(join(import.meta.dirname, 'vectors', `${name}.jsonl`), 'utf8')
  for (const line of lines.trimEnd().split('\n')) {
    const { from, to, data, b64 } = JSON.parse(line) as Record<string, string>
    const bytes = data === undefined ? Buffer.from(b64!, 'base64') : Buffer.from(data)
    streams.set(`${from} ${to}`, [...(streams.get(`${from} ${to}`) ?? []), bytes])
  }
  return [...streams.values()].map((reads) => ({ protocol: protocolOf(reads[0]!), reads }))
}

function protocolOf(first: Buffer): Protocol {
  const text = first.toString('latin1')
  if (text.startsWith('MSRP ')) return 'msrp'
  return text.startsWith('<') ? 'xmpp' : 'sip'
}

/** SIP over TCP, cut by Content-Length and nothing else. */
function cutSip(reads: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = []
  for (let rest = Buffer.concat(reads); rest.length > 0; ) {
    const start = rest.subarray(0, 4).toString() === '\r\n\r\n' ? 4 : 0 // Keep-alive.
    const head = rest.indexOf('\r\n\r\n', start) + 4
    const length = /^Content-Length: *(\d+)/im.exec(rest.toString('latin1', start, head))![1]
    messages.push(rest.subarray(start, head + Number(length)))
    rest = rest.subarray(head + Number(length))
  }
  return messages
}

function framesOf(reads: readonly Uint8Array[]): MsrpFrame[] {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => frames.push(frame))
  for (const read of reads) parser.push(new Uint8Array(read))
  return frames
}

const sip = (name: string): SipMessage[] =>
  recorded(name)
    .filter(({ protocol }) => protocol === 'sip')
    .flatMap(({ reads }) => cutSip(reads).map((bytes) => parseSip(bytes)))
const requests = (name: string, method: string): SipRequest[] =>
  sip(name).filter(
    (message): message is SipRequest => message.kind === 'request' && message.method === method,
  )

describe.each([
  ['blink-otr', 6, 39],
  ['msrprelay', 20, 68],
  ['sylk-conference', 150, 52],
  ['sylk-xmpp-gateway', 88, 44],
] as const)('%s', (name, sipAtLeast, msrpAtLeast) => {
  test('every SIP message is read, and written back as it was meant', () => {
    const messages = sip(name)
    expect(messages.length).toBeGreaterThanOrEqual(sipAtLeast)
    for (const message of messages) expect(parseSip(serialiseSip(message))).toEqual(message)
  })

  test('every MSRP frame is read, however it is split, and written back byte for byte', () => {
    let count = 0
    for (const { protocol, reads } of recorded(name)) {
      if (protocol !== 'msrp') continue
      const bytes = Buffer.concat(reads)
      const frames = framesOf(reads)
      count += frames.length
      expect(framesOf(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(frames)
      expect(Buffer.concat(frames.map(encodeFrame)).toString()).toBe(bytes.toString())
      for (const frame of frames) expect(parseFrame(encodeFrame(frame))).toEqual(frame)
    }
    expect(count).toBeGreaterThanOrEqual(msrpAtLeast)
  })

  test('the relay passes every chunk on as it is', () => {
    for (const { protocol, reads } of recorded(name)) {
      if (protocol !== 'msrp') continue
      const passed: MsrpFrame[] = []
      const intake = new Intake({
        onFrame: (frame) => passed.push(frame),
        onSend: (head) =>
          new PassingSend(head, 1_000_000, {
            isOpen: () => true,
            send: (part) => passed.push(part),
            accept: () => {},
            refuse: () => {},
            report: () => {},
          }),
      })
      for (const read of reads) intake.push(new Uint8Array(read))
      expect(passed).toEqual(framesOf(reads))
    }
  })
})

test('a room understands what Blink offers one, says in one and asks of one', () => {
  const offers = requests('sylk-conference', 'INVITE')
    .filter(({ uri }) => uri.includes('room'))
    .map(({ body }) => readOffer(Buffer.from(body).toString()))
  expect(offers.length).toBeGreaterThan(0)
  for (const offer of offers) {
    expect(offer?.path[0]).toMatch(/^msrp/)
    expect(offer?.wrappedTypes).toContain('text/*')
  }
  const wishes = requests('sylk-conference', 'REFER').map(readWish)
  expect(wishes).toContainEqual({ method: 'INVITE', who: 'sip:carol@sip.agp.test' })

  const said = recorded('sylk-conference')
    .filter(({ protocol }) => protocol === 'msrp')
    .flatMap(({ reads }) => framesOf(reads))
    .filter((frame) => frame.kind === 'request' && frame.contentType === 'message/cpim')
  expect(said.length).toBeGreaterThan(10)
  for (const frame of said) {
    const head = readCpimHead(frame.kind === 'request' ? frame.body! : new Uint8Array())
    expect(head?.from).toMatch(/^sip:\w+@/)
    expect(head?.to).toHaveLength(1)
  }
})
