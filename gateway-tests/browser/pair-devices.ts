import { expect } from 'vitest'
import type { ColumnId } from '../matrix/columns.ts'
import { announced } from './chromium.ts'
import { type PairColumn, RECONNECTED_MS } from './pair.ts'
import { Person } from './person.ts'

/** Devices and servers that come, go, and come back. */
export const PAIR_DEVICES = {
  twoDevices: {
    async run(pair) {
      const { alice, bob } = pair
      await pair.inTouch()
      await pair.say(bob, 'from the desk', true)
      const phone = await pair.arrive('bob')
      await phone.addContact('alice')
      await phone.write('from the phone')
      await alice.sees('from the phone')
      await alice.sees('bob is using a new device or key, seen for the first time now.')
      await alice.write('to whoever spoke last')
      await phone.sees('to whoever spoke last')
      await bob.write('from the desk again')
      await alice.sees('from the desk again')
      await alice.write('to the desk')
      await bob.sees('to the desk')
      expect(await bob.row('to whoever spoke last').count()).toBe(0)
      expect(await phone.row('to the desk').count()).toBe(0)
      expect(pair.left).not.toMatch(/from the (phone|desk)|to (the desk|whoever)/)
      await phone.page.context().close()
    },
  },
  weReload: {
    async run(pair) {
      const { alice } = pair
      await pair.inTouch()
      const { own } = await alice.fingerprints('bob')
      await alice.page.reload()
      await pair.place.signInAgain(alice)
      await alice.online()
      await alice.turnTo('bob')
      await pair.say(alice, 'loaded anew', true, RECONNECTED_MS)
      await pair.encrypted()
      await pair.talk(true)
      expect((await pair.bob.fingerprints('alice')).theirs).toBe(own)
    },
  },
  theyRestart: {
    async run(pair) {
      const { alice, place } = pair
      await pair.inTouch()
      const before = await alice.fingerprints('bob')
      const context = pair.bob.page.context()
      await pair.bob.page.close({ runBeforeUnload: false })
      pair.bob = await Person.arrive(context, place.url, 'bob')
      await place.signInAgain(pair.bob)
      await pair.bob.online()
      await pair.bob.turnTo('alice')
      await pair.say(pair.bob, 'here again', true, RECONNECTED_MS)
      await pair.encrypted()
      await pair.talk(true)
      expect(await alice.fingerprints('bob')).toEqual(before)
    },
  },
  gatewayRestarts: {
    async run(pair) {
      const { alice, bob, place } = pair
      await pair.inTouch()
      const before = await alice.fingerprints('bob')
      await place.stop()
      await alice.page.getByRole('status').getByText('Offline').waitFor()
      await alice.write('while the server was away')
      await alice.row('while the server was away').getByText('Waiting').waitFor()
      await place.start()
      await bob.sees('while the server was away', RECONNECTED_MS)
      expect(await bob.row('while the server was away').count()).toBe(1)
      await pair.encrypted()
      await pair.talk(true)
      expect(pair.left).not.toContain('while the server was away')
      expect(await alice.fingerprints('bob')).toEqual(before)
    },
  },
  newKey: {
    async run(pair) {
      const { alice } = pair
      await pair.verified()
      const before = await alice.fingerprints('bob')
      await pair.bob.page.context().close()
      pair.bob = await pair.arrive('bob')
      await pair.bob.addContact('alice')
      await alice.write('who are you?')
      await alice.privacy('Identity changed', RECONNECTED_MS)
      await alice.sees('bob’s identity has changed.')
      const { spoken, notified } = await announced(alice.page)
      expect(spoken.at(-1)).toContain('bob')
      expect(notified).toContainEqual(expect.objectContaining({ title: 'Encryption warning' }))
      await pair.bob.privacy('Encrypted, not verified')
      await pair.say(pair.bob, 'still me', true)
      await alice.sees('Held: bob’s identity has changed.')
      expect(await pair.bob.row('who are you?').count()).toBe(0)
      await alice.press('Use without verifying')
      await pair.bob.sees('who are you?')
      await alice.privacy('Encrypted, not verified')
      expect(pair.left).not.toContain('who are you?')
      const after = await alice.fingerprints('bob')
      expect(after.theirs).not.toBe(before.theirs)
      expect(after.theirs).toBe((await pair.bob.fingerprints('alice')).own)
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>
