import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCa } from '../edge/testing/local-ca.ts'
import { AgentProcess } from './agent-process.ts'
import { chain } from './chain.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { freePorts } from './ports.ts'

const ALICE = 'sip:alice@test.local'
const BOB = 'sip:bob@test.local'

/** The real agent, with an account at this Kamailio. */
function agent(
  user: 'alice' | 'bob',
  server: Kamailio,
  more: { store?: string; ca?: string } = {},
) {
  const account = user === 'alice' ? ALICE : BOB
  return AgentProcess.start({ account, password: passwordOf(user), server: server.url, ...more })
}

function peerOf({ account }: AgentProcess): string {
  return account === ALICE ? BOB : ALICE
}

/** One calls the other, who does not know them yet; it turns encrypted without anybody asking. */
async function meet(caller: AgentProcess, callee: AgentProcess): Promise<void> {
  caller.do({ do: 'open', peer: callee.account })
  await callee.expect({ event: 'incoming', peer: caller.account, accepted: false })
  callee.do({ do: 'accept', peer: caller.account })
  for (const one of [caller, callee]) {
    await one.expect({ event: 'opened', room: false })
    await one.expect({ event: 'otr', state: 'encrypted', version: 3, verified: false })
  }
}

function write(from: AgentProcess, text: string): void {
  from.do({ do: 'send', peer: peerOf(from), text })
}

/** One writes, the other reads it, encrypted, and the first learns of that. */
async function say(from: AgentProcess, to: AgentProcess, text: string): Promise<void> {
  write(from, text)
  const { id } = await from.expect({ event: 'message', direction: 'out', text })
  await to.expect({ event: 'message', direction: 'in', text, id, encrypted: true })
  await from.expect({ event: 'delivery', id, state: 'delivered', encrypted: true })
}

function received(one: AgentProcess): unknown[] {
  return one.lines
    .filter((line) => line.event === 'message' && line['direction'] === 'in')
    .map((line) => line['text'])
}

async function metric(server: Kamailio, name: string): Promise<number> {
  const line = (await server.metrics()).split('\n').find((line) => line.startsWith(name))
  return Number(line?.slice(name.length).trim().split(' ')[0] ?? 0)
}

const authority = makeCa()
const tls = { ...authority.issue('localhost'), ca: authority.ca }
const ca = join(mkdtempSync(join(tmpdir(), 'sotto-ca-')), 'ca.pem')
writeFileSync(ca, authority.ca)
afterAll(() => authority.remove())

describe.each([
  ['ws', {}, {}],
  ['wss', { tls }, { ca }],
] as const)('two agents and one Kamailio, over %s', (_, serves, trusts) => {
  let server: Kamailio
  let alice: AgentProcess
  let bob: AgentProcess
  const test = chain()

  beforeAll(async () => {
    server = await startKamailio(serves)
    alice = await agent('alice', server, trusts)
    bob = await agent('bob', server, trusts)
  })
  afterAll(async () => {
    await Promise.all([alice?.quit(), bob?.quit()])
    await server?.[Symbol.asyncDispose]()
  })

  test('talk encrypted without having asked for it, both ways', async () => {
    await meet(alice, bob)
    await say(alice, bob, 'hello Bob')
    await say(bob, alice, 'Grüße, 世界 👋\n?OTR: is text too\r\n-------')
  })

  test('send more than one frame of this relay can hold', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => `${i} Grüße`.padEnd(10)).join('')
    expect(text.length).toBeGreaterThanOrEqual(30_000)
    await say(alice, bob, text)
    expect(await metric(server, 'kamailio_msrp_refusals{status="501"}')).toBe(0)
    expect(await metric(server, 'kamailio_msrp_frames{method="SEND"}')).toBeGreaterThan(5)
  })

  test('verify each other: a wrong secret, the right one, a question', async () => {
    alice.do({ do: 'verify', peer: BOB, secret: 'the blue door' })
    await bob.expect({ event: 'smp', state: 'asked', question: null })
    bob.do({ do: 'answer', peer: ALICE, secret: 'the green door' })
    await Promise.all([alice, bob].map((one) => one.expect({ event: 'smp', state: 'failed' })))
    await new Promise((resolve) => setTimeout(resolve, 10_000)) // Nobody may guess on at once.

    alice.do({ do: 'verify', peer: BOB, secret: 'the red door' })
    await bob.expect({ event: 'smp', state: 'asked' })
    bob.do({ do: 'answer', peer: ALICE, secret: 'the red door' })
    await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: true })
    await alice.expect({ event: 'otr', state: 'encrypted', verified: true })

    bob.do({ do: 'verify', peer: ALICE, secret: 'Zürich', question: 'Where did we meet?' })
    await alice.expect({ event: 'smp', state: 'asked', question: 'Where did we meet?' })
    alice.do({ do: 'answer', peer: BOB, secret: 'Zürich' })
    await bob.expect({ event: 'smp', state: 'succeeded', provesPeer: true })
    await bob.expect({ event: 'otr', state: 'encrypted', verified: true })
  })

  test('end encryption: nothing leaves until the other has chosen', async () => {
    alice.do({ do: 'otr', peer: BOB, set: 'stop' })
    await bob.expect({ event: 'otr', state: 'finished' })
    write(bob, 'still private?')
    const held = await bob.expect({ event: 'message', direction: 'out', text: 'still private?' })
    bob.do({ do: 'otr', peer: ALICE, set: 'start' })
    await bob.expect({ event: 'delivery', id: held['id'], state: 'delivered', encrypted: true })
    await alice.expect({
      event: 'message',
      direction: 'in',
      text: 'still private?',
      encrypted: true,
    })
  })

  test('keep what is written to someone offline, and deliver it once he is back', async () => {
    const { store } = bob
    await bob.quit()
    const texts = ['while you were away', 'und noch etwas', 'three']
    for (const text of texts) write(alice, text)
    const last = await alice.expect({ event: 'message', direction: 'out', text: 'three' })
    bob = await agent('bob', server, { store, ...trusts })
    await alice.expect({ event: 'delivery', id: last['id'], state: 'delivered' }, 60_000)
    await expect.poll(() => received(bob)).toEqual(texts)
  })

  test('lose nothing and repeat nothing when the server is killed and started again', async () => {
    const before = received(bob).length
    const texts = Array.from({ length: 40 }, (_, i) => `number ${i}`)
    for (const text of texts.slice(0, 20)) write(alice, text)
    await bob.expect({ event: 'message', direction: 'in', text: 'number 2' })
    await server.kill()
    for (const text of texts.slice(20)) write(alice, text)
    const last = await alice.expect({ event: 'message', direction: 'out', text: 'number 39' })
    server = await startKamailio({ port: server.port, ...serves })
    await alice.expect({ event: 'delivery', id: last['id'], state: 'delivered' }, 100_000)
    await expect.poll(() => received(bob).slice(before)).toEqual(texts)
    await say(bob, alice, 'all there')
  })

  test('announce a changed key, and send nothing to it before it is trusted', async () => {
    await bob.quit()
    bob = await agent('bob', server, trusts)
    write(alice, 'is it you?')
    const held = await alice.expect({ event: 'message', direction: 'out', text: 'is it you?' })
    await bob.expect({ event: 'incoming', peer: ALICE, accepted: false }, 60_000)
    bob.do({ do: 'accept', peer: ALICE })
    const { fingerprint } = await alice.expect({ event: 'key-changed', peer: BOB, blocks: true })
    expect(received(bob)).toEqual([])
    alice.do({ do: 'trust', peer: BOB, fingerprint })
    await alice.expect({ event: 'delivery', id: held['id'], state: 'delivered', encrypted: true })
    await expect.poll(() => received(bob)).toEqual(['is it you?'])
  })
})

