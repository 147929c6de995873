import { FILE_ATTRIBUTE_MAX } from './limits.ts'

/** The file that an `m=message` line is about (RFC 5547 §6). */
export interface FileDescription {
  readonly selector: FileSelector
  /** `a=file-transfer-id`: another one means another transfer. */
  readonly transferId: string
  /** `a=file-disposition`; `null` if absent, which means `render`. */
  readonly disposition: string | null
  /** `a=file-date`, in milliseconds since the epoch. */
  readonly date: FileDate | null
  /** `a=file-range`: the octets that are to be sent; `null` for all of them. */
  readonly range: FileRange | null
}

/** What is known of a file, each `null` if it is not said (`a=file-selector`). */
export interface FileSelector {
  /** As its sender calls it, decoded: a path, control characters, anything. Never to be trusted. */
  readonly name: string | null
  /** Media type with parameters. */
  readonly type: string | null
  /** Octets. */
  readonly size: number | null
  /** Of the whole file, 40 lower-case hex digits. An integrity check: it proves nobody's identity. */
  readonly sha1: string | null
}

export interface FileDate {
  readonly creation: number | null
  readonly modification: number | null
  readonly read: number | null
}

/** Numbers of octets, the first being 1. */
export interface FileRange {
  readonly start: number
  /** The last one; `null` for `*`. */
  readonly stop: number | null
}

/**
 * Reads the attributes of RFC 5547 from one media section. What cannot be understood of an optional
 * one is as if it were absent; `a=file-icon` is passed over.
 *
 * @param attribute - the first value of that name in the section, `null` without one
 * @returns `null` if there is no usable selector or no transfer id: the line is about no file
 */
export function readFileDescription(
  attribute: (name: string) => string | null,
): FileDescription | null {
  const bounded = (name: string) => {
    const value = attribute(name)
    return value === null || value.length > FILE_ATTRIBUTE_MAX ? null : value
  }
  const selector = readSelector(bounded('file-selector') ?? '')
  const transferId = bounded('file-transfer-id') ?? ''
  if (selector === null || !TOKEN.test(transferId)) return null
  const disposition = bounded('file-disposition') ?? ''
  return {
    selector,
    transferId,
    disposition: TOKEN.test(disposition) ? disposition.toLowerCase() : null,
    date: readDate(bounded('file-date') ?? ''),
    range: readRange(bounded('file-range') ?? ''),
  }
}

/**
 * The lines of RFC 5547 §6, in the order of its examples.
 *
 * @throws TypeError if a value cannot be written
 */
export function writeFileDescription(file: FileDescription): string[] {
  const { transferId, disposition, date, range } = file
  for (const token of [transferId, disposition ?? 'render']) {
    if (!TOKEN.test(token)) throw new TypeError('not a token')
  }
  return [
    `a=file-selector:${writeSelector(file.selector)}`,
    `a=file-transfer-id:${transferId}`,
    ...(disposition === null ? [] : [`a=file-disposition:${disposition}`]),
    ...(date === null ? [] : [`a=file-date:${writeDate(date)}`]),
    ...(range === null ? [] : [`a=file-range:${range.start}-${range.stop ?? '*'}`]),
  ]
}

/** @returns `null` if it says nothing that we know of */
export function readSelector(text: string): FileSelector | null {
  let name: string | null = null
  let type: string | null = null
  let size: number | null = null
  let sha1: string | null = null
  for (const [, key, value] of text.matchAll(SELECTOR)) {
    switch (key!.toLowerCase()) {
      case 'name':
        name ??= percentDecode(unquote(value!))
        break
      case 'type':
        type ??= readType(value!)
        break
      case 'size':
        size ??= /^\d{1,15}$/.test(value!) ? Number(value) : null
        break
      case 'hash':
        sha1 ??= readHash(value!)
    }
  }
  if (name === null && type === null && size === null && sha1 === null) return null
  return { name, type, size, sha1 }
}

