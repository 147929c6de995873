import {
  type AccountRoute,
  type AccountState,
  type Address,
  type ChatFault,
  type Contact,
  type Diagnosis,
  type DiscoveryStep,
  domainOf,
  type Message,
  type Notice,
  type Privacy,
  type Room,
  type RoomMember,
  type Transfer,
  userOf,
  type Verification,
} from '../chat/index.ts'
import type { RememberedAccount } from './accounts.ts'
import type { ServerConfig } from './server.ts'
import type { Settings } from './settings.ts'

/** Everything the screen shows. A value: it changes by being replaced. */
export interface AppState {
  readonly stage: Stage
  readonly account: AccountState
  /** Own address; `null` before the first sign-in. */
  readonly address: Address | null
  /** Which way signalling and messages take; `null` before the first sign-in. */
  readonly route: AccountRoute | null
  /** Own key, 40 hex digits; `null` until it is known. */
  readonly fingerprint: string | null
  /** In the order in which they were first heard of. */
  readonly conversations: ReadonlyMap<Address, Conversation>
  /** Who is blocked, by name. None of them is among the conversations. */
  readonly blocked: ReadonlyMap<Address, string>
  readonly selected: Address | null
  /** The page is visible and has the focus: what arrives in the selected conversation is read. */
  readonly attentive: boolean
  readonly toasts: readonly Toast[]
  /** The message that is to be brought before the person's eyes. */
  readonly jump: { readonly peer: Address; readonly key: string } | null
  readonly settings: Settings
  /** The check of the connection that is open; `null` if none is. */
  readonly check: { readonly address: Address; readonly diagnosis: Diagnosis } | null
  /** The practice buddy of this server; `null` for accounts elsewhere. */
  readonly buddy: Address | null
}

/** Which of the screens is up. */
export type Stage =
  | SignInStage
  | { readonly at: 'elsewhere'; readonly name: string; readonly busy: boolean }
  /** The passphrase is asked for, or the browser has lost the key. */
  | { readonly at: 'locked' | 'gone'; readonly name: string }
  | { readonly at: 'inside' }

export interface SignInStage {
  readonly at: 'signIn'
  /** `null` while unknown; `unreachable` if the page's own server does not answer. */
  readonly server: ServerConfig | 'unreachable' | null
  readonly remembered: readonly RememberedAccount[]
  /** How the server is found, or was when that was tried last. */
  readonly search: readonly DiscoveryStep[]
  /** What is under way, in words; `null` when the form waits for the person. */
  readonly busy: string | null
  readonly fault: string | null
}

export interface Conversation {
  readonly peer: Address
  /** `null` for a stranger. */
  readonly contact: Contact | null
  /** A wish to chat, not yet answered: a stranger's, or to have us in this room. */
  readonly invitation: Invitation | null
  /** What is known of the room; `null` if this is none, or we have not been in it. */
  readonly room: Room | null
  /** Whom we called into the room, latest last. */
  readonly called: readonly Called[]
  /** The member of the room who alone gets what is written now. */
  readonly privateTo: Whom | null
  readonly open: boolean
  readonly privacy: Privacy
  readonly verification: Verification
  /** Of the one that runs: the answer as far as it is typed, or our one-time code; else empty. */
  readonly verificationNote: string
  /** The last result was read and put away. */
  readonly verificationDismissed: boolean
  /** The change of key that waits for the person's decision. */
  readonly keyChange: { readonly fingerprint: string; readonly previous: string } | null
  /** Messages and notices in the order in which they came to this device. */
  readonly timeline: readonly Entry[]
  /** Whether the store has messages before the first of them. */
  readonly past: 'more' | 'loading' | 'complete'
  /** Gaps whose message was asked for, by id of the notice. */
  readonly asked: ReadonlySet<string>
  /** Messages that the person deleted and may still take back, by {@link keyOf}. */
  readonly deleted: ReadonlySet<string>
  readonly composing: boolean
  readonly unread: number
  /** The first that was unread when the person came, by {@link keyOf}: a line stands above it. */
  readonly newFrom: string | null
  /** The last thing that could not be done here, until it is put away. */
  readonly fault: ChatFault | null
}

export type Entry =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'file'; readonly transfer: Transfer; readonly held: HeldFile }

