import { Reader, Writer } from './bytes.ts'
import { OtrError } from './errors.ts'
import type { OtrVersion } from './events.ts'
import { isGroupElement } from './group.ts'
import { COUNTER_BYTES, INSTANCE_TAG_MIN, MAC_BYTES } from './limits.ts'

/** What every encoded message begins with. Both tags are 0 in version 2. */
export interface Header {
  readonly version: OtrVersion
  readonly senderTag: number
  /** 0 in a D-H Commit to a peer whose tag is not known yet. */
  readonly receiverTag: number
}

export interface DhCommit extends Header {
  readonly type: 'dhCommit'
  readonly encryptedGx: Uint8Array
  /** SHA-256, 32 bytes. */
  readonly hashedGx: Uint8Array
}

export interface DhKey extends Header {
  readonly type: 'dhKey'
  /** In range. */
  readonly gy: bigint
}

/** The second half of a Reveal Signature Message, and all of a Signature Message. */
export interface EncryptedSignature {
  readonly encrypted: Uint8Array
  /** What the MAC covers: `encrypted` with its length in front. */
  readonly authenticated: Uint8Array
  readonly mac: Uint8Array
}

export interface RevealSignature extends Header, EncryptedSignature {
  readonly type: 'revealSignature'
  readonly revealedKey: Uint8Array
}

export interface Signature extends Header, EncryptedSignature {
  readonly type: 'signature'
}

export interface DataMessage extends Header {
  readonly type: 'data'
  /** True if the sender would rather not have it mentioned when it cannot be read. */
  readonly ignoreUnreadable: boolean
  /** Key ids are at least 1. */
  readonly senderKeyId: number
  readonly recipientKeyId: number
  /** In range: the public part of the sender's key number `senderKeyId` + 1. */
  readonly nextY: bigint
  /** Top half of the AES counter block, 8 bytes. */
  readonly counter: Uint8Array
  readonly ciphertext: Uint8Array
  /** What the MAC covers: everything from the version to the end of the ciphertext. */
  readonly authenticated: Uint8Array
  readonly mac: Uint8Array
}

export type AkeMessage = DhCommit | DhKey | RevealSignature | Signature
export type OtrMessage = AkeMessage | DataMessage

/** OTRv3, "The protocol state machine": the types of encoded messages. */
const TYPE = {
  data: 0x03,
  dhCommit: 0x02,
  dhKey: 0x0a,
  revealSignature: 0x11,
  signature: 0x12,
} as const satisfies Record<OtrMessage['type'], number>

/** Flag of a data message, OTRv3 "Data Message". */
const IGNORE_UNREADABLE = 0x01

/**
 * Reads an encoded message of version 2 or 3, whole. The fields are views into `bytes`.
 *
 * @throws OtrError `OTR_VERSION` for any other version; `OTR_TRUNCATED`, `OTR_MALFORMED`,
 *   `OTR_TOO_LARGE`, `OTR_OUT_OF_RANGE` for what the fields are not
 */
export function parseMessage(bytes: Uint8Array): OtrMessage {
  const reader = new Reader(bytes)
  const version = reader.short('version')
  if (version !== 2 && version !== 3) throw new OtrError('OTR_VERSION', `version ${version}`)
  const type = reader.byte('type')
  const header: Header = {
    version,
    senderTag: version === 3 ? senderTag(reader.int('sender tag')) : 0,
    receiverTag: version === 3 ? receiverTag(reader.int('receiver tag')) : 0,
  }
  const message = parseBody(type, header, reader, bytes)
  reader.end(`message of type ${type}`)
  return message
}

// The header is spread last: adding fields to a spread object takes V8 longer than parsing all of it.
function parseBody(type: number, header: Header, reader: Reader, bytes: Uint8Array): OtrMessage {
  switch (type) {
    case TYPE.dhCommit: {
      const encryptedGx = reader.data('encrypted g^x')
      const hashedGx = reader.data('hashed g^x')
      if (hashedGx.length !== 32) {
        throw new OtrError('OTR_MALFORMED', `hashed g^x of ${hashedGx.length} B`)
      }
      return { type: 'dhCommit', encryptedGx, hashedGx, ...header }
    }
    case TYPE.dhKey:
      return { type: 'dhKey', gy: groupElement(reader, 'g^y'), ...header }
    case TYPE.revealSignature: {
      const revealedKey = reader.data('revealed key')
      if (revealedKey.length !== 16) {
        throw new OtrError('OTR_MALFORMED', `revealed key of ${revealedKey.length} B`)
      }
      return {
        type: 'revealSignature',
        revealedKey,
        ...header,
        ...parseEncryptedSignature(reader, bytes),
      }
    }
    case TYPE.signature:
      return { type: 'signature', ...header, ...parseEncryptedSignature(reader, bytes) }
    case TYPE.data:
      return parseData(header, reader, bytes)
    default:
      throw new OtrError('OTR_MALFORMED', `message of type ${type}`)
  }
}

