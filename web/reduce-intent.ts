import type { Address } from '../chat/index.ts'
import type { AppState, Conversation } from './app-state.ts'
import { HISTORY } from './history-words.ts'
import type { ChatIntent } from './intents.ts'
import { forget, select, update, without, withoutToast, withToast } from './reduce.ts'

/** The state once the person wants `intent` in the conversation with `peer`: what shows at once. */
export function intend(state: AppState, peer: Address, intent: ChatIntent): AppState {
  const change = (part: (conversation: Conversation) => Partial<Conversation>) =>
    update(state, peer, (c) => ({ ...c, ...part(c) }))
  switch (intent.do) {
    case 'back':
      return select(state, null)
    case 'accept':
      return select(state, peer)
    case 'send':
      return change(() => ({ newFrom: null })) // Who answers has read.
    case 'decline':
      return state.conversations.get(peer)?.contact
        ? change(() => ({ invitation: null }))
        : forget(state, peer)
    case 'noteVerification':
      return change(() => ({ verificationNote: intent.note }))
    case 'dismissVerification':
      return change(() => ({ verificationDismissed: true }))
    case 'dismissFault':
      return change(() => ({ fault: null }))
    case 'askResend':
      return change(({ asked }) => ({ asked: new Set([...asked, intent.id]) }))
    case 'loadEarlier':
      return change(() => ({ past: 'loading' }))
    case 'deleteMessage': {
      const { key } = intent
      const hidden = change(({ deleted }) => ({ deleted: new Set([...deleted, key]) }))
      return withToast(hidden, HISTORY.deleted, { peer, key })
    }
    case 'writeTo':
      return change(() => ({ privateTo: intent.whom }))
    case 'invite':
      return change(({ called }) => ({
        called: [
          ...called.filter(({ who }) => who !== intent.who),
          { who: intent.who, outcome: 'asking' },
        ],
      }))
    default:
      return state
  }
}

/** What the toast says was done is taken back. */
export function undo(state: AppState, id: number): AppState {
  const what = state.toasts.find((toast) => toast.id === id)?.undo
  if (what === undefined) return state
  return update(withoutToast(state, id), what.peer, (c) => ({
    ...c,
    deleted: without(c.deleted, what.key),
  }))
}

/** A message is to be shown, wherever it is. */
export function jump(state: AppState, peer: Address, key: string): AppState {
  return { ...select(state, peer), jump: { peer, key } }
}
