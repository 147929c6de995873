import type { Address, Contact, KnownKey, TrustMethod } from './events.ts'

/**
 * What to think of the key that a session was encrypted under. Trust belongs to (own account, peer,
 * fingerprint): a contact knows only the keys that were learned with it.
 */
export interface KeyJudgement {
  /** `first`: this peer had no key yet. `changed`: it had others, and never this one. */
  readonly kind: 'first' | 'known' | 'changed'
  readonly verified: KnownKey['verified']
  /** Text is held until the person decides, and the key is not learned before. */
  readonly blocks: boolean
  /** The key used last before, if there was one. */
  readonly previous: string | null
  /** Below what this peer has spoken or offered before: somebody may have edited an offer. */
  readonly versionLowered: boolean
}

export function judge(contact: Contact, fingerprint: string, version: 2 | 3): KeyJudgement {
  const known = keyOf(contact, fingerprint)
  const kind = known ? 'known' : contact.keys.length === 0 ? 'first' : 'changed'
  const wasVerified = contact.keys.some((key) => key.verified !== null)
  const versionLowered = version < Math.max(contact.otrVersion ?? 0, contact.otrOffered ?? 0)
  return {
    kind,
    verified: known?.verified ?? null,
    blocks:
      (kind === 'changed' && (wasVerified || contact.alwaysOtr)) ||
      (versionLowered && contact.alwaysOtr),
    previous: contact.keys.find((key) => key.fingerprint !== fingerprint)?.fingerprint ?? null,
    versionLowered,
  }
}

export function keyOf(contact: Contact, fingerprint: string): KnownKey | null {
  return contact.keys.find((key) => key.fingerprint === fingerprint) ?? null
}

/** The key is in use now: first in the list, known from now on if it was not. */
export function learn(contact: Contact, fingerprint: string, now: number): Contact {
  const known = keyOf(contact, fingerprint)
  const key = known
    ? { ...known, lastSeen: now }
    : { fingerprint, firstSeen: now, lastSeen: now, verified: null }
  return { ...contact, keys: [key, ...others(contact, fingerprint)] }
}

/** Learns the key if need be. */
export function verify(
  contact: Contact,
  fingerprint: string,
  method: TrustMethod,
  now: number,
): Contact {
  const learned = keyOf(contact, fingerprint) ? contact : learn(contact, fingerprint, now)
  return change(learned, fingerprint, (key) => ({ ...key, verified: { method, at: now } }))
}

export function unverify(contact: Contact, fingerprint: string): Contact {
  return change(contact, fingerprint, (key) => ({ ...key, verified: null }))
}

export function forget(contact: Contact, fingerprint: string): Contact {
  return { ...contact, keys: others(contact, fingerprint) }
}

/** Another contact that this fingerprint was learned with. Its trust does not count here. */
export function ownerOf(
  contacts: Iterable<Contact>,
  fingerprint: string,
  besides: Address,
): Address | null {
  for (const contact of contacts) {
    if (contact.peer !== besides && keyOf(contact, fingerprint)) return contact.peer
  }
  return null
}

/** What a peer has shown that it can: the highest version stays, and clear text is over. */
export function speaksOtr(contact: Contact, version: 2 | 3): Contact {
  const otrVersion = contact.otrVersion === 3 ? 3 : version
  return { ...contact, otrVersion, allowPlaintext: false }
}

/** Remembers what a query or tag offered. @returns `contact` itself if that is no news */
export function offersOtr(contact: Contact, versions: readonly number[]): Contact {
  const offered = versions.includes(3) ? 3 : versions.includes(2) ? 2 : null
  if (offered === null || offered <= (contact.otrOffered ?? 0)) return contact
  return { ...contact, otrOffered: offered }
}

function change(contact: Contact, fingerprint: string, to: (key: KnownKey) => KnownKey): Contact {
  const keys = contact.keys.map((key) => (key.fingerprint === fingerprint ? to(key) : key))
  return { ...contact, keys }
}

function others(contact: Contact, fingerprint: string): readonly KnownKey[] {
  return contact.keys.filter((key) => key.fingerprint !== fingerprint)
}
