import { enforceNickname, nicknameKey } from '../msrp/index.ts'

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
  const [shown, key] = [enforceNickname(text), nicknameKey(text)]
  return shown === null || key === null ? null : { shown, key }
}
