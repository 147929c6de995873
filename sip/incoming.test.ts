import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { MsrpDescription, SipEvent } from './events.ts'
import { GLARE_OTHER_MS, REFRESH_ATTEMPTS } from './limits.ts'
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
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

const last = () => events.at(-1)
const named = (type: SipEvent['type']) => events.filter((event) => event.type === type)

async function registerAgain(): Promise<void> {
  socket = env.socket
  await socket.open()
  await socket.answer(socket.take('REGISTER'), '200 OK')
}

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  await registerAgain()
  events = []
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

const THEIRS = bobsSdp({ ...ANSWER, setup: 'active' })
const OURS: MsrpDescription = { ...OFFER, setup: 'passive' }

/** The INVITE of bob, rung; @returns the call. */
async function invited(headers: readonly string[] = [], body = THEIRS): Promise<string> {
  await socket.say(bobsRequest('INVITE', 1, { headers, body }))
  socket.take('SIP/2.0 100')
  socket.take('SIP/2.0 180')
  const event = last()
  if (event?.type !== 'incoming') throw new Error('no call')
  return event.call
}

/** A session that stands; @returns the call and our To with its tag. */
async function established(headers: readonly string[] = []): Promise<{ call: string; to: string }> {
  const call = await invited(headers)
  agent.accept(call, OURS)
  await settled()
  const to = socket.take('SIP/2.0 200').get('to')
  await socket.say(bobsRequest('ACK', 1, { to }))
  return { call, to }
}

