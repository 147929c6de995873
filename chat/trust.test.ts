import { describe, expect, test } from 'vitest'
import type { Address, Contact, KnownKey } from './events.ts'
import { onKey, onSilence } from './policy.ts'
import { forget, judge, learn, offersOtr, ownerOf, speaksOtr, unverify, verify } from './trust.ts'

const A = 'aa'.repeat(20)
const B = 'bb'.repeat(20)
const NOW = 1_700_000_000_000
const BOB = 'sip:bob@example.com' as Address

const key = (fingerprint: string, verified: KnownKey['verified'] = null): KnownKey => ({
  fingerprint,
  firstSeen: 1,
  lastSeen: 2,
  verified,
})
const VERIFIED: KnownKey['verified'] = { method: 'smp', at: 3 }

const contact = (change: Partial<Contact> = {}): Contact => ({
  peer: BOB,
  name: 'bob',
  alwaysOtr: false,
  allowPlaintext: false,
  keys: [],
  otrVersion: null,
  ...change,
})

/** T40: what was known × what comes × always-OTR. */
describe('judge', () => {
  test.each([
    // known keys, always-OTR, comes, -> kind, blocks, input
    [[], false, A, 'first', false, 'keyUnverified'],
    [[], true, A, 'first', false, 'keyUnverified'],
    [[key(A)], false, A, 'known', false, 'keyUnverified'],
    [[key(A, VERIFIED)], false, A, 'known', false, 'keyVerified'],
    [[key(A)], false, B, 'changed', false, 'keyUnverified'],
    [[key(A)], true, B, 'changed', true, 'keyBlocked'],
    [[key(A, VERIFIED)], false, B, 'changed', true, 'keyBlocked'],
    [[key(A, VERIFIED)], true, B, 'changed', true, 'keyBlocked'],
    // An older key that was verified blocks as well as the last one.
    [[key('cc'.repeat(20)), key(A, VERIFIED)], false, B, 'changed', true, 'keyBlocked'],
    // A key that was learned beside a verified one is known, and not more than that.
    [[key(A, VERIFIED), key(B)], false, B, 'known', false, 'keyUnverified'],
  ] as const)('%j, always %s, comes %s', (keys, alwaysOtr, fingerprint, kind, blocks, input) => {
    const judgement = judge(contact({ keys, alwaysOtr }), fingerprint, 3)
    expect(judgement).toMatchObject({ kind, blocks })
    expect(onKey(judgement)).toBe(input)
  })

  test('a version below what the peer has spoken is noticed, and blocks always-OTR', () => {
    const before = contact({ keys: [key(A)], otrVersion: 3 })
    expect(judge(before, A, 2)).toMatchObject({ versionLowered: true, blocks: false })
    expect(judge({ ...before, alwaysOtr: true }, A, 2)).toMatchObject({ blocks: true })
    expect(judge(contact({ otrVersion: 2 }), A, 3).versionLowered).toBe(false)
  })

  test('so is a version below what the peer has offered, spoken or not', () => {
    const offered = offersOtr(contact({ keys: [key(A)] }), [2, 3])
    expect(judge(offered, A, 2)).toMatchObject({ versionLowered: true })
    expect(judge(offersOtr(contact(), [2]), A, 2).versionLowered).toBe(false)
    expect(offersOtr(offered, [2]), 'the highest stays').toBe(offered)
    expect(offersOtr(offered, [1]).otrOffered).toBe(3)
  })
})

test('trust stays with its key: nothing carries it to another, nothing but a person undoes it', () => {
  const verified = verify(contact({ keys: [key(A)] }), A, 'fingerprint', NOW)
  expect(verified.keys[0]!.verified).toEqual({ method: 'fingerprint', at: NOW })
  const changed = learn(verified, B, NOW + 1)
  expect(changed.keys.map(({ fingerprint }) => fingerprint)).toEqual([B, A])
  expect(changed.keys[0]!.verified).toBeNull()
  expect(changed.keys[1]!.verified).not.toBeNull()
  expect(unverify(changed, A).keys[1]!.verified).toBeNull()
  expect(forget(changed, A).keys).toHaveLength(1)
})

test('a key that is seen again moves to the front and keeps its past', () => {
  const before = contact({ keys: [key(B), key(A, VERIFIED)] })
  expect(learn(before, A, NOW).keys).toEqual([
    { fingerprint: A, firstSeen: 1, lastSeen: NOW, verified: VERIFIED },
    key(B),
  ])
})

test('a key that another contact has is found there, and not at its own', () => {
  const contacts = [contact({ keys: [key(A)] })]
  expect(ownerOf(contacts, A, 'sip:mallory@example.com' as Address)).toBe(BOB)
  expect(ownerOf(contacts, A, BOB)).toBeNull()
})

test('a peer who speaks OTR is no longer written to in clear, and the highest version stays', () => {
  const after = speaksOtr(contact({ allowPlaintext: true, otrVersion: 3 }), 2)
  expect(after).toMatchObject({ allowPlaintext: false, otrVersion: 3 })
})

test('silence leads to clear text where the person has allowed it, and never for always-OTR', () => {
  expect(onSilence(contact())).toBe('unanswered')
  expect(onSilence(contact({ allowPlaintext: true }))).toBe('unansweredAllowed')
  expect(onSilence(contact({ allowPlaintext: true, alwaysOtr: true }))).toBe('unanswered')
})
