/** How an app writes what it encrypts: as it was typed, or as HTML that does not say so. */
export type Writing = 'plain' | 'html'

/**
 * What one text shows of that. Apps on libpurple escape each `<` and `&` that their users type, so that
 * one which stands alone was typed in another app; and nobody types their escapes and line breaks.
 *
 * @returns `null` where both are possible, as for `<b>bold</b>`
 */
export function writingOf(text: string): Writing | null {
  const open: string[] = []
  let isHtml = false
  for (const [token, end, name, attributes] of text.matchAll(TOKEN)) {
    const tag = name?.toLowerCase()
    if (token === '<' || token === '&' || (tag !== undefined && !WRITTEN.has(tag))) return 'plain'
    if (tag === undefined || attributes !== '' || !TYPED.has(tag)) isHtml = true
    if (tag === undefined || VOID.has(tag)) continue
    if (end === '') open.push(tag)
    else if (open.pop() !== tag) return 'plain'
  }
  if (open.length > 0) return 'plain'
  return isHtml ? 'html' : null
}

/** Whoever has the keys: a peer behind a gateway may write with several apps, each with a key. */
export class PeerWriting {
  readonly #byKey = new Map<string, Writing>()

  /**
   * Whether the text is HTML, as far as it and those before it show. In doubt it is not: tags that are
   * shown can be read, and what was typed cannot be had back.
   *
   * @param fingerprint - of the key that it came under
   */
  isHtml(text: string, fingerprint: string): boolean {
    const known = this.#byKey.get(fingerprint)
    if (known === 'plain') return false // No app escapes some of them.
    const shown = writingOf(text)
    if (shown !== null) this.#byKey.set(fingerprint, shown)
    return (shown ?? known) === 'html'
  }
}

const ENTITY = '&(?:amp|lt|gt|quot|apos|nbsp|#\\d{1,7}|#x[\\da-f]{1,6});'
const ATTRIBUTE = '\\s+[\\w:-]{1,40}(?:\\s*=\\s*(?:"[^"<>]{0,1000}"|\'[^\'<>]{0,1000}\'))?'
const TAG = `<(/?)([a-z][a-z\\d]{0,10})((?:${ATTRIBUTE})*)\\s*/?>`
/** An escape, a tag, or what would have been escaped. */
const TOKEN = new RegExp(`${ENTITY}|${TAG}|[<&]`, 'gi')

const VOID = new Set(['br', 'hr', 'img'])
/** What people may type, meaning the tag itself or what it stands for. */
const TYPED = new Set(['b', 'i', 'u', 's', 'em', 'strong', 'code', 'pre'])
/** What apps write. */
const WRITTEN = new Set([
  ...TYPED,
  ...VOID,
  ...['html', 'body', 'font', 'span', 'div', 'p', 'a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  ...['sub', 'sup', 'strike', 'del', 'ul', 'ol', 'li', 'blockquote'],
])
