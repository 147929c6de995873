/**
 * The chat as a library: an element and the call that brings it to life. `docs/embedding.md` tells how
 * a softphone uses it.
 * @module
 */
import type { ChatEvent, ChatSetup } from '../chat/index.ts'
import { Desk } from './desk.ts'
import { SottoChat } from './elements/sotto-chat.ts'
import { directionOf, type Language, speak } from './language.ts'
import type { Settings } from './settings.ts'
import { browserWorld, type World } from './world.ts'

export { attachToUserAgent, type ChatEvent, type HostAccount } from '../chat/index.ts'
export { LANGUAGES, type Language } from './language.ts'
export { SottoChat }

export interface SottoOptions {
  /** `alice@example.org`, with or without `sip:`. */
  readonly address: string
  /** For REGISTER and the message relay; for the relay alone where `sipAgent` is given. */
  readonly password: string
  /** WebSocket URL that takes the subprotocols `sip` and `msrp`; only `msrp` where `sipAgent` is given. */
  readonly server: string
  /** A SIP connection that the page has already: what `attachToUserAgent` makes of it. */
  readonly sipAgent?: ChatSetup['sipAgent']
  /** Otherwise what the person chose in the settings, and before that the browser's. */
  readonly language?: Language
  readonly theme?: Settings['theme']
}

/** A chat that was started. */
export interface Sotto {
  /** Shows the conversation with this address; `null` for the list. */
  open(peer: string | null): void
  /** Ends encryption and sessions properly, unregisters, within 3 s. The element is empty afterwards. */
  stop(): Promise<void>
}

/**
 * Signs in and shows the conversations in `element`. One element holds one account at a time.
 *
 * @throws RangeError if `options.address` is not an address
 */
export function startSotto(element: SottoChat, options: SottoOptions): Sotto {
  const world = embeddedWorld(element, options)
  const { password, server } = options
  const address = world.parseAddress(options.address)
  const desk = new Desk(world)
  const signIn = () => desk.handle({ do: 'signIn', address, password, server })
  element.addEventListener('sotto-sign-in', signIn)
  element.desk = desk
  void world.speak(world.loadSettings().language).then(signIn)
  return {
    open(peer) {
      element.peer = peer
    },
    async stop() {
      element.removeEventListener('sotto-sign-in', signIn)
      await desk.leave()
      element.desk = null
    },
  }
}

/** The browser's world, but what belongs to the page is left to it: title, language, other servers. */
function embeddedWorld(element: SottoChat, options: SottoOptions): World {
  const { sipAgent, server, language, theme } = options
  const world = browserWorld({ sipAgent })
  const tell = (name: string, detail: number | ChatEvent) =>
    element.dispatchEvent(new CustomEvent(name, { detail }))
  return {
    ...world,
    fetchConfig: async () => null,
    discover: async () => ({ kind: 'given', url: server }),
    createClient: (account, sink, keyringHost) =>
      world.createClient(
        account,
        (event) => {
          sink(event)
          tell('sotto-event', event)
        },
        keyringHost,
      ),
    async speak(choice) {
      element.lang = await speak(choice, navigator.languages)
      element.dir = directionOf(element.lang as Language)
    },
    loadSettings: () => ({
      ...world.loadSettings(),
      ...(language === undefined ? {} : { language }),
      ...(theme === undefined ? {} : { theme }),
    }),
    showUnread: (unread) => void tell('sotto-unread', unread),
  }
}
