import { beforeEach, describe, expect, test } from 'vitest'
import { toHex } from './bytes.ts'
import { encodePrivateKey } from './dsa-key-record.ts'
import type { KeyRecord } from './engine.ts'
import { readPrivateKeys, writePrivateKeys } from './libotr-files.ts'
import { createOtrEngine } from './local-engine.ts'
import { LocalVault, type SealedKeyRecord, type VaultStore } from './local-vault.ts'
import { writePkcs8 } from './pkcs8.ts'
import { fromLatin1 } from './s-expression.ts'
import { sealBox } from './sealed-box.ts'
import { KEYS, POLICY, PROFILE, seeded, sheet } from './testing/peers.ts'
import { RemoteEngine, serveEngine } from './worker-protocol.ts'

const ALICE = 'sip:alice@example.com'
const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }
const RECORD: KeyRecord = { key: encodePrivateKey(KEYS.alice), instanceTag: 0x1234 }
const bytes = (text: string) => new TextEncoder().encode(text)

class MemoryVaultStore implements VaultStore {
  readonly records = new Map<string, KeyRecord | SealedKeyRecord>([[ALICE, RECORD]])

  async load(account: string) {
    return this.records.get(account) ?? null
  }

  async save(account: string, record: KeyRecord | SealedKeyRecord) {
    this.records.set(account, record)
  }

  async remove(account: string) {
    this.records.delete(account)
  }
}

let store: MemoryVaultStore
let vault: LocalVault

function restarted(seed = 'again'): LocalVault {
  return new LocalVault({ random: seeded(seed), now: () => 5_000 }, store, CHEAP)
}

beforeEach(() => {
  store = new MemoryVaultStore()
  vault = restarted('vault')
})

const stored = () => store.records.get(ALICE) as SealedKeyRecord

describe('a passphrase', () => {
  test('seals the key, locks it after a restart, and opens it again', async () => {
    expect(await vault.state(ALICE)).toBe('none')
    await vault.setPassphrase(ALICE, null, 'first')
    expect(await vault.state(ALICE)).toBe('open')
    expect(Object.keys(stored())).toEqual(['box', 'sealed'])
    expect(toHex(stored().sealed)).not.toContain(toHex(RECORD.key.subarray(8, 40)))
    vault = restarted()
    expect(await vault.state(ALICE)).toBe('locked')
    await expect(vault.keys.load(ALICE)).rejects.toThrow('VAULT_LOCKED')
    await expect(vault.keys.save(ALICE, RECORD)).rejects.toThrow('VAULT_LOCKED')
    await expect(vault.unlock(ALICE, 'fist')).rejects.toThrow('VAULT_WRONG_PASSPHRASE')
    await vault.unlock(ALICE, 'first')
    expect(await vault.keys.load(ALICE)).toEqual(RECORD)
  })

  test('changed: only the box is another one, and what was sealed still opens', async () => {
    await vault.setPassphrase(ALICE, null, 'first')
    const [sealed] = await vault.seal(ALICE, [{ name: 'a', bytes: bytes('said') }])
    const before = stored()
    await expect(vault.setPassphrase(ALICE, null, 'second')).rejects.toThrow('WRONG_PASSPHRASE')
    await expect(vault.setPassphrase(ALICE, 'fist', 'second')).rejects.toThrow('WRONG_PASSPHRASE')
    expect(stored()).toBe(before)
    await vault.setPassphrase(ALICE, 'first', 'second')
    vault = restarted()
    await expect(vault.unlock(ALICE, 'first')).rejects.toThrow('VAULT_WRONG_PASSPHRASE')
    await vault.unlock(ALICE, 'second')
    expect(await vault.unseal(ALICE, [{ name: 'a', bytes: sealed! }])).toEqual([bytes('said')])
  })

  test('removed: the record is as it was', async () => {
    await vault.setPassphrase(ALICE, null, 'first')
    await vault.setPassphrase(ALICE, 'first', null)
    expect(store.records.get(ALICE)).toEqual(RECORD)
    expect(await vault.state(ALICE)).toBe('none')
  })

  test('is for accounts that have a key', async () => {
    await expect(vault.setPassphrase('sip:new@example.com', null, 'x')).rejects.toThrow('NO_KEY')
  })

  test('keeps sealed what is saved later, a new key included', async () => {
    await vault.setPassphrase(ALICE, null, 'first')
    await vault.settle(ALICE, true)
    await vault.keys.save(ALICE, { key: encodePrivateKey(KEYS.bob), instanceTag: 0x4242 })
    vault = restarted()
    await vault.unlock(ALICE, 'first')
    expect(await vault.keys.load(ALICE)).toMatchObject({ instanceTag: 0x4242 })
    expect(await vault.isSettled(ALICE)).toBe(true)
  })

  test('a key record that was swapped or changed is damage, not a wrong passphrase', async () => {
    await vault.setPassphrase(ALICE, null, 'first')
    const { box, sealed } = stored()
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = sealed.slice()
      changed[at]! ^= 0x80
      store.records.set(ALICE, { box, sealed: changed })
      await expect(restarted().unlock(ALICE, 'first')).rejects.toThrow('VAULT_DAMAGED')
    }
  })
})

