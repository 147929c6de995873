import { type Factor, type Multiplier, multiplierFor } from './multiplier.ts'

/** How the bits of an exponent are laid out: `rows` × `blocks` must divide `bits`. */
export interface CombShape {
  /** Longest exponent. */
  readonly bits: number
  readonly rows: number
  readonly blocks: number
}

/**
 * Lim and Lee's comb for powers of one base: the exponent's bits stand in `rows` rows, each cut into
 * `blocks`; one table lookup takes a whole column of one block. (Advances in Cryptology, CRYPTO '94,
 * page 95.) The same squarings and multiplications are made for every exponent.
 *
 * Every table entry contains `mask`, a full-size number. Without it the entry for a zero digit would be
 * 1, and multiplying by 1 is quick enough to be seen from outside. How often it goes into the result is
 * known beforehand: {@link weight} times, for the caller to take out again.
 */
export class Comb {
  /** {@link pow} gives base^exponent · mask^weight. */
  readonly weight: bigint
  readonly #product: Multiplier
  readonly #rows: number
  readonly #columns: number
  readonly #bits: number
  /** One for each block, 2^rows entries indexed by a column. */
  readonly #tables: readonly (readonly Factor[])[]

  constructor(base: bigint, mask: bigint, modulus: bigint, { bits, rows, blocks }: CombShape) {
    const product = multiplierFor(modulus)
    this.#product = product
    this.#rows = rows
    this.#bits = bits
    this.#columns = bits / rows / blocks
    this.weight = BigInt(blocks) * ((1n << BigInt(this.#columns)) - 1n)
    const maskFactor = product.factor(mask)
    const tables = Array.from({ length: blocks }, () => [maskFactor])
    let square = product.factor(base) // base^(2^position): what the bit at that position stands for.
    for (let cell = 0; cell < rows * blocks; cell++) {
      if (cell > 0) {
        product.begin(square)
        product.square(this.#columns)
        square = product.copy()
      }
      const table = tables[cell % blocks]!
      for (let i = 0, size = table.length; i < size; i++) {
        product.begin(table[i]!)
        product.multiply(square)
        table.push(product.copy())
      }
    }
    product.end()
    this.#tables = tables
  }

  /** @param exponent - not negative, of no more bits than the shape has */
  pow(exponent: bigint): bigint {
    const product = this.#product
    const bits = exponent.toString(2).padStart(this.#bits, '0')
    const row = this.#bits / this.#rows
    for (let column = 0; column < this.#columns; column++) {
      if (column > 0) product.square(1)
      for (let block = 0; block < this.#tables.length; block++) {
        // The text runs from the highest bit down: rows, blocks and columns count backwards in it.
        let index = 0
        const start = (this.#tables.length - 1 - block) * this.#columns + column
        for (let at = start; at < this.#bits; at += row) {
          index = 2 * index + (bits.charCodeAt(at) & 1)
        }
        const entry = this.#tables[block]![index]!
        if (column + block === 0) product.begin(entry)
        else product.multiply(entry)
      }
    }
    return product.end()
  }
}
