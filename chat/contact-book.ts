import { userOf } from './address.ts'
import type { Archive } from './archive.ts'
import type { Address, ChatEvent, Contact, Sink } from './events.ts'
import { ownerOf } from './trust.ts'

/** The contacts of one account, and what was learned of their keys. */
export class ContactBook {
  readonly #archive: Archive
  readonly #emit: Sink<ChatEvent>
  readonly #contacts = new Map<Address, Contact>()

  constructor(archive: Archive, emit: Sink<ChatEvent>) {
    this.#archive = archive
    this.#emit = emit
  }

  restore(contacts: readonly Contact[]): void {
    for (const contact of contacts) {
      this.#contacts.set(contact.peer, contact)
      this.#emit({ type: 'contact', contact })
    }
  }

  get(peer: Address): Contact | null {
    return this.#contacts.get(peer) ?? null
  }

  get peers(): readonly Address[] {
    return [...this.#contacts.keys()]
  }

  nameOf(peer: Address): string {
    return this.get(peer)?.name ?? userOf(peer)
  }

  /** Makes a contact, or renames it where a name is given. */
  add(peer: Address, name: string | null): Contact {
    const before = this.get(peer)
    const contact = before ?? this.#fresh(peer, null)
    const after = name === null ? contact : { ...contact, name }
    if (after !== before) void this.put(after)
    return after
  }

  /** Tells, then stores. @returns when it is stored, or could not be */
  put(contact: Contact): Promise<void> {
    this.#contacts.set(contact.peer, contact)
    this.#emit({ type: 'contact', contact })
    return this.#archive.putContact(contact)
  }

  /** Stores, then tells: what a person is told of trust survives a crash. */
  async putDurably(contact: Contact): Promise<void> {
    this.#contacts.set(contact.peer, contact)
    await this.#archive.putContact(contact)
    const current = this.get(contact.peer)
    if (current !== null) this.#emit({ type: 'contact', contact: current })
  }

  remove(peer: Address): void {
    if (!this.#contacts.delete(peer)) return
    this.#emit({ type: 'contactRemoved', peer })
    void this.#archive.deleteContact(peer)
  }

  isBlocked(peer: Address): boolean {
    return this.get(peer)?.blocked !== undefined
  }

  unblock(peer: Address): void {
    const contact = this.get(peer)
    if (contact?.blocked === undefined) return
    const { blocked: _, ...open } = contact
    void this.put(open)
  }

  /** Makes this a contact of whom nothing is heard. */
  block(peer: Address, name: string | null): void {
    const before = this.get(peer)
    if (before?.blocked !== undefined) return
    const contact = before ?? this.#fresh(peer, name)
    void this.put({ ...contact, blocked: before === null ? 'stranger' : 'contact' })
  }

  /** Another contact with this key, if there is one. */
  ownerOf(fingerprint: string, besides: Address): Address | null {
    return ownerOf(this.#contacts.values(), fingerprint, besides)
  }

  #fresh(peer: Address, name: string | null): Contact {
    return {
      peer,
      name: name ?? userOf(peer),
      alwaysOtr: false,
      allowPlaintext: false,
      keys: [],
      otrVersion: null,
    }
  }
}
