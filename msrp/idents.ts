const HYPHEN = 0x2d
const HYPHENS = 7

/** 32 letters, so that 5 bits of a random byte choose one without bias. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Fills a fresh array from a CSPRNG. */
export type Random = (length: number) => Uint8Array

/** `length` letters and digits of 5 bits each. */
export function randomToken(random: Random, length: number): string {
  let token = ''
  for (const byte of random(length)) token += ALPHABET[byte & 31]
  return token
}

/** A Message-ID: 100 random bits (RFC 4975 §7.1.1 asks for 64). */
export function newIdent(random: Random): string {
  return randomToken(random, 20)
}

/**
 * A transaction id of 80 random bits (RFC 4975 §7.1 asks for 64) whose end-line does not occur in
 * `body`, so that the chunk cannot end before it ends.
 */
export function newTransaction(random: Random, body: Uint8Array | null = null): string {
  for (;;) {
    const transaction = randomToken(random, 16)
    if (body === null || !hasEndLine(body, transaction)) return transaction
  }
}

/** True if seven hyphens and the transaction id are anywhere in the body, at a line start or not. */
export function hasEndLine(body: Uint8Array, transaction: string): boolean {
  // Seven hyphens in a row cover one of every seventh byte: the others need no look.
  for (let at = HYPHENS - 1; at < body.length; at += HYPHENS) {
    if (body[at] !== HYPHEN) continue
    let start = at
    while (start > 0 && body[start - 1] === HYPHEN) start--
    let end = at + 1
    while (body[end] === HYPHEN) end++
    if (end - start >= HYPHENS && startsWith(body, end, transaction)) return true
    at = end - 1
  }
  return false
}

function startsWith(body: Uint8Array, at: number, ascii: string): boolean {
  for (let i = 0; i < ascii.length; i++) if (body[at + i] !== ascii.charCodeAt(i)) return false
  return true
}
