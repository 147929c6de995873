import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PING_INTERVAL_MS, SIP_BURST, SIP_FAULTS_MAX, SIP_MESSAGE_MAX } from './limits.ts'
import type { LogEntry } from './log.ts'
import { type Edge, startEdge } from './server.ts'
import { header } from './sip-message.ts'
import { ManualEnv } from './testing/manual-env.ts'
import { PASSWORD, SipPhone } from './testing/sip-phone.ts'

let edge: Edge
let env: ManualEnv
let log: LogEntry[]

beforeEach(async () => {
  env = new ManualEnv()
  log = []
  edge = await startEdge({
    port: 0,
    dataDir: null,
    webRoot: null,
    origins: ['https://chat.example.org'],
    providers: ['provider.example'],
    env,
    log: (entry) => log.push(entry),
  })
})
afterEach(() => edge.close())

/** What comes of an attempt: `open`, or the HTTP status of the refusal. */
async function attempt(
  path: string,
  protocols: string[],
  options: WebSocket.ClientOptions = {},
): Promise<'open' | number> {
  const socket = new WebSocket(edge.wsUrl.replace('/ws', path), protocols, options)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.on('open', () => resolve('open'))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
  })
}

async function phone(user = 'alice'): Promise<SipPhone> {
  return new SipPhone(edge.wsUrl, user, edge.domain).open()
}

describe('a socket opens', () => {
  test.each([
    ['sip', '/ws', ['sip'], 'open'],
    ['msrp', '/ws', ['msrp'], 'open'],
    ['a query is nothing to us', '/ws?x=1', ['sip'], 'open'],
    ['no subprotocol', '/ws', [], 400],
    ['both', '/ws', ['sip', 'msrp'], 400],
    ['another', '/ws', ['xmpp'], 400],
    ['another path', '/socket', ['sip'], 404],
    ['a provider', '/tunnel/sips/provider.example', [], 'open'],
    ['no such tunnel', '/tunnel/http/provider.example', [], 404],
  ] as const)('%s: %s %j %s', async (_what, path, protocols, expected) => {
    expect(await attempt(path, [...protocols])).toBe(expected)
  })

  test.each([
    ['no browser', undefined, 'open'],
    ['our page', 'own', 'open'],
    ['a page we were told of', 'https://chat.example.org', 'open'],
    ['another page', 'https://evil.example', 403],
    ['a page that looks like ours', 'http://127.0.0.1.evil.example', 403],
    ['the same host, another port', 'http://127.0.0.1:1', 403],
    ['a sandboxed frame or a file', 'null', 403],
    ['an extension', 'chrome-extension://abcdef', 403],
    ['nonsense', 'http://', 403],
  ])('from %s (%s): %s', async (_who, given, expected) => {
    const origin = given === 'own' ? new URL(edge.url).origin : given
    const options = origin === undefined ? {} : { origin }
    for (const path of ['/ws', '/tunnel/msrps/provider.example']) {
      expect(await attempt(path, ['sip'], options)).toBe(expected)
    }
  })

  test('not under a name that somebody else pointed at us', async () => {
    const options = { origin: 'http://evil.example', headers: { host: 'evil.example' } }
    expect(await attempt('/ws', ['sip'], options)).toBe(421)
  })

  test('a refusal is HTTP to the end, whatever is sent after it', async () => {
    const { port } = new URL(edge.url)
    const raw = connect(Number(port), '127.0.0.1')
    raw.write(
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    )
    const [data] = (await once(raw, 'data')) as [Buffer]
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 Offer exactly one subprotocol/)
    raw.write('x'.repeat(1000))
    await once(raw, 'close')
  })
})

