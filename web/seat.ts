import type { Address, ChatClientDoor } from '../chat/index.ts'
import type { AppState } from './app-state.ts'
import { ComposingNotes } from './composing-notes.ts'
import { Deletions } from './deletions.ts'
import type { Drafts } from './drafts.ts'
import { type FileDesk, SeatFiles } from './files/seat-files.ts'
import { HISTORY } from './history-words.ts'
import type { ChatIntent } from './intents.ts'
import type { Keyring } from './keyring.ts'
import type { LentClient } from './world.ts'

/** What concerns the screen alone, and no client hears of. */
type ScreenIntent = {
  readonly do: 'back' | 'noteVerification' | 'dismissVerification' | 'dismissFault' | 'writeTo'
}

/** A signed-in account at the desk: its client, its drafts, and what it says of being at the keys. */
export class Seat {
  readonly client: ChatClientDoor
  readonly keyring: Keyring
  readonly drafts: Drafts
  readonly deletions: Deletions
  readonly files: SeatFiles
  readonly #composing: ComposingNotes
  readonly #dispose: () => void

  constructor(
    { client, keyring, shelf, dispose }: LentClient,
    drafts: Drafts,
    after: (ms: number, task: () => void) => () => void,
    desk: FileDesk,
  ) {
    this.client = client
    this.keyring = keyring
    this.drafts = drafts
    this.deletions = new Deletions(after)
    this.files = new SeatFiles(client, shelf, desk)
    this.#composing = new ComposingNotes(client, after)
    this.#dispose = dispose
  }

  /** The person takes back what a sentence in the corner said. */
  undo({ toasts }: AppState, id: number): void {
    const what = toasts.find((toast) => toast.id === id)?.undo
    if (what !== undefined) this.deletions.undo(`${what.peer} ${what.key}`)
  }

  /** @param isOpen - there is a session with `peer` that could carry "is writing" */
  tell(peer: Address, intent: ChatIntent, isOpen: boolean): void {
    const { client } = this
    if (isOfScreen(intent)) return
    switch (intent.do) {
      case 'send':
        return this.#send(peer, intent)
      case 'draft':
        this.drafts.set(peer, intent.text)
        if (isOpen) this.#composing.typed(peer, intent.text)
        return
      case 'remove':
        this.drafts.forget(peer)
        this.files.forgetPeer(peer)
        return client.removeContact(peer)
      case 'rename':
        return client.addContact(peer, intent.name)
      case 'retry':
        return client.retry(peer, intent.id)
      case 'discard':
        return client.discard(peer, intent.id)
      case 'open':
        return client.open(peer)
      case 'close':
        return client.close(peer)
      case 'accept':
        return client.accept(peer)
      case 'decline':
        return client.decline(peer)
      case 'block':
        return client.block(peer)
      case 'unblock':
        return client.unblock(peer)
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
      case 'extendVerification':
        return client.extendVerification(peer)
      case 'trust':
        return client.trust(peer, intent.fingerprint, intent.decision)
      case 'forgetKey':
        return client.forgetKey(peer, intent.fingerprint)
      case 'displayed':
        return client.displayed(peer, intent.id)
      case 'askResend':
        return client.askResend(peer, intent.id, HISTORY.resendText)
      case 'loadEarlier':
        return client.loadEarlier(peer)
      case 'history':
        return client.setHistory(peer, intent.rule)
      case 'mute':
        return client.setMuted(peer, intent.on)
      case 'clearHistory':
        this.files.forgetPeer(peer)
        return client.clearHistory(peer)
      case 'deleteMessage':
        return this.deletions.hold(`${peer} ${intent.key}`, () =>
          client.deleteMessage(peer, intent.id),
        )
      case 'file':
        return this.files.tell(peer, intent.wish)
      case 'nickname':
        return client.setNickname(peer, intent.nickname)
      case 'invite':
        return client.inviteToRoom(peer, intent.who)
    }
  }

  /** The page goes away in this instant. */
  vanish(): void {
    this.deletions.flush()
    this.client.vanish()
  }

  /** Ends everything in good order, within the client's time limit. */
  async leave(): Promise<void> {
    this.#composing.forget()
    this.deletions.flush()
    await this.client.signOut()
    await this.files.leave()
    this.#dispose()
  }

  #send(peer: Address, { text, to }: Extract<ChatIntent, { do: 'send' }>): void {
    const { client } = this
    this.#composing.stopped(peer)
    const id = to === undefined ? client.send(peer, text) : client.sendPrivately(peer, to, text)
    this.drafts.sent(peer, id, text)
  }
}

function isOfScreen(intent: ChatIntent): intent is Extract<ChatIntent, ScreenIntent> {
  return (
    intent.do === 'back' ||
    intent.do === 'noteVerification' ||
    intent.do === 'dismissVerification' ||
    intent.do === 'dismissFault' ||
    intent.do === 'writeTo'
  )
}
