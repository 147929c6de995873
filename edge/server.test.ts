import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENROLMENT_BURST } from './limits.ts'
import type { LogEntry } from './log.ts'
import { type Edge, startEdge } from './server.ts'
import { makeCa } from './testing/local-ca.ts'
import { SipPhone } from './testing/sip-phone.ts'

let webRoot: string
let edge: Edge
let log: LogEntry[]

const INDEX = `<!doctype html><title>Sotto</title>${' '.repeat(1000)}`

beforeAll(() => {
  webRoot = mkdtempSync(join(tmpdir(), 'sotto-web-'))
  mkdirSync(join(webRoot, 'assets'))
  writeFileSync(join(webRoot, 'index.html'), INDEX)
  writeFileSync(join(webRoot, 'assets/main-DiwrgTda.js'), 'export {}')
  writeFileSync(join(webRoot, 'assets/logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
})
afterAll(() => rmSync(webRoot, { recursive: true }))
beforeEach(async () => {
  log = []
  edge = await startEdge({ port: 0, dataDir: null, webRoot, log: (entry) => log.push(entry) })
})
afterEach(() => edge.close())

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** As bytes, and with the path as written: `fetch` would tidy up both. */
function get(
  path: string,
  options: RequestOptions & { ca?: string; servername?: string } = {},
  body = '',
): Promise<Answer> {
  const send = edge.url.startsWith('https') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = send(edge.url, { path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode = 0, headers } = response
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function enrol(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const standard = { 'content-type': 'application/json', origin: new URL(edge.url).origin }
  return get('/accounts', { method: 'POST', headers: { ...standard, ...headers } }, text)
}

const json = (answer: Answer): unknown => JSON.parse(answer.body.toString())

describe('the app', () => {
  test('is served at / with nothing allowed that it does not need', async () => {
    const { status, headers, body } = await get('/')
    expect([status, body.toString()]).toEqual([200, INDEX])
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "connect-src 'self' ws: wss:",
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types lit-html default',
    ])
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'permissions-policy': expect.stringContaining('camera=(self)'),
    })
    expect(headers['strict-transport-security']).toBeUndefined()
  })

  test('never carries unsafe-inline or unsafe-eval, on any answer', async () => {
    for (const path of ['/', '/nothing', '/config.json', '/healthz', '/metrics']) {
      const policy = (await get(path)).headers['content-security-policy']
      expect(policy, path).toContain("default-src 'none'")
      expect(policy, path).not.toMatch(/(?<!wasm-)unsafe/)
    }
  })

  test('is kept for ever where its name has a hash, and asked for again where not', async () => {
    const cache = async (path: string): Promise<string | undefined> =>
      (await get(path)).headers['cache-control']
    expect(await cache('/assets/main-DiwrgTda.js')).toBe('public, max-age=31536000, immutable')
    expect(await cache('/assets/logo.svg')).toBe('no-cache')
    expect(await cache('/')).toBe('no-cache')
  })

  test('is not sent again to one who has it', async () => {
    const { etag } = (await get('/')).headers
    const again = await get('/', { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect(again.headers['content-security-policy']).toBeDefined()
  })

  test('is compressed for one who can read it, under another ETag', async () => {
    const plain = await get('/', { headers: { 'accept-encoding': 'gzip;q=0, br' } })
    const zipped = await get('/', { headers: { 'accept-encoding': 'br, gzip' } })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    expect(gunzipSync(zipped.body).toString()).toBe(INDEX)
    expect(zipped.headers.etag).not.toBe(plain.headers.etag)
  })

  test('HEAD is GET without the body', async () => {
    const { status, headers, body } = await get('/', { method: 'HEAD' })
    expect([status, Number(headers['content-length']), body.length]).toEqual([200, INDEX.length, 0])
  })

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/../../package.json',
    '/assets/..\\..\\package.json',
    '//etc/passwd',
    '/assets',
    '/index.html/',
    '/%',
  ])('%j leads nowhere', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  test('takes no other method', async () => {
    const { status, headers } = await get('/', { method: 'PUT' })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('names', () => {
  test.each([
    ['127.0.0.1:1', 200],
    ['[::1]:1', 200],
    ['localhost', 200],
    ['sotto.localhost:8020', 200],
    ['evil.example:8020', 421], // DNS rebinding.
    ['localhost.evil.example', 421],
  ])('Host %j is answered %d', async (host, status) => {
    expect((await get('/', { headers: { host } })).status).toBe(status)
  })

  test('another one is said how to be let in', async () => {
    const { body } = await get('/', { headers: { host: 'box:8020' } })
    expect(body.toString()).toMatch(/know itself as box:8020\. .*--origin/)
  })
})

describe('POST /accounts', () => {
  test('makes an account that can register', async () => {
    const made = await enrol({ name: 'dora', password: 'correct horse' })
    expect([made.status, json(made)]).toEqual([201, { address: 'sip:dora@sotto.localhost' }])
    const phone = await new SipPhone(edge.wsUrl, 'dora', edge.domain).open()
    expect(await phone.register()).toMatchObject({ status: 200 })
  })

  test.each([
    ['a bad name', { name: 'D!', password: 'correct horse' }, 400, 'NAME_INVALID'],
    ['a short password', { name: 'dora', password: 'short' }, 400, 'PASSWORD_SHORT'],
    ['not JSON', '{', 400, 'BODY_INVALID'],
    ['not text', { name: 1, password: {} }, 400, 'BODY_INVALID'],
    ['nothing', 'null', 400, 'BODY_INVALID'],
    ['a long body', JSON.stringify({ name: 'x'.repeat(5000) }), 413, 'BODY_LARGE'],
  ])('%s: %d %s', async (_what, body, status, code) => {
    const refused = await enrol(body)
    expect([refused.status, json(refused)]).toEqual([
      status,
      { code, sentence: expect.stringMatching(/^[A-Z].*\.$/) },
    ])
  })

  test('a name is given once', async () => {
    const both = [await enrol({ name: 'dora', password: 'correct horse' })]
    both.push(await enrol({ name: 'dora', password: 'another horse' }))
    expect(both.map(({ status }) => status)).toEqual([201, 409])
  })

  test('a form of another page cannot send it', async () => {
    const form = { 'content-type': 'text/plain' }
    const body = { name: 'dora', password: 'correct horse' }
    expect((await enrol(body, form)).status).toBe(415)
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      expect((await enrol(body, { origin })).status, origin).toBe(403)
    }
    expect((await enrol(body, { 'sec-fetch-site': 'same-site' })).status).toBe(403)
  })

  test('is slowed down', async () => {
    let last: Answer | undefined
    for (let at = 0; at <= ENROLMENT_BURST; at++) last = await enrol({ name: '!', password: '' })
    expect([last?.status, last?.headers['retry-after']]).toEqual([429, '6'])
  })

  test('leaves no password in the log', async () => {
    await enrol({ name: 'dora', password: 'correct horse' })
    await enrol({ name: 'dora', password: 'wrong horse' })
    expect(log).toContainEqual({ event: 'accounts/enrolled', user: 'dora' })
    expect(JSON.stringify(log)).not.toContain('horse')
  })
})

describe('for the operator', () => {
  test('/healthz, /config.json and /metrics', async () => {
    expect((await get('/healthz')).body.toString()).toBe('ok')
    expect(json(await get('/config.json'))).toEqual({
      domain: 'sotto.localhost',
      enrolment: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      providers: [],
    })
    const metrics = (await get('/metrics')).body.toString()
    expect(metrics).toContain('\nsotto_accounts 0\n')
    expect(metrics).toContain('sotto_http_responses_total{status="200"} 2\n')
    expect(metrics.match(/# TYPE sotto_sockets gauge/g)).toHaveLength(1)
  })

  test('a taken port is said in a sentence', async () => {
    const { port } = new URL(edge.url)
    await expect(
      startEdge({ port: Number(port), dataDir: null, webRoot: null }),
    ).rejects.toMatchObject({
      code: 'EDGE_PORT_TAKEN',
      message: `Port ${port} on 127.0.0.1 is taken by another program. Choose another with --port.`,
    })
  })

  test('a missing app too', async () => {
    const missing = join(webRoot, 'assets')
    await expect(startEdge({ port: 0, dataDir: null, webRoot: missing })).rejects.toMatchObject({
      code: 'EDGE_NO_APP',
    })
  })

  test('a domain that is no host name is refused before anything is opened', async () => {
    const options = { port: 0, dataDir: null, webRoot: null }
    for (const domain of ['', 'a"b', 'Example.com', 'a b', '-x']) {
      await expect(startEdge({ ...options, domain }), domain).rejects.toThrow(RangeError)
    }
  })

  test.each([
    { providers: ['localhost'] },
    { origins: ['chat.example.org'] },
    { trustedProxies: ['proxy.example.org'] },
  ])('so is %j', async (wrong) => {
    const port = Number(new URL(edge.url).port)
    const options = { dataDir: null, webRoot: null, port }
    // With the port taken, this would be EDGE_PORT_TAKEN if it had been tried.
    await expect(startEdge({ ...options, ...wrong })).rejects.not.toMatchObject({
      code: 'EDGE_PORT_TAKEN',
    })
  })

  test('a host of elsewhere, and a certificate that is none', async () => {
    const options = { port: 0, dataDir: null, webRoot: null }
    await expect(startEdge({ ...options, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EDGE_HOST_UNKNOWN',
    })
    await expect(startEdge({ ...options, tls: { cert: 'x', key: 'y' } })).rejects.toMatchObject({
      code: 'EDGE_TLS',
    })
  })

  test('with a certificate everything is TLS, and browsers are told to keep it so', async () => {
    const ca = makeCa()
    await edge.close()
    edge = await startEdge({ port: 0, dataDir: null, webRoot, tls: ca.issue('sotto.localhost') })
    const trust = { ca: ca.ca, servername: 'sotto.localhost' }
    ca.remove()
    expect(edge.url).toMatch(/^https:/)
    const { headers } = await get('/', trust)
    expect(headers['strict-transport-security']).toBe('max-age=31536000')
    await edge.enrol('alice', 'correct horse')
    const phone = await new SipPhone(edge.wsUrl, 'alice', edge.domain, trust).open()
    expect(await phone.register()).toMatchObject({ status: 200 })
  })
})
