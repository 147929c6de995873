import { expect, test } from 'vitest'
import { type Actor, couple, stage } from './testing/stage.ts'

const texts = (actor: Actor) => actor.heard().map(({ text }) => text)

test('the network fails again and again: all that is typed arrives, once, in order', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on, { speed: 5 })
  const keys = [alice.privacyNow(bob.address)!.ssid]
  const [sent, answered]: [string[], string[]] = [[], []]
  for (const broken of [alice, bob, alice]) {
    for (let at = 0; at < 10; at++) {
      sent.push(`${sent.length} to bob`)
      answered.push(`${answered.length} to alice`)
      alice.client.send(bob.address, sent.at(-1)!)
      bob.client.send(alice.address, answered.at(-1)!)
      if (at === 5) broken.cut()
    }
    await Promise.all([bob.hears(sent.at(-1)!), alice.hears(answered.at(-1)!)])
    keys.push(alice.privacyNow(bob.address)!.ssid)
  }
  expect(texts(bob)).toEqual(sent)
  expect(texts(alice)).toEqual(answered)
  expect(new Set(keys).size, 'each time a new OTR session').toBe(4)
  expect(on.wire()).not.toMatch(/\d to (?:alice|bob)/)
})

test('a network that goes without a word is noticed by a probe within seconds', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on, { speed: 5 })
  const before = alice.privacyNow(bob.address)!.ssid
  alice.strand()
  const id = alice.client.send(bob.address, 'into the void')
  bob.client.send(alice.address, 'can you hear me?')
  const began = performance.now()
  const told = alice.events.length
  alice.client.probe()
  await alice.until((event) => event.type === 'account' && event.account.state !== 'online', told)
  expect(performance.now() - began, '10 s at this speed').toBeLessThan(4_000)
  await Promise.all([bob.hears('into the void'), alice.hears('can you hear me?')])
  await alice.delivery(id, 'delivered')
  expect(texts(bob)).toEqual(['into the void'])
  expect(texts(alice)).toEqual(['can you hear me?'])
  expect(alice.privacyNow(bob.address)!.ssid).not.toBe(before)
})
