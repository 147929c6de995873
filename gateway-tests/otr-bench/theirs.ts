import { LIBOTR_POLICY, LibotrPeer } from '../libotr.ts'
import { type Task, TEXT } from './ours.ts'

/** Alice and Bob of libotr. What the calls through koffi cost is included. */
export class Theirs implements Record<Task, () => void> {
  readonly #alice = new LibotrPeer('alice', 'bob', LIBOTR_POLICY.both)
  readonly #bob = new LibotrPeer('bob', 'alice', LIBOTR_POLICY.both)

  constructor() {
    this.ake()
  }

  [Symbol.dispose](): void {
    this.#alice[Symbol.dispose]()
    this.#bob[Symbol.dispose]()
  }

  keygen(): void {
    this.#alice.generateKey('carol')
  }

  ake(): void {
    this.#alice.start()
    this.#settle()
  }

  smp(): void {
    this.#alice.verify('s', 'q')
    this.#settle()
    this.#bob.answer('s')
    this.#settle()
  }

  pingpong100(): void {
    this.#alice.send(TEXT)
    this.#settle()
    this.#bob.send(TEXT)
    this.#settle()
  }

  oneway100(): void {
    this.#alice.send(TEXT)
    this.#settle()
  }

  #settle(): void {
    while (this.#alice.outbox.length + this.#bob.outbox.length > 0) {
      for (const text of this.#alice.take()) this.#bob.receive(text)
      for (const text of this.#bob.take()) this.#alice.receive(text)
    }
  }
}
