import { NICKNAME_MAX } from './focus-limits.ts'

/** A nickname that may be shown, and what it is compared by. */
export interface Nickname {
  readonly shown: string
  /** Equal for names that people would take for the same (RFC 8266 §2.4). */
  readonly key: string
}

/**
 * Reads the value of Use-Nickname, a quoted string (RFC 7701 §7.1), by the Nickname profile of
 * RFC 8266.
 *
 * @returns `''` for the empty string, which gives a nickname back; `null` if it is malformed (424)
 */
export function readNickname(value: string): Nickname | '' | null {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value)?.[1]
  if (quoted === undefined) return null
  const text = quoted.replaceAll(/\\(.)/g, '$1')
  if (text === '') return ''
  if (Buffer.byteLength(text) > NICKNAME_MAX || /\p{C}/u.test(text)) return null
  const shown = stable(text, (name) => tidy(name).normalize('NFKC'))
  const key = stable(text, (name) => lower(tidy(name)).normalize('NFKC'))
  return shown === null || key === null || key === '' ? null : { shown, key }
}

/** Every space is U+0020, none at the ends, one at a time (RFC 8266 §2.1). */
function tidy(name: string): string {
  return name.replaceAll(/\p{Zs}+/gu, ' ').replaceAll(/^ | $/g, '')
}

/** By code point: in a whole word JavaScript would make the last sigma a final one. */
function lower(name: string): string {
  return Array.from(name, (character) => character.toLowerCase()).join('')
}

/** The rules are applied until nothing changes, three times more at most (RFC 8266 §2.3). */
function stable(name: string, apply: (name: string) => string): string | null {
  let before = apply(name)
  for (let again = 0; again < 3; again++) {
    const after = apply(before)
    if (after === before) return after
    before = after
  }
  return null
}
