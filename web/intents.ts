import type { Address } from '../chat/index.ts'
import type { Settings } from './settings.ts'

/** What the person wants of the app. */
export type AppIntent =
  | { readonly do: 'createAccount'; readonly name: string; readonly password: string }
  | { readonly do: 'signIn'; readonly name: string; readonly password: string }
  | {
      readonly do: 'signInAt'
      readonly address: string
      readonly password: string
      readonly server: string
    }
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
  | { readonly do: 'renewIdentity' }
  | { readonly do: 'dismissToast'; readonly id: number }

/** What the person wants in one conversation. */
export type ChatIntent =
  | { readonly do: 'send'; readonly text: string }
  /** The draft is now `text`. */
  | { readonly do: 'draft'; readonly text: string }
  | { readonly do: 'retry'; readonly id: string }
  | { readonly do: 'discard'; readonly id: string }
  | { readonly do: 'close' }
  | { readonly do: 'accept' }
  | { readonly do: 'decline' }
  | { readonly do: 'rename'; readonly name: string }
  | { readonly do: 'remove' }
  | { readonly do: 'startOtr' }
  | { readonly do: 'stopOtr' }
  | { readonly do: 'always'; readonly on: boolean }
  | { readonly do: 'verify'; readonly secret: string; readonly question: string | null }
  | { readonly do: 'answer'; readonly secret: string }
  | { readonly do: 'abortVerification' }
  | { readonly do: 'dismissVerification' }
  | {
      readonly do: 'trust'
      readonly fingerprint: string
      readonly decision: 'verified' | 'unverified' | 'accepted'
    }
  | { readonly do: 'forgetKey'; readonly fingerprint: string }
  | { readonly do: 'dismissFault' }
  | { readonly do: 'back' }

/** Bubbles out of every element, through shadow roots, to `<sotto-app>`. */
export class AppIntentEvent extends CustomEvent<AppIntent> {
  constructor(intent: AppIntent) {
    super('app-intent', { detail: intent, bubbles: true, composed: true })
  }
}

/** Bubbles to `<sotto-chat>` and on to its owner, who knows which conversation it shows. */
export class ChatIntentEvent extends CustomEvent<ChatIntent> {
  constructor(intent: ChatIntent) {
    super('chat-intent', { detail: intent, bubbles: true, composed: true })
  }
}
