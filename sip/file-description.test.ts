import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MsrpDescription, SipError } from './events.ts'
import { type FileSelector, readSelector, writeSelector } from './file-description.ts'
import { readMedia, readSdp, readWithdrawal, writeSdp } from './sdp.ts'

const FRAME = { sessionId: '31415926', version: 1, origin: 'a.invalid' }
const SHA1 = '72245fe8653ddaf371362f86d471913ee4a2ce2e'
const NOTHING: FileSelector = { name: null, type: null, size: null, sha1: null }

const sdp = (...lines: string[]) => `${lines.join('\r\n')}\r\n`

/** RFC 5547 §9.1, with a path of ours. */
const OFFER = sdp(
  'v=0',
  'o=- 31415926 1 IN IP4 a.invalid',
  's=-',
  'c=IN IP4 atlanta.example.com',
  't=0 0',
  'm=message 7654 TCP/MSRP *',
  'a=path:msrp://atlanta.example.com:7654/jshA7we;tcp',
  'a=sendonly',
  'a=accept-types:message/cpim',
  'a=accept-wrapped-types:*',
  'a=file-selector:name:"My cool picture.jpg" type:image/jpeg size:32349 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
  'a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd',
  'a=file-disposition:attachment',
  'a=file-date:creation:"Mon, 15 May 2006 12:01:31 +0000"',
  'a=file-range:1-32349',
)

/** What a whole SDP says of a file, if it can be read at all. */
function fileOf(text: string) {
  try {
    return readSdp(text).file
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    return undefined
  }
}

test('reads and writes the offer that RFC 5547 draws', () => {
  const offer = readSdp(OFFER)
  expect(offer.file).toEqual({
    selector: { name: 'My cool picture.jpg', type: 'image/jpeg', size: 32_349, sha1: SHA1 },
    transferId: 'vBnG916bdberum2fFEABR1FR3ExZMUrd',
    disposition: 'attachment',
    date: { creation: Date.UTC(2006, 4, 15, 12, 1, 31), modification: null, read: null },
    range: { start: 1, stop: 32_349 },
  })
  expect(offer.direction).toBe('sendonly')
  expect(writeSdp(offer, FRAME)).toBe(OFFER)
})

test('reads the offer that Blink writes', () => {
  const offer = readSdp(
    sdp(
      'v=0',
      'm=message 2855 TCP/TLS/MSRP *',
      'a=path:msrps://192.0.2.7:2855/8a1f7e60b09cd8a4de4c;tcp',
      'a=sendonly',
      'a=accept-types:*',
      'a=setup:active',
      'a=file-selector:name:"x.png" type:image/png size:70000 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
      'a=x-file-offset',
      'a=file-transfer-id:0b3a4d36-4ab4-4a3f-8ecf-9f5ac7d8a0f5',
    ),
  )
  expect(offer.file).toMatchObject({
    selector: { name: 'x.png', size: 70_000, sha1: SHA1 },
    disposition: null,
    date: null,
    range: null,
  })
})

describe('a selector', () => {
  test.each<[string, Partial<FileSelector>]>([
    ['name:"a b  c"', { name: 'a b  c' }],
    ['name:"say %22hi%22 100%25"', { name: 'say "hi" 100%' }],
    ['name:"Grüße 👋.txt"', { name: 'Grüße 👋.txt' }],
    ['name:"Gr%C3%BC%C3%9Fe"', { name: 'Grüße' }],
    ['name:"%2E%2E%2Fetc"', { name: '../etc' }],
    ['name:"%ff"', { name: '\ufffd' }],
    ['name:""', { name: '' }],
    ['size:5368709120', { size: 5 * 1024 ** 3 }],
    ['type:Text/Plain;charset="utf-8"', { type: 'text/plain;charset=utf-8' }],
    ['type:a/b;x="p%22q r;s"', { type: 'a/b;x="p\\"q r;s"' }],
    ['type:text/plain  size:3', { type: 'text/plain', size: 3 }],
    [`hash:sha-1:${SHA1.toUpperCase().match(/../g)!.join(':')}`, { sha1: SHA1 }],
    ['hash:sha-256:AA:BB size:1', { size: 1 }],
    ['other:"x y" size:2', { size: 2 }],
    ['name:"one" name:"two"', { name: 'one' }],
    ['name:"size:9" size:1', { name: 'size:9', size: 1 }],
  ])('%s', (text, selector) => {
    expect(readSelector(text)).toEqual({ ...NOTHING, ...selector })
  })

  test.each([
    '',
    'name',
    'name:',
    'size:-1',
    'size:9999999999999999',
    'hash:sha-1:AA',
    'type:x',
    'name:"x',
  ])('%s says nothing', (text) => {
    expect(readSelector(text)).toBeNull()
  })

  test('comes back as it was written', () => {
    const hex = fc.uint8Array({ minLength: 20, maxLength: 20 })
    const selector = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      type: fc.constantFrom(null, 'image/png', 'text/plain;charset=utf-8', 'a/b;x="p \\" %;q"'),
      size: fc.option(fc.maxSafeNat().map((size) => size % 10 ** 15)),
      sha1: fc.option(hex.map((bytes) => Buffer.from(bytes).toString('hex'))),
    })
    fc.assert(
      fc.property(selector, (one) => {
        const written = writeSelector(one)
        expect(written).not.toMatch(/[\r\n\0]/)
        expect(readSelector(written)).toEqual(one)
      }),
    )
  })

  test('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => void readSelector(text)))
  })
})

