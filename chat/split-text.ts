/**
 * Splits text into parts of at most `limit` bytes of UTF-8: at the last line end that fits, else at
 * the last space, else between characters. Joined together the parts are the text.
 *
 * @param limit - at least 4, so that every character fits
 */
export function splitText(text: string, limit: number): readonly string[] {
  const parts: string[] = []
  let start = 0
  while (start < text.length) {
    const end = start + fitting(text, start, limit)
    const cut = end === text.length ? end : niceCut(text, start, end)
    parts.push(text.slice(start, cut))
    start = cut
  }
  return parts.length === 0 ? [''] : parts
}

/** How many UTF-16 units from `start` fit; never half a surrogate pair. */
function fitting(text: string, start: number, limit: number): number {
  let bytes = 0
  let at = start
  while (at < text.length) {
    const code = text.codePointAt(at)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
    if (bytes > limit) break
    at += code < 0x1_0000 ? 1 : 2
  }
  return at - start
}

/** Not before the middle: parts that are nearly full read better than many that end nicely. */
function niceCut(text: string, start: number, end: number): number {
  const piece = text.slice(start, end)
  const line = piece.lastIndexOf('\n') + 1
  const space = piece.lastIndexOf(' ') + 1
  const half = piece.length / 2
  if (line > half) return start + line
  return space > half ? start + space : end
}
