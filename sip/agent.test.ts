import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { SipEvent } from './events.ts'
import { GLARE_OWNER_MS } from './limits.ts'
import {
  ACCOUNT,
  ANSWER,
  bobsSdp,
  OFFER,
  type SipText,
  settled,
  TestEnv,
  type TestSocket,
} from './testing/server.ts'

let env: TestEnv
let events: SipEvent[]
let agent: SipAgent
let socket: TestSocket
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

beforeEach(() => {
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  process.on('unhandledRejection', onUnhandled)
})

afterEach(async () => {
  const stopped = agent.stop()
  await env.pass(2_000)
  await stopped
  await settled()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
  expect(env.pending, 'timers left').toBe(0)
})

const ok = (request: SipText) => ({ headers: [`Contact: ${request.get('contact')}`] })

async function register(): Promise<SipText> {
  agent.start()
  socket = env.socket
  await socket.open()
  const request = socket.take('REGISTER')
  await socket.answer(request, '200 OK', ok(request))
  return request
}

const states = () =>
  events.flatMap((event) => (event.type === 'registration' ? [event.registration.state] : []))
const last = () => events.at(-1)

describe('REGISTER', () => {
  test('is what RFC 7118 and RFC 5626 draw', async () => {
    const request = await register()
    expect(request.start).toBe('REGISTER sip:example.org SIP/2.0')
    expect(request.get('via')).toMatch(/^SIP\/2\.0\/WSS [0-9a-f]{20}\.invalid;branch=z9hG4bK/)
    expect(request.get('from')).toMatch(/^"Alice" <sip:alice@example\.org>;tag=/)
    expect(request.get('to')).toBe('<sip:alice@example.org>')
    expect(request.get('contact')).toMatch(
      /^<sip:[0-9a-f]{20}@[0-9a-f]{20}\.invalid;transport=ws>;reg-id=1;\+sip\.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";expires=600$/,
    )
    expect(request.get('supported').split(', ').toSorted()).toEqual(['gruu', 'outbound', 'path'])
    expect(states()).toEqual(['connecting', 'registering', 'registered'])
  })

  test('answers a challenge, SHA-256 too, and not twice', async () => {
    agent.start()
    await env.socket.open()
    const challenge = 'Digest realm="example.org", nonce="n1", algorithm=SHA-256, qop="auth"'
    const first = env.socket.take('REGISTER')
    await env.socket.answer(first, '401 Unauthorized', {
      headers: [`WWW-Authenticate: ${challenge}`],
    })
    const second = env.socket.take('REGISTER')
    expect(second.get('authorization')).toMatch(/username="alice".*algorithm=SHA-256.*qop=auth/)
    expect(second.get('cseq')).toBe('2 REGISTER')
    expect(second.get('call-id')).toBe(first.get('call-id'))
    await env.socket.answer(second, '401 Unauthorized', {
      headers: [`WWW-Authenticate: ${challenge.replace('n1', 'n2')}`],
    })
    expect(env.socket.sent).toEqual([])
    expect(last()).toMatchObject({
      registration: { state: 'refused', error: { code: 'SIP_WRONG_PASSWORD', status: 401 } },
    })
  })

  // sip.js 0.21.2, Registerer: `Number(undefined)` became the refresh timer, 98 REGISTERs in 1 s.
  test('200 with Contact but without expires does not storm', async () => {
    agent.start()
    await env.socket.open()
    const request = env.socket.take('REGISTER')
    const contact = request.get('contact').replace(';expires=600', '')
    await env.socket.answer(request, '200 OK', { headers: [`Contact: ${contact}`, 'Expires: 300'] })
    await env.pass(190_000)
    expect(env.socket.sent.filter((text) => text.startsWith('REGISTER'))).toEqual([])
    expect(last()).toMatchObject({ registration: { state: 'registered', expires: 300 } })
  })

  // sip.js 0.21.2, Registerer: `waiting` stayed set, and every later register() was rejected.
  test('200 without Contact does not end registering for ever', async () => {
    agent.start()
    await env.socket.open()
    await env.socket.answer(env.socket.take('REGISTER'), '200 OK')
    expect(last()).toMatchObject({ registration: { state: 'registered', expires: 600 } })
    await env.pass(480_000)
    expect(env.socket.sent.filter((text) => text.startsWith('REGISTER'))).toHaveLength(1)
  })

  test('takes its own binding out of many', async () => {
    agent.start()
    await env.socket.open()
    const request = env.socket.take('REGISTER')
    const contact = request.get('contact').replace('expires=600', 'expires=120')
    await env.socket.answer(request, '200 OK', {
      headers: [`Contact: <sip:old@192.0.2.1>;expires=9, ${contact}`, 'Flow-Timer: 30'],
    })
    expect(last()).toMatchObject({ registration: { expires: 120 } })
  })

  test('after loss, a REGISTER on a new socket replaces the binding', async () => {
    const first = await register()
    await socket.drop()
    expect(last()).toMatchObject({
      registration: { state: 'offline', error: { code: 'SIP_CONNECTION_LOST' } },
    })
    await env.pass(1_000)
    await env.socket.open()
    const second = env.socket.take('REGISTER')
    expect(second.get('contact')).toBe(first.get('contact'))
    await env.socket.answer(second, '200 OK', ok(second))
    expect(states().slice(3)).toEqual(['offline', 'connecting', 'registering', 'registered'])
  })

  test('stop removes it and says nothing more; start begins anew', async () => {
    await register()
    const stopped = agent.stop()
    await settled()
    const request = socket.take('REGISTER')
    expect(request.get('expires')).toBe('0')
    await socket.answer(request, '200 OK')
    await stopped
    const told = events.length
    await env.pass(100_000)
    expect([last(), events.length, env.pending]).toEqual([
      { type: 'registration', registration: { state: 'unregistered' } },
      told,
      0,
    ])
    await register()
    expect(states().at(-1)).toBe('registered')
  })
})

