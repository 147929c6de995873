import type { SignInStage } from './app-state.ts'
import { refusalSentence } from './fault-words.ts'
import type { TypedAccount } from './intents.ts'
import { type Credentials, ServerSearch } from './server-search.ts'
import type { Picture } from './toast-desk.ts'
import { SIGN_IN } from './words.ts'
import type { World } from './world.ts'

/** The form of the first screen: who was here before, a new account, and where an account is served. */
export class FormDesk {
  readonly #world: World
  readonly #picture: Picture
  readonly #search: ServerSearch

  constructor(world: World, picture: Picture) {
    this.#world = world
    this.#picture = picture
    this.#search = new ServerSearch(world, {
      stage: () => picture.state().stage,
      set: (part) => this.set(part),
      refuse: (fault) => this.refuse(fault),
    })
  }

  /** Does nothing while another screen is up. */
  set(part: Partial<SignInStage>): void {
    const state = this.#picture.state()
    const { stage } = state
    if (stage.at === 'signIn') this.#picture.show({ ...state, stage: { ...stage, ...part } })
  }

  refuse(fault: string): void {
    this.set({ busy: null, fault })
  }

  /** Learns who was here before and what the page's own server offers. */
  async lookAround(): Promise<void> {
    const [remembered, server] = await Promise.all([
      this.#world.accounts.list().catch(() => []),
      this.#world.fetchConfig(),
    ])
    this.set({ remembered, server: server ?? 'unreachable' })
  }

  /** @returns what to sign in with; `null`, and said, if the server makes no such account */
  async enrol(name: string, password: string): Promise<TypedAccount | null> {
    this.set({ busy: SIGN_IN.creating, fault: null })
    const enrolment = await this.#world.enrol(name, password)
    if (enrolment.ok) return { address: enrolment.address, password, server: null }
    this.refuse(
      enrolment.refusal === null ? SIGN_IN.unreachable : refusalSentence(enrolment.refusal),
    )
    return null
  }

  /** As {@link ServerSearch.find}. */
  find(
    typed: TypedAccount | null,
    isCheck: boolean,
    ready: Promise<void>,
  ): Promise<Credentials | null> {
    return this.#search.find(typed, isCheck, ready)
  }

  cancel(): void {
    this.#search.cancel()
  }
}
