/** A piece of a message: text, or an address that may be opened. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }

/** Only these are ever opened; `javascript:`, `data:` and the like stay text. */
const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^\p{Cc}\p{Cf}]+/giu
const SCHEMES = new Set(['http:', 'https:', 'mailto:'])
/** Punctuation that ends the sentence, not the address. */
const TRAILING = '.,;:!?)]'

/** Splits a message into text and links, so that each can be a node of its own. Loses no character. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const link = trimmed(match[0])
    const url = URL.canParse(link) ? new URL(link) : null
    if (url === null || !SCHEMES.has(url.protocol)) continue
    if (match.index > at) pieces.push({ kind: 'text', text: text.slice(at, match.index) })
    pieces.push({ kind: 'link', text: link, url: url.href })
    at = match.index + link.length
  }
  if (at < text.length) pieces.push({ kind: 'text', text: text.slice(at) })
  return pieces
}

/** A loop and not a pattern with `+$`, which would try again from every character of the run. */
function trimmed(link: string): string {
  let end = link.length
  while (TRAILING.includes(link[end - 1] ?? 'x')) end--
  return link.slice(0, end)
}
