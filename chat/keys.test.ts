import { expect, test } from 'vitest'
import { MemoryStore } from './testing/memory-store.ts'
import { onlyVersion2 } from './testing/older-otr.ts'
import { type Actor, couple, stage } from './testing/stage.ts'

test('signing out while the key is made cancels that: none is saved, and the next is made anew', async () => {
  await using on = await stage()
  const saved: string[] = []
  const alice = await on.actor('alice', { signIn: false, store: new MemoryStore() })
  const { keys } = alice.store
  const save = keys.save.bind(keys)
  keys.save = async (account, record) => {
    saved.push(account)
    await save(account, record)
  }
  alice.client.signIn()
  await alice.until((event) => event.type === 'account' && event.account.state === 'makingKey')
  await alice.client.signOut()
  const from = alice.events.length
  await alice.signIn()
  expect(saved).toEqual([alice.address])
  expect(alice.all('account').map(({ account }) => account.state)).toContain('signedOut')
  expect(alice.all('identity')).toMatchObject([{ created: true }])
  const tried = alice.all('account').flatMap(({ account }) => {
    return account.state === 'makingKey' ? [account.candidates ?? 0] : []
  })
  expect(tried.at(-1), 'how far it is').toBeGreaterThan(0)
  expect(alice.events.findIndex(({ type }) => type === 'identity')).toBeGreaterThanOrEqual(from)

  alice.client.renewIdentity()
  await alice.leave()
  expect(saved).toEqual([alice.address])
  expect(alice.all('fault')).toEqual([])
})

/** Bob gets a new key; both clients find each other again by themselves. */
async function changeKey(of: Actor, seenBy: Actor, from = seenBy.events.length) {
  of.client.renewIdentity()
  return seenBy.until((event) => event.type === 'keyChanged', from)
}

test('a changed key of a peer who was never verified is announced, and the talk goes on', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const before = alice.privacyNow(bob.address)!.peerFingerprint!
  const from = alice.events.length
  const event = await changeKey(bob, alice)
  expect(event).toMatchObject({ previous: before, blocks: false, name: 'bob' })
  await alice.privacy(bob.address, 'unverified')
  alice.client.send(bob.address, 'still you?')
  await bob.hears('still you?')
  expect(alice.contact(bob.address)!.keys.map((key) => key.fingerprint)).toEqual([
    bob.privacyNow(alice.address)!.ownFingerprint,
    before,
  ])
  expect((await alice.notice('key-changed', from)).tone).toBe('warning')
})

test('a changed key of a verified peer holds all text until the person decides', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const before = alice.privacyNow(bob.address)!.peerFingerprint!
  alice.client.trust(bob.address, before, 'verified')
  await alice.privacy(bob.address, 'verified')

  const event = await changeKey(bob, alice)
  expect(event).toMatchObject({ previous: before, blocks: true })
  const { peerFingerprint } = await alice.privacy(bob.address, 'keyChanged')
  alice.client.send(bob.address, 'only for the real Bob')
  expect((await alice.notice('key-changed')).tone).toBe('alert')
  alice.client.stopOtr(bob.address)
  await alice.fault('CHAT_KEY_UNDECIDED')
  // What they say can be read, but proves nothing.
  bob.client.send(alice.address, 'it is me')
  expect(await alice.hears('it is me')).toMatchObject({ protection: 'unverified' })
  expect(bob.heard()).toEqual([])
  expect(alice.contact(bob.address)!.keys.map((key) => key.fingerprint)).toEqual([before])

  alice.client.trust(bob.address, peerFingerprint!, 'accepted')
  await bob.hears('only for the real Bob')
  expect(alice.privacyNow(bob.address)).toMatchObject({ state: 'unverified', verified: null })
  await alice.notice('key-accepted')
})

test('a decision that was not made is asked for again in the next session', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.setAlwaysOtr(bob.address, true)
  await changeKey(bob, alice)
  await alice.privacy(bob.address, 'keyChanged')
  alice.client.close(bob.address)
  await alice.privacy(bob.address, 'none')
  const from = alice.events.length
  alice.client.send(bob.address, 'who are you?')
  await alice.until((event) => event.type === 'keyChanged' && event.blocks, from)
  await alice.privacy(bob.address, 'keyChanged')
  expect(bob.heard()).toEqual([])
})

test('SMP under the new key releases what was held', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.trust(bob.address, alice.privacyNow(bob.address)!.peerFingerprint!, 'verified')
  await alice.privacy(bob.address, 'verified')
  await changeKey(bob, alice)
  await alice.privacy(bob.address, 'keyChanged')
  alice.client.send(bob.address, 'held')
  await bob.privacy(alice.address, 'unverified')
  alice.client.verify(bob.address, 'abc', null)
  await bob.verification('asked')
  bob.client.answer(alice.address, 'abc')
  await bob.hears('held')
  expect(alice.privacyNow(bob.address)!.state).toBe('verified')
})

test('a key that another contact has is pointed at, and brings no trust along', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const fingerprint = alice.privacyNow(bob.address)!.peerFingerprint!
  alice.client.trust(bob.address, fingerprint, 'verified')
  await alice.privacy(bob.address, 'verified')
  // Mallory's account with Bob's key: the trust of one address is worth nothing at another.
  const mallory = await on.actor('mallory', { signIn: false })
  const record = await bob.store.keys.load(bob.address)
  await mallory.store.keys.save(mallory.address, { ...record!, instanceTag: 0x4242 })
  await mallory.signIn()
  mallory.client.addContact(alice.address, null)
  alice.client.open(mallory.address)
  const privacy = await alice.privacy(mallory.address, 'unverified')
  expect(privacy).toMatchObject({ peerFingerprint: fingerprint, sameKeyAs: bob.address })
  expect((await alice.notice('key-shared')).sentence).toContain('mallory has the same key as bob')
})

test('an older version than before is said, and holds the text of always-OTR', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.setAlwaysOtr(bob.address, true)
  await bob.leave()
  await alice.privacy(bob.address, 'none')
  // Someone on the way, or Bob's other software, offers version 2 only.
  const older = await on.actor('bob', { store: bob.store, otr: onlyVersion2 })
  alice.client.send(bob.address, 'as always')
  expect(await alice.privacy(bob.address, 'keyChanged')).toMatchObject({ version: 2 })
  await alice.notice('version-lowered')
  expect(older.heard()).toEqual([])
  alice.client.trust(bob.address, alice.privacyNow(bob.address)!.peerFingerprint!, 'accepted')
  await older.hears('as always')
  expect(alice.contact(bob.address)!.otrVersion).toBe(3)
})

test('keys are forgotten and trusted only where that makes sense', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const fingerprint = alice.privacyNow(bob.address)!.peerFingerprint!
  alice.client.forgetKey(bob.address, fingerprint)
  await alice.fault('CHAT_KEY_IN_USE')
  alice.client.trust(bob.address, '00'.repeat(20), 'verified')
  await alice.fault('CHAT_UNKNOWN_KEY')
  alice.client.close(bob.address)
  await alice.privacy(bob.address, 'none')
  alice.client.forgetKey(bob.address, fingerprint)
  expect(alice.contact(bob.address)!.keys).toEqual([])
})
