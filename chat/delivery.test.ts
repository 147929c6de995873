import { expect, test } from 'vitest'
import type { OtrEngine } from '../otr/index.ts'
import { DELIVERY_REASONS } from './notices.ts'
import { storeWithKey } from './testing/account-key.ts'
import { MemoryStore } from './testing/memory-store.ts'
import { couple, stage } from './testing/stage.ts'

test('an edge that restarts in the middle costs no text and doubles none', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on, { speed: 5 })
  const sent: string[] = []
  const say = (text: string) => {
    sent.push(text)
    return alice.client.send(bob.address, text)
  }
  for (let i = 0; i < 100; i++) say(`before ${i}`)
  await bob.hears('before 20')
  const restart = on.restart()
  for (let i = 0; i < 100; i++) say(`during ${i}`)
  await restart
  const last = say('after')
  await bob.hears('after')
  await alice.delivery(last, 'delivered')
  expect(bob.heard().map(({ text }) => text)).toEqual(sent)
  expect(on.wire()).not.toContain('during')
  const deliveries = alice.all('delivery').filter((event) => event.delivery === 'delivered')
  expect(new Set(deliveries.map(({ id }) => id)).size).toBe(sent.length)
  await alice.leave()
  expect(alice.store.messages.size).toBe(0)
})

test('both call at once: one session, and every text once', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')])
  alice.client.addContact(bob.address, null)
  bob.client.addContact(alice.address, null)
  alice.client.send(bob.address, 'you first')
  bob.client.send(alice.address, 'no, you')
  await Promise.all([alice.hears('no, you'), bob.hears('you first')])
  await alice.until((event) => event.type === 'delivery' && event.delivery === 'delivered')
  await bob.until((event) => event.type === 'delivery' && event.delivery === 'delivered')
  expect(alice.heard()).toHaveLength(1)
  expect(bob.heard()).toHaveLength(1)
  expect(alice.privacyNow(bob.address)!.ssid).toBe(bob.privacyNow(alice.address)!.ssid)
  expect(alice.all('closed')).toEqual([])
  expect(bob.all('closed')).toEqual([])
})

test('text for a peer who is offline is kept over a restart, and nothing of it is sent', async () => {
  await using on = await stage()
  const bob = await on.actor('bob', { signIn: false })
  const first = await on.actor('alice')
  first.client.addContact(bob.address, 'Bob')
  first.client.setAlwaysOtr(bob.address, true)
  const id = first.client.send(bob.address, 'for later')
  await first.until((event) => event.type === 'closed' && event.by === 'refused')
  expect(await first.notice('session-failed')).toMatchObject({
    sentence: 'Bob is not online now. What you write waits here and goes out when Bob is back.',
  })
  expect(first.client.messages(bob.address)[0]).toMatchObject({
    delivery: 'queued',
    reason: 'Held until Bob can be reached.',
  })
  first.client.open(bob.address)
  await expect.poll(() => first.all('closed').length).toBe(2)
  const told = first.all('notice').filter(({ notice }) => notice.code === 'session-failed')
  expect(told.length, 'said once').toBe(1)
  await first.leave()
  expect([...first.store.messages.values()]).toMatchObject([{ id, text: 'for later' }])

  bob.client.signIn()
  await bob.until((event) => event.type === 'account' && event.account.state === 'online')
  bob.client.addContact(first.address, null)
  const second = await on.actor('alice', { store: first.store })
  expect(second.all('message')).toMatchObject([{ restored: true, message: { id } }])
  await bob.hears('for later')
  await second.delivery(id, 'delivered')
  expect(second.store.messages.size).toBe(0)
  expect(second.contact(bob.address)).toMatchObject({ name: 'Bob', alwaysOtr: true })
  expect(on.wire()).not.toContain('for later')
  await bob.leave()
})

test('a page that closes hangs up at once: nobody is left with an ended encryption', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  bob.client.vanish()
  await alice.until((event) => event.type === 'closed' && event.by === 'remote')
  const states = alice.all('privacy').map(({ privacy }) => privacy.state)
  expect(states).not.toContain('ended')
  expect(states.at(-1)).toBe('none')
})

test('a client that vanishes and comes back gets a new session, and what it missed', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  bob.vanish()
  alice.client.send(bob.address, 'lost?')
  const again = await on.actor('bob', { store: bob.store })
  again.client.open(alice.address)
  expect(await again.hears('lost?')).toMatchObject({ protection: 'unverified' })
  expect(alice.all('keyChanged')).toEqual([])
})

test('what was on its way when the app died goes to no other key, without a word of the person', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.strand() // Nobody confirms it; for all that Alice knows it may have arrived.
  const id = alice.client.send(bob.address, 'for the old key')
  await expect
    .poll(() => alice.store.messages.get(`${bob.address} us ${id}`)?.protection)
    .toBe('unverified')
  alice.vanish()
  await bob.leave()
  const other = await on.actor('bob', { store: new MemoryStore(storeWithKey(bob.address)) })
  other.client.addContact(alice.address, null)
  const again = await on.actor('alice', { store: alice.store })
  again.client.open(bob.address)
  await again.privacy(bob.address, 'unverified')
  expect(await again.delivery(id, 'failed')).toMatchObject({ reason: DELIVERY_REASONS.otherKey })
  expect(other.heard()).toEqual([])
  again.client.retry(bob.address, id)
  await other.hears('for the old key')
  expect(await again.delivery(id, 'delivered')).toMatchObject({ resent: true })
})

