import { bigintToBytes, bytesToBigint, concat, Reader, toHex } from './bytes.ts'
import { OtrError } from './errors.ts'
import { fromLatin1 } from './s-expression.ts'

/*
 * Messages as the toolkit sees them: fields with their bytes, and no opinion on what they say. The
 * protocol's own parser refuses what no honest peer sends, which is just what one wants to look at
 * here, and version 1, which it does not speak.
 */

/** One field of a message, in the order of the wire. */
export interface Field {
  readonly label: string
  readonly kind: Kind
  /** Without a length in front. */
  readonly value: Uint8Array
  /** As it stands on the wire. */
  readonly raw: Uint8Array
}

/** A whole message, or what looks like one. */
export interface Dissected {
  /** As found, from `?OTR:` to the dot. */
  readonly text: string
  /** `null` for a type or version that nobody knows. */
  readonly title: string | null
  /** `null` if it is not laid out as its type demands. */
  readonly fields: readonly Field[] | null
}

/** A DATA, MPI or integer; a number is a fixed count of bytes. */
type Kind = 'byte' | 'int' | 'data' | 'mpi' | number

interface Layout {
  readonly title: string
  readonly fields: readonly (readonly [label: string, kind: Kind])[]
}

const VERSION = [
  ['Version', 2],
  ['Type', 1],
] as const
const INSTANCES = [
  ['Sender instance', 'int'],
  ['Receiver instance', 'int'],
] as const
const SIGNATURE = [
  ['Encrypted Signature', 'data'],
  ['MAC', 20],
] as const
const DATA = [
  ['Sender keyid', 'int'],
  ['Rcpt keyid', 'int'],
  ['DH y', 'mpi'],
  ['Counter', 8],
  ['Encrypted message', 'data'],
  ['MAC', 20],
  ['Revealed MAC keys', 'data'],
] as const

/** Versions 2 and 3, by the letter that base64 makes of the type. */
const LAYOUTS: Record<string, Layout> = {
  C: {
    title: 'D-H Commit Message',
    fields: [
      ['Encrypted Key', 'data'],
      ['Hashed Key', 'data'],
    ],
  },
  K: { title: 'D-H Key Message', fields: [['D-H Key', 'mpi']] },
  R: { title: 'Reveal Signature Message', fields: [['Key', 'data'], ...SIGNATURE] },
  S: { title: 'Signature Message', fields: SIGNATURE },
  D: { title: 'Data Message', fields: [['Flags', 'byte'], ...DATA] },
}

const VERSION_1 = {
  K: {
    title: 'Key Exchange Message',
    fields: [
      ['Reply', 'byte'],
      ['DSA p', 'mpi'],
      ['DSA q', 'mpi'],
      ['DSA g', 'mpi'],
      ['DSA e', 'mpi'],
      ['KeyID', 'int'],
      ['DH y', 'mpi'],
      ['SIG r', 20],
      ['SIG s', 20],
    ],
  },
  D: { title: 'Data Message', fields: DATA },
} as const satisfies Record<string, Layout>

/** Finds the messages in a log, whatever stands between them. Fragments are not put together. */
export function findMessages(log: string): Dissected[] {
  return [...log.matchAll(/\?OTR:[^.]*\.?/g)].map(([text]) => dissect(text))
}

function dissect(text: string): Dissected {
  const [, version, type] = /^\?OTR:AA([EIM])(.)/.exec(text) ?? ['', '', '']
  const layouts: Record<string, Layout> = version === 'E' ? VERSION_1 : LAYOUTS
  const layout = layouts[type!]
  if (layout === undefined) return { text, title: null, fields: null }
  const kinds = [...VERSION, ...(version === 'M' ? INSTANCES : []), ...layout.fields]
  return { text, title: layout.title, fields: readFields(decode(text), kinds) }
}

function readFields(bytes: Uint8Array, kinds: Layout['fields']): Field[] | null {
  const reader = new Reader(bytes)
  try {
    const fields = kinds.map(([label, kind]) => {
      const start = reader.offset
      const value = readValue(reader, label, kind)
      return { label, kind, value, raw: bytes.subarray(start, reader.offset) }
    })
    reader.end('message')
    return fields
  } catch (error) {
    if (error instanceof OtrError) return null
    throw error
  }
}

function readValue(reader: Reader, label: string, kind: Kind): Uint8Array {
  if (typeof kind === 'number') return reader.bytes(kind, label)
  if (kind === 'byte') return reader.bytes(1, label)
  if (kind === 'int') return reader.bytes(4, label)
  const value = reader.data(label)
  return kind === 'data' ? value : bigintToBytes(bytesToBigint(value))
}

/**
 * As leniently as libotr: what is not of base64 is skipped, `=` ends it, and a last group that lacks
 * characters without `=` to say so is dropped.
 */
function decode(text: string): Uint8Array {
  const [, body, padding] = /^\?OTR:([^=]*)(=?)/.exec(text)!
  const digits = body!.replace(/[^A-Za-z0-9+/]/g, '')
  const rest = digits.length % 4
  const whole = rest === 1 || padding === '' ? digits.slice(0, digits.length - rest) : digits
  return fromLatin1(atob(whole))
}

/** What `otr_parse` prints for a message, a blank line at the end included. */
export function describe({ text, title, fields }: Dissected): string {
  if (title === null) return `Unrecognized OTR message:\n\t${text}\n\n`
  if (fields === null) return `Invalid ${title}\n\n`
  const hidden = title === VERSION_1.K.title ? ['Type', 'Version'] : ['Type']
  const shown = fields.filter(({ label }) => !hidden.includes(label))
  const lines = [
    ...shown.filter(({ label }) => FIRST.includes(label)),
    ...shown.filter(({ label }) => !FIRST.includes(label)),
  ].flatMap(describeField)
  return [`${title}:`, ...lines, '', ''].join('\n')
}

/** Shown in front, wherever they are on the wire. */
const FIRST = ['Version', 'Flags']

function describeField({ label, kind, value }: Field): string[] {
  if (label === 'Version') return [`\tVersion: ${toHex(value.subarray(1))}`]
  if (label === 'Revealed MAC keys') return describeRevealed(value)
  if (kind === 'byte' || kind === 'int') return [`\t${label}: ${bytesToBigint(value)}`]
  return [`\t${label}: ${toHex(value)}`]
}

function describeRevealed(value: Uint8Array): string[] {
  const keys = revealedKeys(value).map((key, i) => `\t\tKey ${i + 1}: ${toHex(key)}`)
  return value.length === 0 ? [] : ['\tRevealed MAC keys:', ...keys]
}

/** The MAC keys in a field of revealed ones, 20 bytes each. */
export function revealedKeys(value: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = []
  for (let at = 0; at + 20 <= value.length; at += 20) keys.push(value.subarray(at, at + 20))
  return keys
}

/** The wire bytes of some fields. */
export function rawBytes(fields: readonly Field[]): Uint8Array {
  return concat(...fields.map(({ raw }) => raw))
}
