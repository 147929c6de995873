import { expect, test } from 'vitest'
import { authorisation, type Challenge } from './digest.ts'

/** RFC 7616 §3.9.1; the body of GET is empty. */
const MUFASA = { username: 'Mufasa', password: 'Circle of Life' }
const REQUEST = {
  method: 'GET',
  uri: '/dir/index.html',
  body: '',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  count: 1,
}
const CHALLENGE: Challenge = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  qop: ['auth', 'auth-int'],
}

const field = (header: string | null, name: string) =>
  new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(header ?? '')?.[1]

test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])('%s gives the response that RFC 7616 prints', (algorithm, response) => {
  const header = authorisation({ ...CHALLENGE, algorithm }, MUFASA, REQUEST)
  expect(field(header, 'response')).toBe(response)
  expect(field(header, 'algorithm')).toBe(algorithm)
  expect(field(header, 'qop')).toBe('auth')
  expect(field(header, 'nc')).toBe('00000001')
  expect(field(header, 'opaque')).toBe(CHALLENGE.opaque)
})

test('RFC 2617 without qop: no nc, no cnonce', () => {
  const header = authorisation({ realm: 'r', nonce: 'n' }, MUFASA, REQUEST)
  // MD5(MD5(Mufasa:r:Circle of Life):n:MD5(GET:/dir/index.html)), by md5sum.
  expect(field(header, 'response')).toBe('0bab5c24c08a1ef94a6cc3d446ce558a')
  expect(header).not.toMatch(/nc=|cnonce=|qop=|algorithm=/)
})

test('auth-int covers the body', () => {
  const challenge = { ...CHALLENGE, qop: ['auth-int'] }
  const one = authorisation(challenge, MUFASA, { ...REQUEST, body: 'v=0' })
  const other = authorisation(challenge, MUFASA, { ...REQUEST, body: 'v=1' })
  expect(field(one, 'qop')).toBe('auth-int')
  expect(field(one, 'response')).not.toBe(field(other, 'response'))
})

test('quotes in names are escaped, and hashed as they are', () => {
  const plain = authorisation({ realm: 'a"b', nonce: 'n' }, MUFASA, REQUEST)
  const escaped = authorisation({ realm: 'a\\"b', nonce: 'n' }, MUFASA, REQUEST)
  expect(escaped).toBe(plain)
  expect(plain).toContain('realm="a\\"b"')
})

test.each<[string, Challenge]>([
  ['no realm', { nonce: 'n' }],
  ['no nonce', { realm: 'r' }],
  ['unknown algorithm', { realm: 'r', nonce: 'n', algorithm: 'MD4' }],
  ['unknown qop', { realm: 'r', nonce: 'n', qop: ['auth-conf'] }],
])('%s cannot be met', (_, challenge) => {
  expect(authorisation(challenge, MUFASA, REQUEST)).toBeNull()
})
