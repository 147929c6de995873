import { VaultError } from '../otr/index.ts'
import { parseAddress, userOf } from './address.ts'
import type { Address, Contact, KnownKey, Message, TrustMethod } from './events.ts'
import { isUnsent } from './history.ts'

/*
 * What a backup carries beside the key: contacts with what was learned of their keys, settings of the
 * host, and history if the person wants that.
 */

const SCHEMA = 1

export interface BackupContent {
  readonly contacts: readonly Contact[]
  /** None that is unsent: it would go out once from each device. */
  readonly messages: readonly Message[]
  /** The host's own; not looked at. */
  readonly settings: unknown
}

export function writeBackupContent({ contacts, messages, settings }: BackupContent): string {
  const said = messages.filter((message) => !isUnsent(message))
  return JSON.stringify({ schema: SCHEMA, contacts, messages: said, settings })
}

/**
 * Whatever does not read as a contact or a message is left out; the box around it was authentic.
 *
 * @throws VaultError `VAULT_NEWER`, `VAULT_DAMAGED`
 */
export function readBackupContent(text: string): BackupContent {
  const fields = recordOf(parsed(text))
  if (fields === null || typeof fields['schema'] !== 'number') throw new VaultError('VAULT_DAMAGED')
  if (fields['schema'] > SCHEMA) throw new VaultError('VAULT_NEWER')
  return {
    contacts: listOf(fields['contacts']).flatMap((value) => readContact(value) ?? []),
    messages: listOf(fields['messages']).flatMap((value) => readMessage(value) ?? []),
    settings: fields['settings'] ?? null,
  }
}

/**
 * A contact as it is here, and what a backup knows besides. Nothing that is trusted here loses that;
 * what the backup trusts is trusted under the same fingerprint only. The stricter rule of the two holds.
 */
export function mergeContact(here: Contact | null, backup: Contact): Contact {
  if (here === null) return backup
  const missing = backup.keys.filter(
    ({ fingerprint }) => !here.keys.some((key) => key.fingerprint === fingerprint),
  )
  const keys = here.keys.map((key) => {
    const other = backup.keys.find(({ fingerprint }) => fingerprint === key.fingerprint)
    return other === undefined ? key : mergeKey(key, other)
  })
  const otrVersion = here.otrVersion === 3 ? 3 : (backup.otrVersion ?? here.otrVersion)
  return {
    ...here,
    alwaysOtr: here.alwaysOtr || backup.alwaysOtr,
    allowPlaintext: here.allowPlaintext && backup.allowPlaintext,
    keys: [...keys, ...missing],
    otrVersion,
  }
}

function mergeKey(here: KnownKey, backup: KnownKey): KnownKey {
  return {
    ...here,
    firstSeen: Math.min(here.firstSeen, backup.firstSeen),
    lastSeen: Math.max(here.lastSeen, backup.lastSeen),
    verified: here.verified ?? backup.verified,
  }
}

/** What restoring comes to, for people to see before it is done. */
export interface MergeSummary {
  readonly contacts: readonly Contact[]
  /** Contacts that are not here yet. */
  readonly added: number
  /** Keys that are not verified here, and will be. */
  readonly verified: number
}

export function mergeContacts(here: readonly Contact[], backup: readonly Contact[]): MergeSummary {
  const known = new Map(here.map((contact) => [contact.peer, contact]))
  const contacts = backup.map((contact) => mergeContact(known.get(contact.peer) ?? null, contact))
  const added = backup.filter(({ peer }) => !known.has(peer)).length
  const verified = contacts.reduce((sum, { peer, keys }) => {
    return sum + verifiedIn(keys) - verifiedIn(known.get(peer)?.keys ?? [])
  }, 0)
  return { contacts, added, verified }
}

function verifiedIn(keys: readonly KnownKey[]): number {
  return keys.filter(({ verified }) => verified !== null).length
}

function readContact(value: unknown): Contact | null {
  const fields = recordOf(value)
  const peer = readPeer(fields?.['peer'])
  if (fields === null || peer === null) return null
  const { name, alwaysOtr, allowPlaintext, otrVersion, otrOffered, history, muted, blocked } =
    fields
  return {
    peer,
    name: typeof name === 'string' && name !== '' ? name : userOf(peer),
    alwaysOtr: alwaysOtr === true,
    allowPlaintext: allowPlaintext === true,
    keys: listOf(fields['keys']).flatMap((key) => readKey(key) ?? []),
    otrVersion: otrVersion === 2 || otrVersion === 3 ? otrVersion : null,
    ...(otrOffered === 2 || otrOffered === 3 ? { otrOffered } : {}),
    ...(history === 'keep' || history === 'session' || history === 'never' ? { history } : {}),
    ...(muted === true ? { muted } : {}),
    ...(blocked === 'contact' || blocked === 'stranger' ? { blocked } : {}),
  }
}

function readKey(value: unknown): KnownKey | null {
  const { fingerprint, firstSeen, lastSeen, verified } = recordOf(value) ?? {}
  if (typeof fingerprint !== 'string' || !/^[0-9a-f]{40}$/.test(fingerprint)) return null
  if (!isTime(firstSeen) || !isTime(lastSeen)) return null
  const { method, at } = recordOf(verified) ?? {}
  const isVerified = isTime(at) && METHODS.includes(method as TrustMethod)
  return {
    fingerprint,
    firstSeen,
    lastSeen,
    verified: isVerified ? { method: method as TrustMethod, at } : null,
  }
}

const METHODS = ['smp', 'fingerprint', 'import'] as const satisfies readonly TrustMethod[]

function readMessage(value: unknown): Message | null {
  const fields = recordOf(value)
  const peer = readPeer(fields?.['peer'])
  if (fields === null || peer === null) return null
  const { id, author, nickname, text, contentType, at, protection, delivery } = fields
  if (typeof id !== 'string' || id === '' || typeof text !== 'string' || !isTime(at)) return null
  if (author !== 'us' && author !== 'peer') return null
  const isProtection = protection === 'unverified' || protection === 'verified'
  return {
    id,
    peer,
    author,
    nickname: typeof nickname === 'string' ? nickname : null,
    text,
    contentType: contentType === 'text/html' ? contentType : 'text/plain',
    at,
    protection: isProtection ? protection : 'none',
    delivery: author === 'peer' ? null : delivery === 'displayed' ? 'displayed' : 'delivered',
    reason: null,
    resent: false,
  }
}

function readPeer(value: unknown): Address | null {
  try {
    return typeof value === 'string' && parseAddress(value) === value ? (value as Address) : null
  } catch {
    return null
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