test.each([
  'a=file-selector:size:1',
  'a=file-selector',
  'a=file-transfer-id:x',
  `a=file-selector:name:"${'x'.repeat(3000)}"`,
])('%s alone is no file', (line) => {
  const alone = `${OFFER.replaceAll(/a=file.*\r\n/g, '')}${line}\r\n`
  expect(fileOf(alone)).toBeUndefined()
})

test.each(['5-4', '0-4', 'x', '1-', '*-5'])('a range of %s is none', (range) => {
  expect(readSdp(OFFER.replace('1-32349', range)).file?.range).toBeNull()
})

test('a file that is refused beside a chat keeps its selector and id', () => {
  const chat: MsrpDescription = readSdp(OFFER.replaceAll(/a=file.*\r\n|a=sendonly\r\n/g, ''))
  const chatLines = writeSdp(chat, FRAME).split('m=')[1]!
  const { chat: read, media } = readMedia(`${OFFER}m=${chatLines}`)
  expect(read.file).toBeUndefined()
  const answer = writeSdp(read, { ...FRAME, media })
  expect(answer).toContain(
    'm=message 0 TCP/MSRP *\r\na=file-selector:name:"My cool picture.jpg" type:image/jpeg',
  )
  expect(answer).toContain(
    '\r\na=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\nm=message 7654',
  )
})

test('an offer of nothing takes everything back, and only what is at its place', () => {
  const nothing = OFFER.replace('message 7654', 'message 0')
  expect(readWithdrawal(nothing, 0)).toMatchObject([{ isChat: false }])
  expect(readWithdrawal(nothing, 1)).toBeNull()
  expect(readWithdrawal(OFFER, 0)).toBeNull()
  expect(readWithdrawal('v=0\r\n', 0)).toBeNull()
})

test('the picture beside an SDP is passed over (RFC 5547 §7)', () => {
  const body = [
    'preamble',
    '--boundary71',
    'Content-Type: image/jpeg',
    'Content-ID: <id2@alicepc.example.com>',
    '',
    'v=0\u0000\ufffd',
    '--boundary71',
    'Content-Type: application/sdp',
    'Content-Length: 1',
    '',
    OFFER.trimEnd(),
    '--boundary71--',
    '',
  ].join('\r\n')
  expect(readSdp(body)).toEqual(readSdp(OFFER))
})

test('says what of ours it takes, and reads it', () => {
  const { file: _, ...chat } = { ...readSdp(OFFER), direction: 'sendrecv' as const }
  const written = writeSdp({ ...chat, features: ['otr-file'] }, FRAME)
  expect(written).toContain('\r\na=sotto-features:otr-file\r\n')
  expect(readSdp(written).features).toEqual(['otr-file'])
})

test('a name that would break its line cannot', () => {
  const offer = readSdp(OFFER)
  const file = { ...offer.file!, selector: { ...NOTHING, name: 'a\r\nm=audio 1 RTP/AVP 0\r\n' } }
  const written = writeSdp({ ...offer, file }, FRAME)
  expect(written).toContain('name:"a%0D%0Am=audio 1 RTP%2FAVP 0%0D%0A"')
  expect(readSdp(written).file?.selector.name).toBe('a\r\nm=audio 1 RTP/AVP 0\r\n')
  const forged = { ...offer.file!, transferId: 'x\r\na=y' }
  expect(() => writeSdp({ ...offer, file: forged }, FRAME)).toThrow(TypeError)
})
