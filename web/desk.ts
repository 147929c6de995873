import type { Address, ChatAccount, ChatClientDoor, ChatEvent } from '../chat/index.ts'
import { announcements, titleOf } from './announcements.ts'
import { type AppState, domainPart, startState, unreadTotal, userPart } from './app-state.ts'
import { ComposingNotes } from './composing-notes.ts'
import type { Drafts } from './drafts.ts'
import type { AppIntent, ChatIntent } from './intents.ts'
import { TOAST_MS } from './limits.ts'
import * as change from './reduce.ts'
import type { Settings } from './settings.ts'
import { APP, APP_NAME, BUDDY, SETTINGS, SIGN_IN } from './words.ts'
import type { World } from './world.ts'

/**
 * The one owner of the state: events come in from the client, intents from the screen, and whoever
 * listens is told that there is a new value. Holds the client while somebody is signed in.
 */
export class Desk extends EventTarget {
  readonly #world: World
  #state: AppState
  #client: ChatClientDoor | null = null
  /** The account in use or about to be; its password is kept in memory only, and no longer. */
  #pending: Pick<ChatAccount, 'address' | 'password' | 'server'> | null = null
  #drafts: Drafts | null = null
  #composing: ComposingNotes | null = null

  constructor(world: World) {
    super()
    this.#world = world
    this.#state = startState(world.loadSettings())
    world.connect({
      onAttention: (attentive) => this.#show(change.attend(this.#state, attentive)),
      onNetwork: () => this.#client?.probe(),
      onLeave: () => void this.#client?.signOut(),
      onOpen: (peer) => this.#show(change.select(this.#state, peer)),
      onAsked: () => this.#handOver(),
      onStolen: () => void this.#handOver(),
    })
    void this.#lookAround()
  }

  get state(): AppState {
    return this.#state
  }

  draft(peer: Address): string {
    return this.#drafts?.get(peer) ?? ''
  }

  /**
   * Reads what a person types for a contact; a bare name is one at the own domain.
   *
   * @throws RangeError with a sentence for people
   */
  readAddress(text: string): Address {
    return this.#world.parseAddress(text, this.#state.address ?? undefined)
  }

