import { randomBytes } from 'node:crypto'
import { type Address, parseAddress } from '../../chat/index.ts'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { Actor, type ActorOptions } from '../../chat/testing/stage.ts'
import { type Edge, startEdge } from '../../edge/index.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { XmppPerson, type XmppPersonOptions } from './xmpp-person.ts'

export const SIP_DOMAIN = 'sip.test'
/** What an XMPP server must be started with to be one side of a stage. */
export const COMPONENTS = { componentDomains: [SIP_DOMAIN, `conference.${SIP_DOMAIN}`] } as const

/** An edge, a gateway and an XMPP server: everything between an Alice at SIP and a Bob at XMPP. */
export interface GatewayStage extends AsyncDisposable {
  readonly edge: Edge
  readonly gateway: Gateway
  readonly xmpp: XmppServer
  /** Every MSRP frame that came to the relay. */
  msrp(): string[]
  /** A chat client at SIP: `sip:NAME@sip.test`, signed in. */
  actor(name: string, options?: ActorOptions): Promise<Actor>
  /** Somebody at SIP whose software is from before OTR. */
  plainPeer(name: string): Promise<PlainPeer>
  /** Two people whom nobody has met before, with each other's addresses. */
  pair(bob?: XmppPersonOptions): Promise<Pair>
}

export interface StageOptions extends Omit<GatewayOptions, 'xmpp' | 'sip'> {
  /** The built app, which the edge serves if it is given. */
  readonly webRoot?: string
}

/** Alice at SIP and Bob at XMPP. */
export interface Pair extends AsyncDisposable {
  readonly alice: Actor
  readonly bob: XmppPerson
  /** `bob@xmpp.test` as Alice has it. */
  readonly bobsAddress: Address
}

let pairs = 0

/**
 * Puts a gateway between a new edge and an XMPP server that runs already, which may be shared: the
 * edge's domain is `sip.test`, which must be a component of the server.
 */
export async function gatewayStage(
  xmpp: XmppServer,
  options: StageOptions = {},
): Promise<GatewayStage> {
  const { webRoot = null, ...gatewayOptions } = options
  const frames: Uint8Array[] = []
  const edge = await startEdge({
    port: 0,
    domain: SIP_DOMAIN,
    dataDir: null,
    webRoot,
    tap: (frame) => void frames.push(frame.slice()),
    trunks: new Map([
      [xmpp.domain, 'gateway'],
      [xmpp.roomsDomain, 'gateway'],
    ]),
  })
  const password = randomBytes(16).toString('hex')
  await edge.enrol('gateway', password)
  const account = `sip:gateway@${SIP_DOMAIN}`
  const gateway = await Gateway.start({
    ...gatewayOptions,
    xmpp,
    sip: { server: edge.wsUrl, account, password },
  })
  const actors: { leave(): Promise<void> }[] = []
  const actor = async (name: string, actorOptions: ActorOptions = {}) => {
    await edge.enrol(name, password).catch(() => {}) // Somebody who comes back has an account.
    const made = new Actor(edge, name, { ...actorOptions, password })
    actors.push(made)
    await made.signIn()
    return made
  }
  return {
    edge,
    gateway,
    xmpp,
    msrp: () => frames.map((frame) => Buffer.from(frame).toString()),
    actor,
    async plainPeer(name) {
      await edge.enrol(name, password)
      const peer = new PlainPeer(edge, name, password)
      actors.push(peer)
      await peer.signIn()
      return peer
    },
    async pair(options) {
      const number = ++pairs
      const alice = await actor(`alice${number}`)
      const bob = await XmppPerson.login(
        xmpp,
        `bob${number}`,
        `alice${number}@${SIP_DOMAIN}`,
        options,
      )
      const bobsAddress = parseAddress(`bob${number}@${xmpp.domain}`, SIP_DOMAIN)
      alice.client.addContact(bobsAddress, null)
      return { alice, bob, bobsAddress, [Symbol.asyncDispose]: () => bob[Symbol.asyncDispose]() }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(actors.map((actor) => actor.leave()))
      await gateway.stop()
      await edge.close()
    },
  }
}
