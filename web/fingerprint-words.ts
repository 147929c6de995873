/** Bits of a fingerprint (OTRv3, "Creating Fingerprints"), of its checksum, and of one word (BIP-39). */
const FINGERPRINT_BITS = 160
const CHECKSUM_BITS = 5
const WORD_BITS = 11
export const WORDS_PER_FINGERPRINT = (FINGERPRINT_BITS + CHECKSUM_BITS) / WORD_BITS

/**
 * A fingerprint as fifteen English words, for people who compare by voice: the BIP-39 sentence whose
 * entropy is the fingerprint. Nothing is lost on the way; see `docs/fingerprints.md`. The list is
 * fetched when it is first wanted.
 *
 * @param fingerprint - 40 hex digits
 */
export async function fingerprintWords(fingerprint: string): Promise<readonly string[]> {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  const octets = Uint8Array.from(fingerprint.match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  )
  const [first = 0] = new Uint8Array(await crypto.subtle.digest('SHA-256', octets))
  const checksum = BigInt(first >> (8 - CHECKSUM_BITS))
  const bits = (BigInt(`0x${fingerprint}`) << BigInt(CHECKSUM_BITS)) | checksum
  return Array.from({ length: WORDS_PER_FINGERPRINT }, (_, at) => {
    const below = WORD_BITS * (WORDS_PER_FINGERPRINT - 1 - at)
    return wordlist[Number((bits >> BigInt(below)) & BigInt(2 ** WORD_BITS - 1))]!
  })
}
