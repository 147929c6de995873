import {
  type Code,
  frame,
  i32,
  i32x4,
  i64,
  i64x2,
  loopWhile,
  v128,
  type WasmFunction,
  wasmModule,
} from './wasm.ts'

/** Of the 32 bits that a limb has in memory. Products of 56 bits leave room to add up 256 of them. */
export const LIMB_BITS = 28

/** Numbers have room for so many doublings before a multiplication makes them smaller again. */
export const DOUBLINGS_MAX = 3

/** Where numbers are in memory, in bytes; each of `limbs` words of 32 bits, the lowest first. */
export function addresses(limbs: number) {
  const size = 4 * limbs
  const sums = Math.ceil((3 * size + 4) / 16) * 16
  return {
    product: 0,
    factor: size,
    modulus: 2 * size,
    /** -modulus⁻¹ modulo one limb: a single word. */
    inverse: 3 * size,
    /** Sums of products, `limbs` of 64 bits; aligned for SIMD. */
    sums,
    end: sums + 8 * limbs,
  } as const
}

/**
 * A module that exports
 *
 * - `multiply(factor, times)`: product ← product · factor · R⁻¹ modulo the modulus, `times` times, for
 *   R = 2^(28 · limbs) and a factor at any address, that of the product included;
 * - `shift(times)`: product ← product · 2^times.
 *
 * What is below twice the modulus stays so, if that has at most 28 · (limbs - 1) bits: the top limb of
 * every number is zero. No branch and no address depends on a number.
 *
 * It goes through the product two limbs at a time, and through factor and modulus two limbs at a time:
 * one SIMD instruction makes two products. The carries wait in the 64 bits of the sums until the end.
 */
export function kernelModule(limbs: number): Uint8Array<ArrayBuffer> {
  return wasmModule([multiply(limbs), shift(limbs)])
}

