import { type Address, type ChatAccount, domainOf, type ServerKind } from '../chat/index.ts'
import type { SignInStage, Stage } from './app-state.ts'
import { addressSentence } from './fault-words.ts'
import { findServer, withStep } from './find-server.ts'
import type { TypedAccount } from './intents.ts'
import { SERVER } from './sign-in-words.ts'
import type { World } from './world.ts'

/** What a sign-in needs. The password is kept in memory only, and only while the account is in use. */
export type Credentials = Pick<ChatAccount, 'address' | 'password' | 'server'> & {
  readonly found: ServerKind
}

/** The form that is searched for, and shows how that goes. */
export interface SearchForm {
  readonly stage: () => Stage
  readonly set: (part: Partial<SignInStage>) => void
  readonly refuse: (fault: string) => void
}

/** Finds where an account is served, one search at a time. */
export class ServerSearch {
  readonly #world: World
  readonly #form: SearchForm
  /** Aborted when nobody waits any more. */
  #running = new AbortController()

  constructor(world: World, form: SearchForm) {
    this.#world = world
    this.#form = form
  }

  cancel(): void {
    this.#running.abort()
  }

  /**
   * Where the account is served; `null` if that is not found, which is said, or nobody waits for it.
   *
   * @param isCheck - if it is not found, the first place that was looked at will do
   * @param ready - what was there before has been put away
   */
  async find(
    typed: TypedAccount | null,
    isCheck: boolean,
    ready: Promise<void>,
  ): Promise<Credentials | null> {
    if (typed === null) return null
    const { password, server } = typed
    const address = this.#readOwn(typed.address)
    if (address === null) return null
    await ready
    const search = new AbortController()
    this.#running.abort()
    this.#running = search
    this.#form.set({ busy: SERVER.searching, fault: null, search: [] })
    const found = await findServer(this.#world, address, server, (step) => {
      const stage = this.#form.stage()
      if (search.signal.aborted || stage.at !== 'signIn') return
      this.#form.set({ search: withStep(stage.search, step) })
    })
    if (search.signal.aborted) return null
    if (found === null) this.#form.refuse(SERVER.notFound(domainOf(address)))
    const stage = this.#form.stage()
    const first = isCheck && stage.at === 'signIn' ? stage.search[0] : undefined
    const place = found ?? first ?? null
    return place === null ? null : { address, password, server: place.url, found: place.kind }
  }

  /** An own address as it was typed; `null`, and said, if it is none. */
  #readOwn(text: string): Address | null {
    const stage = this.#form.stage()
    const server = stage.at === 'signIn' ? stage.server : null
    const near = server === null || server === 'unreachable' ? undefined : server.domain
    try {
      return this.#world.parseAddress(text, near)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#form.refuse(addressSentence(error))
      return null
    }
  }
}
