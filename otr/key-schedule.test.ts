import { expect, test } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { deriveAkeKeys, deriveSessionKeys, sharedSecret } from './key-schedule.ts'
import { sheet } from './testing/peers.ts'

const { ake, data } = sheet
const s = BigInt(`0x${ake.s}`)
const gx = BigInt(`0x${ake.gx}`)
const gy = BigInt(`0x${ake.gy}`)

test('both ends share s', () => {
  expect(sharedSecret({ secret: fromHex(ake.bobX), public: gx }, gy)).toBe(s)
  expect(sharedSecret({ secret: fromHex(ake.aliceY), public: gy }, gx)).toBe(s)
})

test('keys of the handshake', () => {
  const { ssid, reveal, signature } = deriveAkeKeys(s)
  expect(toHex(ssid)).toBe(ake.ssid)
  expect([reveal.c, reveal.m1, reveal.m2].map(toHex)).toEqual([ake.c, ake.m1, ake.m2])
  expect([signature.c, signature.m1, signature.m2].map(toHex)).toEqual([
    ake.cPrime,
    ake.m1Prime,
    ake.m2Prime,
  ])
})

test('keys of the first pair, and the other end has them the other way round', () => {
  expect(gy > gx).toBe(data.aliceIsHighEnd)
  const alice = deriveSessionKeys(s, data.aliceIsHighEnd)
  expect([alice.sendingAes, alice.sendingMac].map(toHex)).toEqual([
    data.alice11.sendAes,
    data.alice11.sendMac,
  ])
  expect([alice.receivingAes, alice.receivingMac].map(toHex)).toEqual([
    data.alice11.receiveAes,
    data.alice11.receiveMac,
  ])
  expect(toHex(alice.extra)).toBe(data.extraKey11)

  const bob = deriveSessionKeys(s, !data.aliceIsHighEnd)
  expect(bob.sendingAes).toEqual(alice.receivingAes)
  expect(bob.receivingMac).toEqual(alice.sendingMac)
  expect(bob.extra).toEqual(alice.extra)
})
