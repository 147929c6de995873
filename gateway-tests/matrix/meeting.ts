import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Address, parseAddress } from '../../chat/index.ts'
import { MemoryKeyStore, MemoryStore } from '../../chat/testing/memory-store.ts'
import type { Actor } from '../../chat/testing/stage.ts'
import { until } from '../clients/client-home.ts'
import type { XmppClient, XmppClientKind } from '../clients/xmpp-client.ts'
import { ManInTheMiddle } from '../gateway/man-in-the-middle.ts'
import { type Middle, NOBODY_BETWEEN } from '../gateway/middle.ts'
import { edgeWith, kamailioServer } from '../gateway/sip-server.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, SIP_DOMAIN } from '../gateway/stage.ts'
import { type ChatStanza, readMessage } from '../gateway/stanzas.ts'
import { XmppPerson } from '../gateway/xmpp-person.ts'
import { startEjabberd } from '../xmpp/ejabberd.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'

/** Which XMPP server a client is at. */
export type ServerName = XmppServer['name']

const START = { prosody: startProsody, ejabberd: startEjabberd } as const
const SIP = { edge: edgeWith(null), kamailio: kamailioServer } as const
/** What stands at SIP, between Sotto and the gateway. */
export type SipServerName = keyof typeof SIP

/** For what takes as long as a slow machine lets it. */
export const LOOK = { timeout: 15_000 }

/**
 * One XMPP client behind the gateway and a Sotto at SIP who have never met before. The client, the
 * server and the gateway stay for a whole file; Sotto is new for every test.
 */
export class Meeting implements AsyncDisposable {
  readonly kind: XmppClientKind
  readonly server: XmppServer
  readonly stage: GatewayStage
  readonly client: XmppClient
  /** The client's user, as Sotto has them. */
  readonly peer: Address
  /** Messages that passed between server and gateway during this test. */
  readonly stanzas: ChatStanza[]
  /** Who stands between from now on. */
  readonly #between: Between
  readonly #keys = new MemoryKeyStore()
  #alice: Actor | null = null
  #talks = 0

  private constructor(
    kind: XmppClientKind,
    stage: GatewayStage,
    client: XmppClient,
    between: Between,
  ) {
    this.kind = kind
    this.stage = stage
    this.server = stage.xmpp
    this.client = client
    this.peer = parseAddress(they(stage.xmpp), SIP_DOMAIN)
    this.stanzas = between.stanzas
    this.#between = between
  }

