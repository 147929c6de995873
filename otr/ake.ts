import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { AKE, type AkeInput, type AkePhase } from './ake-table.ts'
import { concat, equalBytes, Reader, toHex, Writer, wipe } from './bytes.ts'
import {
  type DsaPrivateKey,
  type DsaPublicKey,
  encodePublicKey,
  fingerprint,
  readPublicKey,
  sign,
  verify,
} from './dsa.ts'
import type { OtrEnv } from './engine.ts'
import { OtrError } from './errors.ts'
import type { OtrVersion } from './events.ts'
import { isGroupElement } from './group.ts'
import {
  type AkeKeys,
  type DhKeyPair,
  deriveAkeKeys,
  makeKeyPair,
  type SignatureKeys,
  sharedSecret,
  wipeAkeKeys,
} from './key-schedule.ts'
import { SIGNATURE_BYTES, SIGNATURE_DUE_MS } from './limits.ts'
import {
  type AkeMessage,
  type DhCommit,
  type DhKey,
  type EncryptedSignature,
  encodeDhCommit,
  encodeDhKey,
  encodeRevealSignature,
  encodeSignature,
  type Header,
  keyId,
  type RevealSignature,
  type Signature,
} from './messages.ts'
import { aesCtr, COUNTER_ZERO, hmac160 } from './symmetric.ts'

/**
 * Where a handshake stands, with the secrets that this phase needs and no others. `sent` is what we
 * sent last, for the cells that say "retransmit"; `since` when the handshake last moved.
 */
export type AkeState =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'awaitingKey'
      readonly version: OtrVersion
      readonly ours: DhKeyPair
      /** The key that g^x is encrypted under in our commit; the next message reveals it. */
      readonly r: Uint8Array
      readonly hashedGx: Uint8Array
      readonly sent: Uint8Array
      readonly since: number
    }
  | {
      readonly phase: 'awaitingReveal'
      readonly version: OtrVersion
      readonly ours: DhKeyPair
      readonly encryptedGx: Uint8Array
      readonly hashedGx: Uint8Array
      readonly sent: Uint8Array
      readonly since: number
    }
  | {
      readonly phase: 'awaitingSignature'
      readonly version: OtrVersion
      readonly ours: DhKeyPair
      readonly gy: bigint
      readonly s: bigint
      readonly keys: AkeKeys
      readonly sent: Uint8Array
      readonly since: number
    }

type In<Phase extends AkePhase> = Extract<AkeState, { phase: Phase }>
export type CommitSent = In<'awaitingKey'>

// The data and the table name the same phases, or this does not compile.
true satisfies [AkePhase, AkeState['phase']] extends [AkeState['phase'], AkePhase] ? true : false

export const NO_AKE: AkeState = { phase: 'none' }

/** What a completed handshake agreed upon. */
export interface Established {
  readonly version: OtrVersion
  /** We sent the Reveal Signature Message: the first half of the ssid is ours to read aloud. */
  readonly sentReveal: boolean
  /** Number 1 of our D-H keys. */
  readonly ours: DhKeyPair
  readonly theirs: bigint
  readonly theirKeyId: number
  /** 40 lower-case hex digits. */
  readonly fingerprint: string
  readonly ssid: Uint8Array
  /** The secret of `ours` and `theirs`, so that it need not be computed again. */
  readonly s: bigint
}

/** What a handshake needs from outside. */
export interface AkeParty extends OtrEnv {
  readonly key: DsaPrivateKey
}

/** One move: the state after it, what to send, and the result if it completed. */
export interface AkeStep {
  readonly state: AkeState
  readonly send: Uint8Array | null
  readonly established: Established | null
}

/** Begins a handshake. The state given is not touched; {@link wipeAke} it if it is left for good. */
export function startAke(state: AkeState, header: Header, party: AkeParty): AkeStep {
  const again = isUnderWay(state, header.version, party.now())
  const [action] = AKE[state.phase][again ? 'startAgain' : 'start']
  if (action !== 'sendCommit') return resend(state as In<'awaitingKey' | 'awaitingSignature'>)
  const ours = makeKeyPair(party.random)
  const r = party.random(16)
  const gx = new Writer().mpi(ours.public).finish()
  const hashedGx = sha256(gx)
  const sent = encodeDhCommit(header, aesCtr(r, COUNTER_ZERO, gx), hashedGx)
  wipe(gx)
  return move({
    phase: 'awaitingKey',
    version: header.version,
    ours,
    r,
    hashedGx,
    sent,
    since: party.now(),
  })
}

