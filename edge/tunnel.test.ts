import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions, connect as tlsConnect } from 'node:tls'
import { afterAll, afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { digestHa1 } from '../msrp/index.ts'
import type { SrvRecord, SrvResolver } from './dial.ts'
import { systemEnv } from './env.ts'
import { RelayPasses } from './relay-passes.ts'
import { makeCa } from './testing/local-ca.ts'
import { untilStill } from './testing/until-still.ts'
import { ProviderTunnels, parseOverride, type TunnelNote, type TunnelOptions } from './tunnel.ts'

const ours = makeCa()
const strange = makeCa()
afterAll(() => {
  ours.remove()
  strange.remove()
})

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A provider on loopback: a TLS server with its own idea of who it is. */
async function startProvider(identity: TlsOptions): Promise<{
  readonly port: number
  readonly connections: TLSSocket[]
  /** The next connection, once its handshake is over. */
  readonly connected: () => Promise<TLSSocket>
}> {
  const connections: TLSSocket[] = []
  const server = createServer(identity, (socket) => {
    connections.push(socket)
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined) // A refused certificate is the client's business.
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of connections) socket.destroy()
    server.close()
  })
  const connected = async (): Promise<TLSSocket> => {
    const [socket] = (await once(server, 'secureConnection')) as [TLSSocket]
    return socket
  }
  return { port: (server.address() as AddressInfo).port, connections, connected }
}

/** An edge with nothing but tunnels. */
async function startEdge(options: TunnelOptions): Promise<{
  readonly open: (path: string) => WebSocket
  readonly tunnels: ProviderTunnels
}> {
  const tunnels = new ProviderTunnels(options)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket, request) => {
    tunnels.accept(socket, request.url!, request.socket.remoteAddress)
  })
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { open: (path) => new WebSocket(`ws://127.0.0.1:${port}${path}`), tunnels }
}

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

/** DNS as a test wants it. Asking for anything else fails the test. */
function zone(
  srv: Record<string, readonly SrvRecord[]>,
  addresses: Record<string, readonly string[]> = {},
): SrvResolver {
  return {
    srv: async (name) => srv[name] ?? [],
    addresses: async (host) => addresses[host] ?? [],
  }
}

const NOWHERE = zone({})

function overridden(port: number): Pick<TunnelOptions, 'providers' | 'overrides' | 'resolver'> {
  return {
    providers: ['example.test'],
    overrides: new Map([parseOverride(`_sips._tcp.example.test=127.0.0.1:${port}`)]),
    resolver: NOWHERE,
  }
}

test('carries bytes both ways, the first ones sent before the provider was reached', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  const arrived = provider.connected()
  await once(browser, 'open')
  browser.send('REGISTER sip:example.test SIP/2.0\r\n') // Text and binary are both bytes.
  browser.send(Uint8Array.of(0, 0xff, 0x0d))
  const remote = await arrived
  const sent = Buffer.from('REGISTER sip:example.test SIP/2.0\r\n\0\xff\r', 'latin1')
  expect(await read(remote, sent.length)).toEqual(sent)
  expect(remote.servername).toBe('example.test')

  remote.write('SIP/2.0 200 OK\r\n')
  const [answer, isBinary] = (await once(browser, 'message')) as [Buffer, boolean]
  expect(answer.toString()).toBe('SIP/2.0 200 OK\r\n')
  expect(isBinary).toBe(true)

  remote.end('BYE')
  expect(await closeCode(browser)).toBe(1000)
  await expect.poll(() => edge.tunnels.size).toBe(0)
})

async function read(socket: TLSSocket, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let missing = length
  for await (const part of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    parts.push(part)
    missing -= part.length
    if (missing <= 0) break
  }
  return Buffer.concat(parts)
}

