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
    providers: [],
  })
})

test('takes what it is given', () => {
  const args = ['--port', '0', '--provider', 'a.example', '--provider', 'b.example']
  const at = ['--provider-at', '_sips._tcp.a.example=127.0.0.1:5061']
  const options = readCommandLine([...args, ...at])
  expect(options?.port).toBe(0)
  expect(options?.providers).toEqual(['a.example', 'b.example'])
  expect(options?.providerOverrides?.get('_sips._tcp.a.example')).toEqual({
    host: '127.0.0.1',
    port: 5061,
  })
})

test('help is a question, not an edge', () => {
  expect(readCommandLine(['-h'])).toBeNull()
})

test.each([
  [['--port', '70000'], /70000 is no port/],
  [['--port', 'http'], /http is no port/],
  [['--tls-cert', 'x.pem'], /go together/],
  [['--prot', '1'], /--prot/],
])('%j is refused with a sentence', (args, sentence) => {
  expect(() => readCommandLine(args)).toThrow(sentence)
})

test('an operator’s mistake is told without a stack, ours with one', () => {
  expect(explain(new EdgeError('EDGE_PORT_TAKEN', 'Port 1 is taken.'))).toBe('Port 1 is taken.')
  expect(explain(new TypeError('x is undefined'))).toMatch(/command-line\.test/)
})
