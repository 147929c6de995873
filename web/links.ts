import { ROOM_HOST } from './app-state.ts'
import { type Smiley, smileysIn } from './smileys.ts'

/** A piece of a message: text, an address that may be opened, a room to enter, or a smiley. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  /** `room` as a person would type it. */
  | { readonly kind: 'room'; readonly text: string; readonly room: string }
  | Smiley

const CANDIDATE = /\b(?:https?:\/\/|mailto:|xmpp:|sips?:)[^\s<>"'`{}|\\^\p{Cc}\p{Cf}]+/giu
/** Only these are ever opened; `javascript:`, `data:` and the like stay text. */
const SCHEMES = new Set(['http:', 'https:', 'mailto:'])
/** An address of chat, without resource and parameters. */
const CHAT = /^(?:xmpp|sips?):([^@/?;]+@[^/?;]+)/i
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
    const piece = linkOf(trimmed(candidate))
    return piece === null ? [] : [{ at, piece }]
  })
}

function linkOf(text: string): Piece | null {
  const room = CHAT.exec(text)?.[1]
  // It says that it is one (RFC 5122), or is where rooms usually are; another may be a person's.
  if (room && (text.includes('?join') || room.toLowerCase().includes(`@${ROOM_HOST}`)))
    return { kind: 'room', text, room }
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && SCHEMES.has(url.protocol) ? { kind: 'link', text, url: url.href } : null
}

/** A loop and not a pattern with `+$`, which would try again from every character of the run. */
function trimmed(link: string): string {
  let end = link.length
  while (TRAILING.includes(link[end - 1] ?? 'x')) end--
  return link.slice(0, end)
}
