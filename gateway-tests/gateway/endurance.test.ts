import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { encrypted } from './otr-suite.ts'
import { COMPONENTS, type GatewayStage, gatewayStage } from './stage.ts'
import { XmppPerson } from './xmpp-person.ts'

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

describe('when the gateway starts anew', () => {
  test('in order, both go on under new keys, and nothing goes in the clear', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.send(bobsAddress, 'before')
    await encrypted(people)
    await bob.hears('before')
    await stage.gateway.stop()
    await bob.message('gone', ({ chatState }) => chatState === 'gone')
    await stage.gateway.start()
    const from = alice.events.length
    alice.client.send(bobsAddress, 'after')
    await bob.hears('after')
    bob.say('after, too')
    await alice.hears('after, too')
    expect(alice.heard().map(({ protection }) => protection)).not.toContain('none')
    expect(alice.events.slice(from).some(({ type }) => type === 'keyChanged')).toBe(false)
    expect(xmpp.kept()).not.toContain('after')
  })

  test('after a power cut, what XMPP says finds its way', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    stage.gateway.crash()
    await stage.gateway.start()
    // Alice has keys for a session that is gone; Bob’s client asks for new ones.
    bob.act((otr) => otr.start())
    await alice.until(
      (event) => event.type === 'privacy' && event.privacy.state === 'unverified',
      alice.events.length,
    )
    bob.say('still here')
    expect(await alice.hears('still here')).toMatchObject({ protection: 'unverified' })
  })
})

describe('when a client starts anew', () => {
  // libotr says nothing of what is for another instance: neither to its user nor to us.
  test.each([
    ['asks for encryption', (bob: XmppPerson) => bob.act((otr) => otr.start())],
    ['writes in the clear', (bob: XmppPerson) => void bob.raw('back again')],
  ])('and %s, what went out under the old keys is not confirmed any more', async (_, speak) => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    bob.say('one moment')
    await alice.hears('one moment')
    await bob.stream[Symbol.asyncDispose]()
    const name = bob.stream.jid.split('@')[0]!
    await using again = await XmppPerson.login(xmpp, name, bob.peer, { resource: 'again' })
    const id = alice.client.send(bobsAddress, 'into the old keys')
    await alice.delivery(id, 'delivered')
    speak(again)
    const last = () => alice.all('delivery').findLast((event) => event.id === id)
    await expect.poll(last).toMatchObject({ delivery: 'sent', reason: NOT_CONFIRMED })
    expect(again.otr.texts).toEqual([])
  })
})

const NOT_CONFIRMED = 'It left, but the other network does not confirm it.'

describe('several clients of one XMPP user', () => {
  test('all get what comes first; the one that answers gets the rest', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    const name = bob.stream.jid.split('@')[0]!
    await using phone = await XmppPerson.login(xmpp, name, bob.peer, { resource: 'phone' })
    alice.client.open(bobsAddress)
    // The phone alone answers the query that both hear.
    await encrypted({ ...people, bob: phone })
    alice.client.send(bobsAddress, 'to the phone')
    await phone.hears('to the phone')
    const isOpening = (body: string | null) => body === null || body.startsWith('?OTRv')
    expect(bob.stream.messages.filter(({ body }) => !isOpening(body))).toEqual([])
  })

  test('who both speak OTR have sessions of their own', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    const name = bob.stream.jid.split('@')[0]!
    await using phone = await XmppPerson.login(xmpp, name, bob.peer, { resource: 'phone' })
    phone.act((otr) => otr.start())
    await phone.until('encryption', () => phone.otr.secure)
    phone.say('from the phone')
    await alice.hears('from the phone')
    bob.say('from the desk')
    await alice.hears('from the desk')
  })
})
