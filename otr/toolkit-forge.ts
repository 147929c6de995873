import { ctr } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToBigint, concat, equalBytes, Writer } from './bytes.ts'
import { isGroupElement, pow, powG } from './group.ts'
import { deriveSessionKeys } from './key-schedule.ts'
import { DH_EXPONENT_BITS } from './limits.ts'
import { writeEncoded } from './recognise.ts'
import {
  type Dissected,
  type Field,
  findMessages,
  rawBytes,
  revealedKeys,
} from './toolkit-layout.ts'

/** A data message of a log that is laid out as it should be. */
export interface DataFields {
  readonly text: string
  readonly fields: readonly Field[]
}

/** @returns those of `log`, in its order */
export function findDataMessages(log: string): DataFields[] {
  return findMessages(log).filter(isDataMessage)
}

function isDataMessage(message: Dissected): message is Dissected & DataFields {
  return message.title === 'Data Message' && message.fields !== null
}

/** What follows from one D-H secret, as `otr_sesskeys` shows it. */
export interface ToolkitKeys {
  readonly high: boolean
  readonly ourPublic: bigint
  /** SHA-1 of the secret: the session id of version 1. */
  readonly sessionId: Uint8Array
  readonly sendingAes: Uint8Array
  readonly receivingAes: Uint8Array
}

/** @throws RangeError if the keys are not ones of the D-H group, as when they are given in reverse */
export function sessionKeys(secret: Uint8Array, theirPublic: Uint8Array): ToolkitKeys {
  const theirs = bytesToBigint(theirPublic)
  if (secret.length > DH_EXPONENT_BITS / 8) throw new RangeError('the private key is too long')
  if (!isGroupElement(theirs)) throw new RangeError('the public key is out of range')
  const exponent = bytesToBigint(secret)
  const ourPublic = powG(exponent)
  const s = pow(theirs, exponent)
  const high = ourPublic > theirs
  const { sendingAes, receivingAes } = deriveSessionKeys(s, high)
  const sessionId = sha1(new Writer().byte(0).mpi(s).finish())
  return { high, ourPublic, sessionId, sendingAes, receivingAes }
}

/** The MAC key that belongs to an AES key. Knowing the one gives the other, not the reverse. */
export function macKeyOf(aesKey: Uint8Array): Uint8Array {
  return sha1(aesKey)
}

/** Whether `macKey` is what the message was authenticated with. */
export function verifies(macKey: Uint8Array, { fields }: DataFields): boolean {
  return equalBytes(macOf(macKey, authenticated(fields)), field(fields, 'MAC').value)
}

/** The plaintext, text and TLVs; noise if the key is not the message's. */
export function decrypt(aesKey: Uint8Array, { fields }: DataFields): Uint8Array {
  return crypt(aesKey, fields, field(fields, 'Encrypted message').value)
}

/**
 * The message with another plaintext, authenticated. The AES key need not be the right one: then
 * nothing of the original is used but its form, and the result is as good.
 */
export function forge(aesKey: Uint8Array, { fields }: DataFields, plaintext: Uint8Array): string {
  return reauthenticate(macKeyOf(aesKey), fields, crypt(aesKey, fields, plaintext))
}

/**
 * The message with `was` replaced by `becomes` at `offset` of the plaintext, by whoever has only the
 * MAC key and a good guess: in counter mode, a changed bit of ciphertext is one of plaintext. What
 * lies beyond the end is left out.
 */
export function modify(
  macKey: Uint8Array,
  { fields }: DataFields,
  was: Uint8Array,
  becomes: Uint8Array,
  offset: number,
): string {
  const ciphertext = field(fields, 'Encrypted message').value.slice()
  for (let i = 0; i < was.length && offset + i < ciphertext.length; i++) {
    ciphertext[offset + i]! ^= was[i]! ^ becomes[i]!
  }
  return reauthenticate(macKey, fields, ciphertext)
}

/** The parts of a data message of version 3 that {@link assemble} puts together. */
export interface DataParts {
  readonly senderInstance: number
  readonly receiverInstance: number
  readonly flags: number
  readonly senderKeyId: number
  readonly recipientKeyId: number
  readonly nextPublic: Uint8Array
  /** 8 bytes. */
  readonly counter: Uint8Array
  readonly ciphertext: Uint8Array
  readonly revealedMacKeys: Uint8Array
}

/** A data message from its parts, authenticated; that they make sense is the caller's business. */
export function assemble(macKey: Uint8Array, parts: DataParts): string {
  const body = new Writer()
    .short(3)
    .byte(3)
    .int(parts.senderInstance)
    .int(parts.receiverInstance)
    .byte(parts.flags)
    .int(parts.senderKeyId)
    .int(parts.recipientKeyId)
    .mpi(bytesToBigint(parts.nextPublic))
    .bytes(parts.counter)
    .data(parts.ciphertext)
    .finish()
  return encode(macKey, body, parts.revealedMacKeys)
}

/** For each data message of a log, which later one gives its MAC key away. */
export interface Deniable extends DataFields {
  /** Place in the log, of data messages alone, from 1. */
  readonly number: number
  /** `null` if no message of the log reveals the key: the recipient may still believe it. */
  readonly revealed: { readonly by: number; readonly macKey: Uint8Array } | null
}

/** Finds the messages of a log that anybody could have written who has read the rest of it. */
export function findDeniable(log: string): Deniable[] {
  const messages = findDataMessages(log)
  const revealed = messages.flatMap(({ fields }, index) =>
    revealedKeys(field(fields, 'Revealed MAC keys').value).map((macKey) => ({
      by: index + 1,
      macKey,
    })),
  )
  return messages.map((message, index) => ({
    ...message,
    number: index + 1,
    revealed: revealed.find(({ macKey }) => verifies(macKey, message)) ?? null,
  }))
}

function field(fields: readonly Field[], label: string): Field {
  return fields.find((field) => field.label === label)!
}

/** All that comes before the MAC. */
function authenticated(fields: readonly Field[]): Uint8Array {
  return rawBytes(fields.slice(0, fields.indexOf(field(fields, 'MAC'))))
}

function reauthenticate(
  macKey: Uint8Array,
  fields: readonly Field[],
  ciphertext: Uint8Array,
): string {
  const raw = new Writer().data(ciphertext).finish()
  const changed = fields.map((part) =>
    part.label === 'Encrypted message' ? { ...part, raw } : part,
  )
  const revealed = field(fields, 'Revealed MAC keys').value
  return encode(macKey, authenticated(changed), revealed)
}

function encode(macKey: Uint8Array, body: Uint8Array, revealed: Uint8Array): string {
  const message = new Writer().bytes(body).bytes(macOf(macKey, body)).data(revealed)
  return writeEncoded(message.finish())
}

function macOf(macKey: Uint8Array, body: Uint8Array): Uint8Array {
  return hmac(sha1, macKey, body)
}

function crypt(aesKey: Uint8Array, fields: readonly Field[], bytes: Uint8Array): Uint8Array {
  const block = concat(field(fields, 'Counter').value, new Uint8Array(8))
  return ctr(aesKey, block).encrypt(bytes)
}