describe('GRUU (RFC 5627)', () => {
  const GRUU = 'sip:alice@example.org;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
  const grant = (request: SipText) => ({
    headers: [`Contact: ${request.get('contact')};pub-gruu="${GRUU}";temp-gruu="sip:t@x;gr"`],
  })

  test.each([
    [true, new RegExp(`^<${GRUU}>$`)],
    [false, /\.invalid;transport=ws;ob>$/],
  ])('account.gruu %s: the Contact of an INVITE', async (gruu, contact) => {
    agent = new SipAgent({ ...ACCOUNT, gruu }, env, (event) => events.push(event))
    agent.start()
    socket = env.socket
    await socket.open()
    const request = socket.take('REGISTER')
    await socket.answer(request, '200 OK', grant(request))
    agent.invite('sip:bob@example.net', OFFER)
    await settled()
    expect(socket.take('INVITE').get('contact')).toMatch(contact)
  })

  test('REGISTER keeps to the Contact that it is bound to', async () => {
    agent = new SipAgent({ ...ACCOUNT, gruu: true }, env, () => {})
    agent.start()
    await env.socket.open()
    const first = env.socket.take('REGISTER')
    await env.socket.answer(first, '200 OK', grant(first))
    await env.pass(480_000)
    const second = env.socket.take('REGISTER')
    expect(second.get('contact')).toBe(first.get('contact'))
    await env.socket.answer(second, '200 OK', ok(second)) // It is taken away.
    agent.invite('sip:bob@example.net', OFFER)
    await settled()
    expect(env.socket.take('INVITE').get('contact')).toMatch(/;ob>$/)
  })
})

test('a server that is away: the next one, after the back-off', async () => {
  const servers = ['wss://second.example.org/', 'wss://third.example.org/']
  agent = new SipAgent({ ...ACCOUNT, servers }, env, (event) => events.push(event))
  agent.start()
  await env.socket.drop()
  await env.pass(1_000)
  await env.socket.drop()
  await env.pass(2_000)
  expect(env.sockets.map(({ url }) => url)).toEqual([ACCOUNT.server, ...servers])
  await env.socket.open()
  await env.socket.answer(env.socket.take('REGISTER'), '200 OK')
  expect(states().at(-1)).toBe('registered')
})

