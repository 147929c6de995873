import {
  type Address,
  type ChatAccount,
  type ChatClient,
  type ChatEvent,
  type Message,
  parseAddress,
  type Transfer,
  type Verification,
} from '../chat/index.ts'
import { BUDDY_FILE_MAX, BuddyFiles } from './buddy-files.ts'
import * as say from './buddy-lines.ts'
import type { FileStore } from './file-store.ts'
import { headlessClient } from './headless.ts'
import { after } from './node-env.ts'

export interface BuddySetup {
  readonly account: Omit<ChatAccount, 'instanceId' | 'address'> & { readonly address: string }
  readonly store: FileStore
  /** PEM of the server's own certificate, where it runs in this process and has one. */
  readonly certificate?: string
}

/** How long the buddy seems to type when asked to, in milliseconds. */
const TYPING_MS = 8_000
/** After a failure, how long the buddy waits to be told a code before it uses its secret. */
const CODE_WAIT_MS = 15_000
/** A moment for the last sentence to arrive before the buddy does what it announced. */
const PAUSE_MS = 700

type Order = 'help' | 'secret' | 'ask me' | 'question' | 'type' | 'end' | 'new key' | 'bye'

/**
 * Someone to practise with: takes every invitation, repeats what it is told, answers SMP, and shows
 * on request every state that a conversation can be in.
 *
 * @returns what stops it
 */
export function startBuddy(setup: BuddySetup): { stop(): Promise<void> } {
  const buddy = new Buddy(setup)
  return { stop: () => buddy.stop() }
}

class Buddy {
  readonly #client: ChatClient
  readonly #files = new BuddyFiles()
  /** Codes that people told it, for their next verification. */
  readonly #codes = new Map<Address, string>()
  /** Whose last verification failed: perhaps they made a code that they have yet to tell. */
  readonly #failed = new Set<Address>()
  /** Who waits for our answer; calling it stops the wait. */
  readonly #pending = new Map<Address, () => void>()
  readonly #greeted = new Set<Address>()
  readonly #encrypted = new Set<Address>()

  constructor({ account, store, certificate }: BuddySetup) {
    this.#client = headlessClient({
      account: { ...account, address: parseAddress(account.address) },
      store,
      trust: certificate === undefined ? {} : { pinned: certificate },
      sink: (event) => this.#hear(event),
      files: this.#files,
    })
    this.#client.signIn()
  }

  stop(): Promise<void> {
    return this.#client.signOut()
  }

  #hear(event: ChatEvent): void {
    switch (event.type) {
      case 'invited':
        return this.#client.accept(event.peer)
      case 'privacy':
        return this.#privacy(event.peer, event.privacy.state)
      case 'message':
        if (event.message.author === 'peer' && !event.restored) this.#listen(event.message)
        return
      case 'contact': // What people practise is nobody's business tomorrow.
        if (event.contact.history === undefined)
          this.#client.setHistory(event.contact.peer, 'never')
        return
      case 'verification':
        return this.#verification(event.peer, event.verification)
      case 'transfer':
        return this.#file(event.transfer)
      case 'keyChanged':
        return this.#client.trust(event.peer, event.fingerprint, 'accepted')
      default:
        return
    }
  }

  #privacy(peer: Address, state: string): void {
    const encrypted = state === 'unverified' || state === 'verified'
    if (encrypted) this.#encrypted.add(peer)
    else this.#encrypted.delete(peer)
    if (!encrypted || this.#greeted.has(peer)) return
    this.#greeted.add(peer)
    this.#client.send(peer, say.GREETING)
  }

  #listen(message: Message): void {
    const { peer, text } = message
    this.#client.displayed(peer, message.id) // It reads at once what it is told.
    const words = text.trim().toLowerCase()
    const code = /^(?:code\s+)?(\d{4,8})$/.exec(words)?.[1]
    if (code !== undefined) return this.#takeCode(peer, code)
    const order = ORDERS.find((candidate) => candidate === words)
    if (order === undefined) this.#client.send(peer, text)
    else this.#obey(peer, order)
  }

  #obey(peer: Address, order: Order): void {
    const client = this.#client
    switch (order) {
      case 'help':
        client.send(peer, say.HELP)
        return
      case 'secret':
        client.send(peer, say.TELL_SECRET)
        return
      case 'ask me':
        return this.#ask(peer, null)
      case 'question':
        return this.#ask(peer, say.QUESTION)
      case 'type':
        client.setComposing(peer, true)
        after(TYPING_MS, () => client.setComposing(peer, false))
        return
      case 'end':
        return this.#announce(peer, say.ENDING, () => client.stopOtr(peer))
      case 'new key':
        return this.#announce(peer, say.RENEWING, () => {
          client.renewIdentity()
          client.open(peer)
        })
      case 'bye':
        return this.#announce(peer, say.LEAVING, () => client.close(peer))
    }
  }

  #ask(peer: Address, question: string | null): void {
    if (!this.#encrypted.has(peer)) {
      this.#client.send(peer, say.NOT_PRIVATE)
      return
    }
    this.#client.send(peer, say.ASKING)
    this.#client.verify(peer, say.SECRET, question)
  }

  #verification(peer: Address, verification: Verification): void {
    switch (verification.step) {
      case 'asked':
        return this.#asked(peer)
      case 'succeeded':
        this.#failed.delete(peer)
        this.#client.send(peer, say.MATCHED)
        return
      case 'failed':
        this.#failed.add(peer)
        this.#client.send(peer, say.DIFFERED)
        return
      case 'aborted':
        return this.#forgetPending(peer)
      default:
        return
    }
  }

  #asked(peer: Address): void {
    if (this.#codes.has(peer) || !this.#failed.has(peer)) return this.#answer(peer)
    this.#client.send(peer, say.WAITING)
    this.#pending.set(
      peer,
      after(CODE_WAIT_MS, () => this.#answer(peer)),
    )
  }

  #takeCode(peer: Address, code: string): void {
    this.#codes.set(peer, code)
    if (this.#pending.has(peer)) return this.#answer(peer)
    this.#client.send(peer, say.CODE_TAKEN)
  }

  #answer(peer: Address): void {
    this.#forgetPending(peer)
    const secret = this.#codes.get(peer) ?? say.SECRET
    this.#codes.delete(peer)
    this.#client.answer(peer, secret)
  }

  #forgetPending(peer: Address): void {
    this.#pending.get(peer)?.()
    this.#pending.delete(peer)
  }

  /** Takes what is small enough, and says what it was. */
  #file({ id, peer, name, size, direction, state }: Transfer): void {
    if (direction === 'out') return
    if (state.step === 'asks' && size <= BUDDY_FILE_MAX) return this.#client.acceptFile(peer, id)
    if (state.step === 'asks') {
      this.#client.cancelFile(peer, id)
      this.#client.send(peer, say.FILE_TOO_LARGE)
    }
    const hash = state.step === 'done' ? this.#files.hashOf(id) : null
    if (hash !== null) this.#client.send(peer, say.gotFile(name, size, hash))
  }

  #announce(peer: Address, sentence: string, act: () => void): void {
    this.#client.send(peer, sentence)
    after(PAUSE_MS, act)
  }
}

const ORDERS: readonly Order[] = [
  'help',
  'secret',
  'ask me',
  'question',
  'type',
  'end',
  'new key',
  'bye',
]
