import { expect, test } from 'vitest'
import { Challenges } from './msrp-relay-auth.ts'
import { ManualEnv } from './testing/manual-env.ts'

const REALM = 'intra.example.com'
const URI = 'msrps://alice@intra.example.com;tcp'

/** MD5 of `Alice:intra.example.com:secret`. */
const HA1 = '228077dd83232f11146688d20e4810da'

const AUTHORIZATION = [
  'Digest username="Alice"',
  `realm="${REALM}"`,
  'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
  'qop=auth',
  'nc=00000001',
  'cnonce="0a4f113b"',
  'response="750e4fd73ea1221cef6d74424f4cd590"',
].join(', ')

const challenges = new Challenges(REALM, (user) => (user === 'Alice' ? HA1 : null), new ManualEnv())

test('knows a right digest with a nonce that is not ours: stale, not wrong', () => {
  expect(challenges.check(AUTHORIZATION, URI)).toEqual({ kind: 'stale' })
  expect(challenges.check(`${AUTHORIZATION}, uri="${URI}"`, URI)).toEqual({ kind: 'stale' })
})

test.each([
  ['another response', AUTHORIZATION.replace('750e', '750f')],
  ['another user', AUTHORIZATION.replace('Alice', 'alice')],
  ['another realm', AUTHORIZATION.replace(REALM, 'example.com')],
  ['another count', AUTHORIZATION.replace('nc=00000001', 'nc=00000002')],
  ['another URI', `${AUTHORIZATION}, uri="msrps://elsewhere.test;tcp"`],
  ['a parameter twice', `${AUTHORIZATION}, realm="${REALM}"`],
  ['no qop', AUTHORIZATION.replace('qop=auth, ', '')],
  ['Basic', 'Basic QWxpY2U6c2VjcmV0'],
  ['nothing', ''],
])('%s is wrong', (_, authorization) => {
  expect(challenges.check(authorization, URI)).toEqual({ kind: 'wrong' })
})

test('a digest for another To-Path is wrong', () => {
  expect(challenges.check(AUTHORIZATION, 'msrps://intra.example.com;tcp')).toEqual({
    kind: 'wrong',
  })
})