function parseEncryptedSignature(reader: Reader, bytes: Uint8Array): EncryptedSignature {
  const start = reader.offset
  const encrypted = reader.data('encrypted signature')
  const authenticated = bytes.subarray(start, reader.offset)
  return { encrypted, authenticated, mac: reader.bytes(MAC_BYTES, 'MAC') }
}

function parseData(header: Header, reader: Reader, bytes: Uint8Array): DataMessage {
  const flags = reader.byte('flags')
  const senderKeyId = keyId(reader, 'sender keyid')
  const recipientKeyId = keyId(reader, 'recipient keyid')
  const nextY = groupElement(reader, 'next D-H key')
  const counter = reader.bytes(COUNTER_BYTES, 'counter')
  const ciphertext = reader.data('ciphertext')
  const authenticated = bytes.subarray(0, reader.offset)
  const mac = reader.bytes(MAC_BYTES, 'MAC')
  reader.data('old MAC keys') // Of no use to us, and python-otr's are of any length.
  return {
    type: 'data',
    ignoreUnreadable: (flags & IGNORE_UNREADABLE) !== 0,
    senderKeyId,
    recipientKeyId,
    nextY,
    counter,
    ciphertext,
    authenticated,
    mac,
    ...header,
  }
}

function senderTag(tag: number): number {
  if (tag < INSTANCE_TAG_MIN) throw new OtrError('OTR_MALFORMED', 'reserved sender tag')
  return tag
}

function receiverTag(tag: number): number {
  if (tag > 0 && tag < INSTANCE_TAG_MIN)
    throw new OtrError('OTR_MALFORMED', 'reserved receiver tag')
  return tag
}

function groupElement(reader: Reader, field: string): bigint {
  const value = reader.mpi(field)
  if (!isGroupElement(value)) throw new OtrError('OTR_OUT_OF_RANGE', field)
  return value
}

export function keyId(reader: Reader, field: string): number {
  const id = reader.int(field)
  if (id === 0) throw new OtrError('OTR_OUT_OF_RANGE', field)
  return id
}

export function encodeDhCommit(
  header: Header,
  encryptedGx: Uint8Array,
  hashedGx: Uint8Array,
): Uint8Array {
  return begin(header, 'dhCommit').data(encryptedGx).data(hashedGx).finish()
}

export function encodeDhKey(header: Header, gy: bigint): Uint8Array {
  return begin(header, 'dhKey').mpi(gy).finish()
}

export function encodeRevealSignature(
  header: Header,
  revealedKey: Uint8Array,
  { authenticated, mac }: EncryptedSignature,
): Uint8Array {
  return begin(header, 'revealSignature').data(revealedKey).bytes(authenticated).bytes(mac).finish()
}

export function encodeSignature(
  header: Header,
  { authenticated, mac }: EncryptedSignature,
): Uint8Array {
  return begin(header, 'signature').bytes(authenticated).bytes(mac).finish()
}

/** The authenticated part of a data message: all but the MAC and the old MAC keys. */
export function encodeDataBody(
  message: Omit<DataMessage, 'type' | 'authenticated' | 'mac'>,
): Uint8Array {
  return begin(message, 'data')
    .byte(message.ignoreUnreadable ? IGNORE_UNREADABLE : 0)
    .int(message.senderKeyId)
    .int(message.recipientKeyId)
    .mpi(message.nextY)
    .bytes(message.counter)
    .data(message.ciphertext)
    .finish()
}

/** @param revealed - old MAC keys, in the clear for everybody */
export function encodeData(body: Uint8Array, mac: Uint8Array, revealed: Uint8Array): Uint8Array {
  return new Writer().bytes(body).bytes(mac).data(revealed).finish()
}

function begin(header: Header, type: OtrMessage['type']): Writer {
  const writer = new Writer().short(header.version).byte(TYPE[type])
  if (header.version === 3) writer.int(header.senderTag).int(header.receiverTag)
  return writer
}
