import { newIdent } from '../msrp/index.ts'
import type { ChatClientDoor, ChatSetup, HistoryExport } from './client-door.ts'
import type { Conversation } from './conversation.ts'
import type { Address, Contact, HistoryRule, Message } from './events.ts'
import { type ChatFaultCode, chatFault, faultOf } from './faults.ts'
import type { FileToSend } from './file-door.ts'
import { SignedIn } from './signed-in.ts'
import { forget, keyOf, learn, unverify, verify } from './trust.ts'

/** See {@link ChatClientDoor}. Calls made while signing in take effect once it is done. */
export class ChatClient implements ChatClientDoor {
  readonly #setup: ChatSetup
  #account: SignedIn | null = null
  /** Calls that wait for the store; `null` once it has been read. */
  #waiting: ((account: SignedIn) => void)[] | null = null
  #receipts: boolean

  constructor(setup: ChatSetup) {
    this.#setup = setup
    this.#receipts = setup.receipts ?? true
  }

  signIn(): void {
    if (this.#account !== null) return this.#refuse(null, 'CHAT_SIGNED_IN')
    const account = new SignedIn(this.#setup, () => this.#receipts)
    this.#account = account
    this.#waiting = []
    void this.#begin(account)
  }

  async signOut(): Promise<void> {
    const account = this.#account
    if (account === null) return this.#refuse(null, 'CHAT_SIGNED_OUT')
    this.#account = this.#waiting = null
    await account.end()
    if (this.#account === null) {
      this.#setup.sink({ type: 'account', account: { state: 'signedOut' } })
    }
  }

  vanish(): void {
    const account = this.#account
    if (account === null) return
    account.hangUp()
    void this.signOut()
  }

  probe(): void {
    this.#do(null, (account) => account.probe())
  }

  addContact(peer: Address, name: string | null): void {
    this.#do(peer, (account) => {
      account.contacts.add(peer, name)
      account.contacts.unblock(peer)
      account.with(peer)
    })
  }

  removeContact(peer: Address): void {
    this.#withContact(peer, (_, account) => account.remove(peer))
  }

