import { expect, test } from 'vitest'
import type { Address } from '../chat/index.ts'
import { loadTabAccounts, saveTabAccounts } from './tab-accounts.ts'

const [ALICE, WORK] = ['sip:alice@a.example', 'sip:alice@work.example'] as Address[] as [
  Address,
  Address,
]

function storage(text: string | null = null) {
  let kept = text
  return {
    getItem: () => kept,
    setItem(_: string, value: string) {
      kept = value
    },
  }
}

function parse(text: string): Address {
  if (!text.startsWith('sip:')) throw new RangeError('no address')
  return text as Address
}

test('what is saved comes back', () => {
  const kept = storage()
  const accounts = { addresses: [ALICE, WORK], shown: 1 }
  saveTabAccounts(kept, accounts)
  expect(loadTabAccounts(kept, parse)).toEqual(accounts)
})

test.each([null, '', 'null', '[]', '{"addresses":1}', '{"addresses":["javascript:x"],"shown":0}'])(
  'of %j nothing comes back',
  (text) => {
    expect(loadTabAccounts(storage(text), parse).addresses).toEqual([])
  },
)

test('nobody is there twice', () => {
  const kept = storage(JSON.stringify({ addresses: [ALICE, ALICE], shown: 0 }))
  expect(loadTabAccounts(kept, parse).addresses).toEqual([ALICE])
})

test('storage that is full or forbidden stops nothing', () => {
  const full = {
    setItem() {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  expect(() => saveTabAccounts(full, { addresses: [ALICE], shown: 0 })).not.toThrow()
})
