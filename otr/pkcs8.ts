import { fromBase64, toBase64 } from './base64.ts'
import { bigintToBytes, bytesToBigint, concat, equalBytes, fromHex } from './bytes.ts'
import { type DsaPrivateKey, powSecret } from './dsa.ts'
import { checkPrivateKey } from './dsa-key-record.ts'
import { OtrError } from './errors.ts'
import { FILE_BYTES_MAX, MPI_BYTES_MAX } from './limits.ts'

/*
 * A DSA key as unencrypted PKCS#8 in PEM: what Blink keeps in `otr.key`, and what OpenSSL reads.
 *
 *   SEQUENCE {                                        RFC 5208 §5
 *     INTEGER 0
 *     SEQUENCE { OID id-dsa, SEQUENCE { p, q, g } }   RFC 3279 §2.3.2
 *     OCTET STRING { INTEGER x }
 *   }
 */

const INTEGER = 0x02
const OCTET_STRING = 0x04
const SEQUENCE = 0x30
/** OBJECT IDENTIFIER 1.2.840.10040.4.1, id-dsa. */
const ID_DSA = fromHex('06072a8648ce380401')
/** INTEGER 0: PKCS#8 version 1. */
const VERSION = fromHex('020100')

/** Writes the key, not encrypted. Secret. */
export function writePkcs8(key: DsaPrivateKey): string {
  const parameters = node(SEQUENCE, integer(key.p), integer(key.q), integer(key.g))
  const der = node(
    SEQUENCE,
    VERSION,
    node(SEQUENCE, ID_DSA, parameters),
    node(OCTET_STRING, integer(key.x)),
  )
  const lines = toBase64(der).match(/.{1,64}/g)!
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

/**
 * Reads a key and checks that it is whole; y, which the file does not have, follows from x.
 *
 * @throws OtrError if it is not a DSA key of that form: encrypted, of another kind, or damaged
 */
export function readPkcs8(pem: string): DsaPrivateKey {
  const top = new DerReader(fromPem(pem))
  const info = top.enter(SEQUENCE)
  top.end()
  info.expect(VERSION, 'version')
  const algorithm = info.enter(SEQUENCE)
  algorithm.expect(ID_DSA, 'algorithm')
  const parameters = algorithm.enter(SEQUENCE)
  algorithm.end()
  const [p, q, g] = [parameters.integer(), parameters.integer(), parameters.integer()]
  parameters.end()
  const secret = info.enter(OCTET_STRING)
  const x = secret.integer()
  secret.end()
  // Attributes may follow (RFC 5208 §5); they say nothing about the key.

  if (p === 0n) throw new OtrError('OTR_OUT_OF_RANGE', 'p')
  if (x >= q) throw new OtrError('OTR_OUT_OF_RANGE', 'x')
  const key = { p, q, g, y: powSecret({ p, q, g }, x), x }
  checkPrivateKey(key)
  return key
}

function fromPem(pem: string): Uint8Array {
  if (pem.length > FILE_BYTES_MAX) throw new OtrError('OTR_TOO_LARGE', `${pem.length} characters`)
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END PRIVATE KEY-----/.exec(pem)
  if (body === null) throw new OtrError('OTR_MALFORMED', 'no unencrypted PKCS#8 PEM')
  const bytes = fromBase64(body[1]!.replace(/\s/g, ''))
  if (bytes === null) throw new OtrError('OTR_MALFORMED', 'base64')
  return bytes
}

/** Reads DER, and only DER: every length in its shortest form, every number minimal (X.690 §10). */
class DerReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  enter(tag: number): DerReader {
    if (this.#byte() !== tag) throw new OtrError('OTR_MALFORMED', `no DER tag ${tag}`)
    return new DerReader(this.#take(this.#length()))
  }

  /** An INTEGER that is not negative. */
  integer(): bigint {
    const bytes = this.enter(INTEGER).#bytes
    const [first = 0x80, second = 0x80] = bytes
    if (first >= 0x80) throw new OtrError('OTR_MALFORMED', 'negative or empty INTEGER')
    if (bytes.length > 1 && first === 0 && second < 0x80) {
      throw new OtrError('OTR_MALFORMED', 'INTEGER is not minimal')
    }
    if (bytes.length > MPI_BYTES_MAX + 1) throw new OtrError('OTR_TOO_LARGE', 'INTEGER')
    return bytesToBigint(bytes)
  }

  expect(bytes: Uint8Array, what: string): void {
    if (!equalBytes(this.#take(bytes.length), bytes)) throw new OtrError('OTR_MALFORMED', what)
  }

  end(): void {
    const rest = this.#bytes.length - this.#offset
    if (rest > 0) throw new OtrError('OTR_MALFORMED', `${rest} B left in DER`)
  }

  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const size = first & 0x7f
    if (size < 1 || size > 3) throw new OtrError('OTR_MALFORMED', 'DER length')
    const length = this.#take(size).reduce((value, byte) => value * 256 + byte, 0)
    if (length < 0x80 || length < 256 ** (size - 1)) {
      throw new OtrError('OTR_MALFORMED', 'DER length is not minimal')
    }
    return length
  }

  #byte(): number {
    return this.#take(1)[0]!
  }

  #take(length: number): Uint8Array {
    const start = this.#offset
    if (length > this.#bytes.length - start) throw new OtrError('OTR_TRUNCATED', 'DER')
    this.#offset = start + length
    return this.#bytes.subarray(start, this.#offset)
  }
}

function node(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents)
  const size = bigintToBytes(BigInt(content.length))
  const length = content.length < 0x80 ? size : concat(Uint8Array.of(0x80 + size.length), size)
  return concat(Uint8Array.of(tag), length, content)
}

/** An INTEGER; a top bit that is set would make it negative and gets a zero byte in front. */
function integer(value: bigint): Uint8Array {
  const bytes = bigintToBytes(value)
  const padded = bytes.length === 0 || bytes[0]! >= 0x80 ? concat(Uint8Array.of(0), bytes) : bytes
  return node(INTEGER, padded)
}
