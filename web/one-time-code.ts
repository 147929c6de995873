const DIGITS = 6
const CODES = 10 ** DIGITS
/** Largest multiple of {@link CODES} that 32 bits can count; above it, draw again: no digit is favoured. */
const FAIR = Math.floor(2 ** 32 / CODES) * CODES

/**
 * Six decimal digits, each as likely as any other. One guess per attempt makes a million codes enough.
 *
 * @param random - fills the array it is given from a CSPRNG: `crypto.getRandomValues`
 */
export function oneTimeCode(random: (words: Uint32Array<ArrayBuffer>) => void): string {
  const words = new Uint32Array(1)
  do random(words)
  while (words[0]! >= FAIR)
  return String(words[0]! % CODES).padStart(DIGITS, '0')
}
