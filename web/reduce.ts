import type { AccountState, Address, ChatEvent } from '../chat/index.ts'
import {
  type AppState,
  type Conversation,
  type Entry,
  newConversation,
  type Stage,
  signInStage,
  type Toast,
} from './app-state.ts'
import { ENTRIES_MAX, TOASTS_MAX } from './limits.ts'
import { SIGN_IN } from './words.ts'

/** The state after `event`. Total: a new type of event does not compile until it is handled here. */
export function reduce(state: AppState, event: ChatEvent): AppState {
  switch (event.type) {
    case 'account':
      return { ...state, account: event.account, stage: stageAfter(state.stage, event.account) }
    case 'identity':
      return { ...state, fingerprint: event.fingerprint }
    case 'contact':
      return update(state, event.contact.peer, (c) => ({
        ...c,
        contact: event.contact,
        invitation: null,
      }))
    case 'contactRemoved':
      return without(state, event.peer)
    case 'invited':
      return update(state, event.peer, (c) => ({ ...c, invitation: { name: event.name } }))
    case 'opened':
      return update(state, event.peer, (c) => ({
        ...c,
        open: true,
        invitation: null,
        fault: null,
      }))
    case 'closed':
      return closed(state, event.peer)
    case 'privacy':
      return update(state, event.peer, (c) => ({
        ...c,
        privacy: event.privacy,
        verificationDismissed: c.verificationDismissed || isStale(c, event.privacy.state),
        keyChange: decided(c, event.privacy.state) ? null : c.keyChange,
      }))
    case 'verification':
      return update(state, event.peer, (c) => ({
        ...c,
        verification: event.verification,
        verificationDismissed: false,
      }))
    case 'message':
      return update(state, event.message.peer, (c) => ({
        ...c,
        timeline: withMessage(c.timeline, { kind: 'message', message: event.message }),
        composing: event.message.author === 'peer' ? false : c.composing,
        unread:
          event.restored || event.message.author === 'us' || isWatched(state, c.peer)
            ? c.unread
            : c.unread + 1,
      }))
    case 'delivery': {
      const { type: _, peer, id, ...change } = event
      return update(state, peer, (c) => ({
        ...c,
        timeline: c.timeline.map((entry) =>
          isOwn(entry, id) ? { kind: 'message', message: { ...entry.message, ...change } } : entry,
        ),
      }))
    }
    case 'messageRemoved':
      return update(state, event.peer, (c) => ({
        ...c,
        timeline: c.timeline.filter((entry) => !isOwn(entry, event.id)),
      }))
    case 'notice':
      return update(state, event.notice.peer, (c) => ({
        ...c,
        timeline: appended(c.timeline, { kind: 'notice', notice: event.notice }),
      }))
    case 'keyChanged':
      if (!event.blocks) return state
      return update(state, event.peer, (c) => ({
        ...c,
        keyChange: { fingerprint: event.fingerprint, previous: event.previous },
      }))
    case 'composing':
      return update(state, event.peer, (c) => ({ ...c, composing: event.active }))
    case 'fault':
      if (event.peer === null) return withToast(state, event.fault.sentence)
      return update(state, event.peer, (c) => ({ ...c, fault: event.fault }))
    default:
      return unreachable(event)
  }
}

/** The person opened a conversation, or (`null`) went back to the list. */
export function select(state: AppState, peer: Address | null): AppState {
  return read({ ...state, selected: peer })
}

/** The page gained or lost the person's attention. */
export function attend(state: AppState, attentive: boolean): AppState {
  if (state.attentive === attentive) return state
  return read({ ...state, attentive })
}

export function dismissVerification(state: AppState, peer: Address): AppState {
  return update(state, peer, (c) => ({ ...c, verificationDismissed: true }))
}

export function dismissFault(state: AppState, peer: Address): AppState {
  return update(state, peer, (c) => ({ ...c, fault: null }))
}

export function forget(state: AppState, peer: Address): AppState {
  return without(state, peer)
}

