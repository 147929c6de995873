import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { ManInTheMiddle } from './man-in-the-middle.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, type Pair } from './stage.ts'

let xmpp: XmppServer
let stage: GatewayStage
/** Whoever meets next is overheard by this one. */
let mallory: ManInTheMiddle

beforeAll(async () => {
  xmpp = await startProsody(COMPONENTS)
  stage = await gatewayStage(xmpp, { middle: () => mallory })
})
beforeEach(async () => {
  mallory = await ManInTheMiddle.create()
})
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await xmpp?.stop()
})

/** Both believe that they speak in private. */
async function overheard(): Promise<Pair> {
  const people = await stage.pair()
  people.alice.client.open(people.bobsAddress)
  await people.alice.privacy(people.bobsAddress, 'unverified')
  await people.bob.until('encryption', () => people.bob.otr.secure)
  return people
}

test('reads everything that both believe to be private', async () => {
  await using people = await overheard()
  const { alice, bob, bobsAddress } = people
  alice.client.send(bobsAddress, 'nobody hears us')
  await bob.hears('nobody hears us')
  bob.say('nobody at all')
  await alice.hears('nobody at all')
  expect(mallory.read).toEqual([
    { from: 'sip', text: 'nobody hears us' },
    { from: 'xmpp', text: 'nobody at all' },
  ])
})

test('shows either side a key of its own, and neither the other’s', async () => {
  await using people = await overheard()
  const { alice, bob, bobsAddress } = people
  const { peerFingerprint, ownFingerprint } = alice.privacyNow(bobsAddress)!
  expect(peerFingerprint).toBe(mallory.fingerprints.sip)
  expect(peerFingerprint).not.toBe(bob.otr.fingerprint)
  const seen = bob.otr.events.flatMap((it) => (it.type === 'newFingerprint' ? it.fingerprint : []))
  expect(seen).toEqual([mallory.fingerprints.xmpp])
  expect(seen).not.toContain(ownFingerprint)
})

describe('a verification fails on both sides, although both know the secret', () => {
  test('when SIP asks', async () => {
    await using people = await overheard()
    const { alice, bob, bobsAddress } = people
    alice.client.verify(bobsAddress, 'our secret', 'Where did we meet?')
    await bob.until('the question', () => bob.otr.smp.includes('askForAnswer'))
    bob.act((otr) => otr.answer('our secret'))
    await alice.verification('failed')
    await bob.until('the result', () => bob.otr.smp.includes('failure'))
    expect(bob.otr.smp).not.toContain('success')
  })

  test('when XMPP asks', async () => {
    await using people = await overheard()
    const { alice, bob, bobsAddress } = people
    bob.act((otr) => otr.verify('our secret', 'Where did we meet?'))
    await alice.verification('asked')
    alice.client.answer(bobsAddress, 'our secret')
    await alice.verification('failed')
    await bob.until('the result', () => bob.otr.smp.includes('failure'))
    expect(bob.otr.smp).not.toContain('success')
  })
})
