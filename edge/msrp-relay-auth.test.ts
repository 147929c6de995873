import { expect, test } from 'vitest'
import { Challenges } from './msrp-relay-auth.ts'
import { NONCES_MAX } from './msrp-relay-limits.ts'
import { ManualEnv } from './testing/manual-env.ts'
import { authLines, field } from './testing/raw-msrp.ts'

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
  expect(challenges.check(AUTHORIZATION, URI)).toEqual({ kind: 'stale', user: 'Alice' })
  expect(challenges.check(`${AUTHORIZATION}, uri="${URI}"`, URI)).toEqual({
    kind: 'stale',
    user: 'Alice',
  })
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
  expect(challenges.check(authorization, URI)).toMatchObject({ kind: 'wrong' })
})

test('a digest for another To-Path is wrong', () => {
  expect(challenges.check(AUTHORIZATION, 'msrps://intra.example.com;tcp')).toEqual({
    kind: 'wrong',
    user: 'Alice',
  })
})

test('so many challenges of one connection are remembered, the latest', () => {
  const asked = new Challenges(REALM, () => HA1, new ManualEnv())
  const nonces = Array.from(
    { length: NONCES_MAX + 1 },
    () => /nonce="([^"]+)"/.exec(asked.challenge(false))![1]!,
  )
  const verdicts = nonces.map((nonce) => {
    const lines = authLines('auth', {
      to: URI,
      from: 'msrp://a.invalid:9/a;tcp',
      username: 'Alice',
      realm: REALM,
      password: 'secret',
      nonce,
    })
    return asked.check(field(lines, 'Authorization'), URI).kind
  })
  expect(verdicts).toEqual(['stale', ...nonces.slice(1).map(() => 'accepted')])
})