test('records open under their name, labels are the same every time, and neither while locked', async () => {
  await vault.setPassphrase(ALICE, null, 'first')
  const [sealed] = await vault.seal(ALICE, [{ name: 'contact bob', bytes: bytes('Bob') }])
  await expect(vault.unseal(ALICE, [{ name: 'contact eve', bytes: sealed! }])).rejects.toThrow(
    'DAMAGED',
  )
  const labels = await vault.label(ALICE, ['bob', 'eve'])
  expect(labels[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(labels[0]).not.toBe(labels[1])
  await vault.lock(ALICE)
  await expect(vault.seal(ALICE, [])).rejects.toThrow('VAULT_LOCKED')
  await expect(vault.label(ALICE, [])).rejects.toThrow('VAULT_LOCKED')
  await vault.unlock(ALICE, 'first')
  expect(await vault.label(ALICE, ['bob', 'eve'])).toEqual(labels)
})

describe('the engine', () => {
  test('has no identity while the vault is locked, nor sessions from before', async () => {
    const engine = createOtrEngine({ random: seeded('engine'), now: () => 0 }, vault.keys)
    vault.onChange = (account) => engine.forget(account)
    await vault.setPassphrase(ALICE, null, 'first')
    await engine.open('s', { account: ALICE, policy: POLICY, profile: PROFILE })
    await vault.lock(ALICE)
    await expect(engine.identity(ALICE)).rejects.toThrow('VAULT_LOCKED')
    await expect(engine.run('s', { op: 'start' })).rejects.toThrow('session is not open')
    await vault.unlock(ALICE, 'first')
    expect((await engine.identity(ALICE)).fingerprint).toBe(sheet.dsa.alice.fingerprint)
  })

  test('across a worker’s port: the same calls, and the code of what is wrong', async () => {
    const { port1, port2 } = new MessageChannel()
    serveEngine(createOtrEngine({ random: seeded('w'), now: () => 0 }, vault.keys), port2, vault)
    const remote = new RemoteEngine(port1, () => port1.close())
    port1.start()
    port2.start()
    await remote.vault.setPassphrase(ALICE, null, 'first')
    await remote.vault.lock(ALICE)
    await expect(remote.vault.unlock(ALICE, 'x')).rejects.toMatchObject({
      name: 'VaultError',
      code: 'VAULT_WRONG_PASSPHRASE',
    })
    await expect(remote.identity(ALICE)).rejects.toMatchObject({ code: 'VAULT_LOCKED' })
    await remote.vault.unlock(ALICE, 'first')
    expect(await remote.vault.state(ALICE)).toBe('open')
    remote.dispose()
  })
})

describe('a backup', () => {
  test('brings the key to another device, with an instance tag of its own', async () => {
    const file = await vault.backup(ALICE, 'paper', '{"contacts":[]}')
    store = new MemoryVaultStore()
    store.records.clear()
    const other = restarted('other device')
    expect(await other.openBackup(file, 'paper')).toEqual({
      account: ALICE,
      fingerprint: sheet.dsa.alice.fingerprint,
      madeAt: 5_000,
      content: '{"contacts":[]}',
    })
    expect(store.records.size).toBe(0)
    await expect(other.restore('sip:eve@example.com')).rejects.toThrow('VAULT_OTHER_ACCOUNT')
    await other.restore(ALICE)
    const restored = store.records.get(ALICE) as KeyRecord
    expect(restored.key).toEqual(RECORD.key)
    expect(restored.instanceTag).not.toBe(RECORD.instanceTag)
    await expect(other.restore(ALICE)).rejects.toThrow('no backup is open')
  })

  test('in place of another key keeps this device’s tag, and its passphrase', async () => {
    const file = await vault.backup(ALICE, 'paper', '')
    await vault.keys.save(ALICE, { key: encodePrivateKey(KEYS.bob), instanceTag: 0x999 })
    await vault.setPassphrase(ALICE, null, 'first')
    await vault.openBackup(file, 'paper')
    await vault.restore(ALICE)
    expect(await vault.keys.load(ALICE)).toEqual({ key: RECORD.key, instanceTag: 0x999 })
    expect(await vault.state(ALICE)).toBe('open')
  })

  test('is not made while the vault is locked, nor opened wrongly', async () => {
    const file = await vault.backup(ALICE, 'paper', '')
    await expect(vault.openBackup(file, 'pape')).rejects.toThrow('VAULT_WRONG_PASSPHRASE')
    await expect(vault.openBackup(file.subarray(0, -1), 'paper')).rejects.toThrow('VAULT_DAMAGED')
    await expect(vault.openBackup(bytes('(privkeys)'), 'paper')).rejects.toThrow('VAULT_FOREIGN')
    await vault.setPassphrase(ALICE, null, 'first')
    await vault.lock(ALICE)
    await expect(vault.backup(ALICE, 'paper', '')).rejects.toThrow('VAULT_LOCKED')
  })

  test('of a later schema is said to be that; nonsense inside is damage', async () => {
    const inside = (value: unknown) =>
      sealBox('paper', 'backup', bytes(JSON.stringify(value)), seeded('x'), CHEAP)
    await expect(vault.openBackup(inside({ schema: 2 }), 'paper')).rejects.toThrow('VAULT_NEWER')
    const good = { schema: 1, account: ALICE, madeAt: 1, key: 'AAAA', content: '' }
    for (const bad of [null, [], 'x', { schema: 0 }, { ...good, key: 4 }, good])
      await expect(vault.openBackup(inside(bad), 'paper')).rejects.toThrow('VAULT_DAMAGED')
  })
})

describe('keys of other programs', () => {
  test('libotr’s: one of several accounts is taken', async () => {
    const owner = { account: 'alice@example.com', protocol: 'prpl-jabber' }
    const file = writePrivateKeys([
      { ...owner, key: KEYS.bob },
      { account: 'other', protocol: 'prpl-irc', key: KEYS.alice },
    ])
    expect(await vault.readKeys(file)).toEqual([
      { owner, fingerprint: sheet.dsa.bob.fingerprint },
      {
        owner: { account: 'other', protocol: 'prpl-irc' },
        fingerprint: sheet.dsa.alice.fingerprint,
      },
    ])
    await vault.importKey(ALICE, 0)
    expect(await vault.keys.load(ALICE)).toEqual({
      key: encodePrivateKey(KEYS.bob),
      instanceTag: RECORD.instanceTag,
    })
    await expect(vault.importKey(ALICE, 0)).rejects.toThrow(RangeError)
  })

  test('Blink’s: a PEM without a name', async () => {
    expect(await vault.readKeys(bytes(writePkcs8(KEYS.bob)))).toEqual([
      { owner: null, fingerprint: sheet.dsa.bob.fingerprint },
    ])
  })

  test('anything else is foreign, or damaged', async () => {
    await expect(vault.readKeys(bytes('hello'))).rejects.toThrow('VAULT_FOREIGN')
    await expect(vault.readKeys(fromLatin1('(privkeys (account'))).rejects.toThrow('OTR_')
  })

  test('and out again, for libotr', async () => {
    const owner = { account: 'alice@example.com', protocol: 'prpl-simple' }
    const [key] = readPrivateKeys(await vault.exportKey(ALICE, owner))
    expect(key).toEqual({ ...owner, key: KEYS.alice })
  })
})

test('a forgotten account has no key', async () => {
  await vault.forget(ALICE)
  expect(await vault.hasKey(ALICE)).toBe(false)
  await expect(vault.exportKey(ALICE, { account: 'a', protocol: 'b' })).rejects.toThrow('NO_KEY')
})
