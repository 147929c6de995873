import { describe, expect, test } from 'vitest'
import { MsrpConnection } from './connection.ts'
import {
  type DigestChallenge,
  digestHa1,
  formatAuthenticationInfo,
  formatChallenge,
  parseAuthorization,
  verifyAuthorization,
} from './digest.ts'
import type { RelayLogin } from './doors.ts'
import { header, type MsrpRequest } from './frame.ts'
import { parseFrame } from './parse.ts'
import { recorded } from './testing/vectors.ts'
import { testEnv, wirePair } from './testing/wire-pair.ts'

const LOGIN: RelayLogin = {
  relay: 'msrps://alice@intra.example.com;tcp',
  uri: 'msrps://alice.invalid:2855/98cjs;tcp',
  username: 'alice',
  password: 'secret',
  through: [],
}
const HA1 = digestHa1('alice', 'intra.example.com', 'secret')
const CHALLENGE = {
  algorithm: 'MD5',
  realm: 'intra.example.com',
  nonce: 'n1',
  opaque: 'o1',
  stale: false,
} as const
const USE_PATH = 'msrps://intra.example.com:9000/jui787s2f;tcp'
const unauthorized = (...challenges: Partial<DigestChallenge>[]) => [
  '401 Unauthorized',
  ...(challenges.length > 0 ? challenges : [{}]).map(
    (one) => `WWW-Authenticate: ${formatChallenge({ ...CHALLENGE, ...one })}`,
  ),
]
const granted = (request: MsrpRequest) => [
  '200 OK',
  `Use-Path: ${USE_PATH}`,
  'Expires: 900',
  `Authentication-Info: ${formatAuthenticationInfo(given(request), ha1Of(request), LOGIN.relay)}`,
]
const ha1Of = (request: MsrpRequest) =>
  digestHa1('alice', 'intra.example.com', 'secret', given(request).algorithm)
const given = (request: MsrpRequest) => parseAuthorization(header(request, 'Authorization')!)

type Reply = readonly string[] | ((request: MsrpRequest) => readonly string[]) | null

/** A relay that gives its answers in turn; `null` gives none. */
function relay(...replies: Reply[]) {
  const env = testEnv()
  const [wire, other] = wirePair()
  const requests: MsrpRequest[] = []
  other.onBytes = (bytes) => {
    const request = parseFrame(bytes) as MsrpRequest
    requests.push(request)
    const reply = replies[requests.length - 1] ?? null
    if (reply === null) return
    const [status, ...headers] = typeof reply === 'function' ? reply(request) : reply
    const lines = [
      `MSRP ${request.transaction} ${status}`,
      `To-Path: ${request.fromPath.join(' ')}`,
      `From-Path: ${request.toPath.join(' ')}`,
      ...headers,
      `-------${request.transaction}$`,
      '',
    ]
    other.send(new TextEncoder().encode(lines.join('\r\n')))
  }
  return { env, wire, requests, connection: new MsrpConnection(wire, env) }
}

const code = (wanted: string) => expect.objectContaining({ name: 'MsrpError', code: wanted })