test('says whom it has reached, and after a registration how to use our relay', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const passes = new RelayPasses('sotto.test', systemEnv)
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca, passes })
  const browser = edge.open('/tunnel/sips/example.test')
  const notes: TunnelNote[] = []
  browser.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) notes.push(JSON.parse(data.toString()))
  })
  const remote = await provider.connected()
  await expect
    .poll(() => notes)
    .toMatchObject([{ note: 'connected', host: '127.0.0.1', port: provider.port }])
  const answer = (status: number) =>
    `SIP/2.0 ${status} X\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n`
  remote.write(`${answer(401)}${answer(200)}${answer(200)}`)
  await once(browser, 'message')
  await expect.poll(() => notes.length).toBe(2)
  const relay = notes[1] as Extract<TunnelNote, { note: 'relay' }>
  expect(passes.ha1(relay.user)).toBe(digestHa1(relay.user, 'sotto.test', relay.password))
  browser.close()
})

test('closes the provider when the browser goes', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  const remote = await provider.connected()
  const gone = once(remote, 'end')
  remote.resume()
  browser.close()
  await gone
})

test('a browser that does not read stops the provider, not the memory of the edge', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  const [remote] = await Promise.all([provider.connected(), once(browser, 'open')])
  browser.pause()
  const whole = 32 * 1024 * 1024
  const piece = Buffer.alloc(1024 * 1024, 7)
  for (let sent = 0; sent < whole; sent += piece.length) remote.write(piece)
  await untilStill(() => remote.writableLength)
  expect(remote.writableLength).toBeGreaterThan(whole / 4) // The provider still has most of it.

  let received = 0
  const complete = new Promise<void>((resolve) => {
    browser.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) received += data.length
      if (received === whole) resolve()
    })
  })
  browser.resume()
  await complete
})

test('a provider that does not read stops the browser', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  const [remote] = await Promise.all([provider.connected(), once(browser, 'open')])
  const whole = 32 * 1024 * 1024
  const piece = Buffer.alloc(1024 * 1024, 7)
  for (let sent = 0; sent < whole; sent += piece.length) browser.send(piece)
  await untilStill(() => browser.bufferedAmount)
  expect(browser.bufferedAmount).toBeGreaterThan(whole / 4)
  expect((await read(remote, whole)).length).toBe(whole)
})

test.each([
  ['for another name', () => ours.issue('elsewhere.test')],
  ['of a CA that nobody trusts', () => strange.issue('example.test')],
])('refuses a certificate %s, and no byte goes out', async (_, identity) => {
  const provider = await startProvider(identity())
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  browser.on('open', () => browser.send('secret'))
  let heard = 0
  provider.connected().then(
    (socket) => socket.on('data', () => heard++),
    () => undefined,
  )
  expect(await closeCode(browser)).toBe(4495)
  expect(heard).toBe(0)
})

test.each([
  ['/tunnel/sips/other.test', 4403],
  ['/tunnel/sips/127.0.0.1', 4403],
  ['/tunnel/msrps/sub.example.test', 4403],
  ['/tunnel/msrps/example.test', 4404], // Allowed, but DNS knows no such service or host.
])('%s is closed with %i', async (path, code) => {
  const edge = await startEdge({ ...overridden(1), trustedCa: ours.ca })
  expect(edge.tunnels.accepts(path)).toBe(true)
  expect(await closeCode(edge.open(path))).toBe(code)
})

test.each([
  '/tunnel/sips/',
  '/tunnel/sip/example.test',
  '/tunnel/sips/example.test:22',
  '/tunnel/sips/example.test/x',
  '/tunnel/sips/EXAMPLE.test',
  '/tunnel/sips/[::1]',
  '/tunnel/sips/a%2eb',
  '/ws/tunnel/sips/example.test',
])('%s is no tunnel', (path) => {
  expect(new ProviderTunnels({ providers: [] }).accepts(path)).toBe(false)
})

const SRV = { priority: 0, weight: 0, name: 'proxy.example.test', port: 5061 }

