import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAddress } from '../../chat/index.ts'
import { childOf, textOf, xml } from '../clients/xml.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, type Pair } from './stage.ts'
import { XHTML, XHTML_IM } from './stanzas.ts'

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

const ODD = 'Servus! Žluťoučký kůň 🐎 <b>&amp; \t"\'> 你好'

/** Alice goes without encryption, as she must with somebody whose software has none. */
async function inClear({ alice, bobsAddress }: Pair): Promise<void> {
  await alice.privacy(bobsAddress, 'starting')
  alice.client.stopOtr(bobsAddress)
  await alice.privacy(bobsAddress, 'plaintext')
}

/** Two who have said hello, in the clear. */
async function talking(): Promise<Pair> {
  const people = await stage.pair({ speaksOtr: false })
  people.bob.raw('hello')
  await people.alice.hears('hello')
  await inClear(people)
  return people
}

describe('text', () => {
  test('goes both ways when SIP begins', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    alice.client.send(bobsAddress, ODD)
    await inClear(people)
    await bob.hears(ODD)
    bob.raw(ODD)
    await alice.hears(ODD)
  })

  test('goes both ways when XMPP begins, and keeps its order', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    const words = Array.from({ length: 20 }, (_, number) => `${number} ${ODD}`)
    for (const word of words) bob.raw(word)
    await alice.hears(words.at(-1)!)
    expect(alice.heard().map(({ text }) => text)).toEqual(words)
    await inClear(people)
    alice.client.send(bobsAddress, ODD)
    await bob.hears(ODD)
  })

  test('keeps its thread', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    bob.raw('one', { extra: [xml('thread', {}, 'a thread')] })
    await alice.hears('one')
    await inClear(people)
    alice.client.send(bobsAddress, 'two')
    const { stanza } = await bob.message('an answer', ({ body }) => body === 'two')
    expect(textOf(childOf(stanza, 'thread')!)).toBe('a thread')
  })

  test('to nobody comes back as an error', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const id = people.bob.stream.say('nobody@sip.test', 'is there anybody?')
    const error = await people.bob.message('an error', ({ type }) => type === 'error')
    expect(error).toMatchObject({ id, from: 'nobody@sip.test' })
    expect(childOf(childOf(error.stanza, 'error')!, 'item-not-found')).toBeDefined()
  })

  test('to nobody at XMPP ends the session', async () => {
    const alice = await stage.actor('wanderer')
    alice.client.open(parseAddress(`nobody@${xmpp.domain}`))
    await alice.until((event) => event.type === 'closed' && event.by === 'remote')
  })

  test('of one page, outside a session, both ways', async () => {
    await using people = await stage.pair({ speaksOtr: false })
    const { alice, bob, bobsAddress } = people
    bob.stream.say(bob.peer, 'a page for you', { type: 'normal' })
    await alice.hears('a page for you')
    await alice.notice('page-message')
    const other = await stage.plainPeer('pager')
    other.page('and one back', bobsAddress)
    const page = await bob.message('a page', ({ body }) => body === 'and one back')
    expect(page).toMatchObject({ type: 'normal', from: 'pager@sip.test/sip' })
  })
})

describe('chat states', () => {
  test('of SIP come as composing and active, each once', async () => {
    await using people = await talking()
    const { alice, bob, bobsAddress } = people
    alice.client.setComposing(bobsAddress, true)
    await bob.message('composing', ({ chatState }) => chatState === 'composing')
    alice.client.setComposing(bobsAddress, false)
    await bob.message('active', ({ chatState, body }) => chatState === 'active' && body === null)
    const alone = bob.stream.messages.filter(({ body }) => body === null)
    expect(alone.map(({ chatState }) => chatState)).toEqual(['composing', 'active'])
  })

  test('of XMPP come as composing or not', async () => {
    await using people = await talking()
    const { alice, bob, bobsAddress } = people
    bob.raw(null, { chatState: 'composing' })
    bob.raw(null, { chatState: 'composing' })
    bob.raw(null, { chatState: 'paused' })
    const composing = () => alice.all('composing').filter(({ peer }) => peer === bobsAddress)
    await expect.poll(() => composing().map(({ active }) => active)).toEqual([true, false])
  })
})

