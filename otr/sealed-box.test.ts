import { argon2id } from '@noble/hashes/argon2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from './bytes.ts'
import { openBox, openRecord, type PassphraseCost, sealBox, sealRecord } from './sealed-box.ts'
import { seeded } from './testing/peers.ts'
import { VaultError } from './vault-error.ts'

/** What Argon2id takes at least: tests are about the box. */
const CHEAP: PassphraseCost = { memoryKiB: 8, passes: 1, lanes: 1 }
const CONTENT = new TextEncoder().encode('thirty-two bytes of somebody’s')

function box(passphrase = 'correct horse') {
  return sealBox(passphrase, 'vault', CONTENT, seeded('box'), CHEAP)
}

/** What opening it comes to. */
function outcome(sealed: Uint8Array, passphrase = 'correct horse'): string {
  try {
    return new TextDecoder().decode(openBox(passphrase, 'vault', sealed))
  } catch (error) {
    if (error instanceof VaultError) return error.code
    throw error
  }
}

/** Changed on purpose, with the checksum mended. */
function edited(at: number, ...bytes: number[]): Uint8Array {
  const sealed = box()
  sealed.set(bytes, at)
  sealed.set(sha256(sealed.subarray(0, 60)).subarray(0, 4), 60)
  return sealed
}

test('Argon2id is that of RFC 9106 §5.3', () => {
  const filled = (byte: number, length: number) => new Uint8Array(length).fill(byte)
  const tag = argon2id(filled(1, 32), filled(2, 16), {
    m: 32,
    t: 3,
    p: 4,
    dkLen: 32,
    key: filled(3, 8),
    personalization: filled(4, 12),
  })
  expect(toHex(tag)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
})

test('a box opens with its passphrase, and looks as it is drawn', () => {
  const sealed = box()
  expect(outcome(sealed)).toBe('thirty-two bytes of somebody’s')
  expect(toHex(sealed)).toBe(VECTOR.join(''))
})

test('accents may be typed in either way', () => {
  expect(outcome(box('caf\u00e9'), 'cafe\u0301')).toContain('thirty-two')
})

describe('not opened', () => {
  test('with another passphrase', () => {
    for (const wrong of ['', 'correct hors', 'Correct horse', 'correct horse '])
      expect(outcome(box(), wrong)).toBe('VAULT_WRONG_PASSPHRASE')
  })

  test('with any byte changed: the magic makes it foreign, every other one is called damage', () => {
    const sealed = box()
    sealed.forEach((_, at) => {
      const changed = sealed.slice()
      changed[at]! ^= 0x01
      expect(outcome(changed), `byte ${at}`).toBe(at < 8 ? 'VAULT_FOREIGN' : 'VAULT_DAMAGED')
    })
  })

  test('cut off anywhere, or with something behind it', () => {
    const sealed = box()
    for (let length = 0; length < sealed.length; length++)
      expect(outcome(sealed.subarray(0, length)), `${length} B`).toBe(
        length < 8 ? 'VAULT_FOREIGN' : 'VAULT_DAMAGED',
      )
    expect(outcome(concat(sealed, Uint8Array.of(0)))).toBe('VAULT_DAMAGED')
  })

  test('for another purpose, or of another version', () => {
    expect(() => openBox('correct horse', 'backup', box())).toThrow('VAULT_FOREIGN')
    expect(outcome(edited(8, 2))).toBe('VAULT_NEWER')
    expect(outcome(edited(8, 0))).toBe('VAULT_NEWER')
  })

  test('if it asks for more memory, passes or lanes than we give, before any is taken', () => {
    expect(outcome(edited(10, 0, 0x40, 0, 0))).toBe('VAULT_TOO_COSTLY') // 4 GiB
    expect(outcome(edited(10, 0xff, 0xff, 0xff, 0xff))).toBe('VAULT_TOO_COSTLY')
    expect(outcome(edited(14, 255))).toBe('VAULT_TOO_COSTLY')
    expect(outcome(edited(10, 0, 0, 1, 0, 1, 5))).toBe('VAULT_TOO_COSTLY')
    for (const nonsense of [edited(10, 0, 0, 0, 7), edited(14, 0), edited(15, 0)])
      expect(outcome(nonsense)).toBe('VAULT_DAMAGED')
  })

  test('with a header that was forged: salt and check look like a wrong passphrase, costs too', () => {
    for (const forged of [edited(16, 9), edited(44, 9), edited(14, 2)])
      expect(outcome(forged)).toBe('VAULT_WRONG_PASSPHRASE')
    expect(outcome(edited(32, 9))).toBe('VAULT_DAMAGED')
  })
})

test('an empty passphrase, and one without end, are refused', () => {
  expect(() => box('')).toThrow(RangeError)
  expect(() => box('a'.repeat(1025))).toThrow(RangeError)
})

test('a record opens under its key and its name only', () => {
  const key = fromHex('11'.repeat(32))
  const sealed = sealRecord(key, 'contact bob', CONTENT, seeded('record'))
  expect(openRecord(key, 'contact bob', sealed)).toEqual(CONTENT)
  expect(() => openRecord(key, 'contact eve', sealed)).toThrow('VAULT_DAMAGED')
  expect(() => openRecord(fromHex('12'.repeat(32)), 'contact bob', sealed)).toThrow('VAULT_DAMAGED')
  for (let length = 0; length < sealed.length; length++)
    expect(() => openRecord(key, 'contact bob', sealed.subarray(0, length))).toThrow(
      'VAULT_DAMAGED',
    )
})

/** Made once, to notice when the format changes; opens with `correct horse`. */
const VECTOR = [
  '534f54544f424f58', // SOTTOBOX
  '01', // Version.
  '01', // Purpose: a vault.
  '00000008', // 8 KiB,
  '01', // one pass,
  '01', // one lane.
  '04d282a9d3282a0d48d3a96a56e6b00c', // Salt.
  'c210433ecd0a8c50e7ce2217', // Nonce.
  'ed2dd8af7c6ee242a209182bb1e9dfae', // Key check.
  'f87cd039', // Checksum.
  '14d6126dba9e24890eb77a9ac0976f448568078a3796f0574fe4f7864ee68272',
  '539ab0849ce43d459b97d44cc48ca071', // Tag.
]