  /** Does what the person wants of the app. */
  handle(intent: AppIntent): void {
    switch (intent.do) {
      case 'createAccount':
        return void this.#createAccount(intent.name, intent.password)
      case 'signIn':
        return this.#signInHere(intent.name, intent.password)
      case 'signInAt':
        return this.#signInAt(intent.address, intent.password, intent.server)
      case 'cancelSignIn':
      case 'signOut':
        return void this.#signOut()
      case 'useHere':
        return void this.#takeOver()
      case 'leaveElsewhere':
        this.#pending = null
        return this.#toForm(null)
      case 'select':
        return this.#show(change.select(this.#state, intent.peer))
      case 'addContact':
        return this.#add(intent.peer, intent.name)
      case 'practice':
        if (this.#state.buddy !== null) this.#practice(this.#state.buddy)
        return
      case 'settings':
        return this.#changeSettings(intent.settings)
      case 'askNotifications':
        return void this.#askNotifications()
      case 'testSpeech':
        return this.#world.announcer.speak(SETTINGS.speechSample)
      case 'renewIdentity':
        return this.#client?.renewIdentity()
      case 'dismissToast':
        return this.#show(change.withoutToast(this.#state, intent.id))
    }
  }

  /** Does what the person wants in the conversation with `peer`. */
  chat(peer: Address, intent: ChatIntent): void {
    if (intent.do === 'back') return this.#show(change.select(this.#state, null))
    if (intent.do === 'dismissVerification')
      return this.#show(change.dismissVerification(this.#state, peer))
    if (intent.do === 'dismissFault') return this.#show(change.dismissFault(this.#state, peer))
    const client = this.#client
    if (client !== null) this.#tell(client, peer, intent)
  }

  #tell(
    client: ChatClientDoor,
    peer: Address,
    intent: Exclude<ChatIntent, { do: 'back' | 'dismissVerification' | 'dismissFault' }>,
  ): void {
    switch (intent.do) {
      case 'send':
        this.#drafts?.set(peer, '')
        this.#composing?.stopped(peer)
        client.send(peer, intent.text)
        return
      case 'draft':
        this.#drafts?.set(peer, intent.text)
        if (this.#state.conversations.get(peer)?.open) this.#composing?.typed(peer, intent.text)
        return
      case 'retry':
        return client.retry(peer, intent.id)
      case 'discard':
        return client.discard(peer, intent.id)
      case 'close':
        return client.close(peer)
      case 'accept':
        client.accept(peer)
        return this.#show(change.select(this.#state, peer))
      case 'decline':
        client.decline(peer)
        return this.#show(change.forget(this.#state, peer))
      case 'rename':
        return client.addContact(peer, intent.name)
      case 'remove':
        this.#drafts?.set(peer, '')
        return client.removeContact(peer)
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

  /** Learns who was here before and what the page's own server offers. */
  async #lookAround(): Promise<void> {
    const [remembered, server] = await Promise.all([
      this.#world.accounts.list().catch(() => []),
      this.#world.fetchConfig(),
    ])
    this.#setForm({ remembered, server: server ?? 'unreachable' })
  }

  async #createAccount(name: string, password: string): Promise<void> {
    this.#world.announcer.prime()
    this.#setForm({ busy: SIGN_IN.creating, fault: null })
    const enrolment = await this.#world.enrol(name, password)
    if (!enrolment.ok) return this.#toForm(enrolment.sentence ?? SIGN_IN.unreachable)
    this.#signInAt(enrolment.address, password, this.#world.ownSocket)
  }

  /** Signs in at the page's own server; `name` may also be a whole address. */
  #signInHere(name: string, password: string): void {
    const { stage } = this.#state
    const server = stage.at === 'signIn' ? stage.server : null
    const domain = server === null || server === 'unreachable' ? undefined : server.domain
    if (domain === undefined && !name.includes('@')) return this.#toForm(SIGN_IN.unreachable)
    this.#signInAt(name, password, this.#world.ownSocket, domain)
  }

