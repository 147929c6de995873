import { type Address, type ChatEvent, userOf } from '../chat/index.ts'
import { ACCOUNTS, vaultSentence } from './account-words.ts'
import { type AppState, bare, signInStage } from './app-state.ts'
import { IdleLock } from './idle-lock.ts'
import type { VaultIntent } from './intents.ts'
import type { KeyringHost } from './keyring.ts'
import type { Seat } from './seat.ts'
import type { Credentials } from './server-search.ts'
import { parseSettings, type Settings } from './settings.ts'
import type { Picture } from './toast-desk.ts'
import { SIGN_IN } from './words.ts'
import type { LentKeyring, World } from './world.ts'

/** What the desk lets its keeper of keys do. */
export interface DeskParts extends Picture {
  /** Nobody's data on the screen. */
  readonly fresh: () => AppState
  readonly toast: (sentence: string) => void
  readonly seat: () => Seat | null
  /** Without a seat, events of the client go nowhere. */
  readonly setSeat: (seat: Seat | null) => void
  /** Signs out in good order. @returns what it takes to come back */
  readonly rise: () => Promise<Credentials | null>
  /** Comes back, or finds that another tab has the account. */
  readonly claim: (credentials: Credentials) => Promise<void>
  readonly leave: () => Promise<void>
  readonly useSettings: (settings: Settings) => void
}

/** What stands between a person and an account: its passphrase, a lost key, a backup, an idle hour. */
export class VaultDesk {
  readonly #world: World
  readonly #desk: DeskParts
  readonly #idle: IdleLock

  constructor(world: World, desk: DeskParts) {
    this.#world = world
    this.#desk = desk
    this.#idle = new IdleLock(world.after, world.now, () => void this.#lock())
  }

  handle(intent: VaultIntent): void {
    switch (intent.do) {
      case 'proceed':
        return this.#proceed()
      case 'lock':
        return void this.#lock()
      case 'forgetAccount':
        return void this.#forget(intent.address)
    }
  }

  /** Signs in, unless something stands before the account that the person has to see to. */
  async enter(seat: Seat, hadKey: boolean): Promise<void> {
    const gate = await seat.keyring.gate(hadKey)
    if (this.#desk.seat() !== seat) return
    if (gate === 'open') return this.#proceed()
    const name = userOf(seat.keyring.account)
    this.#desk.show({ ...this.#desk.state(), stage: { at: gate, name } })
  }

  /** Somebody is at the keys. */
  stir(): void {
    this.#idle.stir()
  }

  stop(): void {
    this.#idle.stop()
  }

  settingsChanged(before: Settings, { lockAfter }: Settings): void {
    if (lockAfter !== before.lockAfter && this.#desk.seat() !== null) this.#idle.start(lockAfter)
  }

  take(event: ChatEvent): void {
    const { address } = this.#desk.state()
    if (address === null) return
    if (event.type === 'identity') void this.#world.accounts.noteKey(address).catch(() => {})
    if (event.type !== 'verification') return
    const { verification } = event
    const isFirst = verification.step === 'succeeded' && verification.provesPeer
    if (isFirst && this.#world.remindOnce(address)) this.#desk.toast(ACCOUNTS.remind)
  }

  /** What a keyring of the account that is signed in may ask for. */
  get host(): KeyringHost {
    return { ...this.#settingsHost, aside: (work) => this.#aside(work) }
  }

  /** A keyring for a backup whose account nobody is signed in with. */
  lend(): Promise<LentKeyring> {
    return this.#world.lendKeyring(this.#settingsHost)
  }

  get #settingsHost(): Omit<KeyringHost, 'aside'> {
    return {
      settings: () => this.#desk.state().settings,
      useSettings: (given) => this.#desk.useSettings(parseSettings(JSON.stringify(given))),
      now: this.#world.now,
      onPassphrase: (isOn) => this.#desk.seat()?.drafts.keepInMemory(isOn),
    }
  }

  #proceed(): void {
    const { stage, settings } = this.#desk.state()
    if (stage.at !== 'signIn') this.#wait(SIGN_IN.connecting)
    this.#idle.start(settings.lockAfter)
    this.#desk.seat()?.client.signIn()
  }

  /** Ends everything in good order; it goes on with the passphrase. */
  async #lock(): Promise<void> {
    const isLockable = await this.#desk.seat()?.keyring.hasPassphrase()
    if (!isLockable) return
    this.#desk.show({ ...this.#desk.fresh(), stage: { ...signInStage(), busy: ACCOUNTS.working } })
    const credentials = await this.#desk.rise()
    if (credentials !== null) await this.#desk.claim(credentials)
  }

  /** Does what nobody may be signed in for, and signs in again. */
  async #aside(work: () => Promise<void>): Promise<void> {
    const seat = this.#desk.seat()
    if (seat === null) return
    const isInside = this.#desk.state().stage.at === 'inside'
    this.#desk.setSeat(null)
    if (isInside) {
      this.#wait(ACCOUNTS.working)
      await seat.client.signOut()
      await seat.files.leave()
    }
    try {
      await work()
    } catch (error) {
      if (!isInside) throw error // The form that asked is still there to say it.
      this.#desk.toast(vaultSentence(error))
    } finally {
      this.#desk.setSeat(seat)
    }
    this.#proceed()
  }

  /** The form, with nothing to do but wait; whose account it is stays known. */
  #wait(busy: string): void {
    const { address, buddy, toasts } = this.#desk.state()
    const stage = { ...signInStage(), busy }
    this.#desk.show({ ...this.#desk.fresh(), address, buddy, toasts, stage })
  }

  async #forget(address: Address): Promise<void> {
    if (this.#desk.seat() !== null) await this.#desk.leave()
    const isDone = await this.#world.forgetAccount(address)
    await this.#desk.leave() // The form looks again who is known here.
    this.#desk.toast(isDone ? ACCOUNTS.isForgotten(bare(address)) : ACCOUNTS.usedElsewhere)
  }
}
