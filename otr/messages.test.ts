import { describe, expect, test } from 'vitest'
import { toHex, Writer } from './bytes.ts'
import { P } from './group.ts'
import {
  type DataMessage,
  encodeData,
  encodeDataBody,
  encodeDhCommit,
  encodeDhKey,
  encodeRevealSignature,
  encodeSignature,
  type OtrMessage,
  parseMessage,
} from './messages.ts'
import { recognise, writeEncoded } from './recognise.ts'
import { sheet } from './testing/peers.ts'

const { ake, data } = sheet

function decode(text: string): Uint8Array {
  const recognised = recognise(text)
  if (recognised.kind !== 'encoded') throw new Error('not encoded')
  return recognised.bytes
}

/** The sheet's messages and their sizes in the specification's layout. */
const SAMPLES = {
  dhCommitV2: ake.dhCommitV2,
  dhCommitV3: ake.dhCommitV3,
  dhKeyV3: ake.dhKeyV3,
  revealSignatureV3: ake.revealSignatureV3,
  signatureV3: ake.signatureV3,
  data1: data.aliceToBob.wire,
  data2: data.bobToAlice.wire,
} as const

/** Where version 3 has the flags of a data message. */
const FLAGS_AT = 11

/** Writes what was read. */
function encode(message: OtrMessage, revealed = new Uint8Array(0)): Uint8Array {
  switch (message.type) {
    case 'dhCommit':
      return encodeDhCommit(message, message.encryptedGx, message.hashedGx)
    case 'dhKey':
      return encodeDhKey(message, message.gy)
    case 'revealSignature':
      return encodeRevealSignature(message, message.revealedKey, message)
    case 'signature':
      return encodeSignature(message, message)
    case 'data':
      return encodeData(encodeDataBody(message), message.mac, revealed)
  }
}

describe.each(Object.entries(SAMPLES))('%s', (_, text) => {
  const bytes = decode(text)

  test('is read and written to the byte', () => {
    expect(writeEncoded(encode(parseMessage(bytes)))).toBe(text)
  })

  test('every proper prefix is truncated', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseMessage(bytes.subarray(0, length)), `${length} B`).toThrow(
        expect.objectContaining({ code: 'OTR_TRUNCATED' }),
      )
    }
  })

  test('nothing may follow', () => {
    expect(() => parseMessage(Uint8Array.of(...bytes, 0))).toThrow(
      expect.objectContaining({ code: 'OTR_MALFORMED' }),
    )
  })

  test('any bit flipped gives another message or a coded error', () => {
    const whole = toHex(bytes)
    for (let bit = 0; bit < 8 * Math.min(bytes.length, 300); bit += 3) {
      const changed = bytes.slice()
      if (bit >> 3 === FLAGS_AT) continue // Unknown flags are not kept.
      changed[bit >> 3]! ^= 1 << (bit & 7)
      try {
        expect(toHex(encode(parseMessage(changed)))).not.toBe(whole)
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^OTR_/) })
      }
    }
  })
})

test('the fields of a data message', () => {
  const message = parseMessage(decode(data.aliceToBob.wire)) as DataMessage
  expect(message).toMatchObject({
    type: 'data',
    version: 3,
    senderTag: sheet.instanceTags.alice,
    receiverTag: sheet.instanceTags.bob,
    ignoreUnreadable: false,
    senderKeyId: 1,
    recipientKeyId: 1,
  })
  expect(toHex(message.counter)).toBe('0000000000000001')
  // Everything but the MAC, 20 bytes, and the empty field of old MAC keys, 4.
  expect(message.authenticated.length).toBe(decode(data.aliceToBob.wire).length - 24)
})

describe('refuses', () => {
  const message = parseMessage(decode(data.aliceToBob.wire)) as DataMessage
  const code = (bytes: Uint8Array) => {
    try {
      parseMessage(bytes)
      return null
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  const withBody = (change: Partial<DataMessage>) =>
    code(encodeData(encodeDataBody({ ...message, ...change }), message.mac, new Uint8Array(0)))

  test('key id 0', () => {
    expect(withBody({ senderKeyId: 0 })).toBe('OTR_OUT_OF_RANGE')
    expect(withBody({ recipientKeyId: 0 })).toBe('OTR_OUT_OF_RANGE')
  })

  test.each([0n, 1n, P - 1n, P])('a next D-H key of %s', (nextY) => {
    expect(withBody({ nextY })).toBe('OTR_OUT_OF_RANGE')
  })

  test('reserved instance tags', () => {
    expect(withBody({ senderTag: 0xff })).toBe('OTR_MALFORMED')
    expect(withBody({ senderTag: 0 })).toBe('OTR_MALFORMED')
    expect(withBody({ receiverTag: 1 })).toBe('OTR_MALFORMED')
  })

  test('versions 1 and 4, and unknown types', () => {
    const start = (version: number, type: number) => new Writer().short(version).byte(type)
    expect(code(start(1, 0x0a).int(0).finish())).toBe('OTR_VERSION')
    expect(code(start(4, 0x03).int(0).finish())).toBe('OTR_VERSION')
    expect(code(start(2, 0x04).finish())).toBe('OTR_MALFORMED')
  })

  test('a hash or a revealed key of another length', () => {
    const header = { version: 2, senderTag: 0, receiverTag: 0 } as const
    expect(code(encodeDhCommit(header, new Uint8Array(9), new Uint8Array(31)))).toBe(
      'OTR_MALFORMED',
    )
    const signature = { authenticated: new Uint8Array(4), mac: new Uint8Array(20) }
    const reveal = { ...signature, encrypted: new Uint8Array(0) }
    expect(code(encodeRevealSignature(header, new Uint8Array(17), reveal))).toBe('OTR_MALFORMED')
  })

  test('a length beyond the message, before anything is made of it', () => {
    const huge = new Writer().short(2).byte(0x02).int(0xffff_ffff).finish()
    expect(code(huge)).toBe('OTR_TRUNCATED')
  })
})
