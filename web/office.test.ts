import { expect, test, vi } from 'vitest'
import type { Address } from '../chat/index.ts'
import { ACCOUNTS_MAX } from './limits.ts'
import { Office } from './office.ts'
import { loadTabAccounts } from './tab-accounts.ts'
import { BOB, BOB_KEY, BOB_NEW_KEY, contact, message } from './testing/cast.ts'
import { FakeWorld } from './testing/fake-world.ts'
import type { World } from './world.ts'

const [ALICE, WORK] = ['sip:alice@sotto.example', 'sip:work@sotto.example'] as [Address, Address]

const HELLO = message(BOB, 'peer', 'hello', 1)

/** An office, and the worlds it was lent: the first is its own, then one for each desk. */
function opened(kept: string | null = null) {
  const worlds: FakeWorld[] = []
  const memory = new Map(kept === null ? [] : [['sotto.accounts', kept]])
  const storage = {
    getItem: (key: string) => memory.get(key) ?? null,
    setItem: (key: string, value: string) => void memory.set(key, value),
  }
  const lend = () => {
    const world = new FakeWorld()
    worlds.push(world)
    return bound(world)
  }
  const office = new Office(lend, storage)
  return { office, worlds, remembered: () => loadTabAccounts(storage, (text) => text as Address) }
}

/** The same as an object of functions, as the browser's is. */
function bound(world: FakeWorld): World {
  const names = Object.getOwnPropertyNames(FakeWorld.prototype).filter((it) => it !== 'constructor')
  const methods = names.map((name) => [name, Reflect.get(world, name).bind(world)])
  return { ...world, ...Object.fromEntries(methods) }
}

/** Signs an account in at the desk that is shown, whose world is the last. */
async function enter({ office, worlds }: ReturnType<typeof opened>, name: string) {
  const { desk } = office
  const world = worlds.at(-1)!
  await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ server: { enrolment: true } }))
  office.handle({ do: 'signIn', address: name, password: 'pw', server: null })
  await vi.waitFor(() => expect(world.calls).toContain('signIn'))
  world.sink!({ type: 'account', account: { state: 'online' } })
  world.sink!(contact(BOB, 'Bob'))
  return { desk, world }
}

/** Alice at home, and at work, where she is looking. */
async function both() {
  const here = opened()
  const home = await enter(here, 'alice')
  here.office.arrange({ do: 'add' })
  const work = await enter(here, 'work')
  return { ...here, home, work }
}

test('one account is one desk, and no other is told of', async () => {
  const here = opened()
  await enter(here, 'alice')
  expect(here.office.accounts).toMatchObject([{ address: ALICE, status: 'online', isShown: true }])
  expect(here.remembered()).toEqual({ addresses: [ALICE], shown: 0 })
})

test('what is unread anywhere is in the title; only what is shown is read', async () => {
  const { office, worlds, home, work } = await both()
  for (const { desk, world } of [home, work]) {
    desk.handle({ do: 'select', peer: BOB })
    world.sink!(HELLO)
  }
  expect(office.accounts.map(({ unread }) => unread)).toEqual([1, 0])
  expect(worlds[0]!.title).toBe('(1) Sotto')
  office.arrange({ do: 'show', account: ALICE })
  expect(worlds[0]!.title).toBe('Sotto')
})

test('nothing is read while nobody looks, whichever is shown', async () => {
  const { office, home, work } = await both()
  work.world.events!.onAttention(false)
  office.arrange({ do: 'show', account: ALICE })
  home.desk.handle({ do: 'select', peer: BOB })
  home.world.sink!(HELLO)
  expect(office.accounts[0]!.unread).toBe(1)
  home.world.events!.onAttention(true)
  expect(office.accounts[0]!.unread).toBe(0)
})

test('a notification names the account, and opens it with the conversation', async () => {
  const { office, home } = await both()
  home.world.sink!(HELLO)
  expect(home.world.announced).toMatchObject([
    { kind: 'notify', title: 'Bob · \u2066alice@sotto.example\u2069' },
  ])
  home.world.events!.onOpen(BOB, ALICE)
  expect(office.desk).toBe(home.desk)
  expect(office.desk.state.selected).toBe(BOB)
})

test('with one account alone it names nobody', async () => {
  const here = opened()
  const { world } = await enter(here, 'alice')
  world.events!.onAttention(false)
  world.sink!(HELLO)
  expect(world.announced).toMatchObject([{ kind: 'notify', title: 'Bob' }])
})

test('settings are the same for all of them', async () => {
  const { office, home, work } = await both()
  const settings = { ...office.desk.state.settings, receipts: false, theme: 'dark' as const }
  office.handle({ do: 'settings', settings })
  for (const { desk, world } of [home, work]) {
    expect(desk.state.settings).toEqual(settings)
    expect(world.calls.filter((call) => call === 'setReceipts false')).toHaveLength(1)
  }
})

