import { describe, expect, test } from 'vitest'
import type { OtrEngine } from '../otr/index.ts'
import { VERIFICATION_REST_MS } from './limits.ts'
import { couple, stage } from './testing/stage.ts'

test('a conversation turns encrypted by itself, and nothing of it can be read on the way', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const id = alice.client.send(bob.address, 'for your eyes only')
  expect(await bob.hears('for your eyes only')).toMatchObject({ id, protection: 'unverified' })
  await alice.delivery(id, 'delivered')
  bob.client.send(alice.address, 'und zurück ✓')
  await alice.hears('und zurück ✓')
  expect(on.wire()).toContain('?OTR:AAMD')
  expect(on.wire()).not.toContain('for your eyes only')
  expect(on.wire()).not.toContain('zurück')
  const [mine, theirs] = [alice.privacyNow(bob.address)!, bob.privacyNow(alice.address)!]
  expect(mine).toMatchObject({ version: 3, composer: 'sends', ssid: theirs.ssid })
  expect(mine.peerFingerprint).toBe(theirs.ownFingerprint)
})

test('text typed before there is a session is held, then goes in order', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')])
  bob.client.addContact(alice.address, null)
  const texts = Array.from({ length: 50 }, (_, i) => `line ${i}`)
  for (const text of texts) alice.client.send(bob.address, text)
  expect(alice.all('message')[0]!.message).toMatchObject({
    delivery: 'queued',
    reason: 'Held until bob can be reached.',
  })
  await bob.hears('line 49')
  expect(bob.heard().map(({ text }) => text)).toEqual(texts)
  expect(on.wire()).not.toContain('line ')
})

test('a long text arrives whole', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const text = 'wörd '.repeat(30_000)
  alice.client.send(bob.address, text)
  await bob.hears(text)
})

test('typing is told, and not in clear', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.setComposing(bob.address, true)
  await bob.until((event) => event.type === 'composing' && event.active)
  alice.client.send(bob.address, 'done')
  await bob.until((event) => event.type === 'composing' && !event.active)
  expect(on.wire()).not.toContain('<state>')
})

describe('verification', () => {
  test('the same secret proves both to each other', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.verify(bob.address, '482913', null)
    await bob.verification('asked')
    bob.client.answer(alice.address, '482913')
    expect(await alice.verification('succeeded')).toMatchObject({ provesPeer: true })
    expect(await bob.verification('succeeded')).toMatchObject({ provesPeer: true })
    expect(await alice.privacy(bob.address, 'verified')).toMatchObject({
      verified: { method: 'smp' },
    })
    await bob.privacy(alice.address, 'verified')
    expect(alice.store.contacts.get(bob.address)!.keys[0]!.verified).toMatchObject({
      method: 'smp',
    })
    alice.client.send(bob.address, 'now I know')
    expect(await bob.hears('now I know')).toMatchObject({ protection: 'verified' })
  })

  test('another secret fails, says so, and counts', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.verify(bob.address, 'swordfish', null)
    await bob.verification('asked')
    bob.client.answer(alice.address, 'Swordfish')
    expect(await alice.verification('failed')).toMatchObject({ attempts: 1, stillVerified: false })
    await bob.verification('failed')
    expect((await alice.notice('verification-failed')).tone).toBe('alert')
    alice.client.verify(bob.address, 'swordfish', null)
    await alice.fault('CHAT_VERIFICATION_REST')
    alice.later(VERIFICATION_REST_MS)
    bob.later(VERIFICATION_REST_MS)
    const from = alice.events.length
    alice.client.verify(bob.address, 'swordfish', null)
    await bob.verification('asked', bob.events.length)
    bob.client.answer(alice.address, 'swordfsh')
    expect(await alice.verification('failed', from)).toMatchObject({ attempts: 2 })
    expect(alice.privacyNow(bob.address)!.state).toBe('unverified')
  })

  test('a peer who guesses on at once is not answered, and nobody is asked', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.verify(bob.address, 'one', null)
    await bob.verification('asked')
    bob.client.answer(alice.address, 'two')
    await alice.verification('failed')
    await bob.verification('failed')
    const from = bob.events.length
    alice.later(VERIFICATION_REST_MS) // A clock that its owner has set.
    alice.client.verify(bob.address, 'three', null)
    const stopped = await alice.verification('aborted')
    expect(stopped).toMatchObject({ by: 'peer', answered: false })
    expect(stopped).not.toHaveProperty('byApp')
    expect(bob.events.slice(from).filter(({ type }) => type === 'verification')).toEqual([])
  })

  test('answering a question proves the one who answers, not the one who asks', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.verify(bob.address, 'Vondelpark', 'Where did we meet?')
    expect(await bob.verification('asked')).toMatchObject({ question: 'Where did we meet?' })
    bob.client.answer(alice.address, 'Vondelpark')
    await alice.privacy(bob.address, 'verified')
    expect(await bob.verification('succeeded')).toMatchObject({ provesPeer: false })
    expect((await bob.notice('verification-one-sided')).sentence).toBe(
      'alice has verified you. Now verify alice?',
    )
    expect(bob.privacyNow(alice.address)!.state).toBe('unverified')
  })

  test('a failure later on does not undo an earlier success, and an abort says nothing', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.trust(bob.address, alice.privacyNow(bob.address)!.peerFingerprint!, 'verified')
    await alice.privacy(bob.address, 'verified')
    alice.client.verify(bob.address, 'right', null)
    await bob.verification('asked')
    bob.client.answer(alice.address, 'wrong')
    expect(await alice.verification('failed')).toMatchObject({ stillVerified: true })
    await bob.verification('failed')
    for (const one of [alice, bob]) one.later(VERIFICATION_REST_MS)
    const from = bob.events.length
    alice.client.verify(bob.address, 'right', null)
    await bob.verification('asked', from)
    bob.client.abortVerification(alice.address)
    expect(await alice.verification('aborted')).toMatchObject({ by: 'peer' })
    expect(await bob.verification('aborted')).toMatchObject({ by: 'us' })
    expect(alice.privacyNow(bob.address)!.state).toBe('verified')
  })

  test('nobody waits for ever for an answer', async () => {
    await using on = await stage()
    const [alice, bob] = await Promise.all([on.actor('alice', { speed: 60 }), on.actor('bob')])
    bob.client.addContact(alice.address, null)
    alice.client.open(bob.address)
    await alice.privacy(bob.address, 'unverified')
    alice.client.verify(bob.address, 'silence', null)
    expect(await alice.verification('aborted')).toMatchObject({ by: 'timeout' })
    expect(await bob.verification('aborted')).toMatchObject({ by: 'peer' })
  })

  test('calls that make no sense are faults', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.answer(bob.address, 'x')
    await alice.fault('CHAT_NO_QUESTION')
    alice.client.verify(bob.address, '', null)
    await alice.fault('CHAT_EMPTY')
    alice.client.verify(bob.address, 'x', 'y'.repeat(2000))
    await alice.fault('CHAT_TOO_LONG')
    alice.client.close(bob.address)
    alice.client.verify(bob.address, 'x', null)
    await alice.fault('CHAT_NOT_ENCRYPTED')
  })
})

