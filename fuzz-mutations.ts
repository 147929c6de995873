/** A generator of numbers that a seed determines: a run can be repeated (sfc32). */
export class Dice {
  #state: [number, number, number, number]

  constructor(seed: number) {
    this.#state = [0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162, seed | 0]
    for (let i = 0; i < 12; i++) this.#next()
  }

  /** An integer from 0 up to, not including, `sides`. */
  below(sides: number): number {
    return Math.floor((this.#next() / 2 ** 32) * sides)
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!
  }

  #next(): number {
    const [a, b, c, counter] = this.#state
    const sum = (a + b + counter) | 0
    this.#state = [b ^ (b >>> 9), (c + (c << 3)) | 0, ((c << 21) | (c >>> 11)) + sum, counter + 1]
    return sum >>> 0
  }
}

/** What a mutant may be made with. */
export interface Kitchen {
  /** Other inputs, to take pieces from. */
  readonly pool: readonly Uint8Array[]
  /** What the format is made of. */
  readonly words: readonly Uint8Array[]
  readonly maxBytes: number
}

/** An input with one to eight changes. */
export function mutant(input: Uint8Array, dice: Dice, kitchen: Kitchen): Uint8Array {
  let bytes = input
  for (let changes = 1 << dice.below(4); changes > 0; changes--) {
    bytes = dice.pick(MUTATIONS)(bytes, dice, kitchen).subarray(0, kitchen.maxBytes)
  }
  return bytes
}

type Mutation = (bytes: Uint8Array, dice: Dice, kitchen: Kitchen) => Uint8Array

/** Bytes at which text, numbers and lengths change their meaning. */
const EDGES = [0, 1, 9, 10, 13, 32, 34, 39, 42, 45, 46, 47, 48, 58, 60, 62, 92, 127, 128, 192, 255]
const NUMBERS = ['0', '1', '-1', '00', '255', '65535', '65536', '2147483648', '4294967296'].concat([
  '9007199254740992',
  '999999999999999',
  '9'.repeat(400),
  '1e9',
  '0x10',
  '*',
  '',
])

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, dice) {
    const at = dice.below(bytes.length)
    return replaced(bytes, at, at + 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << dice.below(8))))
  },
  function setByte(bytes, dice) {
    const at = dice.below(bytes.length)
    return replaced(bytes, at, at + 1, Uint8Array.of(someByte(dice)))
  },
  function insertBytes(bytes, dice) {
    const at = dice.below(bytes.length + 1)
    const count = 1 + dice.below(4)
    return replaced(
      bytes,
      at,
      at,
      Uint8Array.from({ length: count }, () => someByte(dice)),
    )
  },
  function insertWord(bytes, dice, { words }) {
    const at = dice.below(bytes.length + 1)
    return words.length === 0 ? bytes : replaced(bytes, at, at, dice.pick(words))
  },
  function overwriteWithWord(bytes, dice, { words }) {
    if (words.length === 0) return bytes
    const word = dice.pick(words)
    const at = dice.below(bytes.length + 1)
    return replaced(bytes, at, at + word.length, word)
  },
  function cut(bytes, dice) {
    const [from, to] = stretch(bytes, dice)
    return replaced(bytes, from, to, new Uint8Array())
  },
  function truncate(bytes, dice) {
    return bytes.subarray(0, dice.below(bytes.length + 1))
  },
  function double(bytes, dice) {
    const [from, to] = stretch(bytes, dice)
    return replaced(bytes, to, to, bytes.subarray(from, to))
  },
  function repeat(bytes, dice) {
    const [from, to] = stretch(bytes, dice)
    const times = 1 << dice.below(11)
    const unit = bytes.subarray(from, Math.min(to, from + 64))
    const many = new Uint8Array(unit.length * times)
    for (let i = 0; i < times; i++) many.set(unit, i * unit.length)
    return replaced(bytes, to, to, many)
  },
  function move(bytes, dice) {
    const [from, to] = stretch(bytes, dice)
    const rest = replaced(bytes, from, to, new Uint8Array())
    const at = dice.below(rest.length + 1)
    return replaced(rest, at, at, bytes.subarray(from, to))
  },
  function splice(bytes, dice, { pool }) {
    const other = dice.pick(pool)
    const at = dice.below(bytes.length + 1)
    return replaced(bytes, at, bytes.length, other.subarray(dice.below(other.length + 1)))
  },
  function borrow(bytes, dice, { pool }) {
    const other = dice.pick(pool)
    const [from, to] = stretch(other, dice)
    const at = dice.below(bytes.length + 1)
    return replaced(bytes, at, at, other.subarray(from, to))
  },
  function changeNumber(bytes, dice) {
    const found = [...latin1(bytes).matchAll(/\d+/g)]
    if (found.length === 0) return bytes
    const { index, 0: digits } = dice.pick(found)
    return replaced(bytes, index, index + digits.length, fromLatin1(dice.pick(NUMBERS)))
  },
  function changeLines(bytes, dice) {
    const lines = latin1(bytes).split('\n')
    const at = dice.below(lines.length)
    const line = lines[at]!
    const to = dice.below(lines.length)
    dice.pick([
      () => lines.splice(at, 1),
      () => lines.splice(to, 0, line),
      () => ([lines[at], lines[to]] = [lines[to]!, line]),
    ])()
    return fromLatin1(lines.join('\n'))
  },
]

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** @param text - of characters up to U+00FF */
export function fromLatin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function someByte(dice: Dice): number {
  return dice.below(2) === 0 ? dice.below(256) : dice.pick(EDGES)
}

/** Where a piece of up to a quarter of the bytes starts and ends. */
function stretch(bytes: Uint8Array, dice: Dice): readonly [number, number] {
  const from = dice.below(bytes.length + 1)
  return [from, Math.min(bytes.length, from + 1 + dice.below(1 + (bytes.length >> 2)))]
}

function replaced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const tail = bytes.subarray(Math.min(to, bytes.length))
  const result = new Uint8Array(from + by.length + tail.length)
  result.set(bytes.subarray(0, from))
  result.set(by, from)
  result.set(tail, from + by.length)
  return result
}
