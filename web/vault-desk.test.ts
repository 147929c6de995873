import { expect, test } from 'vitest'
import { Desk } from './desk.ts'
import { ALICE } from './testing/cast.ts'
import { FakeWorld } from './testing/fake-world.ts'

const ACCOUNT = { do: 'signIn', address: 'alice', password: 'correct horse', server: null } as const

/** Until everything that waits has been done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** @param prepare - what is the case before the person signs in */
async function arrive(prepare: (world: FakeWorld) => void) {
  const world = new FakeWorld()
  prepare(world)
  const desk = new Desk(world)
  await settled()
  desk.handle(ACCOUNT)
  await settled()
  const online = () => world.sink?.({ type: 'account', account: { state: 'online' } })
  return { world, desk, online, stage: () => desk.state.stage.at }
}

test('a locked account asks for its passphrase before anything is read', async () => {
  const { world, desk, stage } = await arrive((world) => {
    world.gate = 'locked'
  })
  expect(desk.state.stage).toEqual({ at: 'locked', name: 'alice' })
  expect(world.calls).not.toContain('signIn')
  desk.handle({ do: 'proceed' })
  expect(world.calls).toContain('signIn')
  expect(stage()).toBe('signIn')
})

test('an account whose key the browser has lost makes no other one unasked', async () => {
  const { world, desk } = await arrive((world) => {
    world.gate = 'gone'
    world.remembered = [
      { address: ALICE, server: '', found: 'own', instanceId: 'u', lastUsed: 1, hadKey: true },
    ]
  })
  expect(desk.state.stage).toEqual({ at: 'gone', name: 'alice' })
  expect(world.calls).not.toContain('signIn')
})

test('one that never had a key here simply gets one', async () => {
  const { world } = await arrive((world) => {
    world.gate = 'gone'
  })
  expect(world.calls).toContain('signIn')
  world.sink?.({ type: 'identity', fingerprint: '00'.repeat(20), created: true })
  expect(world.calls).toContain(`noteKey ${ALICE}`)
})

test('locking signs out, hides everything at once, and asks', async () => {
  const { world, desk, online, stage } = await arrive((world) => {
    world.hasPassphrase = true
  })
  online()
  expect(stage()).toBe('inside')
  world.gate = 'locked'
  desk.handle({ do: 'lock' })
  await settled()
  expect(world.calls).toContain('signOut')
  expect(world.disposed).toBe(1)
  expect(desk.state.stage).toEqual({ at: 'locked', name: 'alice' })
  expect(desk.state.conversations.size).toBe(0)
})

test('without a passphrase there is nothing to lock', async () => {
  const { world, desk, online, stage } = await arrive(() => {})
  online()
  desk.handle({ do: 'lock' })
  await settled()
  expect(stage()).toBe('inside')
  expect(world.calls).not.toContain('signOut')
})

test('what replaces the key is done while nobody is signed in, and then it goes on', async () => {
  const { world, online, stage } = await arrive(() => {})
  online()
  await world.keyringHost!.aside(async () => {
    world.calls.push('work')
    world.sink?.({ type: 'account', account: { state: 'signedOut' } })
  })
  expect(world.calls.filter((call) => /signIn|signOut|work/.test(call))).toEqual([
    'signIn',
    'signOut',
    'work',
    'signIn',
  ])
  online()
  expect(stage()).toBe('inside')
})

test('a restoration that fails where the key is gone makes no new one', async () => {
  const { world, stage } = await arrive((world) => {
    world.gate = 'gone'
    world.remembered = [
      { address: ALICE, server: '', found: 'own', instanceId: 'u', lastUsed: 1, hadKey: true },
    ]
  })
  const failing = world.keyringHost!.aside(async () => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  await expect(failing).rejects.toThrow('full')
  expect(stage()).toBe('gone')
  expect(world.calls).not.toContain('signIn')
})

test('an account is forgotten, unless another tab has it', async () => {
  const world = new FakeWorld()
  const desk = new Desk(world)
  desk.handle({ do: 'forgetAccount', address: ALICE })
  await settled()
  expect(desk.state.toasts.at(-1)?.sentence).toContain('is deleted from this device')
  world.lockedElsewhere = true
  desk.handle({ do: 'forgetAccount', address: ALICE })
  await settled()
  expect(desk.state.toasts.at(-1)?.sentence).toContain('another tab')
})

test('the first verification is the time to think of a backup', async () => {
  const { world, desk, online } = await arrive(() => {})
  online()
  const verification = { step: 'succeeded', provesPeer: true, at: 1 } as const
  world.sink?.({ type: 'verification', peer: ALICE, verification })
  expect(desk.state.toasts.at(-1)?.sentence).toContain('Make a backup')
})

test('how far the making of a key is stands in the form, which can be cancelled', async () => {
  const { world, desk, stage } = await arrive(() => {})
  world.sink?.({ type: 'account', account: { state: 'makingKey', candidates: 12 } })
  expect(desk.state.stage).toMatchObject({ busy: 'Making your key… 12 numbers tried' })
  desk.handle({ do: 'cancelSignIn' })
  await settled()
  expect(world.calls).toContain('signOut')
  expect(stage()).toBe('signIn')
})
