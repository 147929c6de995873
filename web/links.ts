import { type Smiley, smileysIn } from './smileys.ts'

/** A piece of a message: text, an address that may be opened, or a smiley. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | Smiley

/** Only these are ever opened; `javascript:`, `data:` and the like stay text. */
const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^\p{Cc}\p{Cf}]+/giu
const SCHEMES = new Set(['http:', 'https:', 'mailto:'])
/** Punctuation that ends the sentence, not the address. */
const TRAILING = '.,;:!?)]'

/** Splits a message into text, links and smileys, so that each can be a node of its own. Loses no character. */
export function piecesOf(text: string, smileys = false): readonly Piece[] {
  const found = [...linksIn(text), ...(smileys ? smileysIn(text) : [])]
  const pieces: Piece[] = []
  let end = 0
  // They do not overlap: a link has no blank in it, and a smiley has one on either side.
  for (const { at, piece } of found.sort((a, b) => a.at - b.at)) {
    if (at > end) pieces.push({ kind: 'text', text: text.slice(end, at) })
    pieces.push(piece)
    end = at + piece.text.length
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) })
  return pieces
}

function linksIn(text: string): readonly { readonly at: number; readonly piece: Piece }[] {
  return [...text.matchAll(CANDIDATE)].flatMap(({ 0: candidate, index: at }) => {
    const link = trimmed(candidate)
    const url = URL.canParse(link) ? new URL(link) : null
    if (url === null || !SCHEMES.has(url.protocol)) return []
    return [{ at, piece: { kind: 'link', text: link, url: url.href } }]
  })
}

/** A loop and not a pattern with `+$`, which would try again from every character of the run. */
function trimmed(link: string): string {
  let end = link.length
  while (TRAILING.includes(link[end - 1] ?? 'x')) end--
  return link.slice(0, end)
}
