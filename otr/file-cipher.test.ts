import { createCipheriv, createHash, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { concat, fromHex, toHex } from './bytes.ts'
import {
  FILE_SEGMENT,
  type FileBinding,
  FileCipher,
  sealedSize,
  segmentsOf,
} from './file-cipher.ts'

const VECTOR = JSON.parse(
  readFileSync(new URL('vectors/file-cipher.json', import.meta.url), 'utf8'),
) as {
  readonly extraKey: string
  readonly sender: string
  readonly receiver: string
  readonly announcement: string
  readonly segments: readonly { readonly bytes: string; readonly sealed: string }[]
}

const { sender, receiver } = VECTOR
const extraKey = fromHex(VECTOR.extraKey)
const announcement = new TextEncoder().encode(VECTOR.announcement)
const BINDING = { sender, receiver, announcement }

/** The format of `docs/files.md` once more, from nothing but that page and OpenSSL. */
function sealedByOpenssl(index: number, isLast: boolean, bytes: Uint8Array): string {
  const info = concat(
    new TextEncoder().encode('sotto otr file 1'),
    fromHex(sender),
    fromHex(receiver),
    createHash('sha256').update(announcement).digest(),
  )
  const key = new Uint8Array(hkdfSync('sha256', extraKey, new Uint8Array(32), info, 32))
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = isLast ? 1 : 0
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString('hex')
}

test('seals as the published vector says, and as another implementation does', () => {
  const cipher = new FileCipher(extraKey, BINDING)
  VECTOR.segments.forEach(({ bytes, sealed }, index) => {
    const isLast = index === VECTOR.segments.length - 1
    expect(toHex(cipher.seal(index, isLast, fromHex(bytes)))).toBe(sealed)
    expect(sealedByOpenssl(index, isLast, fromHex(bytes))).toBe(sealed)
    expect(toHex(cipher.open(index, isLast, fromHex(sealed)))).toBe(bytes)
  })
})

test('a segment opens in its own place only, and unchanged', () => {
  const cipher = new FileCipher(extraKey, BINDING)
  const sealed = cipher.seal(1, false, new Uint8Array(10))
  const refused = expect.objectContaining({ code: 'OTR_BAD_MAC' })
  expect(() => cipher.open(0, false, sealed)).toThrow(refused)
  expect(() => cipher.open(2, false, sealed)).toThrow(refused)
  expect(() => cipher.open(1, true, sealed)).toThrow(refused) // Cut off behind it.
  for (let length = 0; length < sealed.length; length++) {
    expect(() => cipher.open(1, false, sealed.subarray(0, length)), `${length} B`).toThrow(refused)
  }
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice()
    changed[at]! ^= 1
    expect(() => cipher.open(1, false, changed), `byte ${at}`).toThrow(refused)
  }
})

test.each<[string, { readonly key?: Uint8Array } & Partial<FileBinding>]>([
  ['another key', { key: new Uint8Array(32) }],
  ['the other direction', { sender: receiver, receiver: sender }],
  ['another announcement', { announcement: new Uint8Array(1) }],
])('%s opens nothing', (_, { key = extraKey, ...other }) => {
  const sealed = new FileCipher(extraKey, BINDING).seal(0, true, new Uint8Array(3))
  expect(() => new FileCipher(key, { ...BINDING, ...other }).open(0, true, sealed)).toThrow(
    'OTR_BAD_MAC',
  )
})

test.each([
  [0, 1, 16],
  [1, 1, 17],
  [FILE_SEGMENT, 1, FILE_SEGMENT + 16],
  [FILE_SEGMENT + 1, 2, FILE_SEGMENT + 33],
  [5 * 1024 ** 3, 81_920, 5 * 1024 ** 3 + 81_920 * 16],
])('%i bytes are %i segments and %i bytes', (size, segments, sealed) => {
  expect(segmentsOf(size)).toBe(segments)
  expect(sealedSize(size)).toBe(sealed)
})

test('a wiped key seals nothing that the file’s key would open', () => {
  const cipher = new FileCipher(extraKey, BINDING)
  const sealed = cipher.seal(0, true, new Uint8Array(3))
  cipher.wipe()
  expect(() => cipher.open(0, true, sealed)).toThrow('OTR_BAD_MAC')
})
