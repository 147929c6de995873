import {
  type Address,
  type ChatEvent,
  domainOf,
  type HistoryExport,
  type Message,
  userOf,
} from '../chat/index.ts'
import { announcements, titleOf } from './announcements.ts'
import { type AppState, ROOM_HOST, signInStage, startState, unreadTotal } from './app-state.ts'
import { ConnectionCheck } from './connection-check.ts'
import { faultSentence } from './fault-words.ts'
import { atStake, withHeld } from './files/reduce-files.ts'
import type { FileDesk } from './files/seat-files.ts'
import { FormDesk } from './form-desk.ts'
import type { AppIntent, ChatIntent, TypedAccount } from './intents.ts'
import type { Keyring } from './keyring.ts'
import { UNDO_MS } from './limits.ts'
import * as change from './reduce.ts'
import { intend, jump, undo } from './reduce-intent.ts'
import { Seat } from './seat.ts'
import type { Credentials } from './server-search.ts'
import type { Settings } from './settings.ts'
import { ToastDesk } from './toast-desk.ts'
import { VaultDesk } from './vault-desk.ts'
import { APP, APP_NAME, BUDDY, BUDDY_USER, SETTINGS, SIGN_IN } from './words.ts'
import type { LentKeyring, World } from './world.ts'

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
  #account: Address | null
  /** Whose desk it stays when signing in with {@link #account} comes to nothing. */
  #settled: Address | null
  readonly #form: FormDesk
  readonly #vault: VaultDesk
  /** What was there before is being put away; the form that is left is shown then. */
  #leaving: Promise<void> = Promise.resolve()
  readonly #connectionCheck: ConnectionCheck
  readonly #toasts: ToastDesk

  /** @param account - whose form is shown first; `null`: of whoever comes */
  constructor(world: World, account: Address | null = null) {
    super()
    this.#world = world
    this.#account = account
    this.#settled = account
    this.#state = startState(world.loadSettings())
    const picture = { state: () => this.#state, show: (state: AppState) => this.#show(state) }
    this.#toasts = new ToastDesk(picture, world.after)
    this.#connectionCheck = new ConnectionCheck(world, (check) => {
      if (check !== this.#state.check) this.#show({ ...this.#state, check })
    })
    this.#form = new FormDesk(world, picture)
    this.#vault = new VaultDesk(world, {
      ...picture,
      fresh: () => this.#fresh(),
      toast: (sentence) => this.#toasts.say(sentence),
      seat: () => this.#seat,
      setSeat: (seat) => {
        this.#seat = seat
      },
      rise: () => this.#rise(),
      claim: (credentials) => this.#claim(credentials),
      leave: () => this.#depart(),
      useSettings: (settings) => this.#changeSettings(settings),
    })
    world.connect({
      onAttention: (attentive) => this.attend(attentive),
      onNetwork: () => this.#seat?.client.probe(),
      onLeave: () => this.#seat?.vanish(),
      mayLeave: () => !Object.values(atStake(this.#state)).some((count) => count > 0),
      onOpen: (peer, account) => {
        if (account === this.#account) this.handle({ do: 'select', peer })
      },
      onTaken: () => this.#giveUp(),
      onActivity: () => this.#vault.stir(),
    })
    void this.#form.lookAround()
  }

  get state(): AppState {
    return this.#state
  }

  /** Who is here, or was until something went wrong; `null` once they signed out. */
  get account(): Address | null {
    return this.#account
  }

  /** Whether somebody looks at what is shown of this account. */
  attend(attentive: boolean): void {
    this.#show(change.attend(this.#state, attentive))
  }

  /** The person chose these, maybe at another desk. */
  useSettings(settings: Settings): void {
    const before = this.#state.settings
    if (settings.receipts !== before.receipts) this.#seat?.client.setReceipts(settings.receipts)
    this.#show({ ...this.#state, settings })
    this.#vault.settingsChanged(before, settings)
  }

  draft(peer: Address): string {
    return this.#seat?.drafts.get(peer) ?? ''
  }

  /** Of the account that is here; `null` if none is. */
  get keyring(): Keyring | null {
    return this.#seat?.keyring ?? null
  }

  /** For a backup whose account nobody is signed in with. */
  lendKeyring(): Promise<LentKeyring> {
    return this.#vault.lend()
  }

  /**
   * Reads what a person types for a contact; a bare name is one at the own domain.
   *
   * @throws RangeError with a sentence for people
   */
  readAddress(text: string): Address {
    return this.#world.parseAddress(text, this.#state.address ?? undefined)
  }

  /** The same for a room; a bare name is one of the own domain's. */
  readRoom(text: string): Address {
    const { address } = this.#state
    const host = address === null ? undefined : `${ROOM_HOST}${domainOf(address)}`
    return this.#world.parseAddress(text, host)
  }

  async searchHistory(text: string, peer: Address | null): Promise<readonly Message[]> {
    return (await this.#seat?.client.searchHistory(text, peer)) ?? []
  }

  async exportHistory(peer: Address): Promise<HistoryExport | null> {
    return (await this.#seat?.client.exportHistory(peer)) ?? null
  }

  /** Does what the person wants of the app. */
  handle(intent: AppIntent): void {
    const { buddy } = this.#state
    switch (intent.do) {
      case 'createAccount':
        return void this.#createAccount(intent.name, intent.password)
      case 'signIn':
        return void this.#signIn(intent)
      case 'check':
        return void this.#check(intent.typed)
      case 'endCheck':
        return this.#connectionCheck.end()
      case 'cancelSignIn':
        return void this.leave()
      case 'signOut':
      case 'leaveElsewhere':
        return void this.#depart()
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
      case 'readAloud':
        return this.#world.announcer.speak(intent.text, intent.language)
      case 'proceed':
      case 'lock':
      case 'forgetAccount':
        return this.#vault.handle(intent)
      case 'renewIdentity':
        return this.#seat?.client.renewIdentity()
      case 'dismissToast':
        return this.#toasts.dismiss(intent.id)
      case 'undo':
        this.#seat?.undo(this.#state, intent.id)
        return this.#show(undo(this.#state, intent.id))
      case 'jump':
        return this.#show(jump(this.#state, intent.peer, intent.key))
      case 'jumped':
        return this.#show({ ...this.#state, jump: null })
    }
  }

  /** Does what the person wants in the conversation with `peer`. */
  chat(peer: Address, intent: ChatIntent): void {
    const isOpen = this.#state.conversations.get(peer)?.open ?? false
    this.#show(intend(this.#state, peer, intent))
    this.#seat?.tell(peer, intent, isOpen)
    if (intent.do === 'deleteMessage') this.#toasts.expire(UNDO_MS)
  }

  async #createAccount(name: string, password: string): Promise<void> {
    this.#world.announcer.prime()
    const made = await this.#form.enrol(name, password)
    if (made !== null) await this.#signIn(made)
  }

  async #signIn(typed: TypedAccount): Promise<void> {
    this.#world.announcer.prime()
    this.#connectionCheck.end()
    const credentials = await this.#form.find(typed, false, this.#leaving)
    if (credentials === null) return
    this.#credentials = credentials
    this.#account = credentials.address
    this.#form.set({ busy: SIGN_IN.connecting, fault: null })
    await this.#claim(credentials)
  }

  async #claim(credentials: Credentials): Promise<void> {
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
    const { address, server: url, found: kind } = credentials
    const { accounts } = this.#world
    try {
      const config = await this.#world.fetchConfig()
      const known = (await accounts.list()).find((account) => account.address === address)
      const { instanceId } = await accounts.remember(address, { kind, url }, this.#world.now())
      if (this.#credentials !== credentials) return this.#world.lock.release() // Cancelled meanwhile.
      const stage = this.#state.stage.at === 'signIn' ? this.#state.stage : signInStage()
      this.#show({
        ...this.#fresh(),
        stage: { ...stage, busy: SIGN_IN.connecting },
        address,
        buddy:
          config?.domain === domainOf(address)
            ? this.#world.parseAddress(BUDDY_USER, config.domain)
            : null,
      })
      const account = { ...credentials, displayName: null, instanceId }
      const lent = await this.#world.createClient(
        account,
        (event) => {
          if (this.#seat === seat) this.#take(event, known !== undefined)
        },
        this.#vault.host,
      )
      const seat = new Seat(lent, this.#world.drafts(address), this.#world.after, this.#files)
      if (this.#credentials !== credentials) return lent.dispose() // Cancelled while it was fetched.
      this.#seat = seat
      if (!this.#state.settings.receipts) seat.client.setReceipts(false)
      await this.#vault.enter(seat, known?.hadKey ?? false)
    } catch (error) {
      await this.leave(error instanceof DOMException ? APP.storageFailed : APP.cannotStart)
    }
  }

  /** One event of the client: a new value, then whatever is said or shown outside the picture. */
  #take(event: ChatEvent, isKnown: boolean): void {
    const isFirstKey = this.#state.fingerprint === null
    this.#show(change.reduce(this.#state, event))
    for (const announcement of announcements(event, this.#state, this.#world.now()))
      this.#world.announcer.announce(announcement, this.#account)
    if (event.type === 'fault' && event.peer === null) this.#toasts.expire()
    if (event.type === 'transfer') this.#seat?.files.hear(event.transfer)
    if (event.type === 'kept') this.#seat?.drafts.kept(event.peer, event.id)
    if (event.type === 'identity' && event.created && isKnown && isFirstKey)
      this.#toasts.say(APP.keyLost)
    this.#vault.take(event)
    if (event.type !== 'account') return
    if (event.account.state === 'online') this.#settled = this.#account
    if (event.account.state === 'refused') void this.leave(faultSentence(event.account.fault))
    // The page was left, which signs out, and then shown again from the browser's memory.
    if (event.account.state === 'signedOut') void this.leave()
  }

  get #files(): FileDesk {
    return {
      hold: (peer, id, held) => this.#show(withHeld(this.#state, peer, id, held)),
      refuse: (peer, fault) =>
        this.#show(change.reduce(this.#state, { type: 'fault', peer, fault })),
      settings: () => this.#state.settings,
      after: this.#world.after,
    }
  }

  /** Signs out, if anybody is signed in, and shows the form. */
  async leave(fault: string | null = null): Promise<void> {
    const { stage } = this.#state
    this.#account = this.#settled
    this.#leaving = this.#standUp()
    await this.#leaving
    const form = stage.at === 'signIn' ? stage : signInStage()
    this.#show({ ...this.#fresh(), stage: { ...form, busy: null, fault } })
    await this.#form.lookAround()
  }

  /** Signs out, and it is nobody's desk any more. */
  async #depart(): Promise<void> {
    this.#settled = null
    await this.leave()
  }

  /** Another tab takes the account; the lock is its own once this is done. */
  async #giveUp(): Promise<void> {
    this.#showElsewhere(false)
    await this.#rise()
  }

  /** Lets go of everything but what it takes to come back. */
  async #rise(): Promise<Credentials | null> {
    const credentials = this.#credentials
    await this.#standUp()
    this.#credentials = credentials
    return credentials
  }

  /** Lets go of the client, the password and the lock; what is stored stays. */
  async #standUp(): Promise<void> {
    const seat = this.#seat
    this.#seat = null
    this.#credentials = null
    this.#form.cancel()
    this.#vault.stop()
    this.#connectionCheck.end()
    await seat?.leave()
    this.#world.lock.release()
  }

  /** Goes the account's way from end to end; what is found is shown as it is found. */
  async #check(typed: TypedAccount | null): Promise<void> {
    this.#connectionCheck.end()
    const account = this.#credentials ?? (await this.#form.find(typed, true, this.#leaving))
    if (account === null) return
    if (this.#credentials === null) this.#form.set({ busy: null })
    this.#connectionCheck.begin(account)
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
    if (settings.language !== this.#state.settings.language)
      void this.#world.speak(settings.language)
    this.useSettings(settings)
  }

  async #askNotifications(): Promise<void> {
    await this.#world.askNotifications()
    this.#show({ ...this.#state }) // The permission is the browser's; the screen asks it when drawn.
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
