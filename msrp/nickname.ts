import { NICKNAME_MAX } from './limits.ts'

/**
 * A nickname as it is shown: the Nickname profile of RFC 8266 §2.3.
 *
 * @returns `null` if it is none: nothing in it, too long, or characters that cannot be seen
 */
export function enforceNickname(text: string): string | null {
  if (new TextEncoder().encode(text).length > NICKNAME_MAX || /\p{C}/u.test(text)) return null
  return stable(text, (name) => tidy(name).normalize('NFKC')) || null
}

/** Equal for nicknames that people would take for the same (RFC 8266 §2.4); `null` as above. */
export function nicknameKey(text: string): string | null {
  if (enforceNickname(text) === null) return null
  return stable(text, (name) => lower(tidy(name)).normalize('NFKC')) || null
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
