import { FILE_KEY_USE, type OtrCommand, type OtrEvent } from '../otr/index.ts'
import type { PrivacyState } from './events.ts'
import type { Postbox } from './postbox.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import type { TaskQueue } from './task-queue.ts'

/** The key of one file, and whose conversation it came from. */
export interface FileKey {
  /** 32 bytes. Secret. */
  readonly key: Uint8Array
  /** Of the peer's long-term key that the conversation was encrypted under. */
  readonly fingerprint: string
  readonly announcement: Uint8Array
}

export interface FileKeysParts {
  readonly queue: TaskQueue
  readonly gate: PrivacyGate
  readonly postbox: Postbox
}

/** Lends files the extra symmetric key of a conversation (OTRv3, "Extra symmetric key"). */
export class FileKeys {
  readonly #conversation: FileKeysParts
  readonly #dispatch: (events: readonly OtrEvent[]) => Promise<unknown>

  /** @param dispatch - takes what else a command of ours brought about */
  constructor(
    conversation: FileKeysParts,
    dispatch: (events: readonly OtrEvent[]) => Promise<unknown>,
  ) {
    this.#conversation = conversation
    this.#dispatch = dispatch
  }

  get state(): PrivacyState {
    return this.#conversation.gate.state
  }

  /** Under which key the conversation is encrypted, if what leaves now would be. */
  get fingerprint(): string | null {
    const { state, fingerprint } = this.#conversation.gate
    return maySeal(state) ? fingerprint : null
  }

  /** The peer's app has said that it takes them: for others, such a record ends the session. */
  get takesSealedFiles(): boolean {
    return this.#conversation.postbox.channel?.takesSealedFiles ?? false
  }

  /**
   * Announces a file inside OTR.
   *
   * @returns its key; `null` if the conversation is not encrypted any more, or has another peer now
   */
  async announce(announcement: Uint8Array): Promise<FileKey | null> {
    const { queue, gate } = this.#conversation
    let made: FileKey | null = null
    await queue.add(async () => {
      const { fingerprint } = this
      if (fingerprint === null || !this.takesSealedFiles) return
      const command: OtrCommand = { op: 'extraKey', use: FILE_KEY_USE, data: announcement }
      const events = await gate.run(command)
      const ours = events.find((event) => event.type === 'extraKey' && event.by === 'us')
      await this.#dispatch(events)
      if (ours?.type === 'extraKey') made = { key: ours.key, fingerprint, announcement }
    })
    return made
  }
}

/** Files go under the same keys as text does: those that the policy accepts. */
export function maySeal(state: PrivacyState): boolean {
  return state === 'unverified' || state === 'verified'
}