describe('a socket lives', () => {
  test('as long as it answers pings, and not when it has missed two', async () => {
    const alice = await phone()
    const silent = new WebSocket(edge.wsUrl, 'sip', { autoPong: false })
    await once(silent, 'open')
    const gone = once(silent, 'close')
    for (let at = 0; at < 3; at++) {
      const pinged = Promise.all([once(alice.socket, 'ping'), once(silent, 'ping').catch(() => {})])
      env.advance(PING_INTERVAL_MS)
      if (at < 2) await pinged
      // The pong is on its way before this question, so it is there before the next ping.
      alice.request('OPTIONS', `sip:${edge.domain}`)
      await alice.takeFinal('OPTIONS')
    }
    expect((await gone)[0]).toBe(1006)
    expect(alice.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('answers the keep-alive of SIP (RFC 5626 §3.5.1)', async () => {
    const alice = await phone()
    alice.socket.send('\r\n\r\n')
    alice.socket.send('\r\n')
    alice.request('OPTIONS', `sip:${edge.domain}`)
    await alice.takeFinal('OPTIONS')
    expect(alice.keepAlives).toBe(1)
  })

  test('ends with 1001 when the edge stops', async () => {
    const [alice, msrp] = [await phone(), new WebSocket(edge.wsUrl, 'msrp')]
    await once(msrp, 'open')
    const codes = [alice.closed(), once(msrp, 'close').then(([code]) => code as number)]
    await edge.close()
    expect(await Promise.all(codes)).toEqual([1001, 1001])
    await expect(fetch(edge.url)).rejects.toThrow()
  })

  test('stopping does not wait for one who does not answer', async () => {
    const alice = await phone()
    alice.socket.pause()
    const closed = edge.close()
    await new Promise(setImmediate)
    env.advance(1000)
    await closed
    alice.socket.terminate()
  })
})

describe('a hostile socket', () => {
  const via = 'Via: SIP/2.0/WS x.invalid;branch=z9hG4bKx'
  const rest = ['From: <sip:a@x>;tag=1', 'To: <sip:b@x>', 'Call-ID: c', 'CSeq: 1 INVITE']

  test.each([
    ['a body that is not as long as it says', [via, ...rest, 'Content-Length: 99']],
    ['a line that is no header field', [via, ...rest, 'nonsense']],
    ['a branch without the magic cookie', [via.replace('z9hG4bK', ''), ...rest]],
    ['no tag in From', [via, 'From: <sip:a@x>', ...rest.slice(1)]],
    ['a From that is no address', [via, 'From: <:>;tag=1', ...rest.slice(1)]],
    ['Max-Forwards that is no number', [via, ...rest, 'Max-Forwards: many']],
  ])('is answered 400 for %s', async (_what, lines) => {
    const alice = await phone()
    alice.raw('INVITE sip:b@x SIP/2.0', ...lines, '', '')
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 400 })
  })

  test.each([
    [
      'an ACK of nothing',
      'ACK sip:bob@sotto.localhost SIP/2.0',
      [via, ...rest.slice(0, 3), 'CSeq: 1 ACK'],
    ],
    ['a response to nothing', 'SIP/2.0 200 OK', [via, ...rest]],
    ['what cannot be answered', 'INVITE sip:b@x SIP/2.0', rest],
  ])('hears nothing to %s', async (_what, first, lines) => {
    const alice = await phone()
    alice.raw(first, ...lines, '', '')
    alice.request('OPTIONS', `sip:${edge.domain}`)
    await alice.takeFinal('OPTIONS')
    expect(alice.inbox).toEqual([])
  })

  test('is shown out when it talks nothing but nonsense', async () => {
    const alice = await phone()
    for (let at = 0; at < SIP_FAULTS_MAX; at++) alice.raw(`nonsense ${at}`)
    expect(await alice.closed()).toBe(1008)
    expect(JSON.stringify(log)).not.toContain('nonsense')
  })

  test('is shown out when it talks too much', async () => {
    const alice = await phone()
    for (let at = 0; at <= SIP_BURST; at++) alice.request('OPTIONS', `sip:${edge.domain}`)
    expect(await alice.closed()).toBe(1008)
  })

  test('is shown out for a message that is too large', async () => {
    const alice = await phone()
    alice.socket.send(Buffer.alloc(SIP_MESSAGE_MAX + 1))
    expect(await alice.closed()).toBe(1009)
  })

  test('cannot answer for another, nor speak before it has opened a call', async () => {
    for (const name of ['alice', 'bob', 'carol']) await edge.enrol(name, PASSWORD)
    const [alice, bob, carol] = [await phone('alice'), await phone('bob'), await phone('carol')]
    for (const one of [alice, bob, carol]) await one.register()
    alice.request('INVITE', bob.address)
    const invite = await bob.takeRequest('INVITE')
    carol.respond(invite, 200) // Carol knows all there is to know, and is still not Bob.
    bob.respond(invite, 486)
    const final = await alice.takeFinal('INVITE')
    expect(final.status).toBe(486)
    expect(header(final, 'contact')).toContain(bob.host)
  })
})
