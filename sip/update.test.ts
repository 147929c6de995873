import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { SipEvent } from './events.ts'
import {
  ACCOUNT,
  ANSWER,
  bobsRequest,
  bobsSdp,
  OFFER,
  settled,
  TestEnv,
  type TestSocket,
} from './testing/server.ts'

let env: TestEnv
let events: SipEvent[]
let agent: SipAgent
let socket: TestSocket
let call: string
let to: string

/** A session that bob began. */
beforeEach(async () => {
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  socket = env.socket
  await socket.open()
  await socket.answer(socket.take('REGISTER'), '200 OK')
  await socket.say(bobsRequest('INVITE', 1, { body: bobsSdp() }))
  socket.take('SIP/2.0 100')
  socket.take('SIP/2.0 180')
  const incoming = events.find((event) => event.type === 'incoming')
  call = incoming!.call
  agent.accept(call, OFFER)
  await settled()
  const accepted = socket.take('SIP/2.0 200')
  expect(accepted.all('allow').join()).toContain('UPDATE')
  to = accepted.get('to')
  await socket.say(bobsRequest('ACK', 1, { to }))
  events = []
})

afterEach(async () => {
  const stopped = agent.stop()
  await env.pass(2_000)
  await stopped
  expect(env.pending, 'timers left').toBe(0)
})

const update = (cseq: number, extra: Parameters<typeof bobsRequest>[2] = {}) =>
  socket.say(bobsRequest('UPDATE', cseq, { to, ...extra }))

describe('UPDATE in a session (RFC 3311)', () => {
  test('as a session timer sends it is answered, and asks nothing of us (RFC 4028 §9)', async () => {
    for (const cseq of [2, 3, 4]) {
      await env.pass(45_000)
      await update(cseq, { headers: ['Supported: timer', 'Session-Expires: 90;refresher=uac'] })
      const answer = socket.take('SIP/2.0 200')
      expect(answer.get('contact')).toContain(';transport=ws>')
      expect(answer.body).toBe('')
      expect(answer.all('session-expires')).toEqual([])
    }
    expect(events).toEqual([])
  })

  test('a peer that becomes a room, or a person again, is announced', async () => {
    await update(2, { headers: ['Contact: <sip:room@conf.example.org>;isfocus'] })
    socket.take('SIP/2.0 200')
    expect(events).toMatchObject([{ type: 'peer', call, peer: { isFocus: true } }])
    await update(3)
    expect(events.at(-1)).toMatchObject({ type: 'peer', call, peer: { isFocus: false } })
  })

  test('with an offer gets the same description, wherever it leads', async () => {
    await update(2, { body: bobsSdp() })
    const answer = socket.take('SIP/2.0 200')
    expect(answer.get('content-type')).toBe('application/sdp')
    expect(answer.body).toContain(`a=path:${OFFER.path.join(' ')}\r\n`)
    expect(events).toEqual([])
    const path = ['msrp://bob.example.net:2855/x;tcp']
    await update(3, { body: bobsSdp({ ...ANSWER, path }) })
    expect(socket.take('SIP/2.0 200').body).toBe(answer.body)
    expect(events).toMatchObject([{ type: 'moved', call, remote: { path }, active: true }])
  })

  test('is a target refresh: what we send next goes there', async () => {
    await update(2, { headers: ['Contact: <sip:bob@elsewhere.invalid;transport=ws>'] })
    socket.take('SIP/2.0 200')
    agent.end(call)
    await settled()
    expect(socket.take('BYE').start).toBe('BYE sip:bob@elsewhere.invalid;transport=ws SIP/2.0')
  })

  test.each([
    ['out of order', 1, {}, '500'],
    ['that requires what we have not', 2, { headers: ['Require: timer'] }, '420'],
    ['with what is no SDP', 2, { headers: ['Content-Type: text/plain'], body: 'x' }, '415'],
    ['with a broken offer', 2, { body: 'v=0\r\nm=audio 1 RTP/AVP 0\r\n' }, '488'],
  ])('%s is refused, and the session stands', async (_, cseq, extra, status) => {
    await update(cseq, extra)
    socket.take(`SIP/2.0 ${status}`)
    await update(5)
    socket.take('SIP/2.0 200')
    expect(events).toEqual([])
  })

  test('two offers at once: the second is asked to wait', async () => {
    const first = bobsRequest('UPDATE', 2, { to, body: bobsSdp() })
    const second = bobsRequest('UPDATE', 3, { to, body: bobsSdp() })
    await Promise.all([socket.say(first), socket.say(second)])
    expect(socket.take('SIP/2.0 500').get('retry-after')).toBe('1')
    socket.take('SIP/2.0 200')
  })

  test('glare: an offer that meets ours is told so', async () => {
    await socket.drop()
    await env.pass(1_000)
    socket = env.socket
    await socket.open()
    await socket.answer(socket.take('REGISTER'), '200 OK')
    await settled()
    socket.take('INVITE')
    await update(2, { body: bobsSdp() })
    socket.take('SIP/2.0 491')
  })
})

test('UPDATE of no session of ours is what it was: not known', async () => {
  await socket.say(bobsRequest('UPDATE', 9))
  socket.take('SIP/2.0 405')
})
