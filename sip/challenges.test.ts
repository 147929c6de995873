import { expect, test } from 'vitest'
import { withOneChallenge } from './challenges.ts'

const digest = (nonce: string, algorithm: string | null) =>
  `Digest realm="x.org", nonce="${nonce}"${algorithm === null ? '' : `, algorithm=${algorithm}`}`

function offering(name: string, ...challenges: readonly string[]): string {
  const fields = challenges.map((challenge) => `${name}: ${challenge}\r\n`).join('')
  return `SIP/2.0 401 Unauthorized\r\nCSeq: 1 REGISTER\r\n${fields}Content-Length: 0\r\n\r\n`
}

test.each([
  ['the best is first (RFC 8760 §2.4)', ['SHA-256', 'MD5'], 0],
  ['the best is one that nobody here knows', ['SHA-512-256', 'SHA-256', 'MD5'], 1],
  ['the last one cannot be met', ['MD5', 'SHA-512-256'], 0],
  ['none is named, which means MD5', ['AKAv1-MD5', null], 1],
  ['for a session', ['SHA-256-sess', 'MD5'], 0],
  ['there is but one', ['MD5'], 0],
] as const)('%s', (_, algorithms, chosen) => {
  const challenges = algorithms.map((algorithm, at) => digest(`n${at}`, algorithm))
  for (const name of ['WWW-Authenticate', 'proxy-authenticate']) {
    expect(withOneChallenge(offering(name, ...challenges))).toBe(
      offering(name, challenges[chosen]!),
    )
  }
})

test('a challenge of another kind is passed over, and one on two lines stays whole', () => {
  const folded = 'Digest realm="x.org",\r\n nonce="n", algorithm=SHA-256'
  const text = offering('WWW-Authenticate', 'Bearer realm="y"', folded, digest('m', 'MD5'))
  expect(withOneChallenge(text)).toBe(offering('WWW-Authenticate', folded))
})

test('each header has its own, and what is no challenge stays as it is', () => {
  const both = offering('WWW-Authenticate', digest('a', 'SHA-256')).replace(
    'Content-Length',
    `Proxy-Authenticate: ${digest('b', 'MD5')}\r\nContent-Length`,
  )
  expect(withOneChallenge(both)).toBe(both)
  const unknown = offering('WWW-Authenticate', digest('a', 'X'), digest('b', 'Y'))
  expect(withOneChallenge(unknown)).toBe(offering('WWW-Authenticate', digest('b', 'Y')))
  const ok = both.replace('401 Unauthorized', '200 OK')
  expect(withOneChallenge(ok)).toBe(ok)
})
