import { concat, Writer } from './bytes.ts'
import { TLV_BYTES_MAX } from './limits.ts'

/** Record types inside a data message (OTRv3, "TLV Record Types"). */
export const TLV = {
  padding: 0,
  disconnected: 1,
  smp1: 2,
  smp2: 3,
  smp3: 4,
  smp4: 5,
  smpAbort: 6,
  smp1Question: 7,
  extraKey: 8,
} as const

export interface Tlv {
  readonly type: number
  readonly value: Uint8Array
}

/** What a data message carries inside its encryption. Empty text is not for people. */
export interface Plaintext {
  readonly text: string
  readonly tlvs: readonly Tlv[]
}

/**
 * UTF-8 text, then NUL and the records, if there are any: some peers take a lone NUL for content.
 *
 * @param padTo - pad with a record of type 0 to a multiple of this many bytes; 0 for none
 * @throws RangeError if the text contains NUL or a value is longer than 65535 bytes
 */
export function encodePlaintext({ text, tlvs }: Plaintext, padTo: number): Uint8Array {
  if (text.includes('\0')) throw new RangeError('text contains U+0000')
  const human = new TextEncoder().encode(text)
  if (tlvs.length === 0 && padTo === 0) return human
  const writer = new Writer().bytes(human).byte(0)
  for (const tlv of tlvs) writeTlv(writer, tlv)
  if (padTo === 0) return writer.finish()
  const bytes = writer.finish()
  const excess = (bytes.length + TLV_HEADER_BYTES) % padTo
  const padding = new Uint8Array(excess === 0 ? 0 : padTo - excess)
  return concat(bytes, writeTlv(new Writer(), { type: TLV.padding, value: padding }).finish())
}

const TLV_HEADER_BYTES = 4

function writeTlv(writer: Writer, { type, value }: Tlv): Writer {
  if (value.length > TLV_BYTES_MAX) throw new RangeError(`${value.length} B in a TLV`)
  return writer.short(type).short(value.length).bytes(value)
}

/**
 * Never throws: records before one that ends beyond the message count, as in libotr. Ill-formed
 * UTF-8 becomes U+FFFD. The values are views.
 */
export function parsePlaintext(bytes: Uint8Array): Plaintext {
  const nul = bytes.indexOf(0)
  const text = UTF8.decode(nul < 0 ? bytes : bytes.subarray(0, nul))
  const tlvs: Tlv[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = nul < 0 ? bytes.length : nul + 1
  while (at + TLV_HEADER_BYTES <= bytes.length) {
    const start = at + TLV_HEADER_BYTES
    const end = start + view.getUint16(at + 2)
    if (end > bytes.length) break
    tlvs.push({ type: view.getUint16(at), value: bytes.subarray(start, end) })
    at = end
  }
  return { text, tlvs }
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
