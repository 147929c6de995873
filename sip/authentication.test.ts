import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { SipEvent } from './events.ts'
import {
  ACCOUNT,
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
let nonce: number

beforeEach(async () => {
  env = new TestEnv()
  env.answersPings = true
  events = []
  nonce = 0
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  socket = env.socket
  await socket.open()
  await socket.answer(await challenged('REGISTER', '401'), '200 OK')
})

afterEach(async () => {
  const stopped = agent.stop()
  await env.pass(2_000)
  await stopped
})

const HASHES = { MD5: 'md5', 'SHA-256': 'sha256' } as const

/** Challenges the next request by the strongest first; @returns it as it comes again, rightly signed. */
async function challenged(method: string, status: '401' | '407'): Promise<SipText> {
  const first = socket.take(method)
  const [asks, answers] =
    status === '401'
      ? ['WWW-Authenticate', 'authorization']
      : ['Proxy-Authenticate', 'proxy-authorization']
  nonce += 1
  const headers = Object.keys(HASHES)
    .toReversed()
    .map(
      (algorithm) =>
        `${asks}: Digest realm="example.org", nonce="n${nonce}", algorithm=${algorithm}, qop="auth"`,
    )
  await socket.answer(first, `${status} Prove it`, { headers })
  if (method === 'INVITE') socket.take('ACK')
  const second = socket.take(method)
  const value = second.get(answers)
  const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(value)?.[1] ?? ''
  expect([field('algorithm'), field('nonce')]).toEqual(['SHA-256', `n${nonce}`])
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const secret = hash('alice:example.org:secret')
  const asked = hash(`${method}:${second.start.split(' ')[1]}`)
  const proof = `${secret}:n${nonce}:${field('nc')}:${field('cnonce')}:auth:${asked}`
  expect(field('response')).toBe(hash(proof))
  return second
}

const FOCUS = 'Contact: <sip:room@conf.example.org;transport=ws>;isfocus'

test('every method answers a challenge, by SHA-256 where MD5 is offered as well (RFC 8760)', async () => {
  const call = agent.invite('sip:bob@example.net', OFFER)
  await settled()
  const invite = await challenged('INVITE', '407')
  await socket.answer(invite, '200 OK', { headers: [FOCUS], body: bobsSdp() })
  socket.take('ACK')

  agent.watchRoom(call)
  await settled()
  await socket.answer(await challenged('SUBSCRIBE', '407'), '200 OK', {
    headers: ['Expires: 3600', FOCUS],
  })
  agent.inviteToRoom(call, 'sip:carol@example.net')
  await settled()
  await socket.answer(await challenged('REFER', '407'), '202 Accepted', {
    headers: ['Refer-Sub: false', FOCUS],
  })
  agent.sendPage('sip:bob@example.net', 'text/plain', 'hello')
  await settled()
  await socket.answer(await challenged('MESSAGE', '401'), '200 OK')
  expect(events.at(-1)).toMatchObject({ type: 'pageResult', error: null })

  await socket.drop()
  await env.pass(1_000)
  socket = env.socket
  await socket.open()
  await socket.answer(await challenged('REGISTER', '401'), '200 OK')
  await settled()
  const waiting = socket.sent.findIndex((text) => text.startsWith('INVITE'))
  socket.sent = [socket.sent[waiting]!]
  const again = await challenged('INVITE', '407')
  expect(again.get('to')).toContain(';tag=')
  await socket.answer(again, '200 OK', { headers: [FOCUS], body: bobsSdp() })
  socket.take('ACK')
  agent.end(call)
  await settled()
  const bye = socket.sent.findIndex((text) => text.startsWith('BYE'))
  socket.sent = [socket.sent[bye]!]
  await challenged('BYE', '407')
})
