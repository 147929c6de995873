import { bytesToBigint } from './bytes.ts'
import type { DsaPrivateKey } from './dsa.ts'
import { checkPrivateKey } from './dsa-key-record.ts'
import { OtrError } from './errors.ts'
import { FILE_BYTES_MAX, INSTANCE_TAG_MIN, MPI_BYTES_MAX } from './limits.ts'
import {
  fromLatin1,
  parseSExpression,
  type SExpression,
  toLatin1,
  writeNumber,
  writeText,
} from './s-expression.ts'

/*
 * The files that libotr 4 keeps, so that people can bring their keys along and take them away: those
 * of Pidgin, Adium, Gajim and irssi. Names in them are UTF-8.
 */

/** Whose key: an account name with the protocol as the other program calls it (`prpl-jabber`). */
export interface LibotrAccount {
  readonly account: string
  readonly protocol: string
}

/** An entry of `otr.private_key`. */
export interface LibotrKey extends LibotrAccount {
  readonly key: DsaPrivateKey
}

/** A line of `otr.fingerprints`. */
export interface LibotrFingerprint extends LibotrAccount {
  /** The peer. */
  readonly username: string
  /** 40 lower-case hexadecimal digits. */
  readonly fingerprint: string
  /** How it was verified: `verified`, `smp` or another program's word; empty if it was not. */
  readonly trust: string
}

/** A line of `otr.instance_tags`. */
export interface LibotrInstanceTag extends LibotrAccount {
  /** ≥ 0x100. */
  readonly instanceTag: number
}

/**
 * Reads `otr.private_key`. Every key is checked to be whole.
 *
 * @throws OtrError if the file is not of that kind, or a key does not fit together
 */
export function readPrivateKeys(file: Uint8Array): LibotrKey[] {
  return entries(parseSExpression(file), 'privkeys').map((entry) => {
    const fields = entries(entry, 'account')
    const [dsa] = entries(find(fields, 'private-key'), 'private-key')
    const numbers = entries(dsa, 'dsa')
    const number = (name: string) => readNumber(find(numbers, name), name)
    const key = { p: number('p'), q: number('q'), g: number('g'), y: number('y'), x: number('x') }
    checkPrivateKey(key)
    return {
      account: readName(find(fields, 'name'), 'name'),
      protocol: readName(find(fields, 'protocol'), 'protocol'),
      key,
    }
  })
}

/** Writes `otr.private_key`, byte for byte as libotr would. Secret; to be kept with mode 0600. */
export function writePrivateKeys(keys: readonly LibotrKey[]): Uint8Array {
  const accounts = keys.map(({ account, protocol, key }) => {
    const name = writeText(toUtf8(account))
    const numbers = (['p', 'q', 'g', 'y', 'x'] as const).map(
      (field) => `  (${field} ${writeNumber(key[field])})\n`,
    )
    return (
      ` (account\n(name ${name})\n(protocol ${writeText(toUtf8(protocol))})\n` +
      `(private-key \n (dsa \n${numbers.join('')}  )\n )\n )\n`
    )
  })
  return fromLatin1(`(privkeys\n${accounts.join('')})\n`)
}

/** Reads `otr.fingerprints`. Lines that make no sense are skipped, as libotr skips them. */
export function readFingerprints(file: Uint8Array): LibotrFingerprint[] {
  return lines(file).flatMap(([username, account, protocol, hex, trust = '']) => {
    if (!username || !account || !protocol || !/^[0-9a-f]{40}$/i.test(hex ?? '')) return []
    return [{ username, account, protocol, fingerprint: hex!.toLowerCase(), trust }]
  })
}

/** Writes `otr.fingerprints`. @throws RangeError if a name contains a tab or a line end */
export function writeFingerprints(known: readonly LibotrFingerprint[]): Uint8Array {
  return writeLines(
    known.map(({ username, account, protocol, fingerprint, trust }) => [
      username,
      account,
      protocol,
      fingerprint,
      trust,
    ]),
  )
}

/** Reads `otr.instance_tags`. Comments and lines that make no sense are skipped. */
export function readInstanceTags(file: Uint8Array): LibotrInstanceTag[] {
  return lines(file).flatMap(([account, protocol, hex]) => {
    if (!account || !protocol || !/^[0-9a-f]{1,8}$/i.test(hex ?? '')) return []
    const instanceTag = Number.parseInt(hex!, 16)
    return instanceTag < INSTANCE_TAG_MIN ? [] : [{ account, protocol, instanceTag }]
  })
}

/** Writes `otr.instance_tags`. @throws RangeError if a name contains a tab or a line end */
export function writeInstanceTags(tags: readonly LibotrInstanceTag[]): Uint8Array {
  const rows = tags.map(({ account, protocol, instanceTag }) => [
    account,
    protocol,
    instanceTag.toString(16).padStart(8, '0'),
  ])
  return writeLines([[INSTANCE_TAGS_WARNING], ...rows])
}

const INSTANCE_TAGS_WARNING =
  "# WARNING! You shouldn't copy this file to another computer. It is unnecessary and can cause problems."

/** The rest of a list that begins with `head`. */
function entries(expression: SExpression | undefined, head: string): readonly SExpression[] {
  if (!isListOf(expression, head)) throw new OtrError('OTR_MALFORMED', `no list of ${head}`)
  return expression.slice(1)
}

function find(list: readonly SExpression[], head: string): SExpression | undefined {
  return list.find((entry) => isListOf(entry, head))
}

function isListOf(
  expression: SExpression | undefined,
  head: string,
): expression is readonly SExpression[] {
  if (expression === undefined || expression instanceof Uint8Array) return false
  const first = expression[0]
  return first instanceof Uint8Array && toLatin1(first) === head
}

function readName(expression: SExpression | undefined, head: string): string {
  return new TextDecoder().decode(readAtom(expression, head))
}

function readNumber(expression: SExpression | undefined, head: string): bigint {
  const bytes = readAtom(expression, head)
  if (bytes.length > MPI_BYTES_MAX + 1) throw new OtrError('OTR_TOO_LARGE', head)
  return bytesToBigint(bytes)
}

function readAtom(expression: SExpression | undefined, head: string): Uint8Array {
  const [atom, ...more] = entries(expression, head)
  if (!(atom instanceof Uint8Array) || more.length > 0) throw new OtrError('OTR_MALFORMED', head)
  return atom
}

function lines(file: Uint8Array): string[][] {
  if (file.length > FILE_BYTES_MAX) throw new OtrError('OTR_TOO_LARGE', `${file.length} B`)
  const text = new TextDecoder().decode(file)
  // A name with a bare CR could be read, but not be written again.
  const whole = text.split(/\r?\n/).filter((line) => !line.includes('\r'))
  return whole.map((line) => line.split('\t'))
}

function writeLines(rows: readonly (readonly string[])[]): Uint8Array {
  if (rows.flat().some((field) => /[\t\r\n]/.test(field))) {
    throw new RangeError('a name with a tab or a line end')
  }
  return toUtf8(rows.map((row) => `${row.join('\t')}\n`).join(''))
}

function toUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