describe('what goes well', () => {
  test('a challenge, an answer, a grant', async () => {
    const { connection, requests } = relay(unauthorized(), granted)
    expect(await connection.authenticate(LOGIN)).toEqual({ usePath: [USE_PATH], expires: 900 })
    const [first, second] = requests
    expect(first).toMatchObject({
      method: 'AUTH',
      toPath: [LOGIN.relay],
      fromPath: [LOGIN.uri],
      headers: [],
      body: null,
    })
    expect(second!.transaction).not.toBe(first!.transaction)
    expect(verifyAuthorization(given(second!), HA1, LOGIN.relay)).toBe(true)
    expect(given(second!)).toMatchObject({ nc: '00000001', opaque: 'o1', nonce: 'n1' })
  })

  test('a relay that knows us without a challenge', async () => {
    const { connection } = relay(['200 OK', `Use-Path: ${USE_PATH}`, 'Expires: 60'])
    expect(await connection.authenticate(LOGIN)).toEqual({ usePath: [USE_PATH], expires: 60 })
  })

  test('no Authentication-Info, as Kamailio answers', async () => {
    const { connection } = relay(unauthorized(), ['200 OK', `Use-Path: ${USE_PATH}`])
    expect(await connection.authenticate(LOGIN)).toEqual({ usePath: [USE_PATH], expires: 600 })
  })

  test('a stale nonce is replaced without a word', async () => {
    const stale = unauthorized({ nonce: 'n2', stale: true })
    const { connection, requests } = relay(unauthorized(), stale, granted)
    await connection.authenticate(LOGIN)
    expect(given(requests[2]!)).toMatchObject({ nonce: 'n2', nc: '00000001' })
  })

  test('423 is answered with the bound, and the nonce used once more', async () => {
    const bound = ['423 Interval Out-of-Bounds', 'Max-Expires: 300']
    const { connection, requests } = relay(unauthorized(), bound, granted)
    await connection.authenticate(LOGIN)
    expect(header(requests[2]!, 'Expires')).toBe('300')
    expect(given(requests[2]!)).toMatchObject({ nonce: 'n1', nc: '00000002' })
    expect(verifyAuthorization(given(requests[2]!), HA1, LOGIN.relay)).toBe(true)
  })

  test('through another relay: its URI first in To-Path, the digest for the last', async () => {
    const through = ['msrps://near.example:9000/token;tcp']
    const both = ['200 OK', `Use-Path: ${through[0]} ${USE_PATH}`, 'Expires: 60']
    const { connection, requests } = relay(unauthorized(), both)
    const grant = await connection.authenticate({ ...LOGIN, through })
    expect(grant.usePath).toEqual([through[0], USE_PATH])
    expect(requests[1]!.toPath).toEqual([through[0], LOGIN.relay])
    expect(verifyAuthorization(given(requests[1]!), HA1, LOGIN.relay)).toBe(true)
  })

  test('one after the other, never two at once (RFC 4976 §5.1)', async () => {
    const { connection, requests } = relay(unauthorized(), granted, unauthorized(), granted)
    await Promise.all([connection.authenticate(LOGIN), connection.authenticate(LOGIN)])
    expect(requests.map((request) => request.headers.length)).toEqual([0, 1, 0, 1])
  })
})

describe('the uri parameter', () => {
  test.each([
    ['msrprelay, which never answers when it is there', LOGIN.relay, 'o1', null],
    ['a WebSocket relay, as RFC 7977 draws it', 'msrps://a.example.com:443;ws', 'o1', 'same'],
    ['no opaque', LOGIN.relay, null, 'same'],
  ])('%s', async (_, uri, opaque, sent) => {
    const { connection, requests } = relay(unauthorized({ opaque }), null)
    connection.authenticate({ ...LOGIN, relay: uri }).catch(() => {})
    await expect.poll(() => requests.length).toBe(2)
    expect(given(requests[1]!).uri).toBe(sent === null ? null : uri)
  })
})

describe('several challenges (RFC 8760 §2.4)', () => {
  test.each<[string, string, Partial<DigestChallenge>[]]>([
    ['SHA-256 alone', 'SHA-256', [{ algorithm: 'SHA-256' }]],
    ['the first', 'SHA-256', [{ algorithm: 'SHA-256' }, { algorithm: 'MD5' }]],
    ['the first, though it is the weaker', 'MD5', [{ algorithm: 'MD5' }, { algorithm: 'SHA-256' }]],
    ['the first that is known', 'MD5', [{ algorithm: 'SHA-512-256' as never }, {}]],
  ])('%s is met', async (_, algorithm, challenges) => {
    const { connection, requests } = relay(unauthorized(...challenges), granted)
    const grant = connection.authenticate(LOGIN)
    await expect.poll(() => requests.length).toBe(2)
    expect(given(requests[1]!).algorithm).toBe(algorithm)
    expect(verifyAuthorization(given(requests[1]!), ha1Of(requests[1]!), LOGIN.relay)).toBe(true)
    expect(await grant).toEqual({ usePath: [USE_PATH], expires: 900 })
  })
})

