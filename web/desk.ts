import { type Address, type ChatAccount, type ChatEvent, domainOf, userOf } from '../chat/index.ts'
import { announcements, titleOf } from './announcements.ts'
import {
  type AppState,
  type SignInStage,
  signInStage,
  startState,
  unreadTotal,
} from './app-state.ts'
import type { AppIntent, ChatIntent } from './intents.ts'
import { TOAST_MS } from './limits.ts'
import * as change from './reduce.ts'
import { Seat } from './seat.ts'
import type { Settings } from './settings.ts'
import { APP, APP_NAME, BUDDY, SETTINGS, SIGN_IN } from './words.ts'
import type { World } from './world.ts'

/** What a sign-in needs. The password is kept in memory only, and only while the account is in use. */
type Credentials = Pick<ChatAccount, 'address' | 'password' | 'server'>

/**
 * The one owner of the state: events come in from the client, intents from the screen, and whoever
 * listens is told that there is a new value.
 *
 * @fires change {Event} {@link state} is another value.
 */
export class Desk extends EventTarget {
  readonly #world: World
  #state: AppState
  #seat: Seat | null = null
  #credentials: Credentials | null = null

  constructor(world: World) {
    super()
    this.#world = world
    this.#state = startState(world.loadSettings())
    world.connect({
      onAttention: (attentive) => this.#show(change.attend(this.#state, attentive)),
      onNetwork: () => this.#seat?.client.probe(),
      onLeave: () => this.#seat?.client.vanish(),
      onOpen: (peer) => this.#show(change.select(this.#state, peer)),
      onTaken: () => this.#giveUp(),
    })
    void this.#lookAround()
  }

  get state(): AppState {
    return this.#state
  }

  draft(peer: Address): string {
    return this.#seat?.drafts.get(peer) ?? ''
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
    const { buddy } = this.#state
    switch (intent.do) {
      case 'createAccount':
        return void this.#createAccount(intent.name, intent.password)
      case 'signIn':
        return this.#signInHere(intent.name, intent.password)
      case 'signInAt':
        return this.#signInAt(intent.address, intent.password, intent.server)
      case 'cancelSignIn':
      case 'signOut':
      case 'leaveElsewhere':
        return void this.#leave()
      case 'useHere':
        return void this.#takeOver()
      case 'select':
        return this.#show(change.select(this.#state, intent.peer))
      case 'addContact':
        return this.#add(intent.peer, intent.name)
      case 'practice':
        return buddy === null ? undefined : this.#practice(buddy)
      case 'settings':
        return this.#changeSettings(intent.settings)
      case 'askNotifications':
        return void this.#askNotifications()
      case 'testSpeech':
        return this.#world.announcer.speak(SETTINGS.speechSample)
      case 'renewIdentity':
        return this.#seat?.client.renewIdentity()
      case 'dismissToast':
        return this.#show(change.withoutToast(this.#state, intent.id))
    }
  }

  /** Does what the person wants in the conversation with `peer`. */
  chat(peer: Address, intent: ChatIntent): void {
    switch (intent.do) {
      case 'back':
        return this.#show(change.select(this.#state, null))
      case 'dismissVerification':
        return this.#show(change.dismissVerification(this.#state, peer))
      case 'dismissFault':
        return this.#show(change.dismissFault(this.#state, peer))
      default:
        this.#seat?.tell(peer, intent, this.#state.conversations.get(peer)?.open ?? false)
        if (intent.do === 'decline') this.#show(change.forget(this.#state, peer))
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
    if (enrolment.ok) this.#signInAt(enrolment.address, password, this.#world.ownSocket)
    else this.#refuse(enrolment.sentence ?? SIGN_IN.unreachable)
  }

  /** Signs in at the page's own server; `name` may also be a whole address. */
  #signInHere(name: string, password: string): void {
    const { stage } = this.#state
    const server = stage.at === 'signIn' ? stage.server : null
    const domain = server === null || server === 'unreachable' ? undefined : server.domain
    if (domain === undefined && !name.includes('@')) return this.#refuse(SIGN_IN.unreachable)
    this.#signInAt(name, password, this.#world.ownSocket, domain)
  }