describe('over TLS, with an authority of one’s own', () => {
  test('a certificate is exchanged while two agents talk', async () => {
    await using server = await startKamailio({ tls })
    await using alice = await agent('alice', server, { ca })
    await using bob = await agent('bob', server, { ca })
    await meet(alice, bob)
    await say(alice, bob, 'Grüße')
    await say(bob, alice, 'x'.repeat(30_000))
    expect(server.ask('tls.reload')).toContain('Ok')
    await say(alice, bob, 'with the certificate of before')
  })

  test('an agent that does not know the authority stays out', async () => {
    await using server = await startKamailio({ tls })
    const account = { account: ALICE, password: passwordOf('alice'), server: server.url }
    await using alice = AgentProcess.spawn(account)
    await alice.expect({ event: 'register-failed', code: 'SIP_UNREACHABLE', final: false })
  })
})

describe('two nodes', () => {
  let one: Kamailio
  let two: Kamailio
  let alice: AgentProcess
  let bob: AgentProcess
  const test = chain()

  beforeAll(async () => {
    const [a, b, ...relays] = (await freePorts(4)) as [number, number, number, number]
    const [here, peer] = [`127.0.0.11:${a}`, `127.0.0.12:${b}`]
    one = await startKamailio({ port: relays[0], cluster: { here, peer, relays } })
    two = await startKamailio({ port: relays[1], cluster: { here: peer, peer: here, relays } })
  })
  afterAll(async () => {
    await Promise.all([alice?.quit(), bob?.quit()])
    await Promise.all([one?.[Symbol.asyncDispose](), two?.[Symbol.asyncDispose]()])
  })

  test('someone on the one talks with someone on the other', async () => {
    const active = () => [one, two].map((node) => node.ask('dmq.list_nodes').match(/active/g))
    await expect.poll(active, { timeout: 30_000 }).toEqual(Array(2).fill(['active', 'active']))
    alice = await agent('alice', one)
    bob = await agent('bob', two)
    await meet(alice, bob)
    await say(alice, bob, 'across')
    await say(bob, alice, 'and back: Grüße, 世界')
    await say(alice, bob, 'y'.repeat(30_000))
    bob.do({ do: 'close', peer: ALICE })
    await alice.expect({ event: 'closed', by: 'remote' })
    await say(bob, alice, 'called from the other side')
  })

  test('someone whose node has failed is found on the other', async () => {
    await two.kill()
    write(alice, 'where are you?')
    const { id } = await alice.expect({ event: 'message', direction: 'out' })
    await bob.kill()
    bob = await agent('bob', one, { store: bob.store })
    await alice.expect({ event: 'delivery', id, state: 'delivered', encrypted: true }, 60_000)
    await expect.poll(() => received(bob)).toEqual(['where are you?'])
  })
})
