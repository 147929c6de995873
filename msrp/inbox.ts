const CR = 0x0d

/**
 * Bytes that have arrived and are not used yet. Remembers how far it has searched, so that a needle
 * that comes one byte at a time costs no more than one that comes whole.
 */
export class Inbox {
  #bytes = new Uint8Array(4096)
  #start = 0
  #end = 0
  #searched = 0
  /** Bytes compared or moved so far: what the test of linear cost counts. */
  work = 0

  get length(): number {
    return this.#end - this.#start
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length)
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /**
   * Where `needle` starts, counted from the first unused byte and searched from `from`; -1 if it has
   * not come yet. The needle starts with CR and has no other, which keeps the search linear.
   */
  find(needle: Uint8Array, from: number): number {
    let at = this.#start + Math.max(from, this.#searched)
    const last = this.#end - needle.length
    while (at <= last) {
      const hit = this.#bytes.indexOf(CR, at)
      if (hit < 0 || hit > last) {
        this.work += last + 1 - at
        at = last + 1
        break
      }
      this.work += hit - at + 1
      if (this.#matches(needle, hit)) {
        this.#searched = hit - this.#start
        return this.#searched
      }
      at = hit + 1
    }
    this.#searched = Math.max(this.#searched, at - this.#start)
    return -1
  }

  /** A view of unused bytes, good until the next call. */
  peek(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.#start + from, Math.min(this.#start + to, this.#end))
  }

  /** Uses up the first `length` bytes and returns a copy of them. */
  take(length: number): Uint8Array {
    const taken = this.#bytes.slice(this.#start, this.#start + length)
    this.#start += length
    this.#searched = 0
    return taken
  }

  #matches(needle: Uint8Array, at: number): boolean {
    for (let i = 1; i < needle.length; i++) {
      this.work++
      if (this.#bytes[at + i] !== needle[i]) return false
    }
    return true
  }

  /** Moves what is unused to the front, into twice the space if it would fill more than half. */
  #makeRoom(more: number): void {
    const needed = this.length + more
    const fits = needed * 2 <= this.#bytes.length
    const roomier = fits ? this.#bytes : new Uint8Array(needed * 2)
    roomier.set(this.#bytes.subarray(this.#start, this.#end))
    this.work += this.length
    this.#end = this.length
    this.#start = 0
    this.#bytes = roomier
  }
}
