import { describe, expect, test } from 'vitest'
import { encodePrivateKey } from './dsa-key-record.ts'
import type { KeyRecord, KeyStore, OtrEngine, OtrSessionSetup } from './engine.ts'
import { createOtrEngine } from './local-engine.ts'
import { KEYS, POLICY, PROFILE, seeded, sheet } from './testing/peers.ts'

class MemoryKeyStore implements KeyStore {
  readonly records = new Map<string, KeyRecord>()
  failing = false

  async load(account: string): Promise<KeyRecord | null> {
    if (this.failing) throw new Error('no storage')
    return this.records.get(account) ?? null
  }

  async save(account: string, record: KeyRecord): Promise<void> {
    this.records.set(account, record)
  }
}

const ACCOUNT = 'sip:alice@example.com'
const SETUP: OtrSessionSetup = { account: ACCOUNT, policy: POLICY, profile: PROFILE }

function make(store = new MemoryKeyStore(), seed = 'engine'): OtrEngine {
  return createOtrEngine({ random: seeded(seed), now: () => 0 }, store)
}

function stocked(): MemoryKeyStore {
  const store = new MemoryKeyStore()
  store.records.set(ACCOUNT, { key: encodePrivateKey(KEYS.alice), instanceTag: 0x1234 })
  return store
}

describe('identity', () => {
  test('a stored key is used', async () => {
    expect(await make(stocked()).identity(ACCOUNT)).toEqual({
      fingerprint: sheet.dsa.alice.fingerprint,
      created: false,
    })
  })

  test('a key is made once, saved, and found again', async () => {
    const store = new MemoryKeyStore()
    const engine = make(store)
    const both = await Promise.all([engine.identity(ACCOUNT), engine.identity(ACCOUNT)])
    expect(both.map(({ created }) => created)).toEqual([true, false])
    expect(both[0].fingerprint).toBe(both[1].fingerprint)
    expect(store.records.get(ACCOUNT)!.instanceTag).toBeGreaterThanOrEqual(0x100)
    expect(await make(store).identity(ACCOUNT)).toEqual({ ...both[0], created: false })
  })

  test('renewed: another key, the same instance tag', async () => {
    const store = stocked()
    const engine = make(store)
    const renewed = await engine.renewIdentity(ACCOUNT)
    expect(renewed).toMatchObject({ created: true })
    expect(renewed.fingerprint).not.toBe(sheet.dsa.alice.fingerprint)
    expect(await engine.identity(ACCOUNT)).toEqual({ ...renewed, created: false })
    expect(store.records.get(ACCOUNT)!.instanceTag).toBe(0x1234)
  })

  test('a store that fails rejects, and is asked again', async () => {
    const store = stocked()
    const engine = make(store)
    store.failing = true
    await expect(engine.identity(ACCOUNT)).rejects.toThrow('no storage')
    await expect(engine.open('s', SETUP)).rejects.toThrow('no storage')
    store.failing = false
    await engine.open('s', SETUP)
  })

  test('a damaged record rejects and is not overwritten', async () => {
    const store = stocked()
    const key = encodePrivateKey(KEYS.alice)
    key[key.length - 1]! ^= 1
    store.records.set(ACCOUNT, { key, instanceTag: 0x1234 })
    await expect(make(store).identity(ACCOUNT)).rejects.toThrow('OTR_OUT_OF_RANGE')
    expect(store.records.get(ACCOUNT)!.key).toBe(key)
  })
})

describe('sessions', () => {
  test('commands run in the order of the calls, those before open is done as well', async () => {
    const engine = make(stocked())
    const texts = ['one', 'two', 'three']
    const opened = engine.open('s', SETUP)
    const outputs = await Promise.all(
      texts.map((text) => engine.run('s', { op: 'send', id: text, text })),
    )
    await opened
    expect(outputs.flatMap(({ wire }) => wire.map(({ carries }) => carries))).toEqual(texts)
  })

  test('the caller’s faults', async () => {
    const engine = make(stocked())
    await expect(engine.run('s', { op: 'start' })).rejects.toThrow(RangeError)
    await engine.open('s', SETUP)
    await expect(engine.open('s', SETUP)).rejects.toThrow(RangeError)
    await expect(engine.run('s', { op: 'send', id: '1', text: '' })).rejects.toThrow(RangeError)
    await expect(
      engine.open('t', { ...SETUP, profile: { ...PROFILE, padTo: -1 } }),
    ).rejects.toThrow(RangeError)
  })

  test('a session that is closed is forgotten and can be opened anew', async () => {
    const engine = make(stocked())
    await engine.open('s', SETUP)
    await engine.close('s')
    await expect(engine.run('s', { op: 'start' })).rejects.toThrow(RangeError)
    await engine.open('s', SETUP)
    await engine.close('never opened')
  })

  test('two engines meet', async () => {
    const alice = make(stocked(), 'a')
    const bobs = new MemoryKeyStore()
    bobs.records.set(ACCOUNT, { key: encodePrivateKey(KEYS.bob), instanceTag: 0x4321 })
    const bob = make(bobs, 'b')
    await Promise.all([alice.open('s', SETUP), bob.open('s', SETUP)])
    let texts = (await alice.run('s', { op: 'start' })).wire.map(({ text }) => text)
    const states: string[] = []
    for (let turn = 0; texts.length > 0; turn++) {
      const outputs = await Promise.all(
        texts.map((text) => (turn % 2 === 0 ? bob : alice).run('s', { op: 'receive', text })),
      )
      texts = outputs.flatMap(({ wire }) => wire.map(({ text }) => text))
      for (const { events } of outputs) {
        for (const event of events) if (event.type === 'state') states.push(event.fingerprint!)
      }
    }
    expect(states.toSorted()).toEqual(
      [sheet.dsa.alice.fingerprint, sheet.dsa.bob.fingerprint].toSorted(),
    )
    alice.dispose()
    await expect(alice.run('s', { op: 'start' })).rejects.toThrow(RangeError)
  })
})
