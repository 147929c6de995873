import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { checkPublicKey } from './dsa.ts'
import * as limits from './limits.ts'
import { openBox } from './sealed-box.ts'
import { KEYS } from './testing/peers.ts'

/** The test that reaches each limit, or shows the constant on the wire: its file and title. */
const REACHED = {
  SIGNATURE_BYTES: ['ake.test.ts', 'key id 0, a signature too short or too long'],
  SIGNED_BYTES: ['dsa.test.ts', 'takes 32 bytes and no other number'],
  DSA_Q_BITS: ['dsa-generate.test.ts', 'makes keys of 1024 and 160 bits from primes'],
  GROUP_BITS: ['group.test.ts', 'is RFC 3526 group 5: a safe prime, in which 2 has the order Q'],
  DH_EXPONENT_BITS: ['data-keys.test.ts', 'Alice to Bob and back, to the byte'],
  MPI_BYTES_MAX: ['bytes.test.ts', 'takes an MPI of the largest size and none above'],
  DSA_P_BITS_MIN: ['limits.test.ts', 'a DSA key may have so many bits, no fewer and no more'],
  DSA_P_BITS_MAX: ['limits.test.ts', 'a DSA key may have so many bits, no fewer and no more'],
  KEYS_REMEMBERED_MAX: ['dsa.test.ts', 'are recognised, up to a limit'],
  FILE_BYTES_MAX: ['s-expression.test.ts', "['('.repeat(1024 * 1024 + 1), 'OTR_TOO_LARGE']"],
  LIST_DEPTH_MAX: ['s-expression.test.ts', "['('.repeat(9), 'OTR_TOO_LARGE']"],
  INSTANCE_TAG_MIN: ['messages.test.ts', 'reserved instance tags'],
  MAC_BYTES: ['data-keys.test.ts', 'any byte changed, and still takes the message itself'],
  COUNTER_BYTES: ['data-keys.test.ts', 'everything under a counter that has come to its end'],
  FRAGMENTS_MAX: ['fragments.test.ts', 'refuses what cannot work'],
  TLV_BYTES_MAX: ['tlv.test.ts', 'the longest record'],
  SMP_EXPONENT_BYTES: ['smp.test.ts', 'exponents outside their bounds'],
  ENCODED_CHARS_MAX: ['recognise.test.ts', 'nothing is decoded above the limit'],
  TEXT_BYTES_MAX: ['conversation.test.ts', "'x'.repeat(512 * 1024 + 1)"],
  FRAGMENT_CHARS_MAX: [
    'fragments.test.ts',
    'keeps within its limit, whether pieces are long, short, or of many devices',
  ],
  FRAGMENT_ABOVE_MIN: ['conversation.test.ts', 'a profile that cannot work is the caller’s fault'],
  FRAGMENT_CHARS_MIN: [
    'fragments.test.ts',
    'keeps within its limit, whether pieces are long, short, or of many devices',
  ],
  FRAGMENT_AGE_MAX_MS: ['fragments.test.ts', 'forgets after a while'],
  INSTANCES_MAX: [
    'instances.test.ts',
    'only so many devices are remembered, and those in use longest',
  ],
  AKE_TIMEOUT_MS: ['conversation.test.ts', 'after a minute without an answer it is over'],
  SIGNATURE_DUE_MS: ['conversation.test.ts', 'SIGNATURE_DUE_MS'],
  HEARTBEAT_AFTER_MS: ['conversation.test.ts', 'after a minute of listening, in answer to text'],
  ERROR_INTERVAL_MS: [
    'conversation.test.ts',
    'two peers that answer errors with queries, and queries with errors, fall silent',
  ],
  SMP_QUESTION_BYTES_MAX: ['smp.test.ts', 'a question without end'],
  KDF_MEMORY_KIB_MAX: [
    'sealed-box.test.ts',
    'if it asks for more memory, passes or lanes than we give, before any is taken',
  ],
  KDF_PASSES_MAX: [
    'sealed-box.test.ts',
    'if it asks for more memory, passes or lanes than we give, before any is taken',
  ],
  KDF_LANES_MAX: [
    'sealed-box.test.ts',
    'if it asks for more memory, passes or lanes than we give, before any is taken',
  ],
  PASSPHRASE_CHARS_MAX: [
    'sealed-box.test.ts',
    'an empty passphrase, and one without end, are refused',
  ],
  BOX_BYTES_MAX: ['limits.test.ts', 'a box may have so many bytes, and no more'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

test('a DSA key may have so many bits, no fewer and no more', () => {
  const { DSA_P_BITS_MIN, DSA_P_BITS_MAX } = limits
  const fault = (bits: number) => {
    try {
      checkPublicKey({ ...KEYS.alice, p: 2n ** BigInt(bits) - 1n })
      return 'none'
    } catch (error) {
      return String(error)
    }
  }
  const size = /p of \d+ bits$/
  for (const bits of [DSA_P_BITS_MIN - 1, DSA_P_BITS_MAX + 1]) expect(fault(bits)).toMatch(size)
  // These are refused for what they are: no primes, and no key of Alice's.
  for (const bits of [DSA_P_BITS_MIN, DSA_P_BITS_MAX]) expect(fault(bits)).not.toMatch(size)
})

test('a box may have so many bytes, and no more', () => {
  const box = new Uint8Array(limits.BOX_BYTES_MAX + 1)
  box.set(new TextEncoder().encode('SOTTOBOX'))
  box[8] = 0xff // A version to come, which is what is said of a box that is not too large.
  box.set(sha256(box.subarray(0, 60)).subarray(0, 4), 60)
  const refused = (code: string) => expect.objectContaining({ code })
  expect(() => openBox('x', 'backup', box.subarray(0, -1))).toThrow(refused('VAULT_NEWER'))
  expect(() => openBox('x', 'backup', box)).toThrow(refused('VAULT_DAMAGED'))
})
