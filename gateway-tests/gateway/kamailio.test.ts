import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { encrypted, testOtr } from './otr-suite.ts'
import { kamailioServer } from './sip-server.ts'
import { COMPONENTS, type GatewayStage, gatewayStage } from './stage.ts'

/** More than one frame of this relay holds: 11,238 bytes. */
const LONG = Array.from({ length: 4_000 }, (_, number) => `${number} Žofie`).join(' ')
const PATIENT = { timeout: 40_000 }

describe('OTR', () => {
  testOtr(() => startProsody(COMPONENTS), kamailioServer)
})

describe('what Kamailio does to a conversation', () => {
  let xmpp: XmppServer
  let stage: GatewayStage

  beforeAll(async () => {
    xmpp = await startProsody(COMPONENTS)
    stage = await gatewayStage(xmpp, { sip: kamailioServer })
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await xmpp?.stop()
  })

  test('texts larger than a frame of its relay arrive, in parts or in chunks', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    bob.say(LONG)
    expect(await alice.hears(LONG)).toMatchObject({ protection: 'unverified' })
    alice.client.send(bobsAddress, LONG)
    await bob.until('all parts', () => bob.otr.texts.join('').length >= LONG.length)
    expect(bob.otr.texts.join('')).toBe(LONG)
  })

  test('delivered is what the gateway reports, not what the relay answers', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    bob.raw('hello', { wantsReceipt: true }) // His client is one that gives receipts.
    await alice.hears('hello')
    alice.client.stopOtr(bobsAddress)
    await alice.privacy(bobsAddress, 'plaintext')
    const id = alice.client.send(bobsAddress, 'have you got it?')
    const { id: stanza } = await bob.message('it', ({ body }) => body === 'have you got it?')
    await alice.delivery(id, 'sent')
    const deliveries = () => alice.all('delivery').filter((event) => event.id === id)
    expect(deliveries().map(({ delivery }) => delivery)).not.toContain('delivered')
    bob.raw(null, { receiptFor: stanza! })
    await alice.delivery(id, 'delivered')
  })

  test('after its power cut both go on under new keys, and nothing goes in the clear', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.send(bobsAddress, 'before')
    await encrypted(people)
    await bob.hears('before')
    const restarted = stage.sip.restart()
    await bob.message('gone', ({ chatState }) => chatState === 'gone')
    const from = alice.events.length
    const id = alice.client.send(bobsAddress, 'while it is away')
    await restarted
    // Whoever calls before the gateway has registered again tries a second time after a while.
    await expect.poll(() => bob.otr.texts, PATIENT).toContain('while it is away')
    await alice.delivery(id, 'delivered')
    bob.say('all there')
    expect(await alice.hears('all there')).toMatchObject({ protection: 'unverified' })
    const bodies = bob.stream.messages.map(({ body }) => body ?? '')
    expect(bodies.filter((body) => body !== '' && !body.startsWith('?OTR'))).toEqual([])
    expect(alice.events.slice(from).some(({ type }) => type === 'keyChanged')).toBe(false)
    expect(bob.otr.texts).toEqual(['before', 'while it is away'])
    expect(xmpp.kept()).not.toContain('while it is away')
  })

  test('what XMPP says while it is away comes back to who said it', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    const restarted = stage.sip.restart()
    await bob.message('gone', ({ chatState }) => chatState === 'gone')
    bob.otr.send('into nothing')
    const lost = bob.otr.take().map((body) => bob.raw(body))
    for (const id of lost) {
      await bob.message('the error', (message) => message.type === 'error' && message.id === id)
    }
    await restarted
    const isOnline = () => alice.all('account').at(-1)?.account.state === 'online'
    await expect.poll(() => stage.gateway.isRegistered && isOnline(), PATIENT).toBe(true)
    bob.act((otr) => otr.start())
    await encrypted(people)
    bob.say('once more')
    await alice.hears('once more')
    expect(alice.heard().map(({ text }) => text)).toEqual(['once more'])
  })
})