/** What this page has of a file. */
export interface HeldFile {
  /** Where a received one is; `null` if it is not there yet, or not any more. */
  readonly place: 'disk' | 'memory' | null
  /** The person has put it elsewhere. */
  readonly isSaved: boolean
  /** What a photo tells besides the picture was taken out before it was sent. */
  readonly isCleaned: boolean
  /** Most octets that have ever been there: a failed file goes on, or begins anew. */
  readonly reached: number
  /** `hidden`: it is one, and the person has to ask for it. `null`: it is none that can be shown. */
  readonly picture: 'hidden' | Picture | null
}

export interface Picture {
  /** `blob:`, of a type that draws pictures and nothing else. */
  readonly url: string
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/** Same for both sides of a conversation, whose ids are their own: two may choose the same. */
export function keyOf(entry: Entry): string {
  if (entry.kind === 'notice') return `notice ${entry.notice.id}`
  if (entry.kind === 'file') return `file ${entry.transfer.id}`
  return messageKey(entry.message)
}

export function messageKey({ author, id }: Pick<Message, 'author' | 'id'>): string {
  return `${author} ${id}`
}

export interface Invitation {
  readonly name: string | null
  /** We are called into a room. */
  readonly room: boolean
  /** The contact who calls; `null` if it is the room itself, or the stranger. */
  readonly by: Address | null
}

/** Somebody called into a room: not answered yet, there, or why not. */
export interface Called {
  readonly who: Address
  readonly outcome: 'asking' | 'reached' | ChatFault
}

export type Whom = Pick<RoomMember, 'address' | 'name'>

/** What belongs to no conversation: a fault, or a thing done that can be undone for a while. */
export interface Toast {
  readonly id: number
  readonly sentence: string
  readonly undo?: { readonly peer: Address; readonly key: string }
}

const NO_SESSION: Privacy = {
  state: 'none',
  composer: 'sends',
  version: null,
  ssid: null,
  ownFingerprint: null,
  peerFingerprint: null,
  sameKeyAs: null,
  verified: null,
}

export function startState(settings: Settings): AppState {
  return {
    stage: signInStage(),
    account: { state: 'signedOut' },
    address: null,
    route: null,
    fingerprint: null,
    conversations: new Map(),
    blocked: new Map(),
    selected: null,
    attentive: true,
    toasts: [],
    jump: null,
    settings,
    check: null,
    buddy: null,
  }
}

/** The form, before anything is known. */
export function signInStage(): SignInStage {
  return { at: 'signIn', server: null, remembered: [], search: [], busy: null, fault: null }
}

export function newConversation(peer: Address): Conversation {
  return {
    peer,
    contact: null,
    invitation: null,
    room: null,
    called: [],
    privateTo: null,
    open: false,
    privacy: NO_SESSION,
    verification: { step: 'idle' },
    verificationNote: '',
    verificationDismissed: false,
    keyChange: null,
    timeline: [],
    past: 'more',
    asked: new Set(),
    deleted: new Set(),
    composing: false,
    unread: 0,
    newFrom: null,
    fault: null,
  }
}

/** What to call the other side: the contact's name, the name they gave, or the user part. */
export function nameOf(conversation: Conversation): string {
  return conversation.contact?.name ?? conversation.invitation?.name ?? userOf(conversation.peer)
}

/** Known from having been there, or told by the usual name of a host of rooms. */
export function isRoom({ peer, room, privacy, invitation }: Conversation): boolean {
  if (room !== null || privacy.state === 'room' || invitation?.room === true) return true
  return domainOf(peer).startsWith(ROOM_HOST)
}

/** What hosts of rooms are called, before the domain: at the edge, SylkServer and others. */
export const ROOM_HOST = 'conference.'

/** The address as people write it: without the scheme. */
export function bare(address: Address): string {
  return address.slice('sip:'.length)
}

/** The conversation with one thing more that nobody has read. */
export function withUnread(before: Conversation, key: string): Conversation {
  const newFrom = before.unread === 0 ? key : before.newFrom
  return { ...before, unread: before.unread + 1, newFrom }
}

export function unreadTotal(state: AppState): number {
  let total = 0
  for (const { unread, invitation } of state.conversations.values())
    total += unread + (invitation === null ? 0 : 1)
  return total
}

/** When something last happened in a conversation; 0 for never. */
export function lastAt({ timeline }: Conversation): number {
  const last = timeline.at(-1)
  if (last === undefined) return 0
  return momentOfEntry(last)
}

/** When it came to this device, or was written here. */
export function momentOfEntry(entry: Entry): number {
  if (entry.kind === 'message') return entry.message.at
  return entry.kind === 'notice' ? entry.notice.at : entry.transfer.at
}
