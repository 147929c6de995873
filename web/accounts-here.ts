import type { AccountState, Address } from '../chat/index.ts'
import { type AppState, nameOf, unreadTotal } from './app-state.ts'

/** How an account of this window is, told from its screen. */
export type AccountStatus =
  | AccountState['state']
  /** Signed in before the page was loaded, or refused since. */
  | 'password'
  | 'locked'
  | 'gone'
  | 'elsewhere'

/** One of the accounts of this window, as it is told of beside the others. */
export interface AccountHere {
  /** `null` for the form of one more. */
  readonly address: Address | null
  readonly status: AccountStatus
  readonly unread: number
  /** Somebody's identity has changed, and that waits for a decision. */
  readonly warns: boolean
  readonly isShown: boolean
  /** The first who waits for an answer at its door. */
  readonly caller: { readonly peer: Address; readonly name: string; readonly room: boolean } | null
}

export function accountHere(
  address: Address | null,
  state: AppState,
  isShown: boolean,
): AccountHere {
  const conversations = [...state.conversations.values()]
  const calling = conversations.find(({ invitation }) => invitation !== null)
  return {
    address,
    status: statusOf(state),
    unread: unreadTotal(state),
    warns: conversations.some(({ keyChange }) => keyChange !== null),
    isShown,
    caller:
      calling === undefined
        ? null
        : { peer: calling.peer, name: nameOf(calling), room: calling.invitation?.room === true },
  }
}

/** Something stands still there until the person has seen to it. */
export function needsPerson({ address, status, warns }: AccountHere): boolean {
  if (address === null) return false
  return warns || status === 'password' || status === 'locked' || status === 'gone'
}

function statusOf({ stage, account }: AppState): AccountStatus {
  switch (stage.at) {
    case 'inside':
      return account.state
    case 'signIn':
      return stage.busy === null ? 'password' : 'connecting'
    default:
      return stage.at
  }
}
