import type { Address, ChatEvent } from '../chat/index.ts'
import { type AppState, nameOf, newConversation } from './app-state.ts'
import { NOTIFY } from './words.ts'

/** What is said, shown or sounded outside the page's own picture. */
export type Announcement =
  | { readonly kind: 'speak'; readonly text: string }
  | {
      readonly kind: 'notify'
      readonly peer: Address
      readonly title: string
      readonly body: string
      /** Stays until it is acted on, and comes again for every event. */
      readonly urgent: boolean
    }
  | { readonly kind: 'sound' }

/**
 * What `event` is announced with, `state` being the state after it. What the person is looking at
 * is not announced; a changed key is announced whatever they look at.
 */
export function announcements(event: ChatEvent, state: AppState): readonly Announcement[] {
  switch (event.type) {
    case 'keyChanged': {
      const text = NOTIFY.keyChanged(event.name)
      const { peer } = event
      const notice = {
        kind: 'notify',
        peer,
        title: NOTIFY.keyTitle,
        body: text,
        urgent: true,
      } as const
      return state.settings.speech ? [notice, { kind: 'speak', text }] : [notice]
    }
    case 'message': {
      const { message, restored } = event
      if (restored || message.author === 'us') return []
      const { notifications, preview, sound } = state.settings
      const out: Announcement[] = []
      if (sound) out.push({ kind: 'sound' })
      if (notifications && !isWatched(state, message.peer)) {
        const hidden = message.protection === 'none' ? NOTIFY.plainMessage : NOTIFY.message
        out.push(notify(state, message.peer, preview ? message.text : hidden))
      }
      return out
    }
    case 'invited':
      return unwatched(state, event.peer, NOTIFY.invitation)
    case 'verification':
      return event.verification.step === 'asked'
        ? unwatched(state, event.peer, NOTIFY.verification)
        : []
    case 'privacy':
      return event.privacy.state === 'ended' ? unwatched(state, event.peer, NOTIFY.ended) : []
    default:
      return []
  }
}

/** The page's title: the number of what is unread comes first, because tabs are narrow. */
export function titleOf(unread: number, app: string): string {
  return unread === 0 ? app : `(${unread}) ${app}`
}

function unwatched(state: AppState, peer: Address, body: string): readonly Announcement[] {
  return state.settings.notifications && !isWatched(state, peer) ? [notify(state, peer, body)] : []
}

function notify(state: AppState, peer: Address, body: string): Announcement {
  const title = nameOf(state.conversations.get(peer) ?? newConversation(peer))
  return { kind: 'notify', peer, title, body, urgent: false }
}

function isWatched(state: AppState, peer: Address): boolean {
  return state.attentive && state.selected === peer
}
