import { afterEach, beforeEach, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { SipEvent } from './events.ts'
import { PAGE_MAX } from './limits.ts'
import { ACCOUNT, settled, TestEnv, type TestSocket } from './testing/server.ts'

let env: TestEnv
let events: SipEvent[]
let agent: SipAgent
let socket: TestSocket

beforeEach(async () => {
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  socket = env.socket
  await socket.open()
  await socket.answer(socket.take('REGISTER'), '200 OK')
  events = []
})
afterEach(async () => {
  const stopped = agent.stop()
  await env.pass(2_000)
  await stopped
})

async function send(body = 'grüß dich') {
  const page = agent.sendPage('bob@Example.NET', 'text/plain; charset=utf-8', body)
  await settled()
  return { page, request: socket.take('MESSAGE') }
}

test('is a MESSAGE as RFC 3428 draws it, without Contact', async () => {
  const { request } = await send()
  expect(request.start).toBe('MESSAGE sip:bob@example.net SIP/2.0')
  expect(request.get('to')).toBe('<sip:bob@example.net>')
  expect(request.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(request.get('content-length')).toBe('11')
  expect([request.all('contact'), request.body]).toEqual([[], 'grüß dich'])
})

test.each(['200 OK', '202 Accepted'])('%s: taken', async (status) => {
  const { page, request } = await send()
  await socket.answer(request, status)
  expect(events).toEqual([{ type: 'pageResult', page, error: null }])
})

test.each([
  ['404 Not Found', 'SIP_UNKNOWN_PEER'],
  ['415 Unsupported Media Type', 'SIP_NOT_ACCEPTABLE'],
  ['302 Moved Temporarily', 'SIP_SERVER'],
])('%s: %s', async (status, code) => {
  const { page, request } = await send()
  await socket.answer(request, status)
  expect(events).toMatchObject([{ type: 'pageResult', page, error: { code } }])
})

test('a challenge is answered', async () => {
  const { page, request } = await send()
  await socket.answer(request, '407 Proxy Authentication Required', {
    headers: ['Proxy-Authenticate: Digest realm="example.org", nonce="n", qop="auth"'],
  })
  const again = socket.take('MESSAGE')
  expect(again.get('proxy-authorization')).toContain('uri="sip:bob@example.net"')
  await socket.answer(again, '200 OK')
  expect(events).toEqual([{ type: 'pageResult', page, error: null }])
})

test('the connection is lost, or not there', async () => {
  const { page, request } = await send()
  await socket.drop()
  await socket.answer(request, '200 OK')
  const results = () => events.filter(({ type }) => type === 'pageResult')
  const error = expect.objectContaining({ code: 'SIP_CONNECTION_LOST' })
  expect(results()).toEqual([{ type: 'pageResult', page, error }])
  const other = agent.sendPage('sip:bob@example.net', 'text/plain', 'x')
  expect(results()).toHaveLength(1)
  await settled()
  expect(results()[1]).toEqual({ type: 'pageResult', page: other, error })
})

test('nobody has no address', async () => {
  const page = agent.sendPage('nobody', 'text/plain', 'x')
  await settled()
  expect(events).toMatchObject([{ page, error: { code: 'SIP_UNKNOWN_PEER' } }])
})

test('what cannot be sent is the caller’s fault', () => {
  const page = (type: string, body = '') => agent.sendPage('sip:bob@example.net', type, body)
  expect(() => page('text')).toThrow(TypeError)
  expect(() => page('text/plain\r\nRoute: <sip:x>')).toThrow(TypeError)
  expect(() => page('text/plain', 'ü'.repeat(PAGE_MAX / 2 + 1))).toThrow(RangeError)
  page('text/plain', 'ü'.repeat(PAGE_MAX / 2))
})
