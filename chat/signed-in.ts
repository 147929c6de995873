import { newIdent } from '../msrp/index.ts'
import { AccountConnection, type ConnectionEvent, type Invitation } from './account-connection.ts'
import { Archive } from './archive.ts'
import type { ChatSetup } from './client-door.ts'
import { ContactBook } from './contact-book.ts'
import type { ChatContext } from './context.ts'
import { Conversation } from './conversation.ts'
import type { AccountState, Address, ChatEvent, Message } from './events.ts'
import { chatFault } from './faults.ts'
import { isKept } from './history.ts'
import { HistoryReader } from './history-reader.ts'
import { SIGN_OUT_MAX_MS } from './limits.ts'
import { type Request, Strangers } from './strangers.ts'
import { Transfers } from './transfers.ts'

/** One sign-in, from restoring what is stored to unregistering: all that lives no longer than that. */
export class SignedIn {
  readonly contacts: ContactBook
  readonly strangers: Strangers
  readonly transfers: Transfers
  readonly history: HistoryReader
  readonly #setup: ChatSetup
  readonly #context: ChatContext
  readonly #archive: Archive
  readonly #connection: AccountConnection
  readonly #conversations = new Map<Address, Conversation>()
  /** Stops the making of a key; nothing else waits for a person's patience. */
  readonly #leaving = new AbortController()
  #fingerprint: string | null = null
  #told = ''
  #isOver = false