  #signInAt(text: string, password: string, server: string, near?: string): void {
    try {
      const address = this.#world.parseAddress(text, near)
      void this.#signIn({ address, password, server })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#refuse(error.message)
    }
  }

  async #signIn(credentials: Credentials): Promise<void> {
    this.#world.announcer.prime()
    this.#credentials = credentials
    this.#setForm({ busy: SIGN_IN.connecting, fault: null })
    if (await this.#world.lock.acquire(credentials.address)) await this.#sitDown(credentials)
    else this.#showElsewhere(false)
  }

  async #takeOver(): Promise<void> {
    const credentials = this.#credentials
    if (credentials === null) return
    this.#showElsewhere(true)
    await this.#world.lock.takeOver(credentials.address)
    await this.#sitDown(credentials)
  }

  /** The lock is ours: makes the client and lets it sign in. */
  async #sitDown(credentials: Credentials): Promise<void> {
    const { address, server } = credentials
    const { accounts } = this.#world
    try {
      const config = await this.#world.fetchConfig()
      const isKnown = (await accounts.list()).some((known) => known.address === address)
      const { instanceId } = await accounts.remember(address, server, this.#world.now())
      if (this.#credentials !== credentials) return this.#world.lock.release() // Cancelled meanwhile.
      const stage = this.#state.stage.at === 'signIn' ? this.#state.stage : signInStage()
      this.#show({
        ...this.#fresh(),
        stage: { ...stage, busy: SIGN_IN.connecting },
        address,
        buddy:
          config?.domain === domainOf(address)
            ? this.#world.parseAddress(BUDDY.user, config.domain)
            : null,
      })
      const account = { ...credentials, displayName: null, instanceId }
      const seat: Seat = new Seat(
        this.#world.createClient(account, (event) => {
          if (this.#seat === seat) this.#take(event, isKnown)
        }),
        this.#world.drafts(address),
        this.#world.after,
      )
      this.#seat = seat
      seat.client.signIn()
    } catch (error) {
      await this.#leave(error instanceof DOMException ? APP.storageFailed : APP.cannotStart)
    }
  }

  /** One event of the client: a new value, then whatever is said or shown outside the picture. */
  #take(event: ChatEvent, isKnown: boolean): void {
    const isFirstKey = this.#state.fingerprint === null
    this.#show(change.reduce(this.#state, event))
    for (const announcement of announcements(event, this.#state))
      this.#world.announcer.announce(announcement)
    if (event.type === 'fault' && event.peer === null) this.#expireToast()
    if (event.type === 'identity' && event.created && isKnown && isFirstKey)
      this.#toast(APP.keyLost)
    if (event.type !== 'account') return
    if (event.account.state === 'refused') void this.#leave(event.account.fault.sentence)
    // The page was left, which signs out, and then shown again from the browser's memory.
    if (event.account.state === 'signedOut') void this.#leave()
  }

  /** Signs out, if anybody is signed in, and shows the form. */
  async #leave(fault: string | null = null): Promise<void> {
    const { stage } = this.#state
    await this.#standUp()
    const form = stage.at === 'signIn' ? stage : signInStage()
    this.#show({ ...this.#fresh(), stage: { ...form, busy: null, fault } })
    await this.#lookAround()
  }

  /** Another tab takes the account; the lock is its own once this is done. */
  async #giveUp(): Promise<void> {
    const credentials = this.#credentials
    if (credentials === null) return
    this.#showElsewhere(false)
    await this.#standUp()
    this.#credentials = credentials
  }

  /** Lets go of the client, the password and the lock; what is stored stays. */
  async #standUp(): Promise<void> {
    const seat = this.#seat
    this.#seat = null
    this.#credentials = null
    await seat?.leave()
    this.#world.lock.release()
  }

  #add(peer: Address, name: string | null): void {
    this.#seat?.client.addContact(peer, name)
    this.#seat?.client.open(peer)
    this.#show(change.select(this.#state, peer))
  }

  #practice(buddy: Address): void {
    if (!this.#state.conversations.has(buddy)) return this.#add(buddy, BUDDY.name)
    this.#show(change.select(this.#state, buddy))
  }

  #changeSettings(settings: Settings): void {
    this.#world.saveSettings(settings)
    this.#show({ ...this.#state, settings })
  }

  async #askNotifications(): Promise<void> {
    await this.#world.askNotifications()
    this.#show({ ...this.#state }) // The permission is the browser's; the screen asks it when drawn.
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

  #refuse(fault: string): void {
    this.#setForm({ busy: null, fault })
  }

  #setForm(part: Partial<SignInStage>): void {
    const { stage } = this.#state
    if (stage.at === 'signIn') this.#show({ ...this.#state, stage: { ...stage, ...part } })
  }

  #showElsewhere(busy: boolean): void {
    if (this.#credentials === null) return
    const name = userOf(this.#credentials.address)
    this.#show({ ...this.#fresh(), stage: { at: 'elsewhere', name, busy } })
  }

  /** Nobody's data on the screen. */
  #fresh(): AppState {
    const { settings, attentive } = this.#state
    return { ...startState(settings), attentive }
  }

  #show(state: AppState): void {
    if (state === this.#state) return
    this.#state = state
    const unread = unreadTotal(state)
    this.#world.showUnread(unread, titleOf(unread, APP_NAME))
    this.dispatchEvent(new Event('change'))
  }
}
