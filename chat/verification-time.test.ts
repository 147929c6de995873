import { expect, test } from 'vitest'
import type { ChatEvent } from './events.ts'
import { VERIFICATION_MAX_MS, VERIFICATION_REST_MS } from './limits.ts'
import { type Actor, couple, stage } from './testing/stage.ts'

async function meet(alice: Actor, bob: Actor): Promise<void> {
  bob.client.addContact(alice.address, null)
  alice.client.open(bob.address)
  await alice.privacy(bob.address, 'unverified')
  await bob.privacy(alice.address, 'unverified')
}

/** The newest deadline that this one was told of. */
function deadline({ events }: Actor): number {
  const told = events.flatMap((event: ChatEvent) =>
    event.type === 'verification' && 'since' in event.verification
      ? [event.verification.until]
      : [],
  )
  return told.at(-1)!
}

test('who needs longer gets the whole time again, and the one who waits learns of it', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.verify(bob.address, 'red door', null)
  await bob.verification('asked')
  const [first, theirs] = [deadline(alice), deadline(bob)]
  alice.later(VERIFICATION_MAX_MS / 2)
  bob.later(VERIFICATION_MAX_MS / 2)
  const from = alice.events.length
  bob.client.extendVerification(alice.address)
  await alice.verification('waiting', from)
  expect(deadline(bob)).toBeGreaterThanOrEqual(theirs + VERIFICATION_MAX_MS / 2)
  expect(deadline(alice)).toBeGreaterThanOrEqual(first + VERIFICATION_MAX_MS / 2)
  bob.client.answer(alice.address, 'red door')
  await alice.verification('succeeded')
})

test('the time that was given counts, not the one that was there at first', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice', { speed: 60 }), on.actor('bob')])
  await meet(alice, bob)
  alice.client.verify(bob.address, 'silence', null)
  await bob.verification('asked')
  await new Promise((resolve) => setTimeout(resolve, VERIFICATION_MAX_MS / 60 / 2))
  const extended = Date.now()
  alice.client.extendVerification(bob.address)
  const stopped = await alice.verification('aborted')
  expect(stopped).toMatchObject({ by: 'timeout' })
  const lasted = (stopped as { at: number }).at - extended
  expect(lasted, 'longer than the half that was left').toBeGreaterThan(
    (VERIFICATION_MAX_MS / 60) * 0.75,
  )
})

test('there is no more time for what does not run', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.extendVerification(bob.address)
  await alice.fault('CHAT_NO_QUESTION')
})

test('attempts and the rest after them outlive signing out', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.verify(bob.address, 'red door', null)
  await bob.verification('asked')
  bob.client.answer(alice.address, 'green door')
  await alice.verification('failed')
  expect(alice.store.contacts.get(bob.address)!.failedChecks).toMatchObject({ count: 1 })
  await alice.leave()

  const again = await on.actor('alice', { store: alice.store })
  await meet(again, bob)
  again.client.verify(bob.address, 'blue door', null)
  await again.fault('CHAT_VERIFICATION_REST')
  for (const one of [again, bob]) one.later(VERIFICATION_REST_MS)
  const from = bob.events.length
  again.client.verify(bob.address, 'blue door', null)
  await bob.verification('asked', from)
  bob.client.answer(again.address, 'yellow door')
  expect(await again.verification('failed')).toMatchObject({ attempts: 2 })

  for (const one of [again, bob]) one.later(3 * VERIFICATION_REST_MS)
  const later = bob.events.length
  again.client.verify(bob.address, 'white door', null)
  await bob.verification('asked', later)
  bob.client.answer(again.address, 'white door')
  await again.verification('succeeded')
  expect(again.store.contacts.get(bob.address)!.failedChecks).toBeUndefined()
})
