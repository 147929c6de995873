import { concat, equalBytes } from './bytes.ts'
import type { DataKeys } from './data-keys.ts'
import type { OtrEnv } from './engine.ts'
import { OtrError } from './errors.ts'
import { COUNTER_BYTES } from './limits.ts'
import { type DataMessage, encodeData, encodeDataBody, type Header } from './messages.ts'

declare const authentic: unique symbol

/** Proof that {@link authenticate} accepted the message. {@link openData} takes nothing less. */
export type AuthenticDataMessage = DataMessage & { readonly [authentic]: true }

/**
 * Finds the keys and checks the MAC before anything else looks at the contents, then the counter.
 *
 * @throws OtrError `OTR_UNKNOWN_KEY`, `OTR_BAD_MAC` or `OTR_REPLAYED`
 */
export function authenticate(message: DataMessage, keys: DataKeys): AuthenticDataMessage {
  const pair = keys.forReceiving(message.recipientKeyId, message.senderKeyId)
  if (!equalBytes(pair.receiving.mac.of(message.authenticated), message.mac)) {
    throw new OtrError('OTR_BAD_MAC', 'data message')
  }
  pair.macUsed = true
  if (counterValue(message.counter) <= pair.received) {
    throw new OtrError('OTR_REPLAYED', 'counter did not increase')
  }
  return message as AuthenticDataMessage
}

/** What an authentic message says, and the extra symmetric key that belongs to it. */
export interface Opened {
  readonly plaintext: Uint8Array
  readonly extraKey: Uint8Array
}

/** Decrypts, and moves the keys on: the message cannot be opened twice. */
export function openData(message: AuthenticDataMessage, keys: DataKeys): Opened {
  const pair = keys.forReceiving(message.recipientKeyId, message.senderKeyId)
  const plaintext = pair.receiving.cipher.apply(message.counter, message.ciphertext)
  const extraKey = pair.keys.extra.slice()
  pair.received = counterValue(message.counter)
  keys.rotate(message.recipientKeyId, message.senderKeyId, message.nextY)
  return { plaintext, extraKey }
}

/**
 * Makes a data message, with the old MAC keys that are due to be revealed.
 *
 * @returns the encoded message and the extra symmetric key that belongs to it
 */
export function sealData(
  header: Header,
  plaintext: Uint8Array,
  ignoreUnreadable: boolean,
  keys: DataKeys,
  random: OtrEnv['random'],
): { readonly bytes: Uint8Array; readonly extraKey: Uint8Array } {
  const sending = keys.forSending(random)
  const { pair } = sending
  const counter = counterBytes(++pair.sent)
  const body = encodeDataBody({
    ignoreUnreadable,
    senderKeyId: sending.ourKeyId,
    recipientKeyId: sending.theirKeyId,
    nextY: sending.nextY,
    counter,
    ciphertext: pair.sending.cipher.apply(counter, plaintext),
    ...header,
  })
  const bytes = encodeData(body, pair.sending.mac.of(body), concat(...keys.takeRevealed()))
  return { bytes, extraKey: pair.keys.extra.slice() }
}

function counterValue(counter: Uint8Array): bigint {
  return new DataView(counter.buffer, counter.byteOffset, COUNTER_BYTES).getBigUint64(0)
}

function counterBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(COUNTER_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}