  /** @param receipts - whether the person wants receipts now */
  constructor(setup: ChatSetup, receipts: () => boolean) {
    const { account, env, otr } = setup
    const emit = (event: ChatEvent) => this.#emit(event)
    this.#setup = setup
    const keeps = (message: Message) =>
      isKept(message, this.contacts.get(message.peer)?.history ?? 'automatic')
    this.#archive = new Archive(setup.store, keeps, () => {
      emit({ type: 'fault', peer: null, fault: chatFault('CHAT_STORE') })
    })
    this.history = new HistoryReader(this.#archive, (peer) => this.find(peer)?.messages ?? [])
    this.contacts = new ContactBook(this.#archive, emit)
    this.strangers = new Strangers(env, emit)
    const onConnection = (event: ConnectionEvent) => this.#onConnection(event)
    this.#connection = new AccountConnection(account, env, onConnection, setup.sipAgent)
    this.#context = {
      own: account.address,
      displayName: account.displayName,
      env,
      otr,
      archive: this.#archive,
      contacts: this.contacts,
      emit,
      ownFingerprint: () => this.#fingerprint,
      receipts,
      newId: () => newIdent(env.random),
      fileAnnounced: (peer, key) => this.transfers.announced(peer, key),
    }
    const keysOf = (peer: Address, opens: boolean) => {
      const conversation = this.with(peer)
      if (opens) conversation.open()
      return conversation.fileKeys
    }
    const files = setup.files ?? null
    this.transfers = new Transfers(this.#context, this.#connection.files, { keysOf }, files)
  }

  get context(): ChatContext {
    return this.#context
  }

  /**
   * Restores what is stored, sees to the key, and connects.
   *
   * @throws what the engine throws; a DOMException `AbortError` if {@link end} came first
   */
  async begin(): Promise<void> {
    const { contacts, messages } = await this.#archive.load()
    this.contacts.restore(contacts)
    for (const message of messages) {
      const contact = this.contacts.get(message.peer)
      if (contact && !contact.blocked) this.with(message.peer).restore(message)
    }
    this.#tell({ state: 'makingKey' })
    const { otr, account } = this.#setup
    const { signal } = this.#leaving
    const onProgress = (candidates: number) => this.#tell({ state: 'makingKey', candidates })
    const watch = { signal, onProgress }
    const { fingerprint, created } = await otr.identity(account.address, watch)
    if (this.#isOver) return
    this.#fingerprint = fingerprint
    this.#emit({ type: 'identity', fingerprint, created })
    this.#tell({ state: 'connecting' })
    this.#connection.start()
  }

  /** Ends every session without waiting for anything, not even for OTR to say goodbye. */
  hangUp(): void {
    this.transfers.dispose()
    for (const conversation of this.#conversations.values()) conversation.hangUp()
  }

  /** Ends everything properly, but in time. No event follows. */
  async end(): Promise<void> {
    this.#leaving.abort()
    this.strangers.dispose()
    this.transfers.dispose()
    const conversations = [...this.#conversations.values()]
    await this.#inTime(Promise.all(conversations.map((one) => one.dispose())))
    this.#isOver = true
    await this.#inTime(Promise.all([this.#connection.stop(), this.#archive.settled]))
  }

  probe(): void {
    this.#connection.probe()
  }

  find(peer: Address): Conversation | null {
    return this.#conversations.get(peer) ?? null
  }

  /** The conversation with a peer, who becomes a contact by it. */
  with(peer: Address): Conversation {
    const known = this.#conversations.get(peer)
    if (known) return known
    const request = this.strangers.admit(peer)
    this.contacts.add(peer, this.contacts.get(peer) === null ? (request?.name ?? null) : null)
    const conversation = new Conversation(this.#context, this.#connection, peer)
    this.#conversations.set(peer, conversation)
    if (request) this.#letIn(conversation, request)
    return conversation
  }

  /** The person lets in whoever knocks, or comes into the room that calls. */
  admit(peer: Address): void {
    const known = this.#conversations.get(peer)
    const request = known === undefined ? null : this.strangers.admit(peer)
    if (known && request) this.#letIn(known, request)
    else this.with(peer)
  }

  remove(peer: Address): void {
    this.transfers.forget(peer)
    void this.#conversations.get(peer)?.erase()
    this.#conversations.delete(peer)
    this.contacts.remove(peer)
  }

  /** Closes what is open with the peer, and lets nothing through any more. */
  block(peer: Address): void {
    const request = this.strangers.admit(peer)
    request?.invitation?.refuse(480)
    this.transfers.forget(peer)
    const conversation = this.#conversations.get(peer)
    this.#conversations.delete(peer)
    this.contacts.block(peer, request?.name ?? null)
    void conversation?.dispose()
  }

  /** Other conversations show whose key is whose. */
  tellPrivacy(): void {
    for (const conversation of this.#conversations.values()) conversation.tellPrivacy()
  }

  async renewIdentity(): Promise<void> {
    const { otr, account } = this.#setup
    const { signal } = this.#leaving
    const { fingerprint, created } = await otr.renewIdentity(account.address, { signal })
    this.#fingerprint = fingerprint
    this.#emit({ type: 'identity', fingerprint, created })
    await Promise.all([...this.#conversations.values()].map((one) => one.restart()))
    this.tellPrivacy()
  }

  /** Waits for half of what signing out may take, and no longer. */
  async #inTime(work: Promise<unknown>): Promise<void> {
    let cancel = () => {}
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#setup.env.after(SIGN_OUT_MAX_MS / 2, resolve)
    })
    await Promise.race([work, deadline])
    cancel()
  }

  #onConnection(event: ConnectionEvent): void {
    switch (event.type) {
      case 'account':
        this.#tell(event.account)
        if (event.account.state !== 'online') return
        for (const conversation of this.#conversations.values()) conversation.resume()
        return
      case 'route':
        this.#emit({ type: 'route', route: event.route })
        return
      case 'invitation':
        this.#onInvitation(event.invitation)
        return
      case 'withdrawn':
        this.strangers.withdrawn(event.invitation)
        return
      case 'fileOffered':
        if (this.contacts.isBlocked(event.invitation.peer.address as Address))
          event.invitation.refuse(480)
        else this.transfers.offered(event.invitation)
        return
      case 'fileWithdrawn':
        this.transfers.withdrawn(event.invitation)
        return
      case 'referral':
        this.#onReferral(event.to as Address, event.peer.address as Address)
        return
      case 'page': {
        const { contentType, body } = event
        const peer = event.peer.address as Address
        if (this.contacts.isBlocked(peer)) return
        if (this.contacts.get(peer) === null) {
          this.strangers.paged(peer, event.peer.displayName, { contentType, body })
        } else this.with(peer).page(this.#context.newId(), contentType, body)
      }
    }
  }

  #onInvitation(invitation: Invitation): void {
    const peer = invitation.peer.address as Address
    // A check answers for itself; a call to our own address is for our other devices.
    if (invitation.isCheck) return invitation.refuse(486)
    if (invitation.isEcho) return invitation.refuse(480)
    if (this.contacts.isBlocked(peer)) return invitation.refuse(480)
    // Into a room nobody is drawn unasked: to be there is to be seen by everybody in it.
    const isRoom = invitation.peer.isFocus
    if (isRoom && this.find(peer)?.isRoom) return invitation.refuse(486)
    if (isRoom || this.contacts.get(peer) === null) this.strangers.invited(peer, invitation)
    else this.with(peer).take(invitation)
  }

  /** Somebody asks us to come into a room: worth a question if we know them. */
  #onReferral(room: Address, by: Address): void {
    if (this.contacts.isBlocked(by) || this.contacts.isBlocked(room)) return
    if (this.contacts.get(by) !== null && !this.find(room)?.isRoom)
      this.strangers.referred(room, by)
  }

  #letIn(conversation: Conversation, { invitation, pages, by }: Request): void {
    for (const { contentType, body } of pages) {
      conversation.page(this.#context.newId(), contentType, body)
    }
    if (invitation) conversation.take(invitation)
    else if (by !== undefined) conversation.open()
  }

  #tell(account: AccountState): void {
    const told = JSON.stringify(account)
    if (told === this.#told) return
    this.#told = told
    this.#emit({ type: 'account', account })
  }

  #emit(event: ChatEvent): void {
    if (this.#isOver) return
    this.#setup.sink(event)
    if (event.type === 'privacy') this.transfers.privacyChanged(event.peer, event.privacy)
  }
}