function multiply(limbs: number): WasmFunction {
  const { product, modulus, inverse, sums } = addresses(limbs)
  const { get, set, ...variables } = frame(['factor', 'times'], {
    /** The two limbs of the product whose turn it is are so many bytes into it. */
    turn: 'i32',
    /** The lowest limbs of factor and modulus. */
    f0: 'i64',
    f1: 'i64',
    m0: 'i64',
    m1: 'i64',
    inverse: 'i64',
    /** How often the modulus is added, at the lowest limb and the next, to make both zero. */
    q0: 'i64',
    q1: 'i64',
    lowest: 'i64',
    carry: 'i64',
    carryAfter: 'i64',
    /** The limbs of the product in turn, q0 and q1, each in all lanes. */
    p0: 'v128',
    p1: 'v128',
    q0s: 'v128',
    q1s: 'v128',
    /** Two limbs of factor and modulus, twice, and the two before them. */
    f: 'v128',
    fBefore: 'v128',
    m: 'v128',
    mBefore: 'v128',
  })
  const pairs = pairsOf(limbs)
  const inTurn = (limb: number) => i64.load32U(get('turn'), product + 4 * limb)
  const sumAt = (limb: number) => i64.load(HERE, sums + 8 * limb)

  /** From the two lowest sums and what the turn adds to them: q0, q1, and what they carry. */
  const findQ: Code = [
    set('carry', get('carryAfter')),
    set('lowest', i64.sum(get('carry'), sumAt(0), i64.mul(inTurn(0), get('f0')))),
    set('q0', limbOf(i64.mul(get('lowest'), get('inverse')))),
    set('carryAfter', aboveLimb(i64.sum(get('lowest'), i64.mul(get('q0'), get('m0'))))),
    set(
      'lowest',
      i64.sum(
        get('carryAfter'),
        sumAt(1),
        i64.mul(inTurn(0), get('f1')),
        i64.mul(inTurn(1), get('f0')),
        i64.mul(get('q0'), get('m1')),
      ),
    ),
    set('q1', limbOf(i64.mul(get('lowest'), get('inverse')))),
    set('carryAfter', aboveLimb(i64.sum(get('lowest'), i64.mul(get('q1'), get('m0'))))),
  ]

  /** The turn's share of two sums, which move two limbs down because the lowest two are zero now. */
  const addPair = (limb: number): Code => [
    set('f', v128.load64Splat(get('factor'), 4 * limb)),
    set('m', v128.load64Splat(HERE, modulus + 4 * limb)),
    v128.store(
      HERE,
      sums + 8 * (limb - 2),
      i64x2.sum(
        v128.load(HERE, sums + 8 * limb),
        i64x2.extmulLowI32x4U(get('p0'), get('f')),
        i64x2.extmulHighI32x4U(get('p1'), i32x4.lastThreeAndFirst(get('fBefore'), get('f'))),
        i64x2.extmulLowI32x4U(get('q0s'), get('m')),
        i64x2.extmulHighI32x4U(get('q1s'), i32x4.lastThreeAndFirst(get('mBefore'), get('m'))),
      ),
    ),
    set('fBefore', get('f')),
    set('mBefore', get('m')),
  ]

  const turn: Code = [
    set('p0', v128.load32Splat(get('turn'), product)),
    set('p1', v128.load32Splat(get('turn'), product + 4)),
    set('q0s', i32x4.splat(i32.wrapI64(get('q0')))),
    set('q1s', i32x4.splat(i32.wrapI64(get('q1')))),
    set('turn', i32.add(get('turn'), i32.const(8))),
    set('fBefore', v128.load64Splat(get('factor'), 0)),
    set('mBefore', v128.load64Splat(HERE, modulus)),
    addPair(2),
    // The next turn's: a chain of multiplications, which the processor makes beside the rest.
    findQ,
    pairs.slice(2).map(addPair),
    v128.store(HERE, sums + 8 * (limbs - 2), v128.zero),
  ]

  const multiplication: Code = [
    pairs.map((limb) => v128.store(HERE, sums + 8 * limb, v128.zero)),
    set('f0', i64.load32U(get('factor'), 0)),
    set('f1', i64.load32U(get('factor'), 4)),
    set('turn', i32.const(0)),
    set('carryAfter', i64.const(0)),
    findQ,
    loopWhile(turn, i32.ltU(get('turn'), i32.const(4 * limbs))),
    // What findQ made of the limbs beyond the last is of no use; `carry` is from before it.
    pairs.map((limb) => [
      set('lowest', i64.sum(get('carry'), sumAt(limb))),
      set('carry', i64.sum(aboveLimb(get('lowest')), sumAt(limb + 1))),
      storePair(product + 4 * limb, get('lowest'), get('carry')),
      set('carry', aboveLimb(get('carry'))),
    ]),
    set('times', i32.add(get('times'), i32.const(-1))),
  ]

  const body: Code = [
    set('m0', i64.load32U(HERE, modulus)),
    set('m1', i64.load32U(HERE, modulus + 4)),
    set('inverse', i64.load32U(HERE, inverse)),
    loopWhile(multiplication, get('times')),
  ]
  return { name: 'multiply', ...variables, body }
}

function shift(limbs: number): WasmFunction {
  const { product } = addresses(limbs)
  const { get, set, ...variables } = frame(['times'], { low: 'i64', carry: 'i64' })
  const shifted = (limb: number) =>
    i64.shl(i64.load32U(HERE, product + 4 * limb), i64.extendI32U(get('times')))
  const body = pairsOf(limbs).map((limb) => [
    set('low', i64.sum(get('carry'), shifted(limb))),
    set('carry', i64.sum(aboveLimb(get('low')), shifted(limb + 1))),
    storePair(product + 4 * limb, get('low'), get('carry')),
    set('carry', aboveLimb(get('carry'))),
  ])
  return { name: 'shift', ...variables, body }
}

/** The lower limb of each pair. */
function pairsOf(limbs: number): readonly number[] {
  return Array.from({ length: limbs / 2 }, (_, i) => 2 * i)
}

const limbOf = (value: Code) => i64.and(value, i64.const(2 ** LIMB_BITS - 1))
const aboveLimb = (value: Code) => i64.shrU(value, i64.const(LIMB_BITS))

/** One store for two limbs: a processor hands on what one store wrote to a load that is as wide. */
function storePair(address: number, low: Code, high: Code): Code {
  return i64.store(HERE, address, i64.or(limbOf(low), i64.shl(limbOf(high), i64.const(32))))
}

/** Address 0, for what stands at a fixed offset from it. */
const HERE = i32.const(0)