describe('INVITE', () => {
  test('is announced, accepted, and ended by BYE', async () => {
    const { call, to } = await established(['User-Agent: Blink'])
    const peer = {
      address: 'sip:bob@example.net',
      displayName: 'Bob',
      isFocus: false,
      userAgent: 'Blink',
    }
    const remote: MsrpDescription = { ...ANSWER, setup: 'active' }
    await socket.say(bobsRequest('BYE', 2, { to }))
    socket.take('SIP/2.0 200')
    expect(events).toEqual([
      { type: 'incoming', call, peer, remote },
      { type: 'established', call, peer, remote, active: false },
      { type: 'ended', call, by: 'remote', error: null },
    ])
  })

  test.each([
    ['actpass', 'active', true],
    ['actpass', 'passive', false],
    ['active', 'passive', false],
    [null, 'passive', false],
  ] as const)('offer %s, our answer %s: we connect: %s', async (theirs, ours, active) => {
    const call = await invited([], bobsSdp({ ...ANSWER, setup: theirs }))
    agent.accept(call, { ...OFFER, setup: ours })
    await settled()
    expect(last()).toMatchObject({ type: 'established', active })
    expect(socket.take('SIP/2.0 200').body).toContain(`a=setup:${ours}\r\n`)
  })

  test.each([480, 486, 488, 603] as const)('is refused with %i', async (status) => {
    const call = await invited()
    agent.refuse(call, status)
    await settled()
    socket.take(`SIP/2.0 ${status}`)
    expect(last()).toEqual({ type: 'ended', call, by: 'local', error: null })
    agent.accept(call, OFFER) // Too late: ignored.
    agent.refuse(call, status)
    agent.end(call)
    await settled()
    expect(named('ended')).toHaveLength(1)
  })

  test('that the caller takes back has ended', async () => {
    const call = await invited()
    await socket.say(
      bobsRequest('CANCEL', 1).replace('bCANCEL', 'bINVITE').replace('KCANCEL', 'KINVITE'),
    )
    socket.take('SIP/2.0 200')
    socket.take('SIP/2.0 487')
    agent.accept(call, OFFER)
    await settled()
    expect(last()).toMatchObject({
      type: 'ended',
      call,
      by: 'remote',
      error: { code: 'SIP_CANCELLED' },
    })
  })

  test('from a room says so', async () => {
    await invited(['Contact: <sip:room@conf.example.org>;isfocus'])
    expect(last()).toMatchObject({ peer: { isFocus: true } })
  })

  test('with audio beside the chat is answered line by line', async () => {
    const body = bobsSdp().replace('m=message', 'm=audio 5004 RTP/AVP 0\r\nm=message')
    agent.accept(await invited([], body), OFFER)
    await settled()
    expect(socket.take('SIP/2.0 200').body.match(/^m=\w+ \d+/gm)).toEqual([
      'm=audio 0',
      'm=message 2855',
    ])
  })

  test('of Blink, as recorded', async () => {
    const text = readFileSync(new URL('vectors/blink-offer.sip', import.meta.url), 'utf8')
    await socket.say(text.replace('sip:bob@127.0.0.1:5742;transport=tcp', 'sip:alice@example.org'))
    expect(last()).toMatchObject({
      type: 'incoming',
      peer: { address: 'sip:alice@127.0.0.1', displayName: 'Alice', userAgent: 'sipsimple 5.5.0' },
      remote: { path: ['msrp://127.0.0.1:45103/2f16fbb1c6975f88a8d2;tcp'], setup: 'actpass' },
    })
  })

  test.each<[string, readonly string[], string, string]>([
    ['without SDP', [], '', '488'],
    [
      'without chat',
      [],
      bobsSdp().replace('m=message 2855 TCP/MSRP', 'm=audio 5004 RTP/AVP'),
      '488',
    ],
    ['with a type that is no SDP', ['Content-Type: text/plain'], 'hello', '415'],
    ['that requires what we have not', ['Require: timer, 100rel'], bobsSdp(), '420'],
    ['that must replace another', ['Require: replaces', 'Replaces: x'], bobsSdp(), '420'],
  ])('%s is refused without asking anybody', async (_, headers, body, status) => {
    await socket.say(bobsRequest('INVITE', 1, { headers, body }))
    socket.take('SIP/2.0 100')
    const refused = socket.take(`SIP/2.0 ${status}`)
    if (status === '420') expect(refused.get('unsupported')).toBe(headers[0]!.slice(9))
    expect(events).toEqual([])
  })

  test('that would replace another call is a call of its own', async () => {
    const { call, to } = await established()
    const [, tag] = /tag=(.*)/.exec(to)!
    const headers = [`Replaces: bobs-call;to-tag=${tag};from-tag=bob`, 'Supported: replaces']
    const another = bobsRequest('INVITE', 1, { headers, body: THEIRS })
    await socket.say(
      another.replace('bobs-call\r\nCSeq', 'other\r\nCSeq').replace('KINVITE1', 'K2'),
    )
    expect(last()).toMatchObject({ type: 'incoming' })
    expect(named('ended')).toEqual([])
    agent.end(call)
  })

  test('number 201 at a time is busy', async () => {
    for (let call = 0; call <= 200; call++) {
      await socket.say(
        bobsRequest('INVITE', 1, { body: bobsSdp() })
          .replace('bobs-call', `call-${call}`)
          .replace('KINVITE', `K${call}x`),
      )
    }
    expect(named('incoming')).toHaveLength(200)
    expect(socket.sent.at(-1)).toMatch(/^SIP\/2\.0 486/)
  })
})

