import type { AccountState, Address, ChatEvent, Contact, Verification } from '../chat/index.ts'
import { ACCOUNTS } from './account-words.ts'
import {
  type AppState,
  type Conversation,
  type Entry,
  messageKey,
  newConversation,
  type Stage,
  signInStage,
  type Toast,
  withUnread,
} from './app-state.ts'
import { faultSentence } from './fault-words.ts'
import { isGoing, withTransfer } from './files/reduce-files.ts'
import { ENTRIES_MAX, TOASTS_MAX } from './limits.ts'
import { SIGN_IN } from './words.ts'

/** The state after `event`. Total: a new type of event does not compile until it is handled here. */
export function reduce(state: AppState, event: ChatEvent): AppState {
  switch (event.type) {
    case 'account':
      return { ...state, account: event.account, stage: stageAfter(state.stage, event.account) }
    case 'route':
      return { ...state, route: event.route }
    case 'identity':
      return { ...state, fingerprint: event.fingerprint }
    case 'contact':
      if (event.contact.blocked !== undefined) return block(state, event.contact)
      return update(unblock(state, event.contact.peer), event.contact.peer, (c) => ({
        ...c,
        contact: event.contact,
        invitation: null,
      }))
    case 'contactRemoved':
      return forget(unblock(state, event.peer), event.peer)
    case 'invited':
      return update(state, event.peer, (c) => ({
        ...c,
        invitation: { name: event.name, room: event.room ?? false, by: event.by ?? null },
      }))
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
        verificationNote: isNoteOf(c.verification, event.verification) ? c.verificationNote : '',
        verificationDismissed: false,
      }))
    case 'message':
      return update(state, event.message.peer, (c) => ({
        ...(isNews(state, event) ? withUnread(c, messageKey(event.message)) : c),
        timeline: withMessage(c.timeline, { kind: 'message', message: event.message }),
        composing: event.message.author === 'peer' ? false : c.composing,
      }))
    case 'delivery': {
      const { type: _, peer, id, ...change } = event
      return update(state, peer, (c) => ({
        ...c,
        timeline: c.timeline.map((entry) =>
          isOwn(entry, [id])
            ? { kind: 'message', message: { ...entry.message, ...change } }
            : entry,
        ),
      }))
    }
    case 'messageRemoved':
      return update(state, event.peer, (c) => ({
        ...c,
        timeline: c.timeline.filter(
          (entry) => entry.kind !== 'message' || entry.message.id !== event.id,
        ),
        deleted: without(c.deleted, ...AUTHORS.map((author) => messageKey({ ...event, author }))),
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
      if (event.peer === null) return withToast(state, faultSentence(event.fault))
      return update(state, event.peer, (c) => ({ ...c, fault: event.fault }))
    case 'history':
      return update(state, event.peer, (c) => ({
        ...c,
        timeline: [
          ...event.messages.map((message): Entry => ({ kind: 'message', message })),
          ...c.timeline,
        ],
        past: event.isComplete ? 'complete' : 'more',
      }))
    case 'historyCleared':
      return update(state, event.peer, (c) => ({
        ...c,
        timeline: c.timeline.filter(
          (entry) =>
            (entry.kind === 'message' && isOwn(entry, event.left)) ||
            (entry.kind === 'file' && isGoing(entry.transfer)),
        ),
        past: 'complete',
      }))
    case 'room':
      return update(state, event.room.peer, (c) => ({ ...c, room: event.room }))
    case 'roomInvitation': {
      const { peer, who, fault } = event
      return update(state, peer, (c) => ({
        ...c,
        called: [
          ...c.called.filter((one) => one.who !== who),
          { who, outcome: fault ?? 'reached' },
        ],
      }))
    }
    case 'transfer':
      return withTransfer(state, event.transfer)
    case 'kept': // A draft may go, which is the desk's business.
      return state
    default:
      return unreachable(event)
  }
}

/** The person opened a conversation, or (`null`) went back to the list. */
export function select(state: AppState, peer: Address | null): AppState {
  const isAllRead = peer !== null && state.conversations.get(peer)?.unread === 0
  const before = isAllRead ? update(state, peer, (c) => ({ ...c, newFrom: null })) : state
  return read({ ...before, selected: peer })
}

/** The page gained or lost the person's attention. */
export function attend(state: AppState, attentive: boolean): AppState {
  if (state.attentive === attentive) return state
  return read({ ...state, attentive })
}

export function forget(state: AppState, peer: Address): AppState {
  const conversations = new Map(state.conversations)
  conversations.delete(peer)
  return { ...state, conversations, selected: state.selected === peer ? null : state.selected }
}

function block(state: AppState, { peer, name }: Contact): AppState {
  const blocked = new Map(state.blocked).set(peer, name)
  return { ...forget(state, peer), blocked }
}

function unblock(state: AppState, peer: Address): AppState {
  if (!state.blocked.has(peer)) return state
  const blocked = new Map(state.blocked)
  blocked.delete(peer)
  return { ...state, blocked }
}

export function withToast(state: AppState, sentence: string, undo?: Toast['undo']): AppState {
  const id = (state.toasts.at(-1)?.id ?? 0) + 1
  const toast: Toast = { id, sentence, ...(undo === undefined ? {} : { undo }) }
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
    case 'makingKey': {
      const { candidates } = account
      const busy = candidates ? ACCOUNTS.makingKey(candidates) : SIGN_IN.makingKey
      return stage.at === 'inside' ? stage : { ...form, busy, fault: null }
    }
    case 'connecting':
      return stage.at === 'inside' ? stage : { ...form, busy: SIGN_IN.connecting, fault: null }
    case 'online':
      return { at: 'inside' }
    case 'offline':
      if (stage.at === 'inside') return stage
      return {
        ...form,
        busy: account.retryInMs === null ? null : SIGN_IN.retrying,
        fault: faultSentence(account.fault),
      }
    case 'refused':
      return { ...form, busy: null, fault: faultSentence(account.fault) }
    case 'signedOut':
      return { ...form, busy: null }
    default:
      return unreachable(account)
  }
}

