import { bigintToBytes, fromHex, toHex } from './bytes.ts'
import { OtrError } from './errors.ts'
import { FILE_BYTES_MAX, LIST_DEPTH_MAX } from './limits.ts'

/** An S-expression as libgcrypt has them (Rivest, draft-rivest-sexp): bytes, or a list. */
export type SExpression = Uint8Array | readonly SExpression[]

/**
 * Reads one S-expression in any of its notations, mixed at will: tokens, quoted strings, `#hex#`,
 * `|base64|` and `3:abc`. There must be nothing but white space around it.
 *
 * @throws OtrError `OTR_TRUNCATED`, `OTR_MALFORMED` or `OTR_TOO_LARGE`
 */
export function parseSExpression(bytes: Uint8Array): SExpression {
  if (bytes.length > FILE_BYTES_MAX) throw new OtrError('OTR_TOO_LARGE', `${bytes.length} B`)
  const scanner = new Scanner(toLatin1(bytes))
  const expression = scanner.expression(0)
  scanner.end()
  return expression
}

/** Text in the notation that libgcrypt would choose for it: token, quoted string or `#HEX#`. */
export function writeText(bytes: Uint8Array): string {
  const text = toLatin1(bytes)
  if (UNPRINTABLE.test(text)) return `#${toHex(bytes).toUpperCase()}#`
  if (/^[-a-z./_:*+=][-a-z0-9./_:*+=]*$/i.test(text)) return text
  return `"${text.replace(/[\b\t\v\n\f\r"'\\]/g, (char) => `\\${LETTERS.get(char) ?? char}`)}"`
}

/** A number as libgcrypt writes it: hexadecimal, with a zero byte before a top bit that is set. */
export function writeNumber(value: bigint): string {
  const hex = toHex(bigintToBytes(value)).toUpperCase()
  return `#${/^[89A-F]/.test(hex) ? '00' : ''}${hex}#`
}

/** One character for each byte. (A TextDecoder for Latin-1 reads Windows-1252 instead.) */
export function toLatin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** A first byte above ASCII, or a control character without an escape anywhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNPRINTABLE = /^[\x80-\xff]|[\x00-\x07\x0e-\x1f\x7f-\xa0]/

const ESCAPES = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['v', '\v'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
])
const LETTERS = new Map([...ESCAPES].map(([letter, char]) => [char, letter]))

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  expression(depth: number): SExpression {
    this.#take(SPACE)
    if (this.#take(/\(/y) === null) return this.#atom()
    if (depth === LIST_DEPTH_MAX) throw new OtrError('OTR_TOO_LARGE', 'nested too deep')
    const list: SExpression[] = []
    for (;;) {
      this.#take(SPACE)
      if (this.#take(/\)/y) !== null) return list
      list.push(this.expression(depth + 1))
    }
  }

  end(): void {
    this.#take(SPACE)
    if (this.#at < this.#text.length) throw this.#fault('end')
  }

  #atom(): Uint8Array {
    const length = this.#take(/\d+(?=[:"#|])/y)?.[0]
    if (length !== undefined && this.#text[this.#at] === ':') return this.#verbatim(Number(length))
    const atom = this.#written()
    if (length !== undefined && Number(length) !== atom.length) throw this.#fault('length')
    return atom
  }

  #verbatim(length: number): Uint8Array {
    const start = this.#at + 1
    if (length > this.#text.length - start) throw new OtrError('OTR_TRUNCATED', 'atom')
    this.#at = start + length
    return fromLatin1(this.#text.slice(start, this.#at))
  }

  #written(): Uint8Array {
    const token = this.#take(/[-a-z./_:*+=][-a-z0-9./_:*+=]*/iy)
    if (token !== null) return fromLatin1(token[0])
    const quoted = this.#take(/"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y)
    if (quoted !== null) return fromLatin1(this.#unescape(quoted[1]!))
    const hex = this.#take(/#((?:\s*[0-9a-f]\s*[0-9a-f])*)\s*#/iy)
    if (hex !== null) return fromHex(hex[1]!.replace(/\s/g, ''))
    const base64 = this.#take(/\|([a-z0-9+/=\s]*)\|/iy)
    if (base64 !== null) return this.#base64(base64[1]!)
    if (this.#at === this.#text.length) throw new OtrError('OTR_TRUNCATED', 'list')
    throw this.#fault('atom')
  }

  #unescape(text: string): string {
    return text.replace(
      /\\(?:([btvnfr])|(["'\\])|([0-3][0-7]{2})|x([0-9a-f]{2})|\r\n|\n\r|\r|\n|([\s\S]))/gi,
      (_, letter?: string, itself?: string, octal?: string, hex?: string, unknown?: string) => {
        if (unknown !== undefined) throw this.#fault('escape')
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
        if (letter !== undefined) return ESCAPES.get(letter) ?? ''
        return itself ?? '' // A line end after a backslash is not part of the string.
      },
    )
  }

  #base64(text: string): Uint8Array {
    try {
      return fromLatin1(atob(text))
    } catch {
      throw this.#fault('base64')
    }
  }

  /** Takes what the sticky pattern matches here, if it does. */
  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #fault(what: string): OtrError {
    return new OtrError('OTR_MALFORMED', `${what} at ${this.#at}`)
  }
}

const SPACE = /[ \t\v\n\f\r]*/y
