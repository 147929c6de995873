import type { Address } from '../../chat/index.ts'
import type { AppState } from '../app-state.ts'
import { startState } from '../app-state.ts'
import type { DeskDoor } from '../elements/sotto-app.ts'
import type { AppIntent, ChatIntent } from '../intents.ts'
import { reduce, select } from '../reduce.ts'
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
    this.#draft = scene.draft ?? ''
  }

  draft(): string {
    return this.#draft
  }

  readAddress(text: string): Address {
    if (!text.includes('@')) throw new RangeError('That is not an address.')
    return `sip:${text}` as Address
  }

  handle(intent: AppIntent): void {
    if (intent.do === 'select') this.#show(select(this.state, intent.peer))
    if (intent.do === 'settings') this.#show({ ...this.state, settings: intent.settings })
  }

  chat(_peer: Address, intent: ChatIntent): void {
    if (intent.do === 'back') this.#show(select(this.state, null))
  }

  #show(state: AppState): void {
    this.state = state
    this.dispatchEvent(new Event('change'))
  }
}
