import type { Address, ChatClientDoor } from '../chat/index.ts'
import { ComposingNotes } from './composing-notes.ts'
import type { Drafts } from './drafts.ts'
import type { ChatIntent } from './intents.ts'
import type { LentClient } from './world.ts'

/** What concerns the screen alone, and no client hears of. */
type ScreenIntent = { readonly do: 'back' | 'dismissVerification' | 'dismissFault' }

/** A signed-in account at the desk: its client, its drafts, and what it says of being at the keys. */
export class Seat {
  readonly client: ChatClientDoor
  readonly drafts: Drafts
  readonly #composing: ComposingNotes
  readonly #dispose: () => void

  constructor(
    { client, dispose }: LentClient,
    drafts: Drafts,
    after: (ms: number, task: () => void) => () => void,
  ) {
    this.client = client
    this.drafts = drafts
    this.#composing = new ComposingNotes(client, after)
    this.#dispose = dispose
  }

  /** @param isOpen - there is a session with `peer` that could carry "is writing" */
  tell(peer: Address, intent: Exclude<ChatIntent, ScreenIntent>, isOpen: boolean): void {
    const { client } = this
    switch (intent.do) {
      case 'send':
        this.drafts.set(peer, '')
        this.#composing.stopped(peer)
        client.send(peer, intent.text)
        return
      case 'draft':
        this.drafts.set(peer, intent.text)
        if (isOpen) this.#composing.typed(peer, intent.text)
        return
      case 'remove':
        this.drafts.set(peer, '')
        return client.removeContact(peer)
      case 'rename':
        return client.addContact(peer, intent.name)
      case 'retry':
        return client.retry(peer, intent.id)
      case 'discard':
        return client.discard(peer, intent.id)
      case 'close':
        return client.close(peer)
      case 'accept':
        return client.accept(peer)
      case 'decline':
        return client.decline(peer)
      case 'startOtr':
        return client.startOtr(peer)
      case 'stopOtr':
        return client.stopOtr(peer)
      case 'always':
        return client.setAlwaysOtr(peer, intent.on)
      case 'verify':
        return client.verify(peer, intent.secret, intent.question)
      case 'answer':
        return client.answer(peer, intent.secret)
      case 'abortVerification':
        return client.abortVerification(peer)
      case 'trust':
        return client.trust(peer, intent.fingerprint, intent.decision)
      case 'forgetKey':
        return client.forgetKey(peer, intent.fingerprint)
    }
  }

  /** Ends everything in good order, within the client's time limit. */
  async leave(): Promise<void> {
    this.#composing.forget()
    await this.client.signOut()
    this.#dispose()
  }
}