describe('in a session', () => {
  test('a re-INVITE is answered with the same description', async () => {
    const { to } = await established()
    await socket.say(bobsRequest('INVITE', 2, { to, body: THEIRS }))
    const again = socket.take('SIP/2.0 200')
    expect(again.body).toMatch(/^o=- \d+ 1 /m)
    expect(again.body).toContain('a=setup:passive\r\n')
    expect(again.body).toContain(`a=path:${OFFER.path.join(' ')}\r\n`)
    await socket.say(bobsRequest('ACK', 2, { to }))
    // And one without offer, as a session timer of some peers sends (RFC 3261 §14.2).
    await socket.say(bobsRequest('INVITE', 3, { to }))
    expect(socket.take('SIP/2.0 200').body).toBe(again.body)
    await socket.say(bobsRequest('ACK', 3, { to, body: bobsSdp() }))
    expect(named('ended')).toEqual([])
  })

  // We offer no timers of our own (RFC 4028 §9): the peer then refreshes, or nobody does.
  test('the refreshes of a session timer are answered, and ask nothing of us', async () => {
    const { to } = await established(['Supported: timer', 'Session-Expires: 90;refresher=uac'])
    for (const cseq of [2, 3, 4]) {
      await env.pass(45_000)
      const headers = ['Supported: timer', 'Session-Expires: 90;refresher=uac', 'Min-SE: 90']
      await socket.say(bobsRequest('INVITE', cseq, { to, headers, body: THEIRS }))
      expect(socket.take('SIP/2.0 200').all('session-expires')).toEqual([])
      await socket.say(bobsRequest('ACK', cseq, { to }))
    }
    expect(named('ended')).toEqual([])
  })

  test('stop says BYE before it unregisters', async () => {
    await established()
    const stopped = agent.stop()
    await settled()
    socket.take('BYE')
    await socket.answer(socket.take('REGISTER'), '200 OK')
    await stopped
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['ended', 'registration'])
  })

  test('a re-INVITE that adds a medium changes the version', async () => {
    const { to } = await established()
    await socket.say(bobsRequest('INVITE', 2, { to, body: `${THEIRS}m=audio 1 RTP/AVP 0\r\n` }))
    expect(socket.take('SIP/2.0 200').body).toMatch(/^o=- \d+ 2 [\s\S]*m=audio 0 RTP\/AVP 0\r\n$/m)
    await socket.say(bobsRequest('ACK', 2, { to }))
    expect(events.map(({ type }) => type)).toEqual(['incoming', 'established'])
  })

  test.each([
    ['active', 'passive', false],
    ['passive', 'active', true],
    ['actpass', 'passive', false], // As it was.
  ] as const)(
    'a re-INVITE that moves the chat, and says %s, is told',
    async (theirs, ours, active) => {
      const { call, to } = await established()
      const elsewhere: MsrpDescription = {
        ...ANSWER,
        path: ['msrp://bob.example.net:2855/other;tcp'],
        setup: theirs,
      }
      await socket.say(bobsRequest('INVITE', 2, { to, body: bobsSdp(elsewhere) }))
      const { body } = socket.take('SIP/2.0 200')
      expect(body).toContain(`a=path:${OURS.path.join(' ')}\r\n`)
      expect(body).toContain(`a=setup:${ours}\r\n`)
      await socket.say(bobsRequest('ACK', 2, { to }))
      expect(last()).toEqual({ type: 'moved', call, remote: elsewhere, active })
      await socket.say(bobsRequest('INVITE', 3, { to, body: bobsSdp(elsewhere) }))
      expect(named('moved'), 'once').toHaveLength(1)
    },
  )

  test('a re-INVITE that takes the chat out of it ends it, whatever else it holds', async () => {
    const { call, to } = await established()
    const body = `${bobsSdp().replace('m=message 2855', 'm=message 0')}m=audio 1 RTP/AVP 0\r\n`
    await socket.say(bobsRequest('INVITE', 2, { to, body }))
    expect(socket.take('SIP/2.0 200').body.match(/^m=\w+ \d+/gm)).toEqual([
      'm=message 0',
      'm=audio 0',
    ])
    await socket.say(bobsRequest('ACK', 2, { to }))
    expect(last()).toEqual({ type: 'ended', call, by: 'remote', error: null })
    socket.take('BYE')
  })

  test('a peer that becomes a room, or a person again, is announced', async () => {
    const { call, to } = await established()
    const room = ['Contact: <sip:room@conf.example.org>;isfocus']
    await socket.say(bobsRequest('INVITE', 2, { to, headers: room, body: bobsSdp() }))
    expect(last()).toMatchObject({ type: 'peer', call, peer: { isFocus: true } })
    await socket.say(bobsRequest('ACK', 2, { to }))
    await socket.say(bobsRequest('INVITE', 3, { to, body: bobsSdp() }))
    expect(last()).toMatchObject({ type: 'peer', call, peer: { isFocus: false } })
  })

  test.each<[string, readonly string[], string, string]>([
    ['MESSAGE', ['Content-Type: text/plain'], 'hi', '200'],
    ['INFO', [], '', '200'],
    ['INFO', ['Info-Package: conference'], '', '469'],
    ['INFO', ['Content-Type: application/dtmf-relay'], 'Signal=1', '415'],
    ['NOTIFY', ['Event: presence', 'Subscription-State: active'], '', '481'],
    ['REFER', ['Refer-To: <sip:mallory@example.net>'], '', '603'],
    ['OPTIONS', [], '', '200'],
    ['PUBLISH', [], '', '405'],
  ])('%s %j is answered', async (method, headers, body, status) => {
    const { to } = await established()
    await socket.say(bobsRequest(method, 2, { to, headers, body }))
    socket.take(`SIP/2.0 ${status}`)
    expect(socket.sent).toEqual([])
    if (method === 'MESSAGE') expect(last()).toMatchObject({ type: 'page', body: 'hi' })
  })

  test('BYE with the reason that Blink gives is an error', async () => {
    const { to } = await established()
    const headers = ['Reason: SIP ;cause=500 ;text="media stream failed to start"']
    await socket.say(bobsRequest('BYE', 2, { to, headers }))
    socket.take('SIP/2.0 200')
    expect(last()).toMatchObject({ by: 'remote', error: { code: 'SIP_SERVER', status: 500 } })
  })

  test('ended before the ACK: BYE as soon as it comes', async () => {
    const call = await invited()
    agent.accept(call, OFFER)
    await settled()
    const to = socket.take('SIP/2.0 200').get('to')
    agent.end(call)
    await settled()
    expect(socket.sent).toEqual([])
    await socket.say(bobsRequest('ACK', 1, { to }))
    socket.take('BYE')
  })
})