describe('what does not', () => {
  const forged = (request: MsrpRequest) =>
    granted(request).map((line) => line.replace(/rspauth="./, 'rspauth="x'))
  test.each<[string, string, Reply[]]>([
    ['MSRP_AUTH_REFUSED', 'a second 401 that is not stale', [unauthorized(), unauthorized()]],
    ['MSRP_AUTH_REFUSED', '403', [unauthorized(), ['403 Forbidden']]],
    ['MSRP_AUTH_FAILED', 'a relay that does not know the password', [unauthorized(), forged]],
    ['MSRP_AUTH_FAILED', '401 without a challenge', [['401 Unauthorized']]],
    ['MSRP_AUTH_FAILED', 'another scheme', [['401 No', 'WWW-Authenticate: Basic realm="a"']]],
    ['MSRP_AUTH_FAILED', '423 without a bound', [['423 Interval Out-of-Bounds']]],
    ['MSRP_AUTH_FAILED', '200 without Use-Path', [['200 OK', 'Expires: 60']]],
    ['MSRP_AUTH_FAILED', 'a Use-Path of something else', [['200 OK', 'Use-Path: sip:a@b']]],
    ['MSRP_AUTH_FAILED', '501', [['501 Unknown method']]],
    ['MSRP_AUTH_FAILED', 'stale for ever', Array<Reply>(9).fill(unauthorized({ stale: true }))],
  ])('%s: %s', async (wanted, _, replies) => {
    const { connection, requests } = relay(...replies)
    await expect(connection.authenticate(LOGIN)).rejects.toThrow(code(wanted))
    expect(requests.length).toBeLessThanOrEqual(4)
  })

  test('MSRP_TIMEOUT: no answer in 30 s', async () => {
    const { env, connection, requests } = relay(null)
    const grant = connection.authenticate(LOGIN)
    await expect.poll(() => requests.length).toBe(1)
    env.advance(30_000)
    await expect(grant).rejects.toThrow(code('MSRP_TIMEOUT'))
  })

  test('MSRP_CONNECTION_LOST: the wire closes, or is closed', async () => {
    const { wire, connection, requests } = relay(null)
    const grant = connection.authenticate(LOGIN)
    const next = connection.authenticate(LOGIN)
    await expect.poll(() => requests.length).toBe(1)
    wire.cut()
    await expect(grant).rejects.toThrow(code('MSRP_CONNECTION_LOST'))
    await expect(next).rejects.toThrow(code('MSRP_CONNECTION_LOST'))
  })

  test('errors do not say the password', async () => {
    const { connection } = relay(unauthorized(), unauthorized())
    await expect(connection.authenticate(LOGIN)).rejects.not.toThrow(/secret/)
  })
})

test('msrprelay’s own grant is understood, Base64 and all', async () => {
  const frames = recorded('msrprelay').map(({ bytes }) => parseFrameOrNull(bytes))
  const ok = frames.find((frame) => frame?.kind === 'response' && header(frame, 'Use-Path'))!
  const { connection } = relay(unauthorized(), [
    '200 OK',
    ...ok.headers
      .filter(([name]) => name !== 'Authentication-Info') // For a password that is not ours.
      .map(([name, value]) => `${name}: ${value}`),
  ])
  expect(await connection.authenticate(LOGIN)).toEqual({
    usePath: [expect.stringMatching(/^msrp:\/\/127\.0\.0\.1:2871\/ZSNOw5.*;tcp$/)],
    expires: 600,
  })
})

function parseFrameOrNull(bytes: Uint8Array) {
  try {
    return parseFrame(bytes)
  } catch {
    return null // Some reads hold two frames, or half of one.
  }
}