/** Whether a handshake of that version needs no more than the peer's next message. */
export function isUnderWay(state: AkeState, version: OtrVersion, now: number): boolean {
  if (state.phase === 'none' || state.version !== version) return false
  if (state.phase === 'awaitingSignature') return now - state.since <= SIGNATURE_DUE_MS
  return state.phase === 'awaitingKey'
}

/**
 * Takes a message of the handshake.
 *
 * @param header - of the answer
 * @throws OtrError if the table has no place for the message (`OTR_UNEXPECTED`) or it does not verify;
 *   the state then stays as it was
 */
export function receiveAke(
  before: AkeState,
  message: AkeMessage,
  header: Header,
  party: AkeParty,
): AkeStep {
  const state = standing(before, message)
  const [action] = AKE[state.phase][refine(state, message)]
  switch (action) {
    case 'sendKey':
      return sendKey(message as DhCommit, header, party)
    case 'resendKey': {
      const { encryptedGx, hashedGx } = message as DhCommit
      return resend({ ...(state as In<'awaitingReveal'>), encryptedGx, hashedGx })
    }
    case 'sendReveal':
      return sendReveal(state as In<'awaitingKey'>, message as DhKey, header, party)
    case 'sendSignature':
      return sendSignature(state as In<'awaitingReveal'>, message as RevealSignature, header, party)
    case 'finish':
      return finish(state as In<'awaitingSignature'>, message as Signature)
    case 'resendCommit':
    case 'resendReveal':
      return resend(state as Exclude<AkeState, In<'none'>>)
    default:
      throw new OtrError('OTR_UNEXPECTED', `${message.type} while ${state.phase}`)
  }
}

/**
 * The state as far as it concerns the message: a handshake of another version has no say in it. Only
 * between crossing commits one of them must win at both ends, and that is the lower version, which
 * may be all that one end can speak.
 */
function standing(state: AkeState, message: AkeMessage): AkeState {
  if (state.phase === 'none' || state.version === message.version) return state
  const commits = state.phase === 'awaitingKey' && message.type === 'dhCommit'
  return commits && message.version > state.version ? state : NO_AKE
}

/** Makes the comparison that the table's inputs ask for. @throws OtrError `OTR_REFLECTED` */
function refine(state: AkeState, message: AkeMessage): AkeInput {
  switch (message.type) {
    case 'dhCommit': {
      if (state.phase !== 'awaitingKey') return 'commit'
      if (state.version !== message.version) return 'commitOutranked'
      const order = compare(state.hashedGx, message.hashedGx)
      if (order === 0) throw new OtrError('OTR_REFLECTED', 'our own commit')
      return order > 0 ? 'commitOutranked' : 'commit'
    }
    case 'dhKey':
      return state.phase === 'awaitingSignature' && state.gy === message.gy ? 'keyRepeated' : 'key'
    case 'revealSignature':
      return 'reveal'
    case 'signature':
      return 'signature'
  }
}

/** Compares hashes as big-endian numbers: they have the same length, so their hex does. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [toHex(a), toHex(b)]
  return left === right ? 0 : left > right ? 1 : -1
}

function move(state: Exclude<AkeState, In<'none'>>): AkeStep {
  return { state, send: state.sent, established: null }
}

const resend = move

function sendKey({ encryptedGx, hashedGx }: DhCommit, header: Header, party: AkeParty): AkeStep {
  const ours = makeKeyPair(party.random)
  return move({
    phase: 'awaitingReveal',
    version: header.version,
    ours,
    encryptedGx,
    hashedGx,
    sent: encodeDhKey(header, ours.public),
    since: party.now(),
  })
}

function sendReveal(
  { ours, r, version }: In<'awaitingKey'>,
  { gy }: DhKey,
  header: Header,
  party: AkeParty,
): AkeStep {
  if (gy === ours.public) throw new OtrError('OTR_REFLECTED', 'our own D-H key')
  const s = sharedSecret(ours, gy)
  const keys = deriveAkeKeys(s)
  const signature = sealSignature(keys.reveal, signOver(keys.reveal, ours, gy, party))
  return move({
    phase: 'awaitingSignature',
    version,
    ours,
    gy,
    s,
    keys,
    sent: encodeRevealSignature(header, r, signature),
    since: party.now(),
  })
}

function sendSignature(
  { ours, encryptedGx, hashedGx, version }: In<'awaitingReveal'>,
  message: RevealSignature,
  header: Header,
  party: AkeParty,
): AkeStep {
  const gxBytes = aesCtr(message.revealedKey, COUNTER_ZERO, encryptedGx)
  if (!equalBytes(sha256(gxBytes), hashedGx)) throw new OtrError('OTR_BAD_HASH', 'g^x')
  const reader = new Reader(gxBytes)
  const gx = reader.mpi('g^x')
  reader.end('g^x')
  if (!isGroupElement(gx)) throw new OtrError('OTR_OUT_OF_RANGE', 'g^x')
  if (gx === ours.public) throw new OtrError('OTR_REFLECTED', 'our own D-H key')

  const s = sharedSecret(ours, gx)
  const keys = deriveAkeKeys(s)
  const peer = openSignature(keys.reveal, message, gx, ours.public)
  const signature = sealSignature(keys.signature, signOver(keys.signature, ours, gx, party))
  wipeAkeKeys(keys)
  return {
    state: NO_AKE,
    send: encodeSignature(header, signature),
    established: { version, sentReveal: false, ours, theirs: gx, s, ssid: keys.ssid, ...peer },
  }
}

function finish(
  { ours, gy, s, keys, version }: In<'awaitingSignature'>,
  message: Signature,
): AkeStep {
  const peer = openSignature(keys.signature, message, gy, ours.public)
  wipeAkeKeys(keys)
  return {
    state: NO_AKE,
    send: null,
    established: { version, sentReveal: true, ours, theirs: gy, s, ssid: keys.ssid, ...peer },
  }
}

/** The number of the D-H key that a handshake of ours uses. */
const OUR_KEY_ID = 1