function closed(state: AppState, peer: Address): AppState {
  const before = state.conversations.get(peer)
  if (before === undefined) return state // Declined: nothing was left of them then.
  // A stranger who gave up leaves nothing behind.
  if (before.contact === null && before.timeline.length === 0) return forget(state, peer)
  return update(state, peer, (c) => ({
    ...c,
    open: false,
    invitation: null,
    room: c.room && { ...c.room, members: null },
    composing: false, // Why it closed stands in the timeline, as a notice.
  }))
}

/** A blocking change is decided once the state has left `keyChanged`, whichever event came first. */
function decided(before: Conversation, next: Conversation['privacy']['state']): boolean {
  return before.privacy.state === 'keyChanged' && next !== 'keyChanged'
}

/** More time leaves it alone; an abort too, for the next run may have begun before it. */
function isNoteOf(before: Verification, next: Verification): boolean {
  if (next.step !== 'asked') return next.step === 'waiting' || next.step === 'aborted'
  return before.step === 'asked' && before.since === next.since
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

function isOwn(entry: Entry, ids: readonly string[]): entry is Extract<Entry, { kind: 'message' }> {
  if (entry.kind !== 'message' || entry.message.author !== 'us') return false
  return ids.includes(entry.message.id)
}

/** Nobody has read it: the peer's, neither from the store nor told again by a room. */
function isNews(
  state: AppState,
  { restored, message }: Extract<ChatEvent, { type: 'message' }>,
): boolean {
  if (restored || message.earlier === true || message.author === 'us') return false
  return !isWatched(state, message.peer)
}

const AUTHORS = ['us', 'peer'] as const

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

export function update(
  state: AppState,
  peer: Address,
  change: (conversation: Conversation) => Conversation,
): AppState {
  // What was under way when somebody was blocked still comes to its end.
  if (state.blocked.has(peer)) return state
  const conversations = new Map(state.conversations)
  conversations.set(peer, change(conversations.get(peer) ?? newConversation(peer)))
  return { ...state, conversations }
}

/** The set without these. */
export function without<T>(set: ReadonlySet<T>, ...gone: readonly T[]): ReadonlySet<T> {
  return gone.some((one) => set.has(one))
    ? new Set([...set].filter((one) => !gone.includes(one)))
    : set
}

function unreachable(value: never): never {
  throw new TypeError(`unexpected ${typeof value}`)
}