test('the lock is for all that have a passphrase', async () => {
  const { office, home, work } = await both()
  home.world.hasPassphrase = true
  home.world.gate = 'locked'
  office.handle({ do: 'lock' })
  await vi.waitFor(() => expect(office.accounts[0]!.status).toBe('locked'))
  expect(work.desk.state.stage.at).toBe('inside') // It has none.
})

test('signing out of one leaves the other, and signing out of the last its form', async () => {
  const { office, home, work, remembered } = await both()
  office.handle({ do: 'signOut' })
  expect(office.desk).toBe(home.desk)
  await vi.waitFor(() => expect(work.world.disposed).toBe(1))
  expect(work.world.events).toBeNull()
  expect(remembered()).toEqual({ addresses: [ALICE], shown: 0 })
  office.handle({ do: 'signOut' })
  await vi.waitFor(() => expect(office.desk.state.stage).toMatchObject({ at: 'signIn' }))
  expect(remembered().addresses).toEqual([])
})

test('an account that is refused before it was ever here leaves nothing behind', async () => {
  const here = opened()
  await enter(here, 'alice')
  here.office.arrange({ do: 'add' })
  const { desk } = here.office
  const world = here.worlds.at(-1)!
  await vi.waitFor(() => expect(desk.state.stage).toMatchObject({ server: { enrolment: true } }))
  here.office.handle({ do: 'signIn', address: 'wrok', password: 'pw', server: null })
  await vi.waitFor(() => expect(world.calls).toContain('signIn'))
  const fault = { code: 'SIP_REFUSED', sentence: 'Wrong password.' }
  world.sink!({ type: 'account', account: { state: 'refused', fault } })
  await vi.waitFor(() => expect(here.remembered().addresses).toEqual([ALICE]))
  expect(desk.state.stage).toMatchObject({ fault: 'Wrong password.' })
})

test('a changed identity at an account out of sight is told of beside it', async () => {
  const { office, home } = await both()
  home.world.sink!({
    type: 'keyChanged',
    peer: BOB,
    name: 'Bob',
    fingerprint: BOB_NEW_KEY,
    previous: BOB_KEY,
    blocks: true,
  })
  expect(office.accounts.map(({ warns }) => warns)).toEqual([true, false])
})

test('a refused account stays in its place and waits', async () => {
  const { office, work, remembered } = await both()
  const fault = { code: 'SIP_REFUSED', sentence: 'Wrong password.' }
  work.world.sink!({ type: 'account', account: { state: 'refused', fault } })
  await vi.waitFor(() => expect(office.accounts[1]!.status).toBe('password'))
  expect(remembered()).toEqual({ addresses: [ALICE, WORK], shown: 1 })
})

test('a form that nobody used goes with the look at it', async () => {
  const here = opened()
  await enter(here, 'alice')
  here.office.arrange({ do: 'add' })
  here.office.arrange({ do: 'add' })
  expect(here.office.accounts).toHaveLength(2)
  here.office.arrange({ do: 'next', step: -1 })
  expect(here.office.accounts).toMatchObject([{ address: ALICE, isShown: true }])
  expect(here.worlds.at(-1)!.events).toBeNull()
})

test('an account of the window is shown where it is, and no second time', async () => {
  const { office, home } = await both()
  office.arrange({ do: 'add' })
  const form = office.desk
  await vi.waitFor(() => expect(form.state.stage).toMatchObject({ server: { enrolment: true } }))
  office.handle({ do: 'signIn', address: 'alice', password: 'pw', server: null })
  expect(office.desk).toBe(home.desk)
  expect(office.accounts).toHaveLength(2)
})

test('who calls an account out of sight is told of', async () => {
  const { office, home } = await both()
  home.world.sink!({ type: 'invited', peer: 'sip:carol@x.example' as Address, name: 'Carol' })
  expect(office.accounts[0]!.caller).toMatchObject({ name: 'Carol', room: false })
})

test('a page that is loaded again has the accounts it had, and waits for their passwords', async () => {
  const here = opened(JSON.stringify({ addresses: [ALICE, WORK], shown: 1 }))
  expect(here.office.accounts).toMatchObject([
    { address: ALICE, status: 'password', isShown: false },
    { address: WORK, status: 'password', isShown: true },
  ])
  expect(here.worlds.every(({ sink }) => sink === null)).toBe(true)
})

test('a page that is loaded again has so many accounts, and no more', () => {
  const addresses = Array.from({ length: ACCOUNTS_MAX + 1 }, (_, at) => `sip:user${at}@a.example`)
  const { office } = opened(JSON.stringify({ addresses, shown: 0 }))
  expect(office.accounts.map(({ address }) => address)).toEqual(addresses.slice(0, ACCOUNTS_MAX))
})

test('an account that is deleted is in no list any more', async () => {
  const { office, work } = await both()
  office.handle({ do: 'forgetAccount', address: ALICE })
  await vi.waitFor(() => expect(work.world.calls).toContain(`forgetAccount ${ALICE}`))
  expect(office.accounts.map(({ address }) => address)).not.toContain(ALICE)
})