/** X: the public key, the key id and the signature over both and over the exchange. */
function signOver(
  { m1 }: SignatureKeys,
  ours: DhKeyPair,
  theirs: bigint,
  { key, random }: AkeParty,
): Uint8Array {
  const m = signedValue(m1, ours.public, theirs, key, OUR_KEY_ID)
  return encodeSigner(key, OUR_KEY_ID, sign(key, m, random))
}

/** M: what the signature is made over. Each side puts its own D-H value first. */
export function signedValue(
  m1: Uint8Array,
  signers: bigint,
  others: bigint,
  key: DsaPublicKey,
  signersKeyId: number,
): Uint8Array {
  const exchange = new Writer().mpi(signers).mpi(others).bytes(encodePublicKey(key))
  return hmac(sha256, m1, exchange.int(signersKeyId).finish())
}

export function encodeSigner(key: DsaPublicKey, id: number, signature: Uint8Array): Uint8Array {
  return concat(encodePublicKey(key), new Writer().int(id).bytes(signature).finish())
}

/** Encrypts X and adds the MAC. */
export function sealSignature({ c, m2 }: SignatureKeys, x: Uint8Array): EncryptedSignature {
  const encrypted = aesCtr(c, COUNTER_ZERO, x)
  const authenticated = new Writer().data(encrypted).finish()
  return { encrypted, authenticated, mac: hmac160(m2, authenticated) }
}

/** Checks the MAC, decrypts, and checks the signature: in this order, and all or nothing. */
function openSignature(
  { c, m1, m2 }: SignatureKeys,
  message: EncryptedSignature,
  theirs: bigint,
  ours: bigint,
): Pick<Established, 'fingerprint' | 'theirKeyId'> {
  if (!equalBytes(hmac160(m2, message.authenticated), message.mac)) {
    throw new OtrError('OTR_BAD_MAC', 'encrypted signature')
  }
  const reader = new Reader(aesCtr(c, COUNTER_ZERO, message.encrypted))
  const key = readPublicKey(reader)
  const theirKeyId = keyId(reader, 'keyid')
  const signature = reader.bytes(SIGNATURE_BYTES, 'signature')
  reader.end('signature')
  if (!verify(key, signedValue(m1, theirs, ours, key, theirKeyId), signature)) {
    throw new OtrError('OTR_BAD_SIGNATURE', 'handshake')
  }
  return { fingerprint: fingerprint(key), theirKeyId }
}

/** The same commit for one of several devices that answer it, with secrets of its own to wipe. */
export function copyCommit(state: CommitSent): CommitSent {
  const ours = { ...state.ours, secret: state.ours.secret.slice() }
  return { ...state, ours, r: state.r.slice() }
}

/**
 * Overwrites the secrets of a handshake that is left without a result. A completed one hands its key
 * pair on.
 */
export function wipeAke(state: AkeState): void {
  if (state.phase === 'none') return
  wipe(state.ours.secret)
  if (state.phase === 'awaitingKey') wipe(state.r)
  if (state.phase === 'awaitingSignature') wipeAkeKeys(state.keys)
}
