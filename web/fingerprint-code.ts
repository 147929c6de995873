/**
 * A fingerprint as a QR code holds it. Capitals, digits and a colon only, which QR packs most densely,
 * so that the code is coarse and easy to scan.
 */
export function codeOf(fingerprint: string): string {
  return `${PREFIX}${fingerprint.toUpperCase()}`
}

/** @returns 40 lower-case hex digits; `null` if `text` is something else */
export function readCode(text: string): string | null {
  return SHAPE.exec(text.trim())?.[1]?.toLowerCase() ?? null
}

const PREFIX = 'OTR-FINGERPRINT:'
const SHAPE = /^OTR-FINGERPRINT:([0-9a-f]{40})$/i
