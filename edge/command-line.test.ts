import { expect, test } from 'vitest'
import { explain, readCommandLine } from './command-line.ts'
import { EdgeError } from './errors.ts'

test('without options it is a server for this machine', () => {
  expect(readCommandLine([])).toMatchObject({
    host: '127.0.0.1',
    port: 8020,
    domain: 'sotto.localhost',
    dataDir: '.sotto/edge',
    webRoot: 'dist/web',
    providers: ['sip2sip.info'],
    trustedProxies: [],
  })
})

test('takes what it is given', () => {
  const args = ['--port', '0', '--provider', 'a.example', '--provider', 'b.example']
  const at = ['--resolve', '_sips._tcp.a.example=127.0.0.1:5061']
  const proxies = ['--trust-proxy', '127.0.0.1', '--trust-proxy', '10.0.0.0/8']
  const msrp = ['--msrp-port', '2855', '--msrp-public', 'msrps://chat.example.org:443']
  const options = readCommandLine([...args, ...at, ...proxies, ...msrp])
  expect(options?.trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8'])
  expect(options?.msrpPublic).toEqual({ host: 'chat.example.org', port: 443, secure: true })
  expect(options?.port).toBe(0)
  expect(options?.providers).toEqual(['a.example', 'b.example'])
  expect(options?.providerOverrides?.get('_sips._tcp.a.example')).toEqual({
    host: '127.0.0.1',
    port: 5061,
  })
})

test('no provider is none', () => {
  expect(readCommandLine(['--no-provider'])?.providers).toEqual([])
})

test('help is a question, not an edge', () => {
  expect(readCommandLine(['-h'])).toBeNull()
})

test.each([
  [['--port', '70000'], /70000 is no port/],
  [['--port', 'http'], /http is no port/],
  [['--tls-cert', 'x.pem'], /go together/],
  [['--prot', '1'], /--prot/],
  [['--no-provider', '--provider', 'a.example'], /exclude each other/],
  [['--resolve', 'a.example=127.0.0.1'], /not NAME=HOST:PORT/],
  [['--msrp-public', 'msrps://a.example:1'], /--msrp-port/],
  [['--msrp-port', '1', '--msrp-public', 'a.example:1'], /is not msrps:/],
])('%j is refused with a sentence', (args, sentence) => {
  expect(() => readCommandLine(args)).toThrow(sentence)
})

test('an operator’s mistake is told without a stack, ours with one', () => {
  expect(explain(new EdgeError('EDGE_PORT_TAKEN', 'Port 1 is taken.'))).toBe('Port 1 is taken.')
  expect(explain(new TypeError('x is undefined'))).toMatch(/command-line\.test/)
})
