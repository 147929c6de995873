import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Edge, EdgeOptions } from '../edge/index.ts'
import { makeCa } from '../edge/testing/local-ca.ts'
import { AgentProcess } from './agent-process.ts'
import { DesktopPeer } from './desktop-peer.ts'
import { startEdge } from './edge.ts'
import { passwordOf } from './kamailio.ts'
import { type Provider, startProvider } from './provider.ts'

const ALICE = 'sip:alice@test.local'
const BOB = 'sip:bob@test.local'
const CAROL = 'sip:carol@test.local'

/** One provider for all: what is told of it is told of every edge that tunnels to it. */
let provider: Provider
const edges: Edge[] = []
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(async () => {
  await Promise.all(edges.map((edge) => edge.close()))
  await provider?.[Symbol.asyncDispose]()
})

async function startTunnels(relay: boolean, more: Partial<EdgeOptions> = {}): Promise<Edge> {
  const tunnels = { ...provider.tunnels(relay), ...more }
  const edge = await startEdge({ port: 0, dataDir: null, webRoot: null, ...tunnels })
  edges.push(edge)
  return edge
}

/** An agent that knows its address, its password, and an edge. */
async function signIn(user: 'alice' | 'bob', edge: Edge, store?: string): Promise<AgentProcess> {
  const account = user === 'alice' ? ALICE : BOB
  const more = store === undefined ? {} : { store }
  const agent = AgentProcess.spawn({ account, password: passwordOf(user), via: edge.url, ...more })
  await agent.expect({ event: 'server', found: 'tunnel', state: 'found' })
  await agent.expect({ event: 'registered' })
  return agent
}

/** One calls the other, who does not know them yet; it turns encrypted without anybody asking. */
async function meet(caller: AgentProcess, callee: AgentProcess): Promise<void> {
  caller.do({ do: 'open', peer: callee.account })
  await callee.expect({ event: 'incoming', peer: caller.account, accepted: false })
  callee.do({ do: 'accept', peer: caller.account })
  for (const one of [caller, callee]) {
    await one.expect({ event: 'otr', state: 'encrypted', version: 3, verified: false })
  }
}

async function say(from: AgentProcess, to: AgentProcess, text: string): Promise<void> {
  from.do({ do: 'send', peer: to.account, text })
  const { id } = await from.expect({ event: 'message', direction: 'out', text })
  await to.expect({ event: 'message', direction: 'in', text, id, encrypted: true })
  await from.expect({ event: 'delivery', id, state: 'delivered', encrypted: true })
}

describe('two people at a provider without WebSocket, with address and password only', () => {
  let edge: Edge
  let alice: AgentProcess
  let bob: AgentProcess
  beforeAll(async () => {
    edge = await startTunnels(true)
    alice = await signIn('alice', edge)
    bob = await signIn('bob', edge)
  })
  afterAll(() => Promise.all([alice?.quit(), bob?.quit()]))

  test('talk encrypted, through the provider’s own relay', async () => {
    await meet(alice, bob)
    await say(alice, bob, 'hello Bob')
    await say(bob, alice, 'Grüße, 世界 👋')
    for (const one of [alice, bob]) {
      const route = one.lines.findLast(({ event }) => event === 'route')
      expect(route).toMatchObject({
        found: 'tunnel',
        server: new URL(edge.url).host,
        relay: 'test.local:2855',
        relayKind: 'provider',
      })
    }
  })

  test('send more than one frame of that relay can hold', async () => {
    await say(alice, bob, 'x'.repeat(30_000))
  })

  test('verify each other', async () => {
    alice.do({ do: 'verify', peer: BOB, secret: 'the red door' })
    await bob.expect({ event: 'smp', state: 'asked' })
    bob.do({ do: 'answer', peer: ALICE, secret: 'the red door' })
    await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: true })
    await alice.expect({ event: 'otr', state: 'encrypted', verified: true })
  })

  test('lose nothing when the provider is killed and started again', async () => {
    await provider.kill()
    const text = 'written while the provider was away'
    alice.do({ do: 'send', peer: BOB, text })
    const { id } = await alice.expect({ event: 'message', direction: 'out', text })
    await alice.expect({ event: 'register-failed', code: 'TUNNEL_UNREACHABLE', final: false })
    await provider.restart()
    await alice.expect({ event: 'delivery', id, state: 'delivered', encrypted: true }, 90_000)
    await say(bob, alice, 'all there')
  })
})

describe('a desktop client of the same provider', () => {
  let carol: DesktopPeer
  let alice: AgentProcess
  afterEach(async () => {
    await alice?.quit()
    await carol?.[Symbol.asyncDispose]()
  })

  test('is called, answers without encryption, and finds nothing to object to', async () => {
    const { domain, port, ca } = provider
    carol = await DesktopPeer.start({
      user: 'carol',
      password: passwordOf('carol'),
      domain,
      port,
      ca,
    })
    alice = await signIn('alice', await startTunnels(true))
    alice.do({ do: 'open', peer: CAROL })
    await alice.expect({ event: 'opened', peer: CAROL, room: false })
    alice.do({ do: 'otr', peer: CAROL, set: 'stop' })
    alice.do({ do: 'send', peer: CAROL, text: 'Grüße in clear' })
    const { id } = await alice.expect({ event: 'delivery', state: 'delivered', encrypted: false })
    expect(id).toBeTypeOf('string')
    expect(carol.texts.at(-1)).toBe('Grüße in clear')
    carol.say('<b>Grüße</b> zurück', ALICE)
    await alice.expect({ event: 'message', direction: 'in', text: /Grüße.* zurück/ })
    expect(carol.objections).toEqual([])
  })
})

describe('a provider without an MSRP relay', () => {
  test('leaves the messages to the relay of whoever runs the tunnel', async () => {
    const edge = await startTunnels(false)
    await using alice = await signIn('alice', edge)
    await using bob = await signIn('bob', edge)
    await meet(alice, bob)
    await say(alice, bob, 'through the edge’s own relay')
    for (const one of [alice, bob]) {
      const route = one.lines.findLast(({ event }) => event === 'route')
      expect(route).toMatchObject({ relay: new URL(edge.url).host, relayKind: 'edge' })
    }
  })
})

test('an edge that keeps its relay for its own accounts gives it to nobody else', async () => {
  const edge = await startTunnels(false, { providerRelay: false })
  await using alice = await signIn('alice', edge)
  alice.do({ do: 'open', peer: BOB })
  await alice.expect({ event: 'closed', by: 'network', code: 'TUNNEL_NOT_FOUND' })
})

test('a certificate of another authority keeps the password at home, and says so', async () => {
  const stranger = makeCa()
  const edge = await startTunnels(true, { providerCa: stranger.ca })
  stranger.remove()
  const account = { account: ALICE, password: passwordOf('alice'), via: edge.url }
  const alice = AgentProcess.spawn(account)
  const { fault } = await alice.expect({ event: 'server', found: 'tunnel', state: 'failed' })
  expect(fault).toMatchObject({ code: 'TUNNEL_CERTIFICATE' })
  expect(await alice.ended).toBe(2)
})

test('a wrong password is refused once, and not tried again', async () => {
  const edge = await startTunnels(true)
  const server = `${edge.wsUrl.replace(/\/ws$/, '')}/tunnel/sips/${provider.domain}`
  await using alice = AgentProcess.spawn({ account: ALICE, password: 'wrong', server })
  await alice.expect({ event: 'register-failed', code: 'SIP_WRONG_PASSWORD', final: true })
})