export function withToast(state: AppState, sentence: string): AppState {
  const toast: Toast = { id: (state.toasts.at(-1)?.id ?? 0) + 1, sentence }
  return { ...state, toasts: [...state.toasts, toast].slice(-TOASTS_MAX) }
}

export function withoutToast(state: AppState, id: number): AppState {
  if (!state.toasts.some((toast) => toast.id === id)) return state
  return { ...state, toasts: state.toasts.filter((toast) => toast.id !== id) }
}

/** Where the account's state leads: in at the first `online`, out when it is refused or signed out. */
function stageAfter(stage: Stage, account: AccountState): Stage {
  if (stage.at === 'elsewhere') return stage
  const form = stage.at === 'signIn' ? stage : signInStage()
  switch (account.state) {
    case 'makingKey':
      return stage.at === 'inside' ? stage : { ...form, busy: SIGN_IN.makingKey, fault: null }
    case 'connecting':
      return stage.at === 'inside' ? stage : { ...form, busy: SIGN_IN.connecting, fault: null }
    case 'online':
      return { at: 'inside' }
    case 'offline':
      if (stage.at === 'inside') return stage
      return {
        ...form,
        busy: account.retryInMs === null ? null : SIGN_IN.retrying,
        fault: account.fault.sentence,
      }
    case 'refused':
      return { ...form, busy: null, fault: account.fault.sentence }
    case 'signedOut':
      return { ...form, busy: null }
    default:
      return unreachable(account)
  }
}

function closed(state: AppState, peer: Address): AppState {
  const before = state.conversations.get(peer)
  // A stranger who gave up, or whom we declined, leaves nothing behind.
  if (before !== undefined && before.contact === null && before.timeline.length === 0)
    return without(state, peer)
  return update(state, peer, (c) => ({
    ...c,
    open: false,
    invitation: null,
    composing: false, // Why it closed stands in the timeline, as a notice.
  }))
}

/** A blocking change is decided once the state has left `keyChanged`, whichever event came first. */
function decided(before: Conversation, next: Conversation['privacy']['state']): boolean {
  return before.privacy.state === 'keyChanged' && next !== 'keyChanged'
}

/** "Verified" must not stand beside "identity changed": a result ends with the state it was about. */
function isStale(before: Conversation, next: Conversation['privacy']['state']): boolean {
  const { step } = before.verification
  const isResult = step === 'succeeded' || step === 'failed' || step === 'aborted'
  return isResult && next !== before.privacy.state && next !== 'verified'
}

function withMessage(
  timeline: readonly Entry[],
  entry: Extract<Entry, { kind: 'message' }>,
): readonly Entry[] {
  const { id, author } = entry.message
  const at = timeline.findLastIndex(
    (old) => old.kind === 'message' && old.message.id === id && old.message.author === author,
  )
  return at === -1 ? appended(timeline, entry) : timeline.with(at, entry)
}

function appended(timeline: readonly Entry[], entry: Entry): readonly Entry[] {
  return [...timeline, entry].slice(-ENTRIES_MAX)
}

function isOwn(entry: Entry, id: string): entry is Extract<Entry, { kind: 'message' }> {
  return entry.kind === 'message' && entry.message.author === 'us' && entry.message.id === id
}

function isWatched(state: AppState, peer: Address): boolean {
  return state.attentive && state.selected === peer
}

/** What is selected while somebody looks is read. */
function read(state: AppState): AppState {
  const { selected } = state
  if (selected === null || !state.attentive) return state
  if ((state.conversations.get(selected)?.unread ?? 0) === 0) return state
  return update(state, selected, (c) => ({ ...c, unread: 0 }))
}

function update(
  state: AppState,
  peer: Address,
  change: (conversation: Conversation) => Conversation,
): AppState {
  const conversations = new Map(state.conversations)
  conversations.set(peer, change(conversations.get(peer) ?? newConversation(peer)))
  return { ...state, conversations }
}

function without(state: AppState, peer: Address): AppState {
  const conversations = new Map(state.conversations)
  conversations.delete(peer)
  return { ...state, conversations, selected: state.selected === peer ? null : state.selected }
}

function unreachable(value: never): never {
  throw new TypeError(`unexpected ${typeof value}`)
}
