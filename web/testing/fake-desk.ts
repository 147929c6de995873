import type { Address, Message } from '../../chat/index.ts'
import type { AccountHere } from '../accounts-here.ts'
import type { AppState } from '../app-state.ts'
import { startState } from '../app-state.ts'
import type { DeskDoor } from '../elements/panes.ts'
import type { OfficeDoor } from '../elements/sotto-app.ts'
import { withHeld } from '../files/reduce-files.ts'
import type { AppIntent, ChatIntent } from '../intents.ts'
import { reduce, select } from '../reduce.ts'
import { intend, undo } from '../reduce-intent.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { ALICE, BUDDY } from './cast.ts'
import type { Scene } from './scenes.ts'

/** A desk that plays one scene and then only turns what concerns the screen itself. */
export class FakeDesk extends EventTarget implements DeskDoor {
  state: AppState
  readonly #draft: string

  constructor(scene: Scene, theme: AppState['settings']['theme']) {
    super()
    let state: AppState = {
      ...startState({ ...DEFAULT_SETTINGS, theme }),
      address: ALICE,
      buddy: BUDDY,
      ...scene.part,
    }
    for (const event of scene.events) state = reduce(state, event)
    if (scene.stage !== undefined) state = { ...state, stage: scene.stage }
    this.state = select(state, scene.selected)
    for (const intent of scene.intents ?? [])
      this.state = intend(this.state, scene.selected!, intent)
    for (const [id, held] of Object.entries(scene.held ?? {}))
      this.state = withHeld(this.state, scene.selected!, id, held)
    this.#draft = scene.draft ?? ''
  }

  readonly account = ALICE
  readonly keyring = null

  lendKeyring(): Promise<never> {
    throw new RangeError('nothing is kept in the gallery')
  }

  draft(): string {
    return this.#draft
  }

  readAddress(text: string): Address {
    if (!text.includes('@')) throw new RangeError('That is not an address.')
    return `sip:${text}` as Address
  }

  readRoom(text: string): Address {
    return this.readAddress(text.includes('@') ? text : `${text}@conference.sotto.example`)
  }

  async searchHistory(text: string, peer: Address | null): Promise<readonly Message[]> {
    return [...this.state.conversations.values()]
      .filter((one) => peer === null || one.peer === peer)
      .flatMap(({ timeline }) => timeline)
      .flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
      .filter((message) => message.text.includes(text))
  }

  async exportHistory(): Promise<null> {
    return null
  }

  handle(intent: AppIntent): void {
    if (intent.do === 'undo') this.#show(undo(this.state, intent.id))
    if (intent.do === 'select') this.#show(select(this.state, intent.peer))
    if (intent.do === 'settings') this.#show({ ...this.state, settings: intent.settings })
  }

  chat(peer: Address, intent: ChatIntent): void {
    this.#show(intend(this.state, peer, intent))
    if (intent.do === 'loadEarlier')
      this.#show(reduce(this.state, { type: 'history', peer, messages: [], isComplete: true }))
  }

  #show(state: AppState): void {
    this.state = state
    this.dispatchEvent(new Event('change'))
  }
}

/** With this one desk. */
export class FakeOffice extends EventTarget implements OfficeDoor {
  readonly desk: FakeDesk
  readonly accounts: readonly AccountHere[] = []

  constructor(desk: FakeDesk) {
    super()
    this.desk = desk
    desk.addEventListener('change', () => this.dispatchEvent(new Event('change')))
  }

  handle(intent: AppIntent): void {
    this.desk.handle(intent)
  }

  arrange(): void {}
}
