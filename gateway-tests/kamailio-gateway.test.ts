import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { header, SipPhone as RawPhone, type SipRequest } from '../edge/testing/sip-phone.ts'
import { KAMAILIO_DOMAIN, type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { freePorts } from './ports.ts'
import { SipPhone, stream, told } from './sip-phone.ts'

/** Behind the gateway, which has a connection to the first of two nodes. */
const BOB = 'sip:bob%40home@xmpp.test'

let near: Kamailio
let far: Kamailio
let gateway: RawPhone
const phones: SipPhone[] = []

beforeAll(async () => {
  const [a, b, ...relays] = (await freePorts(4)) as [number, number, number, number]
  const [here, peer] = [`127.0.0.21:${a}`, `127.0.0.22:${b}`]
  const trunk = { account: 'gateway', domains: ['xmpp.test', 'rooms.xmpp.test'] }
  const node = (port: number, own: string, other: string) =>
    startKamailio({ port, gateway: trunk, cluster: { here: own, peer: other, relays } })
  near = await node(relays[0], here, peer)
  far = await node(relays[1], peer, here)
  for (const server of [near, far]) server.setAccount('gateway', passwordOf('gateway'))
})
beforeEach(async () => {
  const active = () => [near, far].map((node) => node.ask('dmq.list_nodes').match(/active/g))
  await expect.poll(active, { timeout: 30_000 }).toEqual(Array(2).fill(['active', 'active']))
  gateway = await new RawPhone(near.url, 'gateway', KAMAILIO_DOMAIN).open()
  const password = passwordOf('gateway')
  expect(await gateway.register({ password })).toMatchObject({ status: 200 })
  await expect.poll(() => far.ask('ul.dump')).toContain(gateway.host)
})
afterEach(async () => {
  gateway.close()
  await Promise.all(phones.splice(0).map(({ agent }) => agent.stop()))
})
afterAll(async () => {
  await Promise.all([near?.[Symbol.asyncDispose](), far?.[Symbol.asyncDispose]()])
})

async function phone(user: string, server: Kamailio): Promise<SipPhone> {
  const address = `sip:${user}@${KAMAILIO_DOMAIN}`
  const made = new SipPhone({ address, password: passwordOf(user), server: server.url })
  phones.push(made)
  return await made.signIn()
}

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=message 2855 TCP/MSRP *',
  'a=accept-types:text/plain',
  'a=path:msrp://bob.invalid:2855/bob;tcp',
  'a=setup:active',
  '',
].join('\r\n')

async function answer(): Promise<SipRequest> {
  const invite = await gateway.takeRequest('INVITE')
  gateway.respond(invite, 200, ['Content-Type: application/sdp'], SDP)
  await gateway.takeRequest('ACK')
  return invite
}

test.each([
  ['its own node', () => near],
  ['the other node', () => far],
])('a call from %s reaches the gateway, under the address that was called', async (_, node) => {
  const { agent, events } = await phone('alice', node())
  const call = agent.invite(BOB, stream('a', 'actpass'))
  const invite = await answer()
  expect(invite.uri).toBe(BOB)
  expect(header(invite, 'from')).toContain(`<sip:alice@${KAMAILIO_DOMAIN}>`)
  expect(await told(events, 'established')).toMatchObject({ call, peer: { address: BOB } })
  gateway.inCalleeDialog('BYE', invite)
  expect(await gateway.takeFinal('BYE')).toMatchObject({ status: 200 })
  expect(await told(events, 'ended')).toMatchObject({ call, by: 'remote', error: null })
})

test.each([
  ['its own node', () => near],
  ['the other node', () => far],
])('the gateway speaks for the domains behind it, to %s', async (_, node) => {
  const { events } = await phone('alice', node())
  await expect.poll(() => near.ask('ul.dump')).toContain('alice')
  const lines = [`From: <${BOB}>;tag=1`, 'Content-Type: text/plain']
  gateway.request('MESSAGE', `sip:alice@${KAMAILIO_DOMAIN}`, lines, 'hello')
  expect(await told(events, 'page')).toMatchObject({ peer: { address: BOB }, body: 'hello' })
  expect(await gateway.takeFinal('MESSAGE')).toMatchObject({ status: 200 })
})

test('it speaks for no other domain, and for nobody of ours', async () => {
  for (const from of ['sip:bob@xmpp-test.example', `sip:alice@${KAMAILIO_DOMAIN}`]) {
    gateway.request('MESSAGE', `sip:carol@${KAMAILIO_DOMAIN}`, [`From: <${from}>;tag=1`])
    expect((await gateway.takeFinal('MESSAGE')).status, from).toBe(407) // It has no such password.
  }
})

test('nobody else speaks for them', async () => {
  const carol = await new RawPhone(near.url, 'carol', KAMAILIO_DOMAIN).open()
  const password = passwordOf('carol')
  expect(await carol.register({ password })).toMatchObject({ status: 200 })
  const lines = [`From: <${BOB}>;tag=1`]
  carol.request('MESSAGE', gateway.address, lines)
  const challenge = await carol.takeFinal('MESSAGE')
  expect(challenge.status).toBe(407)
  const credentials = carol.credentials(challenge, 'MESSAGE', gateway.address, password)
  carol.request('MESSAGE', gateway.address, [...lines, `Proxy-Authorization: ${credentials}`])
  expect(await carol.takeFinal('MESSAGE')).toMatchObject({ status: 403 })
  carol.close()
})

test('while it is away, everybody behind it is', async () => {
  gateway.close()
  await expect.poll(() => near.ask('ul.dump'), { timeout: 10_000 }).not.toContain('gateway')
  const { agent, events } = await phone('alice', near)
  agent.invite(BOB, stream('a', 'actpass'))
  expect(await told(events, 'ended')).toMatchObject({ error: { code: 'SIP_PEER_OFFLINE' } })
})
