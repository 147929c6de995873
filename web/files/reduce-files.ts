import type { Address, Transfer } from '../../chat/index.ts'
import { type AppState, type Entry, type HeldFile, keyOf, withUnread } from '../app-state.ts'
import { ENTRIES_MAX } from '../limits.ts'

type FileEntry = Extract<Entry, { kind: 'file' }>

const NOTHING: HeldFile = {
  place: null,
  isSaved: false,
  isCleaned: false,
  reached: 0,
  picture: null,
}

/** The state after a `transfer` event. Of somebody who is not there any more nothing is shown. */
export function withTransfer(state: AppState, transfer: Transfer): AppState {
  const { peer, direction, state: now } = transfer
  const conversation = state.conversations.get(peer)
  if (conversation === undefined) return state
  const { timeline } = conversation
  const at = findFile(timeline, transfer.id)
  const before = at === -1 ? NOTHING : (timeline[at] as FileEntry).held
  const reached = now.step === 'active' ? Math.max(before.reached, now.done) : before.reached
  const entry: Entry = { kind: 'file', transfer, held: { ...before, reached } }
  const isRead = state.attentive && state.selected === peer
  const isNews = at === -1 && direction === 'in' && !isRead
  return {
    ...state,
    conversations: new Map(state.conversations).set(peer, {
      ...(isNews ? withUnread(conversation, keyOf(entry)) : conversation),
      timeline: at === -1 ? [...timeline, entry].slice(-ENTRIES_MAX) : timeline.with(at, entry),
    }),
  }
}

/** The state after what this page has of a file has changed. */
export function withHeld(
  state: AppState,
  peer: Address,
  id: string,
  part: Partial<HeldFile>,
): AppState {
  const conversation = state.conversations.get(peer)
  const at = conversation === undefined ? -1 : findFile(conversation.timeline, id)
  if (conversation === undefined || at === -1) return state
  const entry = conversation.timeline[at] as FileEntry
  const timeline = conversation.timeline.with(at, {
    ...entry,
    held: { ...entry.held, ...part },
  })
  return {
    ...state,
    conversations: new Map(state.conversations).set(peer, { ...conversation, timeline }),
  }
}

/** It waits for somebody, or bytes go. */
export function isGoing({ state: { step } }: Transfer): boolean {
  return step === 'asks' || step === 'waiting' || step === 'active'
}

/** What would be lost with the page: files that are on their way, and received ones that are not saved. */
export interface AtStake {
  readonly going: number
  readonly unsaved: number
}

export function atStake({ conversations }: AppState): AtStake {
  let [going, unsaved] = [0, 0]
  for (const { timeline } of conversations.values())
    for (const entry of timeline) {
      if (entry.kind !== 'file') continue
      const { transfer, held } = entry
      const isWaiting = transfer.direction === 'in' && transfer.state.step === 'asks'
      if (isGoing(transfer) && !isWaiting) going += 1
      if (held.place !== null && !held.isSaved) unsaved += 1
    }
  return { going, unsaved }
}

function findFile(timeline: readonly Entry[], id: string): number {
  return timeline.findLastIndex((entry) => entry.kind === 'file' && entry.transfer.id === id)
}