describe('the end', () => {
  test('by SIP is gone for XMPP', async () => {
    await using people = await talking()
    const { alice, bob, bobsAddress } = people
    alice.client.close(bobsAddress)
    await bob.message('gone', ({ chatState }) => chatState === 'gone')
    bob.raw('once more')
    await alice.hears('once more')
  })

  test('by XMPP, which says gone, is the end for SIP', async () => {
    await using people = await talking()
    const { alice, bob } = people
    bob.raw(null, { chatState: 'gone' })
    await alice.until((event) => event.type === 'closed' && event.by === 'remote')
  })

  test('comes by itself when nobody says anything', async () => {
    await using server = await startProsody(COMPONENTS)
    await using silent = await gatewayStage(server, { inactivityMs: 200 })
    await using people = await silent.pair({ speaksOtr: false })
    people.bob.raw('hello')
    await people.alice.hears('hello')
    await people.alice.until((event) => event.type === 'closed' && event.by === 'remote')
  })
})

describe('receipts', () => {
  test('of XMPP say delivered at SIP, once XMPP is known to give any', async () => {
    await using people = await talking()
    const { alice, bob, bobsAddress } = people
    bob.raw('I want to know', { wantsReceipt: true })
    await alice.hears('I want to know')
    const id = alice.client.send(bobsAddress, 'so do I')
    const { id: stanza } = await bob.message('a request', (message) => message.wantsReceipt)
    await alice.delivery(id, 'sent')
    bob.raw(null, { receiptFor: stanza! })
    await alice.delivery(id, 'delivered')
  })

  test('of XMPP clients that give none are not waited for', async () => {
    await using people = await talking()
    const { alice, bobsAddress } = people
    const id = alice.client.send(bobsAddress, 'hello')
    await alice.delivery(id, 'delivered')
  })

  test('of SIP come for what XMPP asked them for, by its id', async () => {
    await using people = await talking()
    const { alice, bob } = people
    const id = bob.raw('I want to know', { wantsReceipt: true })
    await bob.message('a receipt', ({ receiptFor }) => receiptFor === id)
    const silent = bob.raw('and now not')
    await alice.hears('and now not')
    expect(bob.stream.messages.map(({ receiptFor }) => receiptFor)).not.toContain(silent)
  })
})

describe('markup', () => {
  test('of XMPP comes as the text that it means', async () => {
    await using people = await talking()
    const { alice, bob } = people
    const inside = xml('body', { xmlns: XHTML }, 'very ', xml('em', {}, 'much & more'))
    bob.raw('very *much & more*', { extra: [xml('html', { xmlns: XHTML_IM }, inside)] })
    await alice.hears('very much & more')
  })

  test('of SIP comes as XHTML-IM beside its text', async () => {
    await using people = await talking()
    const { bob } = people
    const html = '<p>very <b>much &amp; more</b><script>alert(1)</script><br>next'
    const peer = await stage.plainPeer('writer')
    bob.stream.say('writer@sip.test', 'hello')
    await expect.poll(() => peer.texts).toEqual(['hello'])
    peer.say(html, people.bobsAddress, 'text/html; charset=utf-8')
    const { stanza, body } = await bob.message('markup', (it) => it.from.startsWith('writer'))
    expect(body).toBe('very much & more\nnext')
    const markup = childOf(childOf(stanza, 'html', XHTML_IM)!, 'body', XHTML)!
    expect(markup.children).toEqual([
      xml('p', {}, 'very ', xml('strong', {}, 'much & more'), xml('br'), 'next'),
    ])
  })
})
