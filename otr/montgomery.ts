import { bigintToBytes, bytesToBigint } from './bytes.ts'
import { invertMod } from './modular.ts'
import { addresses, DOUBLINGS_MAX, kernelModule, LIMB_BITS } from './montgomery-kernel.ts'
import type { Multiplier } from './multiplier.ts'

/**
 * How many limbs are for a modulus of up to so many bits: an even number, with room below the top one for
 * a product, which has one bit more, and for DOUBLINGS_MAX.
 */
const SIZES = [
  { bits: 1024, limbs: 38 },
  { bits: 1536, limbs: 56 },
  { bits: 2048, limbs: 76 },
  { bits: 3072, limbs: 112 },
] as const

/** Below, `bigint` is quicker. */
const BITS_MIN = 768

/** `null` where the modulus is even, small or very large, and where WebAssembly is not to be had. */
export function montgomeryMultiplier(modulus: bigint, bits: number): Multiplier | null {
  const size = SIZES.find((size) => bits <= size.bits)
  if (size === undefined || bits < BITS_MIN || (modulus & 1n) === 0n) return null
  const kernel = kernelOf(size.limbs)
  return kernel === null ? null : new MontgomeryMultiplier(modulus, kernel)
}

function kernelOf(limbs: number): Kernel | null {
  let kernel = kernels.get(limbs)
  if (kernel === undefined) {
    try {
      kernel = new Kernel(limbs)
    } catch {
      kernel = null // An old engine, or a content security policy without 'wasm-unsafe-eval'.
    }
    kernels.set(limbs, kernel)
  }
  return kernel
}

/** They last, as the memory does that each of them has. */
const kernels = new Map<number, Kernel | null>()

/** The compiled code for one size, and its memory. */
class Kernel {
  readonly limbs: number
  /** product ← product · (number at `factor`) · R⁻¹, `times` times. The addresses count bytes. */
  readonly multiply: (factor: number, times: number) => void
  /** product ← product · 2^times */
  readonly shift: (times: number) => void
  readonly at: ReturnType<typeof addresses>
  /** Whose modulus and product are in memory. */
  user: MontgomeryMultiplier | null = null
  readonly #words: Uint32Array

  constructor(limbs: number) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernelModule(limbs)))
    this.limbs = limbs
    this.multiply = exports['multiply'] as Kernel['multiply']
    this.shift = exports['shift'] as Kernel['shift']
    this.at = addresses(limbs)
    this.#words = new Uint32Array((exports['memory'] as WebAssembly.Memory).buffer)
  }

  write(address: number, limbs: Uint32Array): void {
    this.#words.set(limbs, address / 4)
  }

  read(address: number): Uint32Array {
    return this.#words.slice(address / 4, address / 4 + this.limbs)
  }

  wipe(): void {
    this.#words.fill(0, 0, this.at.end / 4)
    this.user = null
  }
}

/**
 * Numbers are multiplied as residues times R, a power of two: dividing by R takes shifts where dividing
 * by the modulus takes divisions (P. Montgomery, Mathematics of Computation 44, 1985). They stay below
 * twice the modulus, which R is large enough to allow, and so are never compared with it.
 */
class MontgomeryMultiplier implements Multiplier {
  readonly doublingsMax = DOUBLINGS_MAX
  readonly #kernel: Kernel
  readonly #modulus: bigint
  readonly #modulusLimbs: Uint32Array
  /** -modulus⁻¹ modulo one limb. */
  readonly #inverse: Uint32Array
  /** Brings a number into the form. */
  readonly #rSquared: Uint32Array
  /** Takes it out again. */
  readonly #one: Uint32Array

  constructor(modulus: bigint, kernel: Kernel) {
    const { limbs } = kernel
    this.#kernel = kernel
    this.#modulus = modulus
    this.#modulusLimbs = toLimbs(modulus, limbs)
    this.#inverse = Uint32Array.of(Number(invertMod(-modulus, 1n << BigInt(LIMB_BITS))))
    this.#rSquared = toLimbs((1n << BigInt(2 * LIMB_BITS * limbs)) % modulus, limbs)
    this.#one = toLimbs(1n, limbs)
  }

  factor(value: bigint): Uint32Array {
    this.begin(toLimbs(value % this.#modulus, this.#kernel.limbs))
    this.multiply(this.#rSquared)
    return this.copy()
  }

  begin(factor: Uint32Array): void {
    const kernel = this.#kernel
    if (kernel.user !== this) {
      kernel.write(kernel.at.modulus, this.#modulusLimbs)
      kernel.write(kernel.at.inverse, this.#inverse)
      kernel.user = this
    }
    kernel.write(kernel.at.product, factor)
  }

  multiply(factor: Uint32Array): void {
    const kernel = this.#mine()
    kernel.write(kernel.at.factor, factor)
    kernel.multiply(kernel.at.factor, 1)
  }

  square(times: number): void {
    const kernel = this.#mine()
    if (times > 0) kernel.multiply(kernel.at.product, times)
  }

  double(times: number): void {
    if (times > DOUBLINGS_MAX) throw new RangeError(`${times} doublings at once`)
    this.#mine().shift(times)
  }

  copy(): Uint32Array {
    return this.#mine().read(this.#kernel.at.product)
  }

  end(): bigint {
    this.multiply(this.#one)
    const product = fromLimbs(this.copy()) % this.#modulus
    this.#kernel.wipe()
    return product
  }

  #mine(): Kernel {
    if (this.#kernel.user !== this) throw new Error('another product was begun before this ended')
    return this.#kernel
  }
}

/** Lowest limb first; a pair of them makes seven bytes. `limbs` is even. */
function toLimbs(value: bigint, limbs: number): Uint32Array {
  const bytes = bigintToBytes(value, (limbs / 2) * 7)
  const view = new DataView(bytes.buffer)
  return Uint32Array.from({ length: limbs }, (_, i) => {
    const end = bytes.length - (i >> 1) * 7
    return i % 2 === 0 ? view.getUint32(end - 4) & 0xfffffff : view.getUint32(end - 7) >>> 4
  })
}

function fromLimbs(limbs: Uint32Array): bigint {
  const bytes = new Uint8Array((limbs.length / 2) * 7)
  const view = new DataView(bytes.buffer)
  for (let i = 0, end = bytes.length; i < limbs.length; i += 2, end -= 7) {
    const [low, high] = [limbs[i]!, limbs[i + 1]!]
    view.setUint32(end - 7, (high << 4) | (low >>> 24))
    view.setUint32(end - 4, ((high & 15) << 28) | low)
  }
  const value = bytesToBigint(bytes)
  bytes.fill(0)
  limbs.fill(0)
  return value
}
