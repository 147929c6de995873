import { parseAddress } from './address.ts'
import type { Roster, RosterEndpoint, RosterStatus, RosterUser } from './events.ts'
import { ROSTER_ENDPOINTS_MAX, ROSTER_NAME_MAX, ROSTER_USERS_MAX } from './limits.ts'
import { childrenOf, readXml, textOf, type XmlElement } from './xml.ts'

/**
 * What a document did to the roster.
 *
 * - `changed`: it was applied. `old`: it is not newer than what we have.
 * - `gap`: one before it is missing, so that the whole roster must be asked for.
 * - `gone`: the conference is over. `malformed`: it is no such document.
 */
export type RosterStep = 'changed' | 'old' | 'gap' | 'gone' | 'malformed'

/** What one subscription has been told of a conference, document by document (RFC 4575 §4). */
export class RosterState {
  /** Of the last document applied; `null` before the first whole one. */
  #version: number | null = null
  #subject: string | null = null
  /** By `entity`, compared as written (RFC 4575 §4). */
  readonly #users = new Map<string, User>()

  /** Takes the body of one NOTIFY. Nothing changes unless the step is `changed`. */
  apply(document: string): RosterStep {
    const root = readXml(document)
    if (root?.name !== 'conference-info' || root.namespace !== CONFERENCE) return 'malformed'
    const [state, version] = [stateOf(root), versionOf(root)]
    if (version === undefined) return 'malformed'
    if (version !== null && this.#version !== null && version <= this.#version) return 'old'
    if (state === 'deleted') return 'gone'
    if (state === 'partial') {
      if (this.#version === null || version !== this.#version + 1) return 'gap'
    } else {
      this.#subject = null
      this.#users.clear()
    }
    this.#version = version ?? this.#version ?? 0
    for (const description of childrenOf(root, 'conference-description')) {
      this.#subject = told(textOf(description, 'subject'), null)
    }
    for (const users of childrenOf(root, 'users')) {
      merge(this.#users, users, 'user', ROSTER_USERS_MAX, mergeUser)
    }
    return 'changed'
  }

  /** @param own - address of record of the account that asks */
  roster(own: string): Roster {
    const users = [...this.#users].filter(([, user]) => isPresent(user))
    return {
      subject: this.#subject,
      users: users.map(([entity, user]) => describe(entity, user, own)),
    }
  }
}

const CONFERENCE = 'urn:ietf:params:xml:ns:conference-info'
/** RFC 7701 §7.3 puts the nickname where RFC 6501 defined it. */
const NICKNAME = '{urn:ietf:params:xml:ns:xcon-conference-info}nickname'

interface User {
  readonly displayName: string | null
  readonly nickname: string | null
  readonly endpoints: Map<string, Endpoint>
}

interface Endpoint {
  readonly displayName: string | null
  readonly status: RosterStatus | null
}

/** Elements by key, as RFC 4575 §4 merges them: whole ones replace, partial ones add. */
function merge<Value>(
  values: Map<string, Value>,
  parent: XmlElement,
  name: string,
  max: number,
  mergeOne: (before: Value | undefined, element: XmlElement) => Value,
): void {
  if (stateOf(parent) !== 'partial') values.clear()
  for (const element of childrenOf(parent, name)) {
    const key = element.attributes.get('entity')
    if (key === undefined) continue
    const state = stateOf(element)
    if (state === 'deleted') values.delete(key)
    else if (values.has(key) || values.size < max) {
      values.set(key, mergeOne(state === 'partial' ? values.get(key) : undefined, element))
    }
  }
}

function mergeUser(before: User | undefined, element: XmlElement): User {
  const endpoints = new Map(before?.endpoints)
  // Endpoints have no list of their own that could be whole: the user is (RFC 4575 §5).
  merge(endpoints, element, 'endpoint', ROSTER_ENDPOINTS_MAX, mergeEndpoint)
  return {
    displayName: told(textOf(element, 'display-text'), before?.displayName),
    nickname: told(element.attributes.get(NICKNAME), before?.nickname),
    endpoints,
  }
}

function mergeEndpoint(before: Endpoint | undefined, element: XmlElement): Endpoint {
  const status = textOf(element, 'status')
  return {
    displayName: told(textOf(element, 'display-text'), before?.displayName),
    status: STATUSES.find((known) => known === status) ?? before?.status ?? null,
  }
}

const STATUSES = [
  'pending',
  'dialing-out',
  'dialing-in',
  'alerting',
  'on-hold',
  'connected',
  'muted-via-focus',
  'disconnecting',
  'disconnected',
] as const satisfies readonly RosterStatus[]

/** A focus may tell of those who left by their status (RFC 4575 §5). */
function isPresent({ endpoints }: User): boolean {
  const all = [...endpoints.values()]
  return all.length === 0 || all.some(({ status }) => status !== 'disconnected')
}

function describe(entity: string, user: User, own: string): RosterUser {
  const address = parseAddress(entity)
  const endpoints = [...user.endpoints]
  return {
    entity: address === null ? entity : `${address}${gruuOf(entity)}`,
    displayName:
      user.displayName ?? endpoints.find(([, one]) => one.displayName)?.[1].displayName ?? null,
    nickname: user.nickname,
    endpoints: endpoints.map(([entity, { status }]): RosterEndpoint => ({ entity, status })),
    isOwn: address === own,
  }
}

/** What alone tells apart those whom only the room knows (RFC 5627 §3.1, RFC 7702 §5). */
function gruuOf(entity: string): string {
  return /;gr=[^;?\s]+/i.exec(entity)?.[0] ?? ''
}

function stateOf({ attributes }: XmlElement): 'full' | 'partial' | 'deleted' {
  const state = attributes.get('state')
  return state === 'partial' || state === 'deleted' ? state : 'full'
}

/** @returns `null` if absent, `undefined` if it is no number */
function versionOf({ attributes }: XmlElement): number | null | undefined {
  const version = attributes.get('version')
  if (version === undefined) return null
  return /^\d{1,10}$/.test(version) ? Number(version) : undefined
}

/** What an element says now, else what was said before. */
function told(text: string | null | undefined, before: string | null | undefined): string | null {
  return text === null || text === undefined ? (before ?? null) : clean(text)
}

/** Names are shown in lists: one line, not endless, nothing that turns the writing around. */
function clean(text: string): string | null {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
  const whole = line.slice(0, ROSTER_NAME_MAX).replace(/[\ud800-\udbff]$/, '')
  return whole.trimEnd() || null
}
