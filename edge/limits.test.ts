import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { Accounts } from './accounts.ts'
import { ClientAddresses } from './client-address.ts'
import type { SipFlow } from './flow.ts'
import * as limits from './limits.ts'
import { Metrics } from './metrics.ts'
import { Origins } from './origins.ts'
import { SipProxy } from './proxy.ts'
import { type Edge, startEdge } from './server.ts'
import type { SipDomain } from './sip-domain.ts'
import { header, parseSip, type SipMessage, type SipRequest } from './sip-message.ts'
import { connectSip } from './sip-socket.ts'
import { ManualEnv } from './testing/manual-env.ts'
import { PASSWORD, SipPhone } from './testing/sip-phone.ts'
import { WebSockets } from './websockets.ts'

/** The test that reaches each limit: its file and title. */
const REACHED = {
  TRANSACTION_TIMEOUT_MS: ['sip-transaction.test.ts', 'waits 64*T1 for the ACK and no longer'],
  RINGING_TIMEOUT_MS: [
    'sip-transaction.test.ts',
    'cancels what rings too long; each sign of life starts that time anew (timer C)',
  ],
  MAX_FORWARDS: ['limits.test.ts', 'a request that does not say so may take so many hops'],
  REGISTRATION_MIN_S: ['registrar.test.ts', 'too short a time is refused with the least one'],
  REGISTRATION_MAX_S: ['registrar.test.ts', 'longer than we grant'],
  REGISTRATION_DEFAULT_S: ['registrar.test.ts', 'nothing said: 10 min'],
  BINDINGS_MAX: ['registrar.test.ts', 'browsers are enough'],
  SIP_MESSAGE_MAX: ['websockets.test.ts', 'is shown out for a message that is too large'],
  SIP_HEADERS_MAX: ['sip-message.test.ts', "'Route: <sip:a>\\r\\n'.repeat(SIP_HEADERS_MAX)"],
  SIP_LINE_MAX: ['limits.test.ts', 'a header field may have so many bytes, and no more'],
  SIP_FAULTS_MAX: ['websockets.test.ts', 'is shown out when it talks nothing but nonsense'],
  SIP_RATE_PER_S: ['limits.test.ts', 'a socket may send so many SIP messages a second for long'],
  SIP_BURST: ['websockets.test.ts', 'is shown out when it talks too much'],
  SIP_TRANSACTIONS_MAX: ['limits.test.ts', 'so many requests of one socket wait, and no more'],
  MSRP_FRAME_MAX: ['msrp-relay.test.ts', 'a frame above the limit costs the connection'],
  SOCKET_BACKLOG_MAX: ['limits.test.ts', 'so many bytes wait for a slow socket, and no more'],
  SOCKETS_PER_ADDRESS: ['abuse.test.ts', 'with its sockets'],
  SOCKETS_MAX: ['limits.test.ts', 'so many sockets are open, and no more'],
  PING_INTERVAL_MS: [
    'websockets.test.ts',
    'as long as it answers pings, and not when it has missed two',
  ],
  PINGS_MISSED_MAX: [
    'websockets.test.ts',
    'as long as it answers pings, and not when it has missed two',
  ],
  HTTP_HEAD_MAX: ['abuse.test.ts', 'an HTTP head that does not end'],
  HTTP_HEAD_MS: [
    'abuse.test.ts',
    'connections that say nothing, or never finish saying it, are closed',
  ],
  HTTP_REQUEST_MS: ['limits.test.ts', 'a request has so long to be whole'],
  ACCOUNTS_MAX: ['limits.test.ts', 'so many accounts are made, and no more'],
  NAME_MAX: ['limits.test.ts', 'a name and a password may be so long, and no longer'],
  PASSWORD_MIN: ['accounts.test.ts', "['alice', 'seven 7', 'PASSWORD_SHORT']"],
  PASSWORD_MAX: ['limits.test.ts', 'a name and a password may be so long, and no longer'],
  ENROLMENT_BODY_MAX: ['server.test.ts', 'a long body'],
  ENROLMENT_BURST: ['server.test.ts', 'is slowed down'],
  ENROLMENT_PER_S: ['server.test.ts', 'is slowed down'],
  WRONG_PASSWORD_BURST: [
    'abuse.test.ts',
    'passwords are not guessed at the relay either, by one address and many connections',
  ],
  WRONG_PASSWORD_PER_S: [
    'abuse.test.ts',
    'passwords are not guessed at the relay either, by one address and many connections',
  ],
  RATE_KEYS_MAX: [
    'abuse.test.ts',
    'addresses that a rate limit remembers are bounded: the one longest unseen goes',
  ],
  NONCE_LIFETIME_MS: [
    'digest.test.ts',
    'a nonce is good for its time and its flow, and cannot be made',
  ],
  NONCES_MAX: ['digest.test.ts', 'the counts of so many nonces are remembered, and no more'],
  CLOSE_GRACE_MS: ['websockets.test.ts', 'stopping does not wait for one who does not answer'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

const env = new ManualEnv()
let edge: Edge | null = null
afterEach(async () => {
  await edge?.close()
  edge = null
})

async function openEdge(): Promise<Edge> {
  edge = await startEdge({ port: 0, dataDir: null, webRoot: null, env })
  return edge
}

const sip = (method: string, ...more: readonly string[]) =>
  parseSip(
    Buffer.from(
      [
        `${method} sip:bob@example.com SIP/2.0`,
        'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKx',
        'From: <sip:alice@example.com>;tag=1',
        'To: <sip:bob@example.com>',
        'Call-ID: c',
        `CSeq: 1 ${method}`,
        ...more,
        '',
        '',
      ].join('\r\n'),
    ),
  ) as SipRequest

test('a request that does not say so may take so many hops', () => {
  const sent: SipMessage[] = []
  const flow: SipFlow = { id: '1', remoteAddress: '', send: (message) => sent.push(message) }
  new SipProxy({ sentBy: 'example.com', transport: 'WS', env }).forwardAck(sip('ACK'), {
    uri: 'sip:bob@b.invalid',
    flow,
  })
  expect(sent.map((message) => header(message, 'max-forwards'))).toEqual([
    String(limits.MAX_FORWARDS),
  ])
})

test('a header field may have so many bytes, and no more', () => {
  const line = (length: number) => 'Subject: '.padEnd(length, 'x')
  const { SIP_LINE_MAX } = limits
  expect(header(sip('INVITE', line(SIP_LINE_MAX)), 'subject')).toMatch(/^x+$/)
  const tooLarge = expect.objectContaining({ code: 'SIP_TOO_LARGE' })
  expect(() => sip('INVITE', line(SIP_LINE_MAX + 1))).toThrow(tooLarge)
})

test('a socket may send so many SIP messages a second for long', async () => {
  const { wsUrl, domain } = await openEdge()
  const alice = await new SipPhone(wsUrl, 'alice', domain).open()
  const ask = async (count: number) => {
    for (let at = 0; at < count; at++) alice.request('OPTIONS', `sip:${domain}`)
    for (let at = 0; at < count; at++) await alice.takeFinal('OPTIONS')
  }
  await ask(limits.SIP_BURST)
  env.advance(1000)
  await ask(limits.SIP_RATE_PER_S)
  alice.request('OPTIONS', `sip:${domain}`)
  expect(await alice.closed()).toBe(1008)
})

test('so many requests of one socket wait, and no more', async () => {
  const { wsUrl, domain, enrol } = await openEdge()
  const phone = async (user: string) => {
    await enrol(user, PASSWORD)
    const made = await new SipPhone(wsUrl, user, domain).open()
    await made.register()
    return made
  }
  const [alice, bob] = [await phone('alice'), await phone('bob')]
  const { SIP_TRANSACTIONS_MAX } = limits
  for (let at = 0; at <= SIP_TRANSACTIONS_MAX; at++) alice.request('MESSAGE', bob.address)
  expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 503 })
  for (let at = 0; at < SIP_TRANSACTIONS_MAX; at++) await bob.takeRequest('MESSAGE')
  expect([alice.inbox, bob.inbox]).toEqual([[], []])
})

