import { MsrpError } from './events.ts'
import { RANGES_MAX } from './limits.ts'

/** A set of bytes, as the pieces that arrived in any order and may overlap. Offsets start at 0. */
export class RangeSet {
  /** Sorted, apart from each other: no two touch. */
  #ranges: { readonly from: number; readonly to: number }[] = []

  /**
   * Adds the bytes from `from` up to, not including, `to`.
   *
   * @throws MsrpError `MSRP_TOO_LARGE` if that leaves more holes than `RANGES_MAX`
   */
  add(from: number, to: number): void {
    if (from >= to) return
    // Nearly every piece continues the last one.
    const last = this.#ranges.at(-1)
    if (last === undefined || from > last.to) {
      this.#ranges.push({ from, to })
    } else {
      const first = this.#ranges.findIndex((range) => range.to >= from)
      const after = this.#ranges.findIndex((range) => range.from > to)
      const end = after < 0 ? this.#ranges.length : after
      const touched = this.#ranges.slice(first, end)
      this.#ranges.splice(first, end - first, {
        from: Math.min(from, touched[0]?.from ?? from),
        to: Math.max(to, touched.at(-1)?.to ?? to),
      })
    }
    if (this.#ranges.length > RANGES_MAX) {
      throw new MsrpError('MSRP_TOO_LARGE', `over ${RANGES_MAX} pieces`)
    }
  }

  /** True if no byte from `from` up to `to` is missing. */
  covers(from: number, to: number): boolean {
    return from >= to || this.#ranges.some((range) => range.from <= from && range.to >= to)
  }

  /** Bytes from offset 0 on of which none is missing. */
  get prefix(): number {
    const first = this.#ranges[0]
    return first?.from === 0 ? first.to : 0
  }

  /** One past the last byte; 0 if empty. */
  get end(): number {
    return this.#ranges.at(-1)?.to ?? 0
  }
}
