import { createHash } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type DigestAlgorithm, DigestVerifier, digestHa1 } from './digest.ts'
import { NONCE_LIFETIME_MS, NONCES_MAX } from './limits.ts'
import { ManualEnv } from './testing/manual-env.ts'

const hash = (algorithm: DigestAlgorithm, text: string): string =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')

let env: ManualEnv
let digest: DigestVerifier

beforeEach(() => {
  env = new ManualEnv()
  const ha1 = (user: string, algorithm: DigestAlgorithm): string | null =>
    user === 'alice' ? digestHa1(algorithm, 'alice', 'example.com', 'secret') : null
  digest = new DigestVerifier({ realm: 'example.com', ha1, env })
})

function nonce(scope = 'flow'): string {
  return /nonce="([^"]+)"/.exec(digest.challenges(scope, false)[0]!)![1]!
}

interface Given {
  readonly nonce: string
  readonly user?: string
  readonly password?: string
  readonly algorithm?: DigestAlgorithm
  readonly nc?: string
  readonly damage?: (header: string) => string
}

/** Credentials as RFC 7616 §3.4.1 computes them, hashed here by other code. */
function credentials(given: Given): string {
  const { user = 'alice', password = 'secret', algorithm = 'MD5', nc = '00000001' } = given
  const ha1 = hash(algorithm, `${user}:example.com:${password}`)
  const ha2 = hash(algorithm, 'REGISTER:sip:example.com')
  const response = hash(algorithm, `${ha1}:${given.nonce}:${nc}:0a4f113b:auth:${ha2}`)
  const header =
    `Digest username="${user}", realm="example.com", nonce="${given.nonce}", ` +
    `uri="sip:example.com", response="${response}", algorithm=${algorithm}, ` +
    `cnonce="0a4f113b", qop=auth, nc=${nc}`
  return given.damage?.(header) ?? header
}

const verify = (given: Given, scope = 'flow') =>
  digest.verify([credentials(given)], 'REGISTER', scope)

test('HA1 is that of RFC 7616 §3.9.1', () => {
  const ha1 = digestHa1('MD5', 'Mufasa', 'http-auth@example.org', 'Circle of Life')
  const ha2 = hash('MD5', 'GET:/dir/index.html')
  const rest =
    '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth'
  expect(hash('MD5', `${ha1}:${rest}:${ha2}`)).toBe('8ca523f5e9506fed4657c9700eebdbec')
})

test.each(['MD5', 'SHA-256'] as const)('%s is accepted', (algorithm) => {
  expect(verify({ nonce: nonce(), algorithm })).toEqual({ is: 'ok', user: 'alice' })
})

test('the algorithm is MD5 where none is named', () => {
  const damage = (header: string): string => header.replace('algorithm=MD5, ', '')
  expect(verify({ nonce: nonce(), damage })).toMatchObject({ is: 'ok' })
})

test('a wrong password and an unknown user are wrong alike', () => {
  expect(verify({ nonce: nonce(), password: 'Secret' })).toEqual({ is: 'wrong', user: 'alice' })
  expect(verify({ nonce: nonce(), user: 'bob' })).toEqual({ is: 'wrong', user: 'bob' })
})

test('a nonce can be used again with a higher count only', () => {
  const same = nonce()
  expect(verify({ nonce: same, nc: '00000002' }).is).toBe('ok')
  expect(verify({ nonce: same, nc: '00000002' }).is).toBe('stale')
  expect(verify({ nonce: same, nc: '00000001' }).is).toBe('stale')
  expect(verify({ nonce: same, nc: '00000003' }).is).toBe('ok')
})

test('a nonce is good for its time and its flow, and cannot be made', () => {
  const old = nonce()
  env.advance(NONCE_LIFETIME_MS)
  expect(verify({ nonce: old }).is).toBe('ok')
  env.advance(1)
  expect(verify({ nonce: old, nc: '00000002' }).is).toBe('stale')
  expect(verify({ nonce: nonce('other') }).is).toBe('stale')
  const bytes = Buffer.from(nonce(), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const forged = Buffer.from(bytes)
    forged[at]! ^= 1
    expect(verify({ nonce: forged.toString('base64url') }).is, `byte ${at}`).toBe('stale')
  }
})

test('the counts of so many nonces are remembered, and no more', () => {
  const nonces = Array.from({ length: NONCES_MAX + 1 }, () => nonce())
  for (const one of nonces) verify({ nonce: one })
  expect(verify({ nonce: nonces[1]! }).is).toBe('stale')
  expect(verify({ nonce: nonces[0]! }).is, 'forgotten').toBe('ok')
})

test.each([
  ['no credentials', (): string => ''],
  ['another scheme', (): string => 'Basic YWxpY2U6c2VjcmV0'],
  ['another realm', (header: string): string => header.replace('realm="ex', 'realm="x')],
  ['no qop', (header: string): string => header.replace('qop=auth, ', '')],
  ['another algorithm', (header: string): string => header.replace('=MD5', '=MD5-sess')],
  ['no count', (header: string): string => header.replace('nc=00000001', '')],
])('%s counts as none', (_what, damage) => {
  expect(verify({ nonce: nonce(), damage })).toEqual({ is: 'absent' })
})

test('credentials of our realm are found among others', () => {
  const own = credentials({ nonce: nonce() })
  const other = own.replace('realm="example.com"', 'realm="elsewhere"')
  expect(digest.verify([other, own], 'REGISTER', 'flow').is).toBe('ok')
  expect(digest.verify([own], 'INVITE', 'flow').is).toBe('wrong')
})
