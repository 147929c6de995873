import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToBigint, Writer } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import { OtrError } from './errors.ts'
import { type FixedBase, longBase, modQ, mulP, P, powG, powProduct } from './group.ts'
import { SMP_EXPONENT_BYTES } from './limits.ts'
import { powMod } from './power.ts'

/*
 * The zero-knowledge proofs of the SMP (OTRv3, "SMP Overview" and "SMP Hash Function"). The letters
 * are the specification's. Each proof has a version number of its own in its hash, so that none can be
 * sent back to whoever made it.
 */

/** The generator g1. */
export const G1 = 2n

/** A power of 2 whose exponent only its maker knows; c and D prove that he does. */
export interface KnownExponent {
  readonly g: bigint
  readonly c: bigint
  readonly d: bigint
}

/** Proof that P and Q are made of the same r and of a secret y: P = g3^r, Q = g1^r·g2^y. */
export interface Coordinates {
  readonly p: bigint
  readonly q: bigint
  readonly c: bigint
  readonly d5: bigint
  readonly d6: bigint
}

/** Proof that R = (Qa/Qb)^a has the exponent of a known g1^a. */
export interface EqualLogs {
  readonly r: bigint
  readonly c: bigint
  readonly d: bigint
}

/** A 1536-bit exponent. */
export function drawExponent(random: OtrEnv['random']): bigint {
  return bytesToBigint(random(SMP_EXPONENT_BYTES))
}

export function proveExponent(version: number, a: bigint, random: OtrEnv['random']): KnownExponent {
  const r = drawExponent(random)
  const c = hash(version, powG(r))
  return { g: powG(a), c, d: modQ(r - a * c) }
}

/** @throws OtrError `OTR_BAD_PROOF`, as all checks here */
export function checkExponentProof(version: number, { g, c, d }: KnownExponent): void {
  check(c, hash(version, powProduct(G1, d, g, c)), version)
}

/** The bases g2 and g3 that both ends have agreed on, each raised several times. */
export interface Bases {
  readonly g2: FixedBase
  readonly g3: FixedBase
}

export function agreeBases(
  theirs: { readonly g2: bigint; readonly g3: bigint },
  ours: { readonly a2: bigint; readonly a3: bigint },
): Bases {
  return { g2: agreed(theirs.g2, ours.a2), g3: agreed(theirs.g3, ours.a3) }
}

/**
 * The base theirs^ours. Nobody needs the number itself: raising `theirs` to a product saves working it
 * out. Exponents count modulo P-1, which holds for every element, of the subgroup or not.
 */
function agreed(theirs: bigint, ours: bigint): FixedBase {
  const base = longBase(theirs)
  return { pow: (exponent) => base.pow((ours * exponent) % (P - 1n)) }
}

export function proveCoordinates(
  version: number,
  { g2, g3 }: Bases,
  secret: bigint,
  random: OtrEnv['random'],
): Coordinates {
  const r4 = drawExponent(random)
  const r5 = drawExponent(random)
  const r6 = drawExponent(random)
  const c = hash(version, g3.pow(r5), mulP(powG(r5), g2.pow(r6)))
  return {
    p: g3.pow(r4),
    q: mulP(powG(r4), g2.pow(secret)),
    c,
    d5: modQ(r5 - r4 * c),
    d6: modQ(r6 - secret * c),
  }
}

export function checkCoordinates(
  version: number,
  { g2, g3 }: Bases,
  { p, q, c, d5, d6 }: Coordinates,
): void {
  const left = mulP(g3.pow(d5), powMod(p, c, P))
  const right = mulP(mulP(powG(d5), g2.pow(d6)), powMod(q, c, P))
  check(c, hash(version, left, right), version)
}

/** @param qab - Qa/Qb, raised several times */
export function proveEqualLogs(
  version: number,
  qab: FixedBase,
  a: bigint,
  random: OtrEnv['random'],
): EqualLogs {
  const r7 = drawExponent(random)
  const c = hash(version, powG(r7), qab.pow(r7))
  return { r: qab.pow(a), c, d: modQ(r7 - a * c) }
}

/** @param g3 - the peer's g1^a */
export function checkEqualLogs(
  version: number,
  g3: bigint,
  qab: FixedBase,
  { r, c, d }: EqualLogs,
): void {
  const left = powProduct(G1, d, g3, c)
  const right = mulP(qab.pow(d), powMod(r, c, P))
  check(c, hash(version, left, right), version)
}

function hash(version: number, a: bigint, b?: bigint): bigint {
  const writer = new Writer().byte(version).mpi(a)
  if (b !== undefined) writer.mpi(b)
  return bytesToBigint(sha256(writer.finish()))
}

function check(claimed: bigint, computed: bigint, version: number): void {
  if (claimed !== computed) throw new OtrError('OTR_BAD_PROOF', `proof ${version}`)
}
