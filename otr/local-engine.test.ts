import { describe, expect, test } from 'vitest'
import { encodePrivateKey } from './dsa-key-record.ts'
import type {
  KeyRecord,
  KeyStore,
  KeyWatch,
  OtrEngine,
  OtrIdentity,
  OtrSessionSetup,
} from './engine.ts'
import { createOtrEngine } from './local-engine.ts'
import { KEYS, POLICY, PROFILE, seeded, sheet } from './testing/peers.ts'

class MemoryKeyStore implements KeyStore {
  readonly records = new Map<string, KeyRecord>()
  failing = false
  saved = 0

  async load(account: string): Promise<KeyRecord | null> {
    if (this.failing) throw new Error('no storage')
    return this.records.get(account) ?? null
  }

  async save(account: string, record: KeyRecord): Promise<void> {
    this.records.set(account, record)
    this.saved++
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

describe('a key in the making', () => {
  const aborted = expect.objectContaining({ name: 'AbortError' })
  const isAborted = (call: Promise<unknown>) => expect(call).rejects.toEqual(aborted)
  /** Gives up at the third candidate. */
  const fickle = (): KeyWatch => {
    const cancel = new AbortController()
    const onProgress = (candidates: number) => void (candidates === 3 && cancel.abort())
    return { signal: cancel.signal, onProgress }
  }

  test('tells how far it is', async () => {
    const counts: number[] = []
    await make().identity(ACCOUNT, { onProgress: (candidates) => counts.push(candidates) })
    expect(counts.length).toBeGreaterThan(3)
    expect(counts).toEqual(counts.map((_, i) => i))
  })

  test('is cancelled: nothing is saved, and the next call starts anew', async () => {
    const store = new MemoryKeyStore()
    const engine = make(store)
    await isAborted(engine.identity(ACCOUNT, fickle()))
    expect(store.saved).toBe(0)
    await isAborted(engine.identity(ACCOUNT, { signal: AbortSignal.abort() }))
    await Promise.all([
      isAborted(engine.identity(ACCOUNT, fickle())),
      isAborted(engine.renewIdentity(ACCOUNT, fickle())),
    ])
    expect(store.saved).toBe(0)
    expect(await engine.identity(ACCOUNT)).toMatchObject({ created: true })
    expect(store.saved).toBe(1)
  })

  test('for several: who gives up hears so at once, the others get one key', async () => {
    const store = new MemoryKeyStore()
    const engine = make(store)
    const calls = [engine.identity(ACCOUNT, fickle()), engine.identity(ACCOUNT)] as const
    const opened = engine.open('s', SETUP)
    await isAborted(calls[0])
    expect(store.saved).toBe(0)
    expect(await calls[1]).toMatchObject({ created: true })
    await opened
    expect(store.saved).toBe(1)
  })

  test('is joined while it is being abandoned: the newcomer gets another', async () => {
    const store = new MemoryKeyStore()
    const engine = make(store)
    const cancel = new AbortController()
    let newcomers: Promise<OtrIdentity[]> | undefined
    const onProgress = () => {
      cancel.abort()
      newcomers ??= Promise.all([engine.identity(ACCOUNT), engine.identity(ACCOUNT)])
    }
    await isAborted(engine.identity(ACCOUNT, { signal: cancel.signal, onProgress }))
    const [first, second] = await newcomers!
    expect(first).toEqual({ ...second, created: true })
    expect(store.saved).toBe(1)
  })

  test('cannot be called back from the store: the call succeeds', async () => {
    const store = new MemoryKeyStore()
    const cancel = new AbortController()
    store.save = async (account, record) => {
      cancel.abort()
      await MemoryKeyStore.prototype.save.call(store, account, record)
    }
    const engine = make(store)
    const identity = await engine.identity(ACCOUNT, { signal: cancel.signal })
    expect(await engine.identity(ACCOUNT)).toEqual({ ...identity, created: false })
  })

  test('in place of the old: cancelled, the old one stays', async () => {
    const store = stocked()
    const engine = make(store)
    const { fingerprint } = sheet.dsa.alice
    expect(await engine.identity(ACCOUNT)).toEqual({ fingerprint, created: false })
    const renewing = engine.renewIdentity(ACCOUNT, fickle())
    const asked = engine.identity(ACCOUNT)
    await isAborted(renewing)
    expect(await asked).toEqual({ fingerprint, created: false })
    expect(store.saved).toBe(0)
  })

  test('in place of the old, asked for twice at once: one key, and whoever asks gets that', async () => {
    const store = stocked()
    const engine = make(store)
    const both = [engine.renewIdentity(ACCOUNT), engine.renewIdentity(ACCOUNT)] as const
    const asked = engine.identity(ACCOUNT)
    const renewed = await both[0]
    expect(await both[1]).toEqual(renewed)
    expect(await asked).toEqual({ ...renewed, created: false })
    expect(store.saved).toBe(1)
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