test('so many bytes wait for a slow socket, and no more', () => {
  let flow: SipFlow | undefined
  let ended = 0
  const slow = { OPEN: 1, readyState: 1, bufferedAmount: 0, on() {}, send() {}, terminate }
  function terminate() {
    ended++
  }
  const flowOpened = (opened: SipFlow) => {
    flow = opened
  }
  const domain = { flowOpened } as SipDomain
  connectSip(slow as unknown as WebSocket, '', domain, env, () => {})
  const endedWith = (waiting: number) => {
    slow.bufferedAmount = waiting
    flow?.send(sip('OPTIONS'))
    return ended
  }
  expect(endedWith(limits.SOCKET_BACKLOG_MAX)).toBe(0)
  expect(endedWith(limits.SOCKET_BACKLOG_MAX + 1)).toBe(1)
})

test('so many sockets are open, and no more', () => {
  const services = { sip() {}, msrp() {}, tunnel() {}, isTunnel: () => false }
  const sockets = new WebSockets({
    services,
    env,
    origins: new Origins([], []),
    addresses: new ClientAddresses(),
    metrics: new Metrics(),
    log: () => {},
  })
  const upgraded = () => {
    const request = new IncomingMessage({ remoteAddress: '127.0.0.1' } as Socket)
    Object.assign(request, { method: 'GET', url: '/ws' })
    Object.assign(request.headers, {
      host: 'localhost',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': btoa('0123456789abcdef'),
      'sec-websocket-protocol': 'msrp',
    })
    const stream = new PassThrough()
    sockets.upgrade(request, stream, Buffer.alloc(0))
    return String(stream.read()).split('\r\n')[0]
  }
  for (let at = 0; at < limits.SOCKETS_MAX; at++) upgraded()
  expect(sockets.counts().msrp).toBe(limits.SOCKETS_MAX)
  expect(upgraded()).toBe('HTTP/1.1 503 Full')
})