  #signInAt(text: string, password: string, server: string, near?: string): void {
    let address: Address
    try {
      address = this.#world.parseAddress(text, near)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return this.#toForm(error.message)
    }
    void this.#signIn(address, password, server)
  }

  async #signIn(address: Address, password: string, server: string): Promise<void> {
    this.#world.announcer.prime()
    this.#pending = { address, password, server }
    this.#setForm({ busy: SIGN_IN.connecting, fault: null })
    if (await this.#world.lock.acquire(address)) return this.#start()
    this.#show({
      ...this.#state,
      stage: { at: 'elsewhere', name: userPart(address), busy: false },
    })
  }

  /** The lock is ours: makes the client and lets it sign in. */
  async #start(): Promise<void> {
    const pending = this.#pending
    if (pending === null) return
    const { address } = pending
    const { stage } = this.#state
    const before = startState(this.#state.settings)
    this.#show({
      ...before,
      attentive: this.#state.attentive,
      stage: stage.at === 'signIn' ? stage : { ...signInForm(before), busy: SIGN_IN.connecting },
      address,
      buddy: await this.#buddyOf(address),
    })
    try {
      const { accounts } = this.#world
      const isKnown = (await accounts.list()).some((known) => known.address === address)
      const { instanceId } = await accounts.remember(address, pending.server, this.#world.now())
      const client: ChatClientDoor = this.#world.createClient(
        { ...pending, displayName: null, instanceId },
        (event) => {
          if (this.#client !== client) return
          if (event.type === 'identity' && event.created && isKnown) this.#toast(APP.keyLost)
          this.#take(event)
        },
      )
      this.#client = client
      this.#drafts = this.#world.drafts(address)
      this.#composing = new ComposingNotes(client, this.#world.after)
      client.signIn()
    } catch {
      this.#drop()
      this.#toForm(APP.cannotStart)
    }
  }

  /** One event of the client: a new value, then whatever is said or shown outside the picture. */
  #take(event: ChatEvent): void {
    this.#show(change.reduce(this.#state, event))
    for (const announcement of announcements(event, this.#state))
      this.#world.announcer.announce(announcement)
    if (event.type === 'fault' && event.peer === null) this.#expireToast()
    if (event.type === 'account' && event.account.state === 'refused') this.#drop()
  }

  async #signOut(): Promise<void> {
    const client = this.#client
    this.#pending = null
    await client?.signOut()
    if (client === this.#client) this.#drop()
    this.#toForm(null)
  }

  /** Another tab takes the account. */
  async #handOver(): Promise<void> {
    const pending = this.#pending
    const client = this.#client
    if (pending === null) return
    this.#client = null
    this.#show({
      ...this.#state,
      stage: { at: 'elsewhere', name: userPart(pending.address), busy: false },
    })
    await client?.signOut()
    this.#drop()
  }

  async #takeOver(): Promise<void> {
    const { stage } = this.#state
    const pending = this.#pending
    if (stage.at !== 'elsewhere' || pending === null) return
    this.#show({ ...this.#state, stage: { ...stage, busy: true } })
    await this.#world.lock.takeOver(pending.address)
    await this.#start()
  }

  #add(peer: Address, name: string | null): void {
    this.#client?.addContact(peer, name)
    this.#client?.open(peer)
    this.#show(change.select(this.#state, peer))
  }

  #practice(buddy: Address): void {
    if (this.#state.conversations.has(buddy)) this.#show(change.select(this.#state, buddy))
    else this.#add(buddy, BUDDY.name)
  }

  #changeSettings(settings: Settings): void {
    this.#world.saveSettings(settings)
    this.#show({ ...this.#state, settings })
  }

  async #askNotifications(): Promise<void> {
    await this.#world.askNotifications()
    this.#show({ ...this.#state })
  }

  #toast(sentence: string): void {
    this.#show(change.withToast(this.#state, sentence))
    this.#expireToast()
  }

  #expireToast(): void {
    const id = this.#state.toasts.at(-1)?.id
    if (id === undefined) return
    this.#world.after(TOAST_MS, () => this.#show(change.withoutToast(this.#state, id)))
  }

  async #buddyOf(address: Address): Promise<Address | null> {
    const config = await this.#world.fetchConfig()
    const domain = domainPart(address)
    return config?.domain === domain ? this.#world.parseAddress('buddy', domain) : null
  }

  /** Lets go of client and lock; what is stored stays. */
  #drop(): void {
    this.#client = null
    this.#drafts = null
    this.#composing?.forget()
    this.#composing = null
    this.#world.lock.release()
  }

  #toForm(fault: string | null): void {
    const { stage } = this.#state
    const form = stage.at === 'signIn' ? stage : signInForm(this.#state)
    this.#show({ ...this.#state, stage: { ...form, busy: null, fault } })
    if (stage.at !== 'signIn') void this.#lookAround()
  }

  #setForm(part: Partial<ReturnType<typeof signInForm>>): void {
    const { stage } = this.#state
    if (stage.at === 'signIn') this.#show({ ...this.#state, stage: { ...stage, ...part } })
  }

  #show(state: AppState): void {
    if (state === this.#state) return
    this.#state = state
    const unread = unreadTotal(state)
    this.#world.showUnread(unread, titleOf(unread, APP_NAME))
    this.dispatchEvent(new Event('change'))
  }
}

function signInForm(state: AppState) {
  return state.stage.at === 'signIn'
    ? state.stage
    : ({ at: 'signIn', server: null, remembered: [], busy: null, fault: null } as const)
}