test('unsent text can be taken back, sent text cannot', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const gone = alice.client.send(bob.address, 'gone')
  await alice.delivery(gone, 'delivered')
  alice.client.discard(bob.address, gone)
  await alice.fault('CHAT_SENT')
  await bob.leave()
  await alice.privacy(bob.address, 'none')
  const held = alice.client.send(bob.address, 'held')
  alice.client.discard(bob.address, held)
  await alice.until((event) => event.type === 'messageRemoved' && event.id === held)
  expect(alice.client.messages(bob.address).map(({ id }) => id)).toEqual([gone])
  alice.client.retry(bob.address, held)
  await alice.fault('CHAT_UNKNOWN_MESSAGE')
})

test('what could not be read was not delivered, and can be sent again', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob', { otr: damaged })])
  bob.client.addContact(alice.address, null)
  const id = alice.client.send(bob.address, 'can you read this?')
  await alice.delivery(id, 'failed')
  await bob.notice('message-unreadable')
  expect(bob.heard()).toEqual([])
  expect(alice.client.messages(bob.address)[0]!.reason).toContain('could not read it')
  alice.client.retry(bob.address, id)
  await bob.hears('can you read this?')
  await alice.delivery(id, 'delivered')
  expect(alice.client.messages(bob.address)[0]).toMatchObject({ resent: true, reason: null })
})

test('a stranger waits outside until let in', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')])
  alice.client.send(bob.address, 'hello stranger')
  expect(await bob.until((event) => event.type === 'invited')).toMatchObject({
    peer: alice.address,
    name: 'alice',
  })
  expect(bob.all('contact')).toEqual([])
  bob.client.accept(alice.address)
  await bob.hears('hello stranger')
  expect(bob.contact(alice.address)).toMatchObject({ name: 'alice' })
})

test('a stranger who is declined is told so, and not tried again', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')])
  alice.client.open(bob.address)
  await bob.until((event) => event.type === 'invited')
  bob.client.decline(alice.address)
  expect(await alice.until((event) => event.type === 'closed')).toMatchObject({
    by: 'refused',
    fault: { code: 'SIP_DECLINED' },
  })
  bob.client.accept(alice.address)
  await bob.fault('CHAT_NOT_INVITED')
})

test('signing out ends encryption and session, and the peer hears it', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  await bob.leave()
  expect(bob.events.at(-1)).toEqual({ type: 'account', account: { state: 'signedOut' } })
  await alice.notice('encryption-ended-by-peer')
  expect(await alice.until((event) => event.type === 'closed')).toMatchObject({ by: 'remote' })
  bob.client.open(alice.address)
  await bob.fault('CHAT_SIGNED_OUT')
})

test('signing out before signing in is done leaves nothing behind', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { signIn: false })
  alice.client.signIn()
  alice.client.signIn()
  await alice.fault('CHAT_SIGNED_IN')
  await alice.client.signOut()
  expect(alice.events.at(-1)).toEqual({ type: 'account', account: { state: 'signedOut' } })
  await alice.signIn()
})

test('a store that fails is told of once, and messages go on', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const full = () => Promise.reject(new Error('quota exceeded'))
  alice.store.putMessage = full
  bob.store.putContact = full
  for (const text of ['one', 'two']) alice.client.send(bob.address, text)
  await bob.hears('two')
  bob.client.setAlwaysOtr(alice.address, true)
  bob.client.setAlwaysOtr(alice.address, false)
  await alice.fault('CHAT_STORE')
  await bob.fault('CHAT_STORE')
  expect(alice.all('fault')).toHaveLength(1)
  expect(bob.all('fault')).toHaveLength(1)
})

test('a contact that is removed takes messages and trust along', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.removeContact(bob.address)
  await alice.until((event) => event.type === 'contactRemoved')
  await bob.privacy(alice.address, 'none')
  expect(alice.store.contacts.size).toBe(0)
  alice.client.removeContact(bob.address)
  await alice.fault('CHAT_UNKNOWN_PEER')
})

test('a wrong password is said, and not tried again', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { signIn: false, password: 'wrong' })
  alice.client.signIn()
  const event = await alice.until(
    (event) => event.type === 'account' && event.account.state === 'refused',
  )
  expect(event).toMatchObject({ account: { fault: { code: 'SIP_WRONG_PASSWORD' } } })
  await alice.client.signOut()
})

/** The first data message is damaged on its way to the engine. */
function damaged(engine: OtrEngine): OtrEngine {
  let isDone = false
  return {
    identity: (account) => engine.identity(account),
    renewIdentity: (account) => engine.renewIdentity(account),
    open: (session, setup) => engine.open(session, setup),
    close: (session) => engine.close(session),
    dispose: () => engine.dispose(),
    run(session, command) {
      const isData = command.op === 'receive' && command.text.startsWith('?OTR:AAMD')
      if (!isData || isDone) return engine.run(session, command)
      isDone = true
      // One letter of the ciphertext: the authenticator does not fit any more.
      const text = command.text.replace(/(?<=^.{300})./, (letter) => (letter === 'A' ? 'B' : 'A'))
      return engine.run(session, { op: 'receive', text })
    },
  }
}