test.each([
  ['address', { ...ACCOUNT, address: 'nobody' }],
  ['instanceId', { ...ACCOUNT, instanceId: 'x' }],
  ['list of servers', { ...ACCOUNT, servers: ['wss://edge.example.org/tunnel/sips/example.org'] }],
])('a malformed %s is the caller’s fault', (_, account) => {
  expect(() => new SipAgent(account, env, () => {})).toThrow(TypeError)
})

describe('calling', () => {
  beforeEach(async () => {
    await register()
    events.length = 0
  })

  const invite = async (peer = 'sip:bob@example.net') => {
    const call = agent.invite(peer, OFFER)
    await settled()
    return { call, request: socket.take('INVITE') }
  }
  const answered = (contact = '<sip:bob@bob.invalid;transport=ws>') => ({
    headers: [`Contact: ${contact}`, 'User-Agent: Blink'],
    body: bobsSdp(),
  })

  test('glare in a call of ours: the peer, whose Call-ID it is not, tries again first', async () => {
    const { request } = await invite()
    await socket.answer(request, '200 OK', answered())
    socket.take('ACK')
    await socket.drop()
    await env.pass(1_000)
    socket = env.socket
    await socket.open()
    const registered = socket.take('REGISTER')
    await socket.answer(registered, '200 OK', ok(registered))
    await socket.answer(socket.take('INVITE'), '491 Request Pending')
    socket.take('ACK')
    await env.pass(GLARE_OWNER_MS.from - 1)
    expect(socket.sent).toEqual([])
    await env.pass(GLARE_OWNER_MS.to - GLARE_OWNER_MS.from + 1)
    await socket.answer(socket.take('INVITE'), '200 OK', answered())
    socket.take('ACK')
  })

  test('ringing, established, BYE', async () => {
    const { call, request } = await invite()
    expect(request.body).toContain('a=setup:actpass\r\n')
    expect(request.get('contact')).toMatch(/\.invalid;transport=ws;ob>$/)
    await socket.answer(request, '180 Ringing', answered())
    await socket.answer(request, '180 Ringing', answered())
    await socket.answer(request, '200 OK', answered())
    socket.take('ACK')
    const peer = {
      address: 'sip:bob@example.net',
      displayName: null,
      isFocus: false,
      userAgent: 'Blink',
    }
    expect(events).toEqual([
      { type: 'ringing', call },
      { type: 'established', call, peer, remote: ANSWER, active: true },
    ])
    agent.end(call)
    agent.end(call)
    await socket.answer(socket.take('BYE'), '200 OK')
    expect(events.slice(2)).toEqual([{ type: 'ended', call, by: 'local', error: null }])
  })

  test('a focus answers: a room', async () => {
    const { request } = await invite('sip:room@conference.example.org')
    await socket.answer(request, '200 OK', answered('<sip:room@conf.example.org>;isfocus'))
    socket.take('ACK')
    expect(last()).toMatchObject({ type: 'established', peer: { isFocus: true } })
  })

  test.each([
    ['404 Not Found', 'SIP_UNKNOWN_PEER'],
    ['480 Temporarily Unavailable', 'SIP_PEER_OFFLINE'],
    ['603 Decline', 'SIP_DECLINED'],
    ['486 Busy Here', 'SIP_DECLINED'],
    ['488 Not Acceptable Here', 'SIP_NOT_ACCEPTABLE'],
    ['403 Forbidden', 'SIP_FORBIDDEN'],
    ['302 Moved Temporarily', 'SIP_SERVER'],
    ['500 Server Internal Error', 'SIP_SERVER'],
  ])('%s is %s', async (status, code) => {
    const { call, request } = await invite()
    await socket.answer(request, status)
    socket.take('ACK')
    expect(events).toEqual([
      { type: 'ended', call, by: 'remote', error: expect.objectContaining({ code }) },
    ])
  })

  test('408 after ringing means that nobody was there', async () => {
    const { request } = await invite()
    await socket.answer(request, '180 Ringing', answered())
    await socket.answer(request, '408 Request Timeout')
    expect(last()).toMatchObject({ type: 'ended', error: { code: 'SIP_PEER_OFFLINE' } })
    socket.take('ACK')
  })

  test('nobody answers for 90 s: taken back', async () => {
    const { call, request } = await invite()
    await socket.answer(request, '180 Ringing', answered())
    await env.pass(90_000)
    expect(last()).toMatchObject({ type: 'ended', call, error: { code: 'SIP_PEER_OFFLINE' } })
    socket.take('CANCEL')
  })

  test('taken back while it rings: CANCEL, and a 200 that crosses it is ended', async () => {
    const { call, request } = await invite()
    await socket.answer(request, '180 Ringing', answered())
    agent.end(call)
    await settled()
    await socket.answer(socket.take('CANCEL'), '200 OK')
    await socket.answer(request, '200 OK', answered())
    socket.take('ACK')
    socket.take('BYE')
    expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1)
    expect(events.some(({ type }) => type === 'established')).toBe(false)
  })

  // sip.js sends the INVITE again with credentials, and then forgets that it was cancelled.
  test('taken back before the challenge arrives: the INVITE is not sent again', async () => {
    const { call, request } = await invite()
    agent.end(call)
    await settled()
    await socket.answer(request, '407 Proxy Authentication Required', {
      headers: ['Proxy-Authenticate: Digest realm="example.org", nonce="n", qop="auth"'],
    })
    socket.take('ACK')
    expect(socket.sent).toEqual([])
  })

  test('taken back at once: nothing is sent', async () => {
    const call = agent.invite('sip:bob@example.net', OFFER)
    agent.end(call)
    await settled()
    expect([socket.sent, events]).toEqual([[], [{ type: 'ended', call, by: 'local', error: null }]])
  })

  test.each([
    ['no chat', bobsSdp().replace('m=message 2855', 'm=message 0'), 'SIP_NOT_ACCEPTABLE'],
    ['no SDP', '', 'SIP_NOT_ACCEPTABLE'],
    ['half a chat', bobsSdp().replace(/a=path.*\r\n/, ''), 'SIP_MALFORMED'],
  ])('200 with %s is acknowledged and ended', async (_, body, code) => {
    const { call, request } = await invite()
    await socket.answer(request, '200 OK', { ...answered(), body })
    socket.take('ACK')
    socket.take('BYE')
    expect(events).toEqual([
      { type: 'ended', call, by: 'network', error: expect.objectContaining({ code }) },
    ])
  })

  test('two devices answer: the second is acknowledged and ended', async () => {
    const { request } = await invite()
    await socket.answer(request, '200 OK', { ...answered(), tag: 'one' })
    await socket.answer(request, '200 OK', { ...answered(), tag: 'two' })
    expect(socket.take('ACK').get('to')).toContain('tag=one')
    expect(socket.take('ACK').get('to')).toContain('tag=two')
    expect(socket.take('BYE').get('to')).toContain('tag=two')
    expect(events.map(({ type }) => type)).toEqual(['established'])
  })

  test('an offer that is none is the caller’s fault', () => {
    expect(() => agent.invite('sip:bob@example.net', { ...OFFER, path: [] })).toThrow(TypeError)
  })

  test('no SIP address, no connection: ended, and told after the call is named', async () => {
    const call = agent.invite('nobody', OFFER)
    expect(events).toEqual([])
    await settled()
    expect(last()).toMatchObject({ type: 'ended', call, error: { code: 'SIP_UNKNOWN_PEER' } })
    await socket.drop()
    agent.invite('sip:bob@example.net', OFFER)
    await settled()
    expect(last()).toMatchObject({ by: 'network', error: { code: 'SIP_CONNECTION_LOST' } })
  })

  test('the socket is lost while it rings: ended by the network', async () => {
    const { call, request } = await invite()
    await socket.answer(request, '180 Ringing', answered())
    await socket.drop()
    expect(events).toContainEqual({
      type: 'ended',
      call,
      by: 'network',
      error: expect.objectContaining({ code: 'SIP_CONNECTION_LOST' }),
    })
  })
})
