import { concat, Reader, Writer } from './bytes.ts'
import { OtrError } from './errors.ts'
import { isExponent, isGroupElement } from './group.ts'
import type { Coordinates, EqualLogs, KnownExponent } from './smp-proofs.ts'
import { TLV, type Tlv } from './tlv.ts'

/** OTRv3, "SMP message TLVs": each a count and that many MPIs. */
export type SmpMessage =
  | {
      readonly type: 'message1'
      readonly question: string | null
      readonly g2: KnownExponent
      readonly g3: KnownExponent
    }
  | {
      readonly type: 'message2'
      readonly g2: KnownExponent
      readonly g3: KnownExponent
      readonly coordinates: Coordinates
    }
  | {
      readonly type: 'message3'
      readonly coordinates: Coordinates
      readonly equal: EqualLogs
    }
  | { readonly type: 'message4'; readonly equal: EqualLogs }
  | { readonly type: 'abort' }

/**
 * Reads a TLV of the SMP; `null` for one of another kind.
 *
 * @throws OtrError `OTR_TRUNCATED`, `OTR_MALFORMED`, `OTR_TOO_LARGE`, or `OTR_OUT_OF_RANGE` for a
 *   group element or an exponent that is outside its bounds
 */
export function parseSmp({ type, value }: Tlv): SmpMessage | null {
  switch (type) {
    case TLV.smp1:
      return parseMessage1(null, value)
    case TLV.smp1Question: {
      const nul = value.indexOf(0)
      if (nul < 0) throw new OtrError('OTR_MALFORMED', 'question without end')
      return parseMessage1(
        new TextDecoder().decode(value.subarray(0, nul)),
        value.subarray(nul + 1),
      )
    }
    case TLV.smp2: {
      const numbers = new Numbers(value, 11)
      return numbers.end({
        type: 'message2',
        g2: numbers.knownExponent(),
        g3: numbers.knownExponent(),
        coordinates: numbers.coordinates(),
      })
    }
    case TLV.smp3: {
      const numbers = new Numbers(value, 8)
      return numbers.end({
        type: 'message3',
        coordinates: numbers.coordinates(),
        equal: numbers.equalLogs(),
      })
    }
    case TLV.smp4: {
      const numbers = new Numbers(value, 3)
      return numbers.end({ type: 'message4', equal: numbers.equalLogs() })
    }
    case TLV.smpAbort:
      return { type: 'abort' }
    default:
      return null
  }
}

function parseMessage1(question: string | null, value: Uint8Array): SmpMessage {
  const numbers = new Numbers(value, 6)
  return numbers.end({
    type: 'message1',
    question,
    g2: numbers.knownExponent(),
    g3: numbers.knownExponent(),
  })
}

/** Reads the MPIs of one message, each in its bounds. */
class Numbers {
  readonly #reader: Reader

  constructor(value: Uint8Array, expected: number) {
    this.#reader = new Reader(value)
    const count = this.#reader.int('count of MPIs')
    if (count !== expected) throw new OtrError('OTR_MALFORMED', `${count} MPIs, not ${expected}`)
  }

  knownExponent(): KnownExponent {
    return { g: this.#element(), c: this.#hash(), d: this.#exponent() }
  }

  coordinates(): Coordinates {
    return {
      p: this.#element(),
      q: this.#element(),
      c: this.#hash(),
      d5: this.#exponent(),
      d6: this.#exponent(),
    }
  }

  equalLogs(): EqualLogs {
    return { r: this.#element(), c: this.#hash(), d: this.#exponent() }
  }

  end(message: SmpMessage): SmpMessage {
    this.#reader.end('the last MPI')
    return message
  }

  #element(): bigint {
    const value = this.#reader.mpi('group element')
    if (!isGroupElement(value)) throw new OtrError('OTR_OUT_OF_RANGE', 'group element')
    return value
  }

  #exponent(): bigint {
    const value = this.#reader.mpi('exponent')
    if (!isExponent(value)) throw new OtrError('OTR_OUT_OF_RANGE', 'exponent')
    return value
  }

  /** SHA-256 as a number. */
  #hash(): bigint {
    const value = this.#reader.mpi('hash')
    if (value >> 256n !== 0n) throw new OtrError('OTR_OUT_OF_RANGE', 'hash')
    return value
  }
}

export function encodeSmp(message: SmpMessage): Tlv {
  switch (message.type) {
    case 'message1': {
      const body = encode(known(message.g2), known(message.g3))
      if (message.question === null) return { type: TLV.smp1, value: body }
      const question = new TextEncoder().encode(`${message.question}\0`)
      return { type: TLV.smp1Question, value: concat(question, body) }
    }
    case 'message2': {
      const { g2, g3, coordinates } = message
      return { type: TLV.smp2, value: encode(known(g2), known(g3), flat(coordinates)) }
    }
    case 'message3':
      return { type: TLV.smp3, value: encode(flat(message.coordinates), equal(message.equal)) }
    case 'message4':
      return { type: TLV.smp4, value: encode(equal(message.equal)) }
    case 'abort':
      return { type: TLV.smpAbort, value: new Uint8Array(0) }
  }
}

const known = ({ g, c, d }: KnownExponent) => [g, c, d]
const flat = ({ p, q, c, d5, d6 }: Coordinates) => [p, q, c, d5, d6]
const equal = ({ r, c, d }: EqualLogs) => [r, c, d]

function encode(...groups: readonly (readonly bigint[])[]): Uint8Array {
  const numbers = groups.flat()
  const writer = new Writer().int(numbers.length)
  for (const number of numbers) writer.mpi(number)
  return writer.finish()
}
