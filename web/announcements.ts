import type { Address, ChatEvent } from '../chat/index.ts'
import { type AppState, nameOf, newConversation } from './app-state.ts'
import { FILE } from './file-words.ts'
import { isQuiet } from './quiet-hours.ts'
import { ROOM } from './room-words.ts'
import type { Sound } from './sounds.ts'
import { NOTIFY } from './words.ts'

/** What is said, shown or sounded outside the page's own picture. */
export type Announcement =
  | { readonly kind: 'speak'; readonly text: string }
  | {
      readonly kind: 'notify'
      readonly peer: Address
      readonly title: string
      readonly body: string
      /** A later one of the same tag takes the place of the earlier. */
      readonly tag: string
      /** Stays until it is acted on, and comes again for every event. */
      readonly urgent: boolean
    }
  | { readonly kind: 'sound'; readonly sound: Sound }

type Notification = Extract<Announcement, { kind: 'notify' }>

/** Tag of the one notification that all strangers share. */
export const STRANGERS = 'strangers'

/**
 * What `event` is announced with, `state` being the state after it. What the person is looking at
 * is not announced; a changed key is announced whatever they look at.
 *
 * @param now - for quiet hours, in which nothing is spoken and nothing sounds
 */
export function announcements(
  event: ChatEvent,
  state: AppState,
  now: number,
): readonly Announcement[] {
  const { settings } = state
  const quiet = isQuiet(settings, now)
  switch (event.type) {
    case 'keyChanged': {
      const text = NOTIFY.keyChanged(event.name)
      const { peer } = event
      const out: Announcement[] = []
      if (settings.keyNotice)
        out.push({
          kind: 'notify',
          peer,
          title: NOTIFY.keyTitle,
          body: text,
          tag: `key ${peer}`,
          urgent: true,
        })
      if (quiet && !settings.quietAlerts) return out
      if (settings.alertSound) out.push({ kind: 'sound', sound: 'alert' })
      if (settings.speech) out.push({ kind: 'speak', text })
      return out
    }
    case 'message': {
      const { message, restored } = event
      if (restored || message.earlier || message.author === 'us') return []
      if (isMuted(state, message.peer)) return []
      const { notifications, preview, sound } = settings
      const out: Announcement[] = []
      if (sound && !quiet) out.push({ kind: 'sound', sound: 'message' })
      if (notifications && !isWatched(state, message.peer)) {
        const hidden = message.protection === 'none' ? NOTIFY.plainMessage : NOTIFY.message
        out.push(notify(state, message.peer, preview ? message.text : hidden))
      }
      return out
    }
    case 'delivery':
      return event.delivery === 'sent' &&
        settings.soundSent &&
        !quiet &&
        !isMuted(state, event.peer)
        ? [{ kind: 'sound', sound: 'sent' }]
        : []
    case 'transfer': {
      const { peer, direction, state: now } = event.transfer
      const isOffer = direction === 'in' && now.step === 'asks'
      return isOffer && !isMuted(state, peer) ? unwatched(state, peer, FILE.notify) : []
    }
    case 'invited': {
      if (event.by !== undefined) return unwatched(state, event.peer, ROOM.invites)
      // Of a crowd at the door the first one is news.
      if (strangersIn(state) > 1) return []
      const body = event.room ? ROOM.invites : NOTIFY.invitation
      return unwatched(state, event.peer, body).map((one) => ({ ...one, tag: STRANGERS }))
    }
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

function unwatched(state: AppState, peer: Address, body: string): readonly Notification[] {
  return state.settings.notifications && !isWatched(state, peer) ? [notify(state, peer, body)] : []
}

function notify(state: AppState, peer: Address, body: string): Notification {
  const title = nameOf(state.conversations.get(peer) ?? newConversation(peer))
  return { kind: 'notify', peer, title, body, tag: peer, urgent: false }
}

/** Who knocks and is neither a contact nor called by one. */
function strangersIn({ conversations }: AppState): number {
  return [...conversations.values()].filter(
    ({ contact, invitation }) => contact === null && invitation?.by === null,
  ).length
}

function isMuted(state: AppState, peer: Address): boolean {
  return state.conversations.get(peer)?.contact?.muted ?? false
}

function isWatched(state: AppState, peer: Address): boolean {
  return state.attentive && state.selected === peer
}