/** Node keeps this one; that it is told is all there is of ours. */
test('a request has so long to be whole', async () => {
  const { url } = await openEdge()
  const times: number[] = []
  const look = (message: unknown) => {
    times.push((message as { server: Server }).server.requestTimeout)
  }
  subscribe('http.server.request.start', look)
  await fetch(`${url}healthz`)
  unsubscribe('http.server.request.start', look)
  expect(times).toEqual([limits.HTTP_REQUEST_MS])
})

test('so many accounts are made, and no more', async () => {
  const accounts = await Accounts.open('example.com', null)
  for (let at = 1; at < limits.ACCOUNTS_MAX; at++) await accounts.enrol(`user${at}`, PASSWORD)
  expect(await accounts.enrol('last', PASSWORD)).toMatchObject({ ok: true })
  expect(await accounts.enrol('more', PASSWORD)).toMatchObject({ code: 'ACCOUNTS_FULL' })
})

test('a name and a password may be so long, and no longer', async () => {
  const accounts = await Accounts.open('example.com', null)
  const enrol = (name: number, password: number) =>
    accounts.enrol('a'.repeat(name), 'x'.repeat(password))
  const { NAME_MAX, PASSWORD_MAX } = limits
  expect(await enrol(NAME_MAX + 1, PASSWORD_MAX)).toMatchObject({ code: 'NAME_INVALID' })
  expect(await enrol(NAME_MAX, PASSWORD_MAX + 1)).toMatchObject({ code: 'PASSWORD_LONG' })
  expect(await enrol(NAME_MAX, PASSWORD_MAX)).toMatchObject({ ok: true })
})
