import { concat, Reader, Writer } from './bytes.ts'
import {
  checkPublicKey,
  type DsaPrivateKey,
  encodePublicKey,
  powSecret,
  readPublicKey,
} from './dsa.ts'
import { OtrError } from './errors.ts'

/** The key of a `KeyRecord`: PUBKEY, then MPI x. Secret. */
export function encodePrivateKey(key: DsaPrivateKey): Uint8Array {
  return concat(encodePublicKey(key), new Writer().mpi(key.x).finish())
}

/** @throws OtrError `OTR_TRUNCATED`, `OTR_MALFORMED`, `OTR_OUT_OF_RANGE` for a damaged record */
export function decodePrivateKey(bytes: Uint8Array): DsaPrivateKey {
  const reader = new Reader(bytes)
  const key = { ...readPublicKey(reader), x: reader.mpi('x') }
  reader.end('x')
  checkSecret(key)
  return key
}

/** Looks closely at a private key from elsewhere. @throws OtrError `OTR_OUT_OF_RANGE` */
export function checkPrivateKey(key: DsaPrivateKey): void {
  checkPublicKey(key)
  checkSecret(key)
}

function checkSecret(key: DsaPrivateKey): void {
  if (key.x < 1n || key.x >= key.q || powSecret(key, key.x) !== key.y) {
    throw new OtrError('OTR_OUT_OF_RANGE', 'DSA key: x does not belong to y')
  }
}
