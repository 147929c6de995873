import { createDiffieHellman, randomBytes } from 'node:crypto'
import type { Bench, Side } from '../bench.ts'
import { bigintToBytes, bytesToBigint } from './bytes.ts'
import { longBase, P, pow, powG, powProduct } from './group.ts'

const random = (length: number) => bytesToBigint(new Uint8Array(randomBytes(length)))
const base = random(191)
const fixed = longBase(base)
const openssl = createDiffieHellman(bigintToBytes(P), bigintToBytes(2n))
const baseBytes = bigintToBytes(base)

/** OpenSSL's assembler, through node:crypto: as fast as this processor gets. */
function opensslPow(exponent: bigint): Side {
  openssl.setPrivateKey(bigintToBytes(exponent))
  return { run: () => openssl.computeSecret(baseBytes) }
}

const against = (name: string, exponent: bigint, run: () => unknown): Bench => ({
  name: `group.${name}`,
  unit: 'us',
  peer: "OpenSSL's pow",
  prepare: () => ({ ours: { run }, peers: opensslPow(exponent) }),
})

const short = random(40)
const long = random(192)
const challenge = random(32)

export const benches: readonly Bench[] = [
  against('powG320', short, () => powG(short)),
  against('pow320', short, () => pow(base, short)),
  against('powG1536', long, () => powG(long)),
  against('pow1536', long, () => pow(base, long)),
  against('longBase', long, () => longBase(base)),
  against('longBasePow', long, () => fixed.pow(long)),
  against('powProduct', long, () => powProduct(base, long, base - 1n, challenge)),
  against('powProductG', long, () => powProduct(2n, long, base, challenge)),
]