describe('a session over a lost socket', () => {
  async function reconnected() {
    const session = await established()
    await socket.drop()
    expect(named('ended')).toEqual([])
    await env.pass(1_000)
    await registerAgain()
    await settled()
    return session
  }

  test('stands, and is refreshed by re-INVITE', async () => {
    await reconnected()
    const refresh = socket.take('INVITE')
    expect(refresh.body).toContain(`a=path:${OFFER.path.join(' ')}\r\n`)
    const headers = ['Contact: <sip:bob@bob.invalid>']
    await socket.answer(refresh, '200 OK', { headers, body: bobsSdp() })
    socket.take('ACK')
    expect(named('ended')).toEqual([])
  })

  test('with a peer that is elsewhere by now is told so by the answer', async () => {
    const { call } = await reconnected()
    const remote: MsrpDescription = { ...ANSWER, path: ['msrp://bob.example.net:2855/b2;tcp'] }
    const headers = ['Contact: <sip:bob@bob.invalid>']
    await socket.answer(socket.take('INVITE'), '200 OK', { headers, body: bobsSdp(remote) })
    socket.take('ACK')
    expect(last()).toEqual({ type: 'moved', call, remote, active: true })
  })

  test('with a peer that has become a room meanwhile is known for one by the answer', async () => {
    const { call } = await reconnected()
    const headers = ['Contact: <sip:room@conf.example.org>;isfocus']
    await socket.answer(socket.take('INVITE'), '200 OK', { headers, body: bobsSdp() })
    socket.take('ACK')
    expect(last()).toMatchObject({ type: 'peer', call, peer: { isFocus: true } })
    expect(named('ended')).toEqual([])
  })

  test('is over if the peer no longer knows it', async () => {
    const { call } = await reconnected()
    await socket.answer(socket.take('INVITE'), '481 Call/Transaction Does Not Exist')
    expect(last()).toMatchObject({ type: 'ended', call, by: 'network' })
    socket.take('ACK')
    socket.take('BYE')
  })

  test('glare: 491 is tried again within 2 s, while the peer’s own re-INVITE gets 491', async () => {
    const { to } = await reconnected()
    const refresh = socket.take('INVITE')
    await socket.say(bobsRequest('INVITE', 2, { to, body: bobsSdp() }))
    socket.take('SIP/2.0 491')
    await socket.answer(refresh, '491 Request Pending')
    socket.take('ACK')
    await env.pass(2_000)
    expect(socket.take('INVITE').get('cseq')).not.toBe(refresh.get('cseq'))
  })

  test('glare without end is met so often, and no more', async () => {
    const { call } = await reconnected()
    for (let attempt = 1; attempt <= REFRESH_ATTEMPTS; attempt++) {
      expect(named('ended'), `attempt ${attempt}`).toEqual([])
      await socket.answer(socket.take('INVITE'), '491 Request Pending')
      socket.take('ACK')
      await env.pass(GLARE_OTHER_MS.to)
    }
    expect(last()).toMatchObject({ type: 'ended', call, by: 'network' })
    socket.take('BYE')
  })

  test('is refreshed again if that socket is lost too, whatever comes of the first try', async () => {
    await reconnected()
    const first = socket.take('INVITE')
    await socket.drop()
    await env.pass(2_000)
    await registerAgain()
    expect(socket.sent).toEqual([])
    await socket.answer(first, '481 Call/Transaction Does Not Exist')
    socket.take('ACK')
    socket.take('INVITE')
    expect(named('ended')).toEqual([])
  })

  test('that is only ringing ends with it', async () => {
    const call = await invited()
    await socket.drop()
    expect(events).toContainEqual(expect.objectContaining({ type: 'ended', call, by: 'network' }))
  })
})