test('never connects to a private address that DNS gave', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const record = { ...SRV, port: provider.port }
  const edge = await startEdge({
    providers: ['example.test'],
    resolver: zone(
      { '_sips._tcp.example.test': [record] },
      { 'proxy.example.test': ['127.0.0.1', '::1', '10.0.0.1', '::ffff:127.0.0.1'] },
    ),
    trustedCa: ours.ca,
  })
  expect(await closeCode(edge.open('/tunnel/sips/example.test'))).toBe(4503)
  expect(provider.connections).toEqual([])
})

test('connects to the address that was judged, whatever DNS says afterwards', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  let asked = 0
  const dialled: unknown[] = []
  const edge = await startEdge({
    providers: ['example.test'],
    resolver: {
      srv: async () => [SRV],
      addresses: async () => [asked++ === 0 ? '8.8.8.8' : '127.0.0.1'],
    },
    trustedCa: ours.ca,
    connectTls: ((options: object) => {
      dialled.push(options)
      return tlsConnect({ ...options, host: '127.0.0.1', port: provider.port })
    }) as typeof tlsConnect,
  })
  const browser = edge.open('/tunnel/sips/example.test')
  await provider.connected()
  expect(asked).toBe(1)
  expect(dialled).toEqual([
    expect.objectContaining({ host: '8.8.8.8', port: 5061, servername: 'example.test' }),
  ])
  browser.close()
})

test('goes on to the next SRV target, and says when none answers', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const dialled: string[] = []
  const edge = await startEdge({
    providers: ['example.test'],
    resolver: zone(
      {
        '_msrps._tcp.example.test': [
          { ...SRV, priority: 20, name: 'second.example.test' },
          { ...SRV, priority: 10, name: 'first.example.test' },
        ],
        '_sips._tcp.example.test': [{ ...SRV, name: 'first.example.test' }],
      },
      { 'first.example.test': ['8.8.8.8'], 'second.example.test': ['9.9.9.9'] },
    ),
    trustedCa: ours.ca,
    connectTls: ((options: { host: string }) => {
      dialled.push(options.host)
      const port = options.host === '9.9.9.9' ? provider.port : 1
      return tlsConnect({ ...options, host: '127.0.0.1', port })
    }) as typeof tlsConnect,
  })
  edge.open('/tunnel/msrps/example.test')
  await provider.connected()
  expect(dialled).toEqual(['8.8.8.8', '9.9.9.9'])
  expect(await closeCode(edge.open('/tunnel/sips/example.test'))).toBe(4502)
})

test('gives a client so many tunnels and no more', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const limits = { perClient: 2, total: 3 }
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca, limits })
  const first = edge.open('/tunnel/sips/example.test')
  await once(first, 'open')
  await once(edge.open('/tunnel/sips/example.test'), 'open')
  expect(await closeCode(edge.open('/tunnel/sips/example.test'))).toBe(4429)
  first.close()
  await expect.poll(() => edge.tunnels.size).toBe(1)
  await once(edge.open('/tunnel/sips/example.test'), 'open')
  await expect.poll(() => edge.tunnels.size).toBe(2)
})

test('says 1001 to everybody when it stops', async () => {
  const provider = await startProvider(ours.issue('example.test'))
  const edge = await startEdge({ ...overridden(provider.port), trustedCa: ours.ca })
  const browser = edge.open('/tunnel/sips/example.test')
  await provider.connected()
  edge.tunnels.close()
  expect(await closeCode(browser)).toBe(1001)
})

test.each(['127.0.0.1', 'localhost', 'Example.test', 'a..b', '', '::1'])(
  'a provider called "%s" is a mistake of the operator',
  (domain) => {
    expect(() => new ProviderTunnels({ providers: [domain] })).toThrow(RangeError)
  },
)

test('reads overrides', () => {
  expect(parseOverride('_msrps._tcp.example.test=[::1]:2855')).toEqual([
    '_msrps._tcp.example.test',
    { host: '::1', port: 2855 },
  ])
  for (const bad of ['x', '_sips._tcp.a=b', '_sips._tcp.a=b:0', '_sips._tcp.a=b:70000']) {
    expect(() => parseOverride(bad), bad).toThrow(RangeError)
  }
})
