import { type LibotrAccount, readFingerprints, writeFingerprints } from '../otr/index.ts'
import { parseAddress, userOf } from './address.ts'
import type { Address, Contact } from './events.ts'
import { keyOf, learn, verify } from './trust.ts'

/*
 * What other programs have learned of keys: libotr's `otr.fingerprints`. Blink's `otr.trusted` is a
 * Python pickle, which runs code where it is read, and says of a key not whose it is; it is not read.
 */

/** The keys that one account of another program had learned. */
export interface ForeignKnowledge {
  readonly owner: LibotrAccount
  readonly keys: readonly ForeignKey[]
  /** Names that are no addresses (of ICQ, IRC): whose they would be here, nobody can say. */
  readonly leftOut: number
}

export interface ForeignKey {
  readonly peer: Address
  readonly fingerprint: string
  /** The other program said `verified`, or `smp`. */
  readonly isVerified: boolean
}

export function readForeignKnowledge(file: Uint8Array): readonly ForeignKnowledge[] {
  const known = new Map<string, ForeignKnowledge>()
  for (const { username, account, protocol, fingerprint, trust } of readFingerprints(file)) {
    const name = `${protocol}\t${account}`
    const before = known.get(name) ?? { owner: { account, protocol }, keys: [], leftOut: 0 }
    const peer = addressOf(username)
    const isVerified = trust === 'verified' || trust === 'smp'
    known.set(
      name,
      peer === null
        ? { ...before, leftOut: before.leftOut + 1 }
        : { ...before, keys: [...before.keys, { peer, fingerprint, isVerified }] },
    )
  }
  return [...known.values()]
}

/** Contacts as they are after the keys are learned; those that nothing changes for are left out. */
export function contactsWith(
  keys: readonly ForeignKey[],
  contacts: readonly Contact[],
  now: number,
): readonly Contact[] {
  const changed = new Map<Address, Contact>()
  for (const { peer, fingerprint, isVerified } of keys) {
    const before = changed.get(peer) ?? contacts.find((contact) => contact.peer === peer)
    const contact = before ?? newContact(peer)
    const known = keyOf(contact, fingerprint)
    if (known === null) changed.set(peer, learnLast(contact, fingerprint, now))
    if (isVerified && (known?.verified ?? null) === null) {
      const learned = changed.get(peer) ?? contact
      changed.set(peer, verify(learned, fingerprint, 'import', now))
    }
  }
  return [...changed.values()]
}

/** The same way out, in libotr's own words. @param owner - the account, as that program calls it */
export function writeForeignKnowledge(
  owner: LibotrAccount,
  contacts: readonly Contact[],
): Uint8Array {
  const lines = contacts.flatMap(({ peer, keys }) =>
    keys.map(({ fingerprint, verified }) => ({
      ...owner,
      username: peer.slice('sip:'.length),
      fingerprint,
      trust: verified === null ? '' : verified.method === 'smp' ? 'smp' : 'verified',
    })),
  )
  return writeFingerprints(lines)
}

/** The key used last stays first: this one was not used here. */
function learnLast(contact: Contact, fingerprint: string, now: number): Contact {
  const [key, ...others] = learn(contact, fingerprint, now).keys
  return { ...contact, keys: [...others, key!] }
}

/** `bob@example.com/Home` of XMPP is `bob@example.com` (RFC 7622 §3.1). */
function addressOf(username: string): Address | null {
  try {
    return parseAddress(username.replace(/\/.*$/, ''))
  } catch {
    return null
  }
}

function newContact(peer: Address): Contact {
  return {
    peer,
    name: userOf(peer),
    alwaysOtr: false,
    allowPlaintext: false,
    keys: [],
    otrVersion: null,
  }
}