describe('outside a session', () => {
  test('MESSAGE is a page', async () => {
    const headers = ['Content-Type: text/plain; charset=utf-8']
    await socket.say(bobsRequest('MESSAGE', 1, { headers, body: 'grüß dich' }))
    socket.take('SIP/2.0 200')
    expect(events).toEqual([
      {
        type: 'page',
        peer: {
          address: 'sip:bob@example.net',
          displayName: 'Bob',
          isFocus: false,
          userAgent: null,
        },
        contentType: 'text/plain; charset=utf-8',
        body: 'grüß dich',
      },
    ])
  })

  test('REFER is told, followed by nobody, and has no subscription', async () => {
    const headers = ['Refer-To: <sip:Tea@conf.Example.net>;method=INVITE']
    await socket.say(bobsRequest('REFER', 1, { headers }))
    expect(socket.take('SIP/2.0 202').get('refer-sub')).toBe('false')
    expect(events).toMatchObject([
      {
        type: 'referral',
        peer: { address: 'sip:bob@example.net' },
        to: 'sip:Tea@conf.example.net',
      },
    ])
    expect(socket.sent).toEqual([])
  })

  test.each([
    ['to hang up', '<sip:carol@example.net;method=BYE>', '603'],
    ['to a web page', '<https://example.net/>', '400'],
  ])('REFER %s is refused', async (_, target, status) => {
    await socket.say(bobsRequest('REFER', 1, { headers: [`Refer-To: ${target}`] }))
    socket.take(`SIP/2.0 ${status}`)
    expect(events).toEqual([])
  })

  test.each([
    ['BYE', '481'],
    ['SUBSCRIBE', '405'],
    ['NOTIFY', '481'],
    ['REFER', '400'],
    ['OPTIONS', '200'],
    ['PUBLISH', '405'],
  ])('%s is answered %s', async (method, status) => {
    await socket.say(bobsRequest(method, 1, { headers: ['Event: presence'] }))
    socket.take(`SIP/2.0 ${status}`)
    expect(events).toEqual([])
  })

  test('every truncation of an INVITE, and every message without one of its lines, does no harm', async () => {
    const text = bobsRequest('INVITE', 1, { body: bobsSdp() })
    for (let length = 0; length < text.length; length++) await socket.say(text.slice(0, length))
    const rows = text.split('\r\n')
    for (const index of rows.keys()) await socket.say(rows.toSpliced(index, 1).join('\r\n'))
    for (const index of rows.keys()) await socket.say(rows.with(index, '\u0000;<>"').join('\r\n'))
    await socket.say(
      bobsRequest('MESSAGE', 99, { headers: ['Content-Type: text/plain'], body: 'x' }),
    )
    expect(last()).toMatchObject({ type: 'page' })
  })
})

test('a consumer that throws does not disturb the session', async () => {
  const thrown: unknown[] = []
  const caught = (error: unknown) => thrown.push(error)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', caught)
  const broken = new SipAgent(ACCOUNT, env, () => {
    throw new Error('consumer')
  })
  broken.start()
  await env.socket.open()
  env.socket.take('REGISTER')
  expect(thrown).toHaveLength(2)
  const stopped = broken.stop()
  await env.pass(2_000)
  await stopped
  await settled()
  process.removeAllListeners('uncaughtException')
  for (const other of others) process.on('uncaughtException', other)
})
