import type { Composing } from './doors.ts'
import { COMPOSING_REFRESH_MAX_SECONDS } from './limits.ts'
import { child, readXml } from './xml.ts'

export const COMPOSING_TYPE = 'application/im-iscomposing+xml'

const NAMESPACE = 'urn:ietf:params:xml:ns:im-iscomposing'

/** Writes an is-composing document (RFC 3994 §2). */
export function writeComposing({ active, refresh }: Composing): string {
  const seconds = refresh === null ? '' : `<refresh>${refresh}</refresh>`
  const state = active ? 'active' : 'idle'
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<isComposing xmlns="${NAMESPACE}"><state>${state}</state>` +
    `<contenttype>text/plain</contenttype>${seconds}</isComposing>`
  )
}

/**
 * Reads an is-composing document; `null` if it is none. A state that is not known means idle, and a
 * `refresh` beyond reason is cut to 600 s.
 */
export function readComposing(document: string): Composing | null {
  const root = readXml(document)
  if (root === null || root.name !== 'isComposing' || root.namespace !== NAMESPACE) return null
  const state = child(root, 'state')
  if (state === null) return null
  const refresh = child(root, 'refresh')?.text ?? ''
  const seconds = /^\d{1,9}$/.test(refresh) ? Number(refresh) : 0
  return {
    active: state.text === 'active',
    refresh: seconds === 0 ? null : Math.min(seconds, COMPOSING_REFRESH_MAX_SECONDS),
  }
}