describe('the end of encryption', () => {
  test('a peer who ends it locks the composer; text waits until the person chooses', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    bob.client.stopOtr(alice.address)
    expect(await alice.privacy(bob.address, 'ended')).toMatchObject({ composer: 'locked' })
    const id = alice.client.send(bob.address, 'not like this')
    await bob.privacy(alice.address, 'plaintext')
    bob.client.send(alice.address, 'hello in clear')
    expect(await alice.hears('hello in clear')).toMatchObject({ protection: 'none' })
    await alice.notice('message-unencrypted')
    expect(alice.client.messages(bob.address).find((m) => m.id === id)).toMatchObject({
      delivery: 'queued',
      reason: 'Held: bob ended encryption.',
    })
    alice.client.startOtr(bob.address)
    expect(await bob.hears('not like this')).toMatchObject({ protection: 'unverified' })
    expect(on.wire()).not.toContain('not like this')
    expect(bob.contact(alice.address)!.allowPlaintext).toBe(false)
  })

  test('going on in clear takes a choice', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    bob.client.stopOtr(alice.address)
    await alice.privacy(bob.address, 'ended')
    alice.client.send(bob.address, 'in clear then')
    alice.client.stopOtr(bob.address)
    expect(await bob.hears('in clear then')).toMatchObject({ protection: 'none' })
    expect(on.wire()).toContain('in clear then')
    expect(alice.contact(bob.address)!.allowPlaintext).toBe(true)
  })

  test('a contact who is always encrypted is never written to in clear', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    alice.client.setAlwaysOtr(bob.address, true)
    alice.client.stopOtr(bob.address)
    await alice.fault('CHAT_ALWAYS_OTR')
    expect(alice.privacyNow(bob.address)!.state).toBe('unverified')
  })

  test('a peer whose software encrypts once per session gets a new session', async () => {
    await using on = await stage()
    const [alice, bob] = await Promise.all([
      on.actor('alice', { speed: 20 }),
      on.actor('bob', { otr: oncePerSession }),
    ])
    bob.client.addContact(alice.address, null)
    alice.client.open(bob.address)
    await bob.privacy(alice.address, 'unverified')
    bob.client.stopOtr(alice.address)
    await alice.privacy(bob.address, 'ended')
    alice.client.send(bob.address, 'once more')
    alice.client.startOtr(bob.address)
    await bob.hears('once more')
    expect(on.wire()).not.toContain('once more')
  })

  test('session keys are renewed without an interruption', async () => {
    await using on = await stage()
    const { alice, bob } = await couple(on)
    const before = alice.privacyNow(bob.address)!.ssid
    alice.client.startOtr(bob.address)
    await alice.notice('encryption-refreshed')
    await bob.notice('encryption-refreshed')
    expect(alice.privacyNow(bob.address)!.ssid).not.toBe(before)
    expect(alice.privacyNow(bob.address)!.ssid).toBe(bob.privacyNow(alice.address)!.ssid)
    expect(alice.all('privacy').filter(({ privacy }) => privacy.state === 'starting').length).toBe(
      1,
    )
  })
})

/** As Blink does: once a session was encrypted, queries in it are ignored. */
function oncePerSession(engine: OtrEngine): OtrEngine {
  const used = new Set<string>()
  return {
    identity: (account) => engine.identity(account),
    renewIdentity: (account) => engine.renewIdentity(account),
    open: (session, setup) => engine.open(session, setup),
    close: (session) => engine.close(session),
    dispose: () => engine.dispose(),
    async run(session, command) {
      const isQuery = command.op === 'receive' && command.text.startsWith('?OTRv')
      if (isQuery && used.has(session)) return { wire: [], events: [] }
      const output = await engine.run(session, command)
      const isEncrypted = output.events.some((e) => e.type === 'state' && e.state === 'encrypted')
      if (isEncrypted) used.add(session)
      return output
    },
  }
}
