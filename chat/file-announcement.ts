import { FILE_ANNOUNCEMENT_MAX } from './limits.ts'

/** What is said of an encrypted file inside OTR, where nobody else reads it (`docs/files.md`). */
export interface FileAnnouncement {
  /** `a=file-transfer-id` of the offer that it belongs to. */
  readonly id: string
  /** Of the file: the same in every attempt. */
  readonly file: string
  readonly name: string
  readonly type: string
  readonly size: number
  /** Of the whole file, 40 lower-case hex digits. */
  readonly sha1: string
  /** Octets in front of those that come: the receiver has them from an earlier attempt. */
  readonly start: number
  /** Milliseconds since the epoch; `null` if not told. */
  readonly modified: number | null
}

export function writeAnnouncement({ modified, ...rest }: FileAnnouncement): Uint8Array {
  const said = { v: 1, ...rest, ...(modified !== null && { modified }) }
  return new TextEncoder().encode(JSON.stringify(said))
}

/** @returns `null` if it is none, or of another version */
export function readAnnouncement(bytes: Uint8Array): FileAnnouncement | null {
  if (bytes.length > FILE_ANNOUNCEMENT_MAX) return null
  let said: unknown
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
  if (typeof said !== 'object' || said === null) return null
  const { v, id, file, name, type, size, sha1, start, modified } = said as Record<string, unknown>
  if (v !== 1 || !isToken(id) || !isToken(file)) return null
  if (typeof name !== 'string' || typeof type !== 'string') return null
  if (typeof sha1 !== 'string' || !/^[\da-f]{40}$/.test(sha1)) return null
  if (!isCount(size) || !isCount(start) || start > size) return null
  return { id, file, name, type, size, sha1, start, modified: isCount(modified) ? modified : null }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.+-]{16,64}$/.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
