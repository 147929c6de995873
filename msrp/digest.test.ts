import { describe, expect, test } from 'vitest'
import {
  digestHa1,
  digestResponse,
  digestRspauth,
  formatAuthenticationInfo,
  formatAuthorization,
  formatChallenge,
  parseAuthorization,
  parseChallenge,
  verifyAuthenticationInfo,
  verifyAuthorization,
} from './digest.ts'

/** RFC 4976 §5.1's names; its own digests cannot be checked, since it does not print the password. */
const uri = 'msrps://alice@intra.example.com;tcp'
const ha1 = digestHa1('Alice', 'intra.example.com', 'secret')
const input = {
  algorithm: 'MD5' as const,
  ha1,
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  nc: '00000001',
  cnonce: '0a4f113b',
  uri,
}
const authorization = {
  algorithm: 'MD5' as const,
  username: 'Alice',
  realm: 'intra.example.com',
  nonce: input.nonce,
  opaque: null,
  nc: input.nc,
  cnonce: input.cnonce,
  response: '750e4fd73ea1221cef6d74424f4cd590',
  uri: null,
}

test('the digests, computed by hand with md5sum', () => {
  expect(ha1).toBe('228077dd83232f11146688d20e4810da')
  expect(digestResponse(input)).toBe('750e4fd73ea1221cef6d74424f4cd590')
  expect(digestRspauth(input)).toBe('a962aa47b6f93658341e5a8973ff8aa9')
})

test('the same with SHA-256, computed by hand with sha256sum', () => {
  const algorithm = 'SHA-256' as const
  const ha1 = digestHa1('Alice', 'intra.example.com', 'secret', algorithm)
  expect(ha1).toBe('62eae3929522d6b531564c4327309f81119690b18b301ad64384740ba4f0b028')
  expect(digestResponse({ ...input, ha1, algorithm })).toBe(
    'a42e80831892a0816d3c5b328d977976d5456b78c313e1d2dc2babcfaa192542',
  )
  const given = {
    ...authorization,
    algorithm,
    response: digestResponse({ ...input, ha1, algorithm }),
  }
  expect(verifyAuthorization(given, ha1, uri)).toBe(true)
})

describe('what the relay checks', () => {
  test('the right response, in either case of hexadecimal', () => {
    expect(verifyAuthorization(authorization, ha1, uri)).toBe(true)
    const upper = { ...authorization, response: authorization.response.toUpperCase() }
    expect(verifyAuthorization(upper, ha1, uri)).toBe(true)
    expect(verifyAuthorization({ ...authorization, uri }, ha1, uri)).toBe(true)
  })

  test.each([
    ['password', authorization, digestHa1('Alice', 'intra.example.com', 'Secret'), uri],
    ['relay', authorization, ha1, 'msrps://other.example.com;tcp'],
    ['uri parameter', { ...authorization, uri: 'msrps://other.example.com;tcp' }, ha1, uri],
    ['nc', { ...authorization, nc: '00000002' }, ha1, uri],
    ['empty response', { ...authorization, response: '' }, ha1, uri],
  ])('not with another %s', (_, given, key, at) => {
    expect(verifyAuthorization(given, key, at)).toBe(false)
  })
})

describe('what the client checks', () => {
  const info = formatAuthenticationInfo(authorization, ha1, uri)

  test('the relay knows the password too', () => {
    expect(info).toBe(
      'rspauth="a962aa47b6f93658341e5a8973ff8aa9", cnonce="0a4f113b", nc=00000001, qop=auth',
    )
    expect(verifyAuthenticationInfo(info, input)).toBe(true)
  })

  test.each([
    ['rspauth', info.replace('a962', 'a963')],
    ['cnonce', info.replace('0a4f', '0a4e')],
    ['nc', info.replace('00000001', '00000002')],
    ['no rspauth', 'nc=00000001, cnonce="0a4f113b"'],
  ])('another %s is no proof', (_, value) => {
    expect(verifyAuthenticationInfo(value, input)).toBe(false)
  })
})

describe('headers', () => {
  test('a challenge of msrprelay, and one of Kamailio', () => {
    expect(
      parseChallenge('Digest realm="sip.agp.test", qop="auth", nonce="ZS==", opaque="7160"'),
    ).toEqual({
      algorithm: 'MD5',
      realm: 'sip.agp.test',
      nonce: 'ZS==',
      opaque: '7160',
      stale: false,
    })
    expect(
      parseChallenge('Digest realm="test.local",nonce="Y/+w",qop="auth",algorithm=MD5,stale=TRUE'),
    ).toEqual({ algorithm: 'MD5', realm: 'test.local', nonce: 'Y/+w', opaque: null, stale: true })
  })

  test.each(['MD5', 'SHA-256'] as const)('both ways, with quotes in a name, %s', (algorithm) => {
    const challenge = { algorithm, realm: 'a "b" \\ c, d', nonce: 'n', opaque: 'o', stale: true }
    expect(parseChallenge(formatChallenge(challenge))).toEqual(challenge)
    const given = { ...authorization, algorithm, username: 'A "l", \\', opaque: 'o', uri }
    expect(parseAuthorization(formatAuthorization(given))).toEqual(given)
  })

  test('msrprelay gets no uri parameter, and exactly comma and space between', () => {
    const value = formatAuthorization({ ...authorization, opaque: '7160' })
    expect(value).toBe(
      'Digest username="Alice", realm="intra.example.com", ' +
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", qop=auth, nc=00000001, cnonce="0a4f113b", ' +
        'response="750e4fd73ea1221cef6d74424f4cd590", opaque="7160"',
    )
  })

  test.each([
    'Basic realm="a"',
    'Digest realm="a"',
    'Digest realm="a", nonce="b", nonce="c"',
    'Digest realm="a", nonce="b", algorithm=MD5-sess',
    'Digest realm="a", nonce="b", algorithm=SHA-512-256',
    'Digest realm="a", nonce="b", qop="auth-int"',
    'Digest realm="a, nonce="b"',
  ])('challenge %s is refused', (value) => {
    expect(() => parseChallenge(value)).toThrow(
      expect.objectContaining({ code: 'MSRP_BAD_HEADER' }),
    )
  })

  test.each(['nc', 'cnonce', 'qop', 'response', 'username'])('authorization without %s', (name) => {
    const value = formatAuthorization(authorization).replace(` ${name}=`, ` x-${name}=`)
    expect(() => parseAuthorization(value)).toThrow(
      expect.objectContaining({ code: 'MSRP_BAD_HEADER' }),
    )
  })
})
