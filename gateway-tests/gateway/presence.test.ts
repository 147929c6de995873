import { afterAll, beforeAll, expect, test } from 'vitest'
import { childOf, xml } from '../clients/xml.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { encrypted } from './otr-suite.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, type Pair, SIP_DOMAIN } from './stage.ts'

let xmpp: XmppServer
let stage: GatewayStage

beforeAll(async () => {
  xmpp = await startProsody(COMPONENTS)
  stage = await gatewayStage(xmpp)
})
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await xmpp?.stop()
})

/** Bob puts Alice on his list. @returns whether she is there, as his client is told */
async function befriend({ bob }: Pair): Promise<() => boolean> {
  let isThere = false
  bob.stream.onPresence = (from, isAvailable) => {
    if (from === `${bob.peer}/sip`) isThere = isAvailable
  }
  bob.stream.send(xml('presence', { to: bob.peer, type: 'subscribe' }))
  await expect.poll(() => isThere, { timeout: 10_000 }).toBe(true)
  return () => isThere
}

test('whoever is put on a list is there while the gateway is', async () => {
  await using people = await stage.pair()
  const isThere = await befriend(people)
  await stage.gateway.stop()
  await expect.poll(isThere, { timeout: 10_000 }).toBe(false)
  await stage.gateway.start()
  people.bob.stream.send(xml('presence', { type: 'unavailable' }))
  people.bob.stream.send(xml('presence'))
  await expect.poll(isThere, { timeout: 10_000 }).toBe(true)
})

test('a client that logs out ends its session, so that the next one begins anew', async () => {
  await using people = await stage.pair()
  const { alice, bob, bobsAddress } = people
  await befriend(people)
  alice.client.open(bobsAddress)
  await encrypted(people)
  bob.stream.send(xml('presence', { type: 'unavailable' }))
  await alice.until((event) => event.type === 'closed' && event.by === 'remote')
})

test('every question has an answer', async () => {
  await using people = await stage.pair()
  const { stream } = people.bob
  const ask = (name: string, xmlns: string) => stream.ask('get', xml(name, { xmlns }), SIP_DOMAIN)
  expect(await ask('ping', 'urn:xmpp:ping')).toMatchObject({ attributes: { type: 'result' } })
  const info = await ask('query', 'http://jabber.org/protocol/disco#info')
  const identity = childOf(childOf(info, 'query')!, 'identity')
  expect(identity?.attributes['category']).toBe('gateway')
  expect(await ask('query', 'no:such:thing')).toMatchObject({ attributes: { type: 'error' } })
})
