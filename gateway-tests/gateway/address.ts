/**
 * Addresses on both sides of the gateway (RFC 7247 §5, with all escapes of XEP-0106). To and fro is
 * the identity for normalised addresses.
 */
export interface Jid {
  /** `local@domain`. */
  readonly bare: string
  readonly local: string
  readonly domain: string
  readonly resource: string | null
}

export function parseJid(text: string): Jid {
  const slash = text.indexOf('/')
  const bare = slash < 0 ? text : text.slice(0, slash)
  const at = bare.indexOf('@')
  return {
    bare,
    local: at < 0 ? '' : bare.slice(0, at),
    domain: bare.slice(at + 1),
    resource: slash < 0 ? null : text.slice(slash + 1),
  }
}

/** `local@domain/resource` → `sip:user@domain;gr=resource` (RFC 7247 §5.3). */
export function sipOf(jid: string): string {
  const { local, domain, resource } = parseJid(jid)
  const user = encode(unescapeLocal(local), SIP_USER)
  const gr = resource === null ? '' : `;gr=${encode(resource, SIP_PARAMETER)}`
  return `sip:${user}@${domain.toLowerCase()}${gr}`
}

/**
 * `sip:user@domain;gr=resource` → `local@domain/resource` (RFC 7247 §5.2).
 *
 * @returns `null` if it is no SIP address of a user, or its escapes are not UTF-8
 */
export function jidOf(uri: string): string | null {
  const [, user, domain, parameters = ''] =
    /^sips?:([^@:;?]+)(?::[^@]*)?@([^:;?]+)(?::\d+)?((?:;[^?]*)?)/i.exec(userFirst(uri)) ?? []
  if (user === undefined || domain === undefined) return null
  try {
    const name = decodeURIComponent(user)
    if (/^ | $/.test(name)) return null // XEP-0106 §2.
    const gr = /;gr=([^;]+)/i.exec(parameters)?.[1]
    const resource = gr === undefined ? '' : `/${decodeURIComponent(gr)}`
    return `${escapeLocal(name.toLowerCase())}@${domain.toLowerCase()}${resource}`
  } catch {
    return null
  }
}

/** RFC 3261 allows `;`, `?` and `:` before the `@`; only there they are no separators. */
function userFirst(uri: string): string {
  const at = uri.indexOf('@')
  if (at < 0) return uri
  const scheme = uri.indexOf(':') + 1
  const user = uri.slice(scheme, at).replace(/:.*$/, '') // A password goes.
  return `${uri.slice(0, scheme)}${user.replaceAll(/[;?]/g, encodeURIComponent)}${uri.slice(at)}`
}

/** Octets that RFC 3261 §25.1 lets stand in a user part, and in a parameter. */
const SIP_USER = /[\w!$&'()*+,\-./;=?~]/
const SIP_PARAMETER = /[\w!$&'()*+\-.~[\]/:]/

function encode(text: string, allowed: RegExp): string {
  return [...new TextEncoder().encode(text)]
    .map((octet) => {
      const character = String.fromCharCode(octet)
      if (octet < 0x80 && allowed.test(character)) return character
      return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** What must not stand in a local part (XEP-0106 §3), and the backslash where it would lie. */
const ESCAPED = /[ "&'/:<>@]|\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/g
const ESCAPE = /\\(20|22|26|27|2f|3a|3c|3e|40|5c)/g

function escapeLocal(user: string): string {
  return user.replaceAll(ESCAPED, (it) => `\\${it.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function unescapeLocal(local: string): string {
  return local.replaceAll(ESCAPE, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
