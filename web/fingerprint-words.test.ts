import { entropyToMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintWords, WORDS_PER_FINGERPRINT } from './fingerprint-words.ts'

test('the vector of docs/fingerprints.md', async () => {
  expect(await fingerprintWords('4ef4900210f87a1f38b82ac1bda6419b142d2c26')).toEqual(
    'exclude pig above capable marble auto title aim script unfold motor curtain drift noodle olive'.split(
      ' ',
    ),
  )
})

test('every fingerprint has fifteen words: the BIP-39 sentence of its 160 bits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 20, maxLength: 20 }), async (octets) => {
      const words = await fingerprintWords(Buffer.from(octets).toString('hex'))
      expect(words).toHaveLength(WORDS_PER_FINGERPRINT)
      expect(words.join(' ')).toBe(entropyToMnemonic(octets, wordlist))
    }),
  )
})
