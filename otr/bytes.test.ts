import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bigintToBytes,
  bytesToBigint,
  concat,
  equalBytes,
  fromHex,
  Reader,
  toHex,
  Writer,
  wipe,
} from './bytes.ts'
import { MPI_BYTES_MAX } from './limits.ts'

const WIRE = concat(
  Uint8Array.of(0x03), // BYTE
  Uint8Array.of(0xfe, 0xdc), // SHORT
  Uint8Array.of(0xff, 0xff, 0xff, 0xfe), // INT
  Uint8Array.of(0, 0, 0, 2, 0xab, 0xcd), // MPI
  Uint8Array.of(0, 0, 0, 0), // MPI zero
  Uint8Array.of(0, 0, 0, 3, 7, 8, 9), // DATA
  Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), // CTR
)

function read(bytes: Uint8Array) {
  const reader = new Reader(bytes)
  const fields = {
    byte: reader.byte('byte'),
    short: reader.short('short'),
    int: reader.int('int'),
    mpi: reader.mpi('mpi'),
    zero: reader.mpi('zero'),
    data: reader.data('data'),
    counter: reader.bytes(8, 'counter'),
  }
  reader.end('counter')
  return fields
}

const code = (code: string) => expect.objectContaining({ code })

test('reads and writes each data type as the specification draws it', () => {
  expect(read(WIRE)).toEqual({
    byte: 3,
    short: 0xfedc,
    int: 0xfffffffe,
    mpi: 0xabcdn,
    zero: 0n,
    data: Uint8Array.of(7, 8, 9),
    counter: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  })
  const written = new Writer()
    .byte(3)
    .short(0xfedc)
    .int(0xfffffffe)
    .mpi(0xabcdn)
    .mpi(0n)
    .data(Uint8Array.of(7, 8, 9))
    .bytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
  expect(toHex(written.finish())).toBe(toHex(WIRE))
})

describe('Reader', () => {
  test('refuses every proper prefix as truncated', () => {
    for (let length = 0; length < WIRE.length; length++) {
      expect(() => read(WIRE.subarray(0, length)), `${length} B`).toThrow(code('OTR_TRUNCATED'))
    }
  })

  test('gives a value or a coded error for every flipped bit', () => {
    for (let bit = 0; bit < 8 * WIRE.length; bit++) {
      const flipped = WIRE.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      try {
        read(flipped)
      } catch (error) {
        expect(error).toHaveProperty('code', expect.stringMatching(/^OTR_(TRUNCATED|MALFORMED)$/))
      }
    }
  })

  test('refuses what follows the last field', () => {
    expect(() => read(concat(WIRE, Uint8Array.of(0)))).toThrow(code('OTR_MALFORMED'))
  })

  test('refuses an MPI with a leading zero, and one of a single zero byte', () => {
    const mpi =
      (...bytes: number[]) =>
      () =>
        new Reader(Uint8Array.from(bytes)).mpi('mpi')
    expect(mpi(0, 0, 0, 2, 0, 0x80)).toThrow(code('OTR_MALFORMED'))
    expect(mpi(0, 0, 0, 1, 0)).toThrow(code('OTR_MALFORMED'))
    expect(mpi(0, 0, 0, 1, 0x80)()).toBe(0x80n)
  })

  test('believes no length that the message does not have', () => {
    const huge = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)
    expect(() => new Reader(huge).mpi('mpi')).toThrow(code('OTR_TRUNCATED'))
    expect(() => new Reader(huge).data('data')).toThrow(code('OTR_TRUNCATED'))
  })

  test('takes an MPI of the largest size and none above', () => {
    const mpi = (length: number) => new Writer().data(new Uint8Array(length).fill(1)).finish()
    expect(new Reader(mpi(MPI_BYTES_MAX)).mpi('mpi')).toBeGreaterThan(0n)
    expect(() => new Reader(mpi(MPI_BYTES_MAX + 1)).mpi('mpi')).toThrow(code('OTR_TOO_LARGE'))
  })

  test('reads from the middle of a larger buffer', () => {
    const reader = new Reader(concat(Uint8Array.of(9, 9), WIRE).subarray(2))
    expect(reader.byte('byte')).toBe(3)
    expect(reader.short('short')).toBe(0xfedc)
    expect(reader.offset).toBe(3)
  })
})

describe('numbers', () => {
  test('survive both ways', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 1536n }), (value) => {
        const bytes = bigintToBytes(value)
        expect(bytes[0]).not.toBe(0)
        expect(bytesToBigint(bytes)).toBe(value)
        expect(bytesToBigint(bigintToBytes(value, 200))).toBe(value)
      }),
    )
  })

  test('are padded on request and never cut', () => {
    expect(toHex(bigintToBytes(0x123n, 4))).toBe('00000123')
    expect(bigintToBytes(0n)).toHaveLength(0)
    expect(() => bigintToBytes(0x10000n, 2)).toThrow(RangeError)
    expect(() => bigintToBytes(-1n)).toThrow(RangeError)
  })
})

test('hexadecimal survives both ways in either case, and nothing else is taken for it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
    }),
  )
  for (const bad of ['a', '0g', '0x', ' 00', '00\n', '+1']) {
    expect(() => fromHex(bad), bad).toThrow(RangeError)
  }
})

test('equalBytes finds a difference at any place', () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i)
  expect(equalBytes(bytes, bytes.slice())).toBe(true)
  expect(equalBytes(bytes, bytes.subarray(1))).toBe(false)
  for (let at = 0; at < bytes.length; at++) {
    const other = bytes.slice()
    other[at]! ^= 0x80
    expect(equalBytes(bytes, other), `byte ${at}`).toBe(false)
  }
})

test('wipe leaves zeros', () => {
  const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  wipe(a, b)
  expect(toHex(concat(a, b))).toBe('000000')
})
