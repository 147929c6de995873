import {
  type AccountState,
  type Address,
  type ChatFault,
  type Contact,
  type Message,
  type Notice,
  type Privacy,
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
  /** Own key, 40 hex digits; `null` until it is known. */
  readonly fingerprint: string | null
  /** In the order in which they were first heard of. */
  readonly conversations: ReadonlyMap<Address, Conversation>
  readonly selected: Address | null
  /** The page is visible and has the focus: what arrives in the selected conversation is read. */
  readonly attentive: boolean
  readonly toasts: readonly Toast[]
  readonly settings: Settings
  /** The practice buddy of this server; `null` for accounts elsewhere. */
  readonly buddy: Address | null
}

/** Which of the three screens is up. */
export type Stage =
  | SignInStage
  | { readonly at: 'elsewhere'; readonly name: string; readonly busy: boolean }
  | { readonly at: 'inside' }

export interface SignInStage {
  readonly at: 'signIn'
  /** `null` while unknown; `unreachable` if the page's own server does not answer. */
  readonly server: ServerConfig | 'unreachable' | null
  readonly remembered: readonly RememberedAccount[]
  /** What is under way, in words; `null` when the form waits for the person. */
  readonly busy: string | null
  readonly fault: string | null
}

export interface Conversation {
  readonly peer: Address
  /** `null` for a stranger. */
  readonly contact: Contact | null
  /** A stranger's wish to chat, not yet answered. */
  readonly invitation: { readonly name: string | null } | null
  readonly open: boolean
  readonly privacy: Privacy
  readonly verification: Verification
  /** The last result was read and put away. */
  readonly verificationDismissed: boolean
  /** The change of key that waits for the person's decision. */
  readonly keyChange: { readonly fingerprint: string; readonly previous: string } | null
  /** Messages and notices in the order in which they came to this device. */
  readonly timeline: readonly Entry[]
  readonly composing: boolean
  readonly unread: number
  /** The last thing that could not be done here, until it is put away. */
  readonly fault: ChatFault | null
}

export type Entry =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'notice'; readonly notice: Notice }

/** A fault that belongs to no conversation. */
export interface Toast {
  readonly id: number
  readonly sentence: string
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
    fingerprint: null,
    conversations: new Map(),
    selected: null,
    attentive: true,
    toasts: [],
    settings,
    buddy: null,
  }
}

/** The form, before anything is known. */
export function signInStage(): SignInStage {
  return { at: 'signIn', server: null, remembered: [], busy: null, fault: null }
}

export function newConversation(peer: Address): Conversation {
  return {
    peer,
    contact: null,
    invitation: null,
    open: false,
    privacy: NO_SESSION,
    verification: { step: 'idle' },
    verificationDismissed: false,
    keyChange: null,
    timeline: [],
    composing: false,
    unread: 0,
    fault: null,
  }
}

/** What to call the other side: the contact's name, the name they gave, or the user part. */
export function nameOf(conversation: Conversation): string {
  return conversation.contact?.name ?? conversation.invitation?.name ?? userOf(conversation.peer)
}

/** The address as people write it: without the scheme. */
export function bare(address: Address): string {
  return address.slice('sip:'.length)
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
  return last.kind === 'message' ? last.message.at : last.notice.at
}
