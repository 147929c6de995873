import type { Address, HistoryRule } from '../chat/index.ts'
import type { Whom } from './app-state.ts'
import type { FileWish } from './files/file-wish.ts'
import type { Settings } from './settings.ts'

/** What stands in the form. */
export interface TypedAccount {
  /** An address, or a name at the page's own server. */
  readonly address: string
  readonly password: string
  /** `null` if the person named none. */
  readonly server: string | null
}

/** What the person wants of the app. */
export type AppIntent =
  | { readonly do: 'createAccount'; readonly name: string; readonly password: string }
  | ({ readonly do: 'signIn' } & TypedAccount)
  | { readonly do: 'cancelSignIn' }
  | { readonly do: 'signOut' }
  | { readonly do: 'useHere' }
  | { readonly do: 'leaveElsewhere' }
  /** `peer` null: back to the list. */
  | { readonly do: 'select'; readonly peer: Address | null }
  | { readonly do: 'addContact'; readonly peer: Address; readonly name: string | null }
  | { readonly do: 'practice' }
  | { readonly do: 'settings'; readonly settings: Settings }
  | { readonly do: 'askNotifications' }
  | { readonly do: 'testSpeech' }
  /** Said once, in the voice of the warnings. */
  | { readonly do: 'readAloud'; readonly text: string; readonly language?: 'en' }
  | { readonly do: 'renewIdentity' }
  | VaultIntent
  /** Goes the account's way from end to end; `typed` null: of the account that is signed in. */
  | { readonly do: 'check'; readonly typed: TypedAccount | null }
  | { readonly do: 'endCheck' }
  | { readonly do: 'dismissToast'; readonly id: number }
  /** Takes back what the toast says was done. */
  | { readonly do: 'undo'; readonly id: number }
  /** Shows this message. `key` as of `keyOf`. */
  | { readonly do: 'jump'; readonly peer: Address; readonly key: string }
  /** It is shown, or is not there any more. */
  | { readonly do: 'jumped' }

/** What the person wants of what stands before an account. */
export type VaultIntent =
  /** The passphrase was given, or a new key may be made. */
  | { readonly do: 'proceed' }
  | { readonly do: 'lock' }
  /** Deletes what is kept of it on this device. */
  | { readonly do: 'forgetAccount'; readonly address: Address }

/** What the person wants of the accounts of this window. */
export type OfficeIntent =
  /** `peer`: in this conversation. */
  | { readonly do: 'show'; readonly account: Address; readonly peer?: Address }
  /** The account after the one that is shown, or before it. */
  | { readonly do: 'next'; readonly step: 1 | -1 }
  | { readonly do: 'add' }

/** What the person wants in one conversation. */
export type ChatIntent =
  /** `to`: for this member of the room alone, by address. */
  | { readonly do: 'send'; readonly text: string; readonly to?: string }
  /** The draft is now `text`. */
  | { readonly do: 'draft'; readonly text: string }
  | { readonly do: 'retry'; readonly id: string }
  | { readonly do: 'discard'; readonly id: string }
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'accept' }
  | { readonly do: 'decline' }
  | { readonly do: 'block' }
  | { readonly do: 'unblock' }
  | { readonly do: 'rename'; readonly name: string }
  | { readonly do: 'remove' }
  | { readonly do: 'startOtr' }
  | { readonly do: 'stopOtr' }
  | { readonly do: 'always'; readonly on: boolean }
  | { readonly do: 'verify'; readonly secret: string; readonly question: string | null }
  /** The answer as far as it is typed, or the code that is told to the peer. */
  | { readonly do: 'noteVerification'; readonly note: string }
  | { readonly do: 'answer'; readonly secret: string }
  | { readonly do: 'abortVerification' }
  | { readonly do: 'extendVerification' }
  | { readonly do: 'dismissVerification' }
  | {
      readonly do: 'trust'
      readonly fingerprint: string
      readonly decision: 'verified' | 'unverified' | 'accepted'
    }
  | { readonly do: 'forgetKey'; readonly fingerprint: string }
  | { readonly do: 'dismissFault' }
  /** A message of the peer's stood before the person's eyes. */
  | { readonly do: 'displayed'; readonly id: string }
  | { readonly do: 'askResend'; readonly id: string }
  /** Nearer to the past than what is in memory. */
  | { readonly do: 'loadEarlier' }
  | { readonly do: 'history'; readonly rule: HistoryRule }
  | { readonly do: 'mute'; readonly on: boolean }
  | { readonly do: 'clearHistory' }
  | { readonly do: 'deleteMessage'; readonly id: string; readonly key: string }
  | { readonly do: 'nickname'; readonly nickname: string }
  | { readonly do: 'invite'; readonly who: Address }
  /** Writes to one member of the room from now on; `null`: to everybody. */
  | { readonly do: 'writeTo'; readonly whom: Whom | null }
  | { readonly do: 'file'; readonly wish: FileWish }
  | { readonly do: 'back' }

/** Bubbles out of every element, through shadow roots, to `<sotto-app>`. */
export class AppIntentEvent extends CustomEvent<AppIntent> {
  constructor(intent: AppIntent) {
    super('app-intent', { detail: intent, bubbles: true, composed: true })
  }
}

/** Bubbles likewise. */
export class OfficeIntentEvent extends CustomEvent<OfficeIntent> {
  constructor(intent: OfficeIntent) {
    super('office-intent', { detail: intent, bubbles: true, composed: true })
  }
}

/** Bubbles to `<sotto-conversation>` and on to its owner, who knows which conversation it shows. */
export class ChatIntentEvent extends CustomEvent<ChatIntent> {
  constructor(intent: ChatIntent) {
    super('chat-intent', { detail: intent, bubbles: true, composed: true })
  }
}

/** Bubbles likewise, to the panes: the person wants to enter this room, and is asked once more. */
export class EnterRoomEvent extends CustomEvent<string> {
  constructor(room: string) {
    super('enter-room', { detail: room, bubbles: true, composed: true })
  }
}