  static async start(
    kind: XmppClientKind,
    serverName: ServerName,
    sip: SipServerName = 'edge',
  ): Promise<Meeting> {
    const server = await START[serverName]({ ...COMPONENTS, port: kind.serverPort ?? 0 })
    const between: Between = { middle: NOBODY_BETWEEN, stanzas: [], onStanza: () => {} }
    let stage: GatewayStage | null = null
    try {
      await server.addUser(THEM, PASSWORD)
      stage = await gatewayStage(server, {
        sip: SIP[sip],
        middle: () => passing(between),
        tap: (stanza) => {
          if (stanza.name !== 'message') return
          const read = readMessage(stanza)
          between.stanzas.push(read)
          between.onStanza(read)
        },
      })
      const { port } = server
      const account = they(server)
      const client = await kind.start({ port, account, password: PASSWORD, peer: WE })
      return new Meeting(kind, stage, client, between)
    } catch (error) {
      await stage?.[Symbol.asyncDispose]()
      await server.stop()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.stop()
    await this.stage[Symbol.asyncDispose]()
    await this.server.stop()
  }

  /** Sotto, headless: the product but for its windows. */
  get alice(): Actor {
    return this.#alice!
  }

  /** A new Sotto, who has the client's user among her contacts; nobody has said anything. */
  async begin(): Promise<void> {
    if ((await this.client.state()) !== 'plaintext') await this.client.endOtr()
    await this.theirState('plaintext')
    await this.#alice?.leave()
    this.#between.middle = NOBODY_BETWEEN
    this.#alice = await this.stage.actor(US, { store: new MemoryStore(this.#keys) })
    this.alice.client.addContact(this.peer, null)
    this.client.events.skip()
    this.stanzas.length = 0
  }

  /** Another device of their account, with libotr. */
  phone(): Promise<XmppPerson> {
    return XmppPerson.login(this.server, THEM, WE, { resource: 'phone', password: PASSWORD })
  }

  /** Her page is loaded anew: what was stored is there, and nothing else. */
  async reload(): Promise<void> {
    const { store } = this.alice
    this.alice.client.vanish()
    this.#alice = await this.stage.actor(US, { store })
  }

  /** Somebody reads along from now on. */
  async overhear(): Promise<ManInTheMiddle> {
    const mallory = await ManInTheMiddle.create()
    this.#between.middle = mallory
    return mallory
  }

  /** A text of theirs that nobody encrypts, and her choice to go on like that. */
  async beginInClear(): Promise<void> {
    await this.begin()
    await this.client.say('hello in the clear')
    await this.alice.hears('hello in the clear')
    await this.alice.privacy(this.peer, 'starting')
    this.alice.client.stopOtr(this.peer)
    await this.alice.privacy(this.peer, 'plaintext')
  }

  async beginEncrypted(who: 'we' | 'they' = 'we'): Promise<void> {
    await this.begin()
    if (who === 'we') this.alice.client.open(this.peer)
    else await this.client.startOtr()
    await this.encrypted()
  }

  /** Both say that it is encrypted, each with the other's key. */
  async encrypted(): Promise<void> {
    const { peerFingerprint } = await this.alice.privacy(this.peer, 'unverified')
    await this.theirState('encrypted', 'verified')
    expect(peerFingerprint).toBe(await this.client.fingerprint())
  }

  /** What they would compare is our key, and nobody's between. */
  async theyKnowUs(): Promise<void> {
    const { ownFingerprint } = this.alice.privacyNow(this.peer)!
    expect(await this.client.peerFingerprint()).toBe(ownFingerprint)
  }

  async theirState(...states: string[]): Promise<void> {
    await expect.poll(() => this.client.state(), LOOK).toBeOneOf(states)
  }

  /** She says it, and they read it. */
  async hear(text: string, encrypted: boolean): Promise<void> {
    this.alice.client.send(this.peer, text)
    await this.client.events.expect('text', { text, encrypted })
  }

  /** They say it, and she reads it. */
  async say(text: string, protection: 'none' | 'unverified' | 'verified'): Promise<void> {
    await this.client.say(text)
    expect(await this.alice.hears(text)).toMatchObject({ protection })
  }

  async talk(encrypted: boolean, words = 'wörter — ä€🌍日本'): Promise<void> {
    const mark = `${++this.#talks} ${words}`
    await this.hear(`von uns ${mark}`, encrypted)
    await this.say(`von ihnen ${mark}`, encrypted ? 'unverified' : 'none')
  }

  /** A message that passed the gateway, or will. */
  passed(what: string, matches: (stanza: ChatStanza) => boolean): Promise<ChatStanza> {
    return until(
      () => this.stanzas.find(matches),
      what,
      () => this.log(),
    )
  }

  /** The next one that matches, while it is still at the gateway. */
  passing(matches: (stanza: ChatStanza) => boolean): Promise<ChatStanza> {
    return new Promise((resolve) => {
      this.#between.onStanza = (stanza) => {
        if (matches(stanza)) resolve(stanza)
      }
    })
  }

  /** Waits until nothing has passed for a while. */
  async rest(): Promise<void> {
    for (let seen = -1; seen !== this.stanzas.length; await setTimeout(500)) {
      seen = this.stanzas.length
    }
  }

  /** Whether the client sent it, and not the gateway. */
  isTheirs({ from }: ChatStanza): boolean {
    return from.startsWith(they(this.server))
  }

  log(): string {
    const events = this.#alice?.events
      .filter(({ type }) => type !== 'account')
      .slice(-40)
      .map((event) => JSON.stringify(event))
    const passed = this.stanzas
      .filter(({ body }) => body !== null)
      .slice(-40)
      .map((stanza) => JSON.stringify(stanza).slice(0, 400))
    return [
      this.client.log().slice(-20_000),
      '-- passed',
      ...passed,
      '-- Sotto',
      ...(events ?? []),
    ].join('\n')
  }
}

const US = 'alice'
const THEM = 'they'
const WE = `${US}@${SIP_DOMAIN}`
const PASSWORD = 'their secret'
const they = ({ domain }: XmppServer) => `${THEM}@${domain}`

interface Between {
  middle: Middle
  readonly stanzas: ChatStanza[]
  onStanza: (stanza: ChatStanza) => void
}

/** The gateway asks once for each pair who is in the middle; this one may change. */
function passing(between: Between): Middle {
  return {
    fromSip: (text) => between.middle.fromSip(text),
    fromXmpp: (text) => between.middle.fromXmpp(text),
    dispose: () => between.middle.dispose(),
  }
}