/** @throws TypeError if there is nothing to say, or the type is none */
export function writeSelector({ name, type, size, sha1 }: FileSelector): string {
  const selectors = [
    ...(name === null ? [] : [`name:"${percentEncode(name)}"`]),
    ...(type === null ? [] : [`type:${writeType(type)}`]),
    ...(size === null ? [] : [`size:${size}`]),
    ...(sha1 === null ? [] : [`hash:sha-1:${sha1.toUpperCase().match(/../g)!.join(':')}`]),
  ]
  if (selectors.length === 0) throw new TypeError('a selector that selects nothing')
  return selectors.join(' ')
}

const TOKEN = /^[\w!#$%&'*+\-.^`{|}~]{1,128}$/

/** One selector: a key, and a value in which only quotes may hold blanks. */
const SELECTOR = /([\w-]+):((?:"[^"]*"|[^\s"])+)/g

const DATE = /\b(creation|modification|read):"([^"]*)"/gi

function readType(value: string): string | null {
  const [essence, ...parameters] = value.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+$/.test(essence!)) return null
  const read = parameters.map((parameter) => {
    const [, attribute, quoted] = /^([\w!#$&^.+-]+)=(.*)$/.exec(parameter) ?? []
    if (attribute === undefined) return null
    const text = percentDecode(unquote(quoted!))
    return PLAIN.test(text)
      ? `${attribute}=${text}`
      : `${attribute}="${text.replace(/["\\]/g, '\\$&')}"`
  })
  return [essence!.toLowerCase(), ...read.filter((parameter) => parameter !== null)].join(';')
}

/** Characters that a parameter of a media type may have without quotes. */
const PLAIN = /^[\w!#$%&'*+\-.^`|~]+$/

function writeType(type: string): string {
  const match = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+*-]+)\s*(;.*)?$/.exec(type)
  if (match === null) throw new TypeError('not a media type')
  const parameters = [...(match[2] ?? '').matchAll(PARAMETER)].map(
    ([, attribute, token, quoted]) =>
      `;${attribute}="${percentEncode(token ?? quoted!.replace(/\\(.)/g, '$1'))}"`,
  )
  return match[1]! + parameters.join('')
}

const PARAMETER = /;\s*([\w!#$&^.+-]+)\s*=\s*(?:([^\s;"]+)|"((?:[^"\\]|\\.)*)")/g

function readHash(value: string): string | null {
  const [, hex] = /^sha-1:((?:[\dA-Fa-f]{2}:){19}[\dA-Fa-f]{2})$/i.exec(value) ?? []
  return hex?.replaceAll(':', '').toLowerCase() ?? null
}

function readDate(text: string): FileDate | null {
  const date: { -readonly [Key in keyof FileDate]: FileDate[Key] } = {
    creation: null,
    modification: null,
    read: null,
  }
  for (const [, key, value] of text.matchAll(DATE)) {
    const at = Date.parse(value!)
    if (!Number.isNaN(at)) date[key!.toLowerCase() as keyof FileDate] ??= at
  }
  return Object.values(date).every((at) => at === null) ? null : date
}

function writeDate(date: FileDate): string {
  return (
    (['creation', 'modification', 'read'] as const)
      .filter((key) => date[key] !== null)
      // RFC 5322 wants a numeric zone, where JavaScript says GMT.
      .map((key) => `${key}:"${new Date(date[key]!).toUTCString().replace('GMT', '+0000')}"`)
      .join(' ')
  )
}

function readRange(text: string): FileRange | null {
  const match = /^(\d{1,15})-(\d{1,15}|\*)$/.exec(text)
  if (match === null) return null
  const range = { start: Number(match[1]), stop: match[2] === '*' ? null : Number(match[2]) }
  const inOrder = range.start >= 1 && (range.stop === null || range.stop >= range.start)
  return inOrder ? range : null
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value
}

function percentDecode(text: string): string {
  return text.replaceAll(/(?:%[\dA-Fa-f]{2})+/g, (run) =>
    new TextDecoder().decode(
      Uint8Array.from(run.match(/[\dA-Fa-f]{2}/g)!, (hex) => Number.parseInt(hex, 16)),
    ),
  )
}

/** What ends a line, a string or an escape, and what an operating system takes for structure. */
function percentEncode(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be written
  return text.replaceAll(/[\x00-\x1f\x7f"%/\\:]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}