  setAlwaysOtr(peer: Address, on: boolean): void {
    this.#withContact(peer, (contact, account) => {
      if (on && account.find(peer)?.isRoom) return this.#refuse(peer, 'CHAT_ROOM')
      const allowPlaintext = contact.allowPlaintext && !on
      void account.contacts.put({ ...contact, alwaysOtr: on, allowPlaintext })
      if (on) account.find(peer)?.requireOtr()
      if (on) account.transfers.requireOtr(peer)
    })
  }

  open(peer: Address): void {
    this.#do(peer, (account) => account.with(peer).open())
  }

  accept(peer: Address): void {
    this.#do(peer, (account) => {
      if (account.strangers.isWaiting(peer)) account.admit(peer)
      else this.#refuse(peer, 'CHAT_NOT_INVITED')
    })
  }

  decline(peer: Address): void {
    this.#do(peer, (account) => {
      if (!account.strangers.turnAway(peer)) this.#refuse(peer, 'CHAT_NOT_INVITED')
    })
  }

  close(peer: Address): void {
    this.#withConversation(peer, (conversation) => conversation.close())
  }

  block(peer: Address): void {
    this.#do(peer, (account) => account.block(peer))
  }

  unblock(peer: Address): void {
    this.#withContact(peer, (contact, account) => {
      if (contact.blocked === 'stranger') account.remove(peer)
      else account.contacts.unblock(peer)
    })
  }

  send(peer: Address, text: string): string {
    return this.#write(peer, text, (id, sendable, account) => account.with(peer).send(id, sendable))
  }

  sendPrivately(room: Address, member: string, text: string): string {
    return this.#write(room, text, (id, sendable, account) =>
      account.with(room).sendPrivately(id, member, sendable),
    )
  }

  retry(peer: Address, id: string): void {
    this.#withConversation(peer, (conversation) => conversation.retry(id))
  }

  discard(peer: Address, id: string): void {
    this.#withConversation(peer, (conversation) => conversation.discard(id))
  }

  setComposing(peer: Address, active: boolean): void {
    this.#withConversation(peer, (conversation) => conversation.setComposing(active))
  }

  displayed(peer: Address, id: string): void {
    this.#withConversation(peer, (conversation) => conversation.receipts.displayed(id))
  }

  setReceipts(on: boolean): void {
    this.#receipts = on
  }

  askResend(peer: Address, gapId: string, text?: string): void {
    const id = newIdent(this.#setup.env.random)
    this.#withConversation(peer, (conversation) => conversation.askResend(id, gapId, text ?? null))
  }

  setNickname(room: Address, nickname: string): void {
    this.#withConversation(room, (conversation) => conversation.room.setNickname(nickname))
  }

  inviteToRoom(room: Address, who: Address): void {
    this.#withConversation(room, (conversation) => conversation.room.invite(who))
  }

  sendFile(peer: Address, file: FileToSend): string {
    const id = newIdent(this.#setup.env.random)
    this.#do(peer, (account) => account.transfers.send(id, peer, file))
    return id
  }

  acceptFile(peer: Address, id: string): void {
    this.#do(peer, (account) => account.transfers.accept(peer, id))
  }

  cancelFile(peer: Address, id: string): void {
    this.#do(peer, (account) => account.transfers.cancel(peer, id))
  }

  approveUnencrypted(peer: Address, id: string): void {
    this.#do(peer, (account) => account.transfers.approve(peer, id))
  }

  resumeFile(peer: Address, id: string): void {
    this.#do(peer, (account) => account.transfers.resume(peer, id))
  }

  startOtr(peer: Address): void {
    this.#do(peer, (account) => account.with(peer).startOtr())
  }

  stopOtr(peer: Address): void {
    this.#withConversation(peer, (conversation) => conversation.stopOtr())
  }

  verify(peer: Address, secret: string, question: string | null): void {
    this.#withConversation(peer, (conversation) =>
      conversation.verification.begin(secret, question),
    )
  }

  answer(peer: Address, secret: string): void {
    this.#withConversation(peer, (conversation) => conversation.verification.answer(secret))
  }

  abortVerification(peer: Address): void {
    this.#withConversation(peer, (conversation) => conversation.verification.abort())
  }

  extendVerification(peer: Address): void {
    this.#withConversation(peer, (conversation) => {
      conversation.verification.extend()
      conversation.setComposing(true)
    })
  }

  trust(
    peer: Address,
    fingerprint: string,
    decision: 'verified' | 'unverified' | 'accepted',
  ): void {
    this.#withContact(peer, (contact, account) => {
      const isInUse = account.find(peer)?.fingerprint === fingerprint
      const isKnown = keyOf(contact, fingerprint) !== null
      if (!isKnown && !(isInUse && decision !== 'unverified')) {
        return this.#refuse(peer, 'CHAT_UNKNOWN_KEY')
      }
      const decided = decide(contact, fingerprint, decision, this.#setup.env.now())
      void account.contacts.putDurably(decided).then(() => {
        account.find(peer)?.keyDecided(fingerprint, decision)
        account.tellPrivacy()
      })
    })
  }

  forgetKey(peer: Address, fingerprint: string): void {
    this.#withContact(peer, (contact, account) => {
      if (keyOf(contact, fingerprint) === null) return this.#refuse(peer, 'CHAT_UNKNOWN_KEY')
      if (account.find(peer)?.fingerprint === fingerprint) {
        return this.#refuse(peer, 'CHAT_KEY_IN_USE')
      }
      void account.contacts.put(forget(contact, fingerprint))
      account.tellPrivacy()
    })
  }

  renewIdentity(): void {
    this.#do(null, (account) => {
      account.renewIdentity().catch((error: unknown) => {
        if (this.#account === account) this.#fail(error) // Else signing out has cancelled it.
      })
    })
  }

  messages(peer: Address): readonly Message[] {
    return this.#account?.find(peer)?.messages ?? []
  }

  loadEarlier(peer: Address): void {
    this.#withConversation(peer, (conversation) => conversation.history.loadEarlier())
  }

  setHistory(peer: Address, rule: HistoryRule): void {
    this.#withContact(peer, (contact, account) => {
      void account.contacts.put({ ...contact, history: rule })
      account.find(peer)?.history.ruleChanged() // Nothing is stored of one that is not there.
    })
  }

  setMuted(peer: Address, muted: boolean): void {
    this.#withContact(peer, (contact, account) => {
      void account.contacts.put({ ...contact, muted })
    })
  }

  deleteMessage(peer: Address, id: string): void {
    this.#withConversation(peer, (conversation) => conversation.history.delete(id))
  }

  clearHistory(peer: Address): void {
    this.#withConversation(peer, (conversation) => conversation.history.clear())
  }

  async searchHistory(text: string, peer: Address | null): Promise<readonly Message[]> {
    const account = this.#account
    if (account === null) return []
    const peers = peer === null ? account.contacts.peers : [peer]
    return account.history.search(text, peers)
  }

  async exportHistory(peer: Address): Promise<HistoryExport | null> {
    const contact = this.#account?.contacts.get(peer) ?? null
    if (this.#account === null || contact === null) return null
    const { account, env } = this.#setup
    return this.#account.history.export(account.address, contact, env.now())
  }

  async #begin(account: SignedIn): Promise<void> {
    try {
      await account.begin()
    } catch (error) {
      if (this.#account !== account) return
      await account.end()
      this.#account = this.#waiting = null
      this.#setup.sink({ type: 'account', account: { state: 'refused', fault: faultOf(error) } })
      return
    }
    if (this.#account !== account) return
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const call of waiting) call(account)
  }

  /** @returns the id that a message of this text will have */
  #write(
    peer: Address,
    text: string,
    call: (id: string, sendable: string, account: SignedIn) => void,
  ): string {
    const id = newIdent(this.#setup.env.random)
    // OTR ends its text at a NUL (OTRv3, "Encrypted Data").
    const sendable = text.replaceAll('\0', '')
    if (sendable.trim() === '') this.#refuse(peer, 'CHAT_EMPTY')
    else this.#do(peer, (account) => call(id, sendable, account))
    return id
  }

  #do(peer: Address | null, call: (account: SignedIn) => void): void {
    if (this.#account === null) this.#refuse(peer, 'CHAT_SIGNED_OUT')
    else if (this.#waiting !== null) this.#waiting.push(call)
    else call(this.#account)
  }

  #withContact(peer: Address, call: (contact: Contact, account: SignedIn) => void): void {
    this.#do(peer, (account) => {
      const contact = account.contacts.get(peer)
      if (contact === null) this.#refuse(peer, 'CHAT_UNKNOWN_PEER')
      else call(contact, account)
    })
  }

  #withConversation(peer: Address, call: (conversation: Conversation) => void): void {
    this.#withContact(peer, (_, account) => call(account.with(peer)))
  }

  #refuse(peer: Address | null, code: ChatFaultCode): void {
    this.#setup.sink({ type: 'fault', peer, fault: chatFault(code) })
  }

  #fail(error: unknown): void {
    this.#setup.sink({ type: 'fault', peer: null, fault: faultOf(error) })
  }
}

function decide(
  contact: Contact,
  fingerprint: string,
  decision: 'verified' | 'unverified' | 'accepted',
  now: number,
): Contact {
  switch (decision) {
    case 'verified':
      return verify(contact, fingerprint, 'fingerprint', now)
    case 'unverified':
      return unverify(contact, fingerprint)
    case 'accepted':
      return learn(contact, fingerprint, now)
  }
}
