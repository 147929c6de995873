import type { AppState } from './app-state.ts'
import type { Credentials } from './server-search.ts'
import type { World } from './world.ts'

/** Goes an account's way from end to end, one check at a time; what is found is shown as it is found. */
export class ConnectionCheck {
  readonly #world: Pick<World, 'diagnose'>
  readonly #show: (check: AppState['check']) => void
  #cancel = () => {}

  constructor(world: Pick<World, 'diagnose'>, show: (check: AppState['check']) => void) {
    this.#world = world
    this.#show = show
  }

  begin(account: Credentials): void {
    const { address } = account
    this.#cancel = this.#world.diagnose(account, (diagnosis) => this.#show({ address, diagnosis }))
  }

  end(): void {
    this.#cancel()
    this.#cancel = () => {}
    this.#show(null)
  }
}
