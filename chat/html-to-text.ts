/**
 * What a person would read of an HTML message, as plain text. It looks at each character a bounded
 * number of times, builds no document and fetches nothing; what is not HTML comes out as it went in.
 */
export function htmlToText(html: string): string {
  const out = new TextFlow()
  const lower = html.toLowerCase()
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    out.text(html.slice(at, open))
    if (!/[A-Za-z/!?]/.test(html[open + 1] ?? '')) {
      out.text('<') // "a < b" is text.
      at = open + 1
      continue
    }
    const comment = html.startsWith('<!--', open)
    const close = html.indexOf(comment ? '-->' : '>', open + 1)
    if (close < 0) return out.end() // An unfinished tag swallows the rest, as in a browser.
    const name = /^<(\/?[a-z][a-z0-9]*)/.exec(lower.slice(open, open + 16))?.[1]
    at = close + (comment ? 3 : 1)
    if (name === undefined) continue
    if (UNSEEN.has(name)) at = afterElement(lower, at, name)
    else out.tag(name)
  }
  out.text(html.slice(at))
  return out.end()
}

/** Elements whose content is not for reading. */
const UNSEEN = new Set(['head', 'style', 'script', 'title', 'template'])
const BREAK = /^\/?(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre|hr)$/

/** Collapses white space as HTML does (CSS 2.1 §16.6.1), and starts lines where blocks start. */
class TextFlow {
  readonly #parts: string[] = []
  #atLineStart = true
  #space = false

  text(raw: string): void {
    for (const piece of raw.split(/([ \t\r\n\f]+)/)) {
      if (piece === '') continue
      if (/^[ \t\r\n\f]/.test(piece)) {
        this.#space = true
        continue
      }
      if (this.#space && !this.#atLineStart) this.#parts.push(' ')
      this.#parts.push(decodeEntities(piece))
      this.#space = false
      this.#atLineStart = false
    }
  }

  tag(name: string): void {
    if (name !== 'br' && (this.#atLineStart || !BREAK.test(name))) return
    this.#parts.push('\n')
    this.#space = false
    this.#atLineStart = true
  }

  end(): string {
    return this.#parts.join('').trim()
  }
}

function afterElement(lower: string, from: number, name: string): number {
  const end = lower.indexOf(`</${name}`, from)
  const close = end < 0 ? -1 : lower.indexOf('>', end)
  return close < 0 ? lower.length : close + 1
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['euro', '€'],
  ['copy', '©'],
])

function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,6});/gi, (entity, name: string) => {
    if (!name.startsWith('#')) return NAMED.get(name) ?? entity
    const hex = name[1]?.toLowerCase() === 'x'
    const code = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10)
    // NUL, surrogates and what lies beyond Unicode are no characters (HTML §13.2.5.80).
    const isCharacter = code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff)
    return isCharacter ? String.fromCodePoint(code) : '\ufffd'
  })
}
