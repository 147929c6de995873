import { mkdtempSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { get as getSecurely } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Edge, LogEntry } from '../edge/index.ts'
import { makeCa } from '../edge/testing/local-ca.ts'
import { AgentProcess } from './agent-process.ts'
import { startEdge } from './edge.ts'
import { passwordOf, startKamailio } from './kamailio.ts'
import { startNginx } from './nginx.ts'

const WEB = join(import.meta.dirname, '..', 'dist', 'web')
const authority = makeCa()
const tls = authority.issue('localhost')
const ca = join(mkdtempSync(join(tmpdir(), 'sotto-ca-')), 'ca.pem')
writeFileSync(ca, authority.ca)

let edge: Edge | undefined

afterAll(async () => {
  authority.remove()
  await edge?.close()
})

test('the edge behind nginx: the page, accounts, and a conversation', async () => {
  const log: LogEntry[] = []
  edge = await startEdge({
    port: 0,
    domain: 'test.local',
    dataDir: null,
    webRoot: WEB,
    trustedProxies: ['127.0.0.1'],
    log: (entry) => log.push(entry),
  })
  await using nginx = await startNginx({
    file: 'edge.conf',
    tls,
    replace: { '127.0.0.1:8020': new URL(edge.url).host },
  })
  const page = await fetchSecurely(nginx.port, '/')
  expect(page.statusCode).toBe(200)
  expect(page.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  })
  expect((await fetchSecurely(nginx.port, '/metrics')).statusCode).toBe(404)
  expect(await opens(nginx.port, `https://localhost:${nginx.port}`)).toBe(true)
  expect(await opens(nginx.port, 'https://elsewhere.example')).toBe(false)
  expect(log).toContainEqual({ event: 'upgrade/refused', status: 403, address: '127.0.0.1' })
  for (const name of ['alice', 'bob']) await edge.enrol(name, passwordOf(name))
  await converse(`wss://localhost:${nginx.port}/ws`)
})

test('Kamailio behind nginx: the page with the same headers, and a conversation', async () => {
  await using server = await startKamailio()
  await using nginx = await startNginx({
    file: 'kamailio.conf',
    tls,
    webRoot: WEB,
    replace: {
      'server 10.0.0.1:8080;': `server 127.0.0.1:${server.port};`,
      'server 10.0.0.2:8080;': '',
      '"domain":"chat.example.org"': '"domain":"test.local"',
    },
  })
  const page = await fetchSecurely(nginx.port, '/')
  expect(page.statusCode).toBe(200)
  edge ??= await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  for (const [name, value] of Object.entries((await fetchPlainly(edge.url)).headers)) {
    if (/-policy$|^x-/.test(name)) expect(page.headers[name], name).toBe(value)
  }
  const config = await fetchSecurely(nginx.port, '/config.json')
  expect(config.headers['content-type']).toBe('application/json')
  await converse(`wss://localhost:${nginx.port}/ws`)
})

async function converse(server: string): Promise<void> {
  const [alice, bob] = ['sip:alice@test.local', 'sip:bob@test.local']
  const start = (account: string, name: string) =>
    AgentProcess.start({ account, password: passwordOf(name), server, ca })
  await using one = await start(alice, 'alice')
  await using other = await start(bob, 'bob')
  one.do({ do: 'send', peer: bob, text: 'through the proxy: Grüße' })
  await other.expect({ event: 'incoming', peer: alice })
  other.do({ do: 'accept', peer: alice })
  await other.expect({ event: 'message', text: 'through the proxy: Grüße', encrypted: true })
  await one.expect({ event: 'delivery', state: 'delivered', encrypted: true })
}

function fetchSecurely(port: number, path: string): Promise<IncomingMessage> {
  const options = { host: 'localhost', port, path, ca: authority.ca, agent: false } as const
  return new Promise((resolve, reject) => {
    getSecurely(options, (response) => resolve(response.resume())).once('error', reject)
  })
}

/** Whether a page from `origin` gets a WebSocket; whoever opened it makes up where they are. */
function opens(port: number, origin: string): Promise<boolean> {
  const headers = { 'X-Forwarded-For': '192.0.2.9' }
  const options = { ca: authority.ca, origin, headers }
  const socket = new WebSocket(`wss://localhost:${port}/ws`, 'msrp', options)
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.close()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function fetchPlainly(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => resolve(response.resume())).once('error', reject)
  })
}
