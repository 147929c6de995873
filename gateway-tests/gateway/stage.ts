import { randomBytes } from 'node:crypto'
import { type Address, parseAddress } from '../../chat/index.ts'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { Actor, type ActorOptions } from '../../chat/testing/stage.ts'
import { writeXml } from '../clients/xml.ts'
import { ending } from '../ending.ts'
import { LastLines, logOnFailure } from '../failure-log.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { edgeWith, type SipServer, type StartSipServer } from './sip-server.ts'
import { XmppPerson, type XmppPersonOptions } from './xmpp-person.ts'

export const SIP_DOMAIN = 'sip.test'
/** What an XMPP server must be started with to be one side of a stage. */
export const COMPONENTS = { componentDomains: [SIP_DOMAIN, `conference.${SIP_DOMAIN}`] } as const

/** A SIP server, a gateway and an XMPP server: everything between an Alice at SIP and a Bob at XMPP. */
export interface GatewayStage extends AsyncDisposable {
  readonly sip: SipServer
  readonly gateway: Gateway
  readonly xmpp: XmppServer
  /** Every MSRP frame that came to the edge's relay. */
  msrp(): string[]
  /** A chat client at SIP: `sip:NAME@sip.test`, signed in. */
  actor(name: string, options?: ActorOptions): Promise<Actor>
  /** Somebody at SIP whose software is from before OTR. */
  plainPeer(name: string): Promise<PlainPeer>
  /** Two people whom nobody has met before, with each other's addresses. */
  pair(bob?: XmppPersonOptions, alice?: ActorOptions): Promise<Pair>
}

export interface StageOptions extends Omit<GatewayOptions, 'xmpp' | 'sip'> {
  /** Default: an edge. */
  readonly sip?: StartSipServer
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
 * Puts a gateway between a new SIP server and an XMPP server that runs already, which may be shared:
 * the domain at SIP is `sip.test`, which must be a component of the XMPP server.
 */
export async function gatewayStage(
  xmpp: XmppServer,
  options: StageOptions = {},
): Promise<GatewayStage> {
  const { sip: startSip = edgeWith(null), ...gatewayOptions } = options
  const frames: Uint8Array[] = []
  const sip = await startSip({
    domain: SIP_DOMAIN,
    trunk: { account: 'gateway', domains: [xmpp.domain, xmpp.roomsDomain] },
    onFrame: (frame) => void frames.push(frame),
  })
  const password = randomBytes(16).toString('hex')
  const account = `sip:gateway@${SIP_DOMAIN}`
  const stanzas = new LastLines()
  const ended = logOnFailure('gateway', () => `${stanzas}`)
  const start = async () => {
    await sip.enrol('gateway', password)
    const trunk = { server: sip.wsUrl, account, password }
    return await Gateway.start({
      ...gatewayOptions,
      xmpp,
      sip: trunk,
      tap(stanza) {
        stanzas.add(writeXml(stanza))
        gatewayOptions.tap?.(stanza)
      },
    })
  }
  const gateway = await start().catch(ending(() => sip.close()))
  const actors: { leave(): Promise<void> }[] = []
  const actor = async (name: string, actorOptions: ActorOptions = {}) => {
    await sip.enrol(name, password).catch(() => {}) // Somebody who comes back has an account.
    const made = new Actor(sip, name, { ...actorOptions, password })
    actors.push(made)
    logOnFailure(name, () => made.events.map((event) => JSON.stringify(event)).join('\n'))
    await made.signIn()
    return made
  }
  return {
    sip,
    gateway,
    xmpp,
    msrp: () => frames.map((frame) => Buffer.from(frame).toString()),
    actor,
    async plainPeer(name) {
      await sip.enrol(name, password)
      const peer = new PlainPeer(sip, name, password)
      actors.push(peer)
      await peer.signIn()
      return peer
    },
    async pair(options, actorOptions) {
      const number = ++pairs
      const alice = await actor(`alice${number}`, actorOptions)
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
      await sip.close()
      ended()
    },
  }
}
