import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAddress } from '../../chat/index.ts'
import type { Actor } from '../../chat/testing/stage.ts'
import { xml } from '../clients/xml.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, SIP_DOMAIN } from './stage.ts'
import { MUC } from './stanzas.ts'
import type { XmppPerson } from './xmpp-person.ts'

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

/** Bob enters a room of either kind. @returns who is there, as his client is told */
async function enter({ stream }: XmppPerson, room: string, nickname: string): Promise<Set<string>> {
  const there = new Set<string>()
  stream.onPresence = (from, isAvailable) => {
    if (!from.startsWith(`${room}/`)) return
    const name = from.slice(room.length + 1)
    if (isAvailable) there.add(name)
    else there.delete(name)
  }
  stream.send(xml('presence', { to: `${room}/${nickname}` }, xml('x', { xmlns: MUC })))
  await soon(() => there.has(nickname)).toBe(true)
  return there
}

const members = (actor: Actor) =>
  actor
    .all('room')
    .at(-1)
    ?.room.members?.map(({ name }) => name)
    .toSorted()

/** As `expect.poll`, but for a machine that has much to do. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 })

describe('a room of XMPP', () => {
  test('has a guest from SIP, who hears and is heard, in the clear', async () => {
    await using people = await stage.pair()
    const { alice, bob } = people
    const room = `garden@${xmpp.roomsDomain}`
    const there = await enter(bob, room, 'bob')
    const address = parseAddress(room)
    alice.client.open(address)
    expect(await alice.until((event) => event.type === 'opened')).toMatchObject({ room: true })
    const [name = ''] = alice.address.slice(4).split('@')
    await soon(() => there.has(name)).toBe(true)

    bob.stream.say(room, 'welcome, Žofie', { type: 'groupchat' })
    expect(await alice.hears('welcome, Žofie')).toMatchObject({
      nickname: 'bob',
      protection: 'none',
    })
    const id = alice.client.send(address, 'thank you, 🐎')
    const heard = await bob.message('her words', ({ body }) => body === 'thank you, 🐎')
    expect(heard).toMatchObject({ type: 'groupchat', from: `${room}/${name}` })
    await alice.until((event) => event.type === 'delivery' && event.id === id)
    expect(alice.heard().map(({ text }) => text)).toEqual(['welcome, Žofie'])
    const bodies = bob.stream.messages.map(({ body }) => body ?? '')
    expect(bodies.filter((body) => body.includes('?OTR'))).toEqual([])

    alice.client.close(address)
    await soon(() => [...there]).toEqual(['bob'])
  })

  test('tells SIP who is there, and lets its guest take another name but no one’s', async () => {
    await using people = await stage.pair()
    const { alice, bob } = people
    const room = `hall@${xmpp.roomsDomain}`
    const there = await enter(bob, room, 'bob')
    const address = parseAddress(room)
    alice.client.open(address)
    const [name = ''] = alice.address.slice(4).split('@')
    await soon(() => members(alice)).toEqual([name, 'bob'])
    alice.client.setNickname(address, 'bob')
    await alice.until((event) => event.type === 'fault')
    alice.client.setNickname(address, 'Žofie')
    await soon(() => [...there].toSorted()).toEqual(['bob', 'Žofie'])
    await soon(() => members(alice)).toEqual(['bob', 'Žofie'])
  })

  test('carries what is for one of them alone', async () => {
    await using people = await stage.pair()
    const { alice, bob } = people
    const room = `arbour@${xmpp.roomsDomain}`
    const [name = ''] = alice.address.slice(4).split('@')
    await enter(bob, room, 'bob')
    const address = parseAddress(room)
    alice.client.open(address)
    await soon(() => members(alice)).toEqual([name, 'bob'])
    alice.client.sendPrivately(address, `${address};gr=bob`, 'psst')
    const heard = await bob.message('a whisper', ({ body }) => body === 'psst')
    expect(heard).toMatchObject({ type: 'chat', from: `${room}/${name}` })
    bob.stream.say(`${room}/${name}`, 'what is it?')
    expect(await alice.hears('what is it?')).toMatchObject({
      peer: address,
      privately: { address: `${address};gr=bob`, name: 'bob' },
    })
  })

  test('that her name is taken in is entered under another', async () => {
    await using people = await stage.pair()
    const { alice, bob } = people
    const room = `hut@${xmpp.roomsDomain}`
    const [name = ''] = alice.address.slice(4).split('@')
    const there = await enter(bob, room, name)
    alice.client.open(parseAddress(room))
    await soon(() => [...there].toSorted()).toEqual([name, `${name}_`])
  })
})

describe('a room of SIP', () => {
  test('has a guest from XMPP, who hears and is heard', async () => {
    await using people = await stage.pair()
    const { alice, bob } = people
    const room = `lobby@conference.${SIP_DOMAIN}`
    const address = parseAddress(room)
    alice.client.open(address)
    await alice.until((event) => event.type === 'opened')
    const there = await enter(bob, room, 'Bohumil')
    const [name = ''] = alice.address.slice(4).split('@')
    expect([...there].toSorted()).toEqual(['Bohumil', name])

    bob.stream.say(room, 'hello, SIP', { type: 'groupchat' })
    expect(await alice.hears('hello, SIP')).toMatchObject({ protection: 'none' })
    await bob.message('his own words', ({ from }) => from === `${room}/Bohumil`)
    alice.client.send(address, 'hello, XMPP')
    const heard = await bob.message('her words', ({ body }) => body === 'hello, XMPP')
    expect(heard).toMatchObject({ type: 'groupchat', from: `${room}/${name}` })

    bob.stream.say(`${room}/${name}`, 'for you alone')
    await alice.hears('for you alone')
    bob.stream.send(xml('presence', { to: `${room}/Bohumil`, type: 'unavailable' }))
    await soon(() => members(alice)).toEqual([name])
  })
})
