import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SipAgent } from './agent.ts'
import type { SipEvent } from './events.ts'
import { REFERRALS_MAX } from './limits.ts'
import { StreamReader } from './stream-reader.ts'
import {
  ACCOUNT,
  bobsSdp,
  lines,
  OFFER,
  type SipText,
  settled,
  TestEnv,
  type TestSocket,
} from './testing/server.ts'

const ROOM = 'sip:tea@conference.example.org'
const FOCUS = { headers: ['Contact: <sip:focus@192.0.2.7;transport=tcp>;isfocus'], body: bobsSdp() }

let env: TestEnv
let events: SipEvent[]
let agent: SipAgent
let socket: TestSocket
let call: string
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

async function register(): Promise<void> {
  socket = env.socket
  await socket.open()
  await socket.answer(socket.take('REGISTER'), '200 OK')
}

/** Calls, and is answered by this. */
async function enter(answer: typeof FOCUS = FOCUS): Promise<void> {
  call = agent.invite(ROOM, OFFER)
  await settled()
  await socket.answer(socket.take('INVITE'), '200 OK', answer)
  socket.take('ACK')
}

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  await register()
  await enter()
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

interface Told {
  readonly event?: string
  readonly state?: string
  readonly type?: string
  readonly body?: string
}

let cseq = 0

/** A NOTIFY in the dialog that `request` asked for. */
function notify(request: SipText, { event, state, type, body = '' }: Told): Promise<void> {
  return socket.say(
    lines(
      [
        `NOTIFY ${/<(.*?)>/.exec(request.get('contact'))![1]} SIP/2.0`,
        `Via: SIP/2.0/WSS proxy.example.org;branch=z9hG4bKnotify${++cseq}`,
        `From: <${ROOM}>;tag=focus`,
        `To: ${request.get('from')}`,
        `Call-ID: ${request.get('call-id')}`,
        `CSeq: ${cseq} NOTIFY`,
        `Contact: <${ROOM}>`,
        'Max-Forwards: 70',
        `Event: ${event ?? 'conference'}`,
        `Subscription-State: ${state ?? 'active;expires=3600'}`,
        ...(body === '' ? [] : [`Content-Type: ${type ?? 'application/conference-info+xml'}`]),
      ],
      body,
    ),
  )
}

const document = (attributes: string, ...users: string[]) =>
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${ROOM}" ${attributes}>` +
  `<users state="${attributes.includes('partial') ? 'partial' : 'full'}">` +
  `${users.map((user) => `<user entity="sip:${user}@example.org"/>`).join('')}</users></conference-info>`

/** Watches; @returns the SUBSCRIBE, answered. */
async function watch(): Promise<SipText> {
  agent.watchRoom(call)
  await settled()
  return subscribed()
}

async function subscribed(): Promise<SipText> {
  const request = socket.take('SUBSCRIBE')
  await socket.answer(request, '200 OK', {
    tag: 'focus',
    headers: [`Contact: <${ROOM}>`, 'Expires: 3600'],
  })
  return request
}

const rosters = () =>
  events.flatMap((event) =>
    event.type === 'roster' ? [event.roster.users.map(({ entity }) => entity.slice(4, -12))] : [],
  )

describe('watching a room', () => {
  test('SUBSCRIBE is what RFC 4575 asks for, in a dialog of its own, to the address dialled', async () => {
    const request = await watch()
    expect(request.start).toBe(`SUBSCRIBE ${ROOM} SIP/2.0`)
    expect(request.get('to')).toBe(`<${ROOM}>`)
    expect(request.get('event')).toBe('conference')
    expect(request.get('accept')).toBe('application/conference-info+xml')
    expect(request.get('expires')).toBe('3600')
    expect(request.get('contact')).toMatch(
      /^<sip:[0-9a-f]{20}@[0-9a-f]{20}\.invalid;transport=ws>$/,
    )
    expect(request.get('call-id')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('rosters are told as they come, parts put together', async () => {
    const request = await watch()
    await notify(request, { body: document('version="1"', 'alice', 'bob') })
    socket.take('SIP/2.0 200')
    await notify(request, { body: document('state="partial" version="2"', 'carol') })
    socket.take('SIP/2.0 200')
    await notify(request, { body: document('state="partial" version="2"', 'dave') })
    socket.take('SIP/2.0 200')
    expect(rosters()).toEqual([
      ['alice', 'bob'],
      ['alice', 'bob', 'carol'],
    ])
    expect(events[0]).toMatchObject({
      type: 'roster',
      call,
      roster: { users: [{ isOwn: true }, {}] },
    })
  })

  test('SylkServer’s rosters, to their end', async () => {
    const request = await watch()
    const bytes = readFileSync(new URL('vectors/sylk-room-notifies.sip', import.meta.url))
    for (const text of new StreamReader().push(bytes)) {
      const state = /^Subscription-State: (.*)\r$/m.exec(text)![1]!
      await notify(request, { state, body: text.slice(text.indexOf('\r\n\r\n') + 4) })
      socket.take('SIP/2.0 200')
    }
    expect(rosters().map((users) => users.length)).toEqual([1, 2, 2, 3, 2, 1])
  })

  test('a missed part: the whole is asked for in the dialog, not more than every 5 s', async () => {
    const request = await watch()
    await notify(request, { body: document('version="1"', 'alice') })
    for (const version of [3, 4]) {
      await notify(request, { body: document(`state="partial" version="${version}"`, 'bob') })
    }
    socket.sent = []
    await env.pass(0)
    const refresh = await subscribed()
    expect(refresh.get('to')).toContain(';tag=focus')
    expect(refresh.get('call-id')).toBe(request.get('call-id'))
    await notify(request, { body: document('state="partial" version="6"', 'carol') })
    socket.sent = []
    await env.pass(4_999)
    expect(socket.sent).toEqual([])
    await env.pass(1)
    await subscribed()
    await notify(request, { body: document('version="7"', 'alice', 'carol') })
    expect(rosters()).toEqual([['alice'], ['alice', 'carol']])
    socket.sent = []
  })

  test('is refreshed before it expires, as NOTIFY says when', async () => {
    const request = await watch()
    await notify(request, { state: 'active;expires=600', body: document('version="1"', 'alice') })
    socket.take('SIP/2.0 200')
    await env.pass(600 * 640 - 1)
    expect(socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))).toEqual([])
    await env.pass(600 * 160)
    socket.sent = socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))
    const refresh = await subscribed()
    expect(refresh.get('expires')).toBe('3600')
    expect(refresh.get('call-id')).toBe(request.get('call-id'))
  })

  // sip.js 0.21.2 does not count the number that the digest took, and uses it twice.
  test('a refresh that is challenged does not upset the numbering', async () => {
    const request = await watch()
    await notify(request, { body: document('version="1"', 'alice') })
    await notify(request, { body: document('state="partial" version="3"', 'bob') })
    socket.sent = []
    await env.pass(0)
    const first = socket.take('SUBSCRIBE')
    await socket.answer(first, '407 Proxy Authentication Required', {
      headers: ['Proxy-Authenticate: Digest realm="example.org", nonce="n", qop="auth"'],
    })
    const second = await subscribed()
    expect(second.get('proxy-authorization')).toContain('nonce="n"')
    agent.end(call)
    await settled()
    const numbers = [first, second, socket.take('SUBSCRIBE')].map((one) =>
      Number.parseInt(one.get('cseq'), 10),
    )
    expect(numbers).toEqual([2, 3, 4])
    socket.take('BYE')
  })

  test('ends with the call: told to the focus, and nothing follows', async () => {
    const request = await watch()
    await notify(request, { body: document('version="1"', 'alice') })
    socket.take('SIP/2.0 200')
    agent.end(call)
    await settled()
    const last = socket.take('SUBSCRIBE')
    expect(last.get('expires')).toBe('0')
    socket.take('BYE')
    await notify(request, { body: document('version="2"', 'alice', 'bob') })
    socket.take('SIP/2.0 200')
    await socket.answer(last, '200 OK')
    await notify(request, { state: 'terminated;reason=timeout' })
    socket.take('SIP/2.0 481')
    expect(events.map(({ type }) => type)).toEqual(['roster', 'ended'])
    agent.watchRoom(call)
    await settled()
    expect(socket.sent).toEqual([])
  })

  test.each(['489 Bad Event', '405 Method Not Allowed', '501 Not Implemented', '404 Not Found'])(
    '%s: there is no roster, and that is no error',
    async (status) => {
      agent.watchRoom(call)
      await settled()
      await socket.answer(socket.take('SUBSCRIBE'), status)
      expect([socket.sent, events]).toEqual([[], []])
      agent.watchRoom(call)
      await settled()
      socket.take('SUBSCRIBE')
    },
  )

  test.each(['403 Forbidden', '480 Temporarily Unavailable', '500 Server Internal Error'])(
    '%s: asked for again, with pauses, six times, and no more',
    async (status) => {
      agent.watchRoom(call)
      await settled()
      const asked = new Set<string>()
      for (let attempt = 0; attempt < 7; attempt++) {
        socket.sent = socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))
        const request = socket.take('SUBSCRIBE')
        asked.add(request.get('call-id'))
        await socket.answer(request, status)
        expect(socket.sent).toEqual([])
        await env.pass(1_000 * 2 ** attempt)
      }
      expect(asked.size).toBe(7)
      await env.pass(100_000)
      expect(socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))).toEqual([])
      expect(events).toEqual([])
    },
  )

  test('Retry-After is respected', async () => {
    agent.watchRoom(call)
    await settled()
    await socket.answer(socket.take('SUBSCRIBE'), '503 Service Unavailable', {
      headers: ['Retry-After: 20'],
    })
    await env.pass(19_999)
    expect(socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))).toEqual([])
    await env.pass(1)
    socket.take('SUBSCRIBE')
  })

  test.each([
    ['7200', '7200'],
    ['9999999999', '86400'],
  ])('423, Min-Expires %s: asked for %s s', async (wanted, asked) => {
    agent.watchRoom(call)
    await settled()
    await socket.answer(socket.take('SUBSCRIBE'), '423 Interval Too Brief', {
      headers: [`Min-Expires: ${wanted}`],
    })
    await env.pass(1_000)
    expect(socket.take('SUBSCRIBE').get('expires')).toBe(asked)
  })

  test.each([
    ['terminated;reason=deactivated', 1],
    ['terminated', 1],
    ['terminated;reason=noresource', 0],
    ['terminated;reason=rejected', 0],
  ])('%s: asked for again %i times', async (state, times) => {
    const request = await watch()
    await notify(request, { body: document('version="8"', 'alice') })
    await notify(request, { state })
    socket.sent = []
    await env.pass(5_000)
    expect(socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))).toHaveLength(times)
    if (times === 0) return
    const again = await subscribed() // Its versions begin anew.
    await notify(again, { body: document('version="1"', 'alice', 'bob') })
    expect(rosters()).toEqual([['alice'], ['alice', 'bob']])
  })

  test('the conference is deleted: left', async () => {
    const request = await watch()
    await notify(request, { body: document('version="1"', 'alice') })
    await notify(request, { body: document('version="2" state="deleted"') })
    socket.sent = socket.sent.filter((text) => text.startsWith('SUBSCRIBE'))
    expect(socket.take('SUBSCRIBE').get('expires')).toBe('0')
    expect(rosters()).toEqual([['alice']])
  })

  test('after the connection was lost, a new dialog', async () => {
    const request = await watch()
    await notify(request, { body: document('version="5"', 'alice') })
    await socket.drop()
    await env.pass(1_000)
    await register()
    const sent = socket.sent.map((text) => text.split(' ', 1)[0])
    expect(sent).toEqual(['SUBSCRIBE', 'INVITE'])
    const again = await subscribed()
    expect(again.get('call-id')).not.toBe(request.get('call-id'))
    await notify(again, { body: document('version="1"', 'alice', 'bob') })
    expect(rosters()).toEqual([['alice'], ['alice', 'bob']])
  })

  test('is nothing to a call with a person, or one that is not there', async () => {
    await enter({ ...FOCUS, headers: ['Contact: <sip:bob@bob.invalid>'] })
    agent.watchRoom(call)
    agent.inviteToRoom(call, 'sip:carol@example.org')
    agent.watchRoom('nothing')
    await settled()
    expect(socket.sent).toEqual([])
  })

  test('anything in a NOTIFY does no harm', async () => {
    const request = await watch()
    for (const body of ['<', '<conference-info', 'x'.repeat(20_000), document('version="x"')]) {
      await notify(request, { body })
    }
    await notify(request, { type: 'text/plain', body: document('version="1"', 'eve') })
    await notify(request, { body: document('version="1"', 'alice') })
    expect(rosters()).toEqual([['alice']])
  })
})

describe('inviting to a room', () => {
  const CAROL = 'sip:carol@example.org'
  const accepted = { tag: 'focus', headers: [`Contact: <${ROOM}>`] }
  const sipfrag = { event: 'refer', type: 'message/sipfrag;version=2.0' }

  async function invite(who = CAROL): Promise<SipText> {
    agent.inviteToRoom(call, who)
    await settled()
    return socket.take('REFER')
  }

  test('REFER is as Blink writes it', async () => {
    const request = await invite('carol@Example.ORG')
    expect(request.start).toBe(`REFER ${ROOM} SIP/2.0`)
    expect(request.get('to')).toBe(`<${ROOM}>`)
    expect(request.get('refer-to')).toBe(`<${CAROL}>;method=INVITE`)
    expect(request.get('referred-by')).toBe('<sip:alice@example.org>')
    expect(request.get('accept')).toBe('message/sipfrag')
  })

  test('SylkServer says 100, and 200 when they came', async () => {
    const request = await invite()
    await socket.answer(request, '202 Accepted', accepted)
    const bytes = readFileSync(new URL('vectors/sylk-refer-notifies.sip', import.meta.url))
    for (const [at, text] of new StreamReader().push(bytes).entries()) {
      expect(events).toHaveLength(0)
      const state = /^Subscription-State: (.*)\r$/m.exec(text)![1]!
      await notify(request, { ...sipfrag, state, body: text.slice(text.indexOf('\r\n\r\n') + 4) })
      socket.take('SIP/2.0 200')
      expect(events).toHaveLength(at)
    }
    expect(events).toEqual([{ type: 'roomInvitation', call, who: CAROL, error: null }])
  })

  test.each([
    ['603 Decline', 'SIP_DECLINED'],
    ['480 Temporarily Unavailable', 'SIP_PEER_OFFLINE'],
    ['404 Not Found', 'SIP_UNKNOWN_PEER'],
  ])('they do not come: %s', async (status, code) => {
    const request = await invite()
    await socket.answer(request, '202 Accepted', accepted)
    await notify(request, { ...sipfrag, body: `SIP/2.0 ${status}` })
    expect(events).toMatchObject([{ type: 'roomInvitation', who: CAROL, error: { code } }])
  })

  test('the room does not say what became of it', async () => {
    const request = await invite()
    await socket.answer(request, '202 Accepted', accepted)
    await notify(request, { event: 'refer', state: 'terminated;reason=noresource' })
    expect(events).toMatchObject([{ type: 'roomInvitation', error: null }])
  })

  test('the room takes it, and sends no NOTIFY: nothing more is known after 32 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) // Timer N is sip.js's own.
    const request = await invite()
    await socket.answer(request, '202 Accepted')
    vi.advanceTimersByTime(32_000)
    vi.useRealTimers()
    await settled()
    expect(events).toMatchObject([{ type: 'roomInvitation', error: null }])
  })

  test('the room takes it, and says that there will be no NOTIFY (RFC 4488)', async () => {
    const request = await invite()
    await socket.answer(request, '202 Accepted', { headers: ['Refer-Sub: false'] })
    expect(events).toMatchObject([{ type: 'roomInvitation', error: null }])
  })

  test.each([
    ['405 Method Not Allowed', '202 Accepted', null],
    ['501 Not Implemented', '480 Temporarily Unavailable', { code: 'SIP_PEER_OFFLINE' }],
  ])('the room calls nobody, %s: the person is asked to come', async (status, answer, error) => {
    await socket.answer(await invite(), status)
    expect(events).toEqual([])
    const request = socket.take('REFER')
    expect(request.start).toBe(`REFER ${CAROL} SIP/2.0`)
    expect(request.get('refer-to')).toBe(`<${ROOM}>;method=INVITE`)
    expect(request.get('refer-sub')).toBe('false')
    await socket.answer(request, answer, { headers: ['Refer-Sub: false'] })
    expect(events).toMatchObject([{ type: 'roomInvitation', who: CAROL, error }])
  })

  test.each([
    ['403 Forbidden', 'SIP_FORBIDDEN'],
    ['500 Server Internal Error', 'SIP_SERVER'],
  ])('the room refuses: %s', async (status, code) => {
    await socket.answer(await invite(), status)
    expect(events).toMatchObject([{ type: 'roomInvitation', error: { code } }])
  })

  test('nobody answers for 3 min, or the connection is lost', async () => {
    await socket.answer(await invite(), '202 Accepted', accepted)
    await env.pass(180_000)
    expect(events.at(-1)).toMatchObject({ type: 'roomInvitation', error: { code: 'SIP_TIMEOUT' } })
    socket.sent = []
    await invite('sip:dave@example.org')
    await socket.drop()
    expect(events).toContainEqual({
      type: 'roomInvitation',
      call,
      who: 'sip:dave@example.org',
      error: expect.objectContaining({ code: 'SIP_CONNECTION_LOST' }),
    })
  })

  test('who is no SIP address, or one too many', async () => {
    agent.inviteToRoom(call, 'nobody')
    for (let at = 0; at <= REFERRALS_MAX; at++) agent.inviteToRoom(call, `sip:${at}@example.org`)
    await settled()
    expect(events).toMatchObject([
      { who: 'nobody', error: { code: 'SIP_UNKNOWN_PEER' } },
      { who: `sip:${REFERRALS_MAX}@example.org`, error: { code: 'SIP_FORBIDDEN' } },
    ])
    socket.sent = []
  })

  test('nothing is told after the call', async () => {
    const request = await invite()
    await socket.answer(request, '202 Accepted', accepted)
    agent.end(call)
    await notify(request, { ...sipfrag, body: 'SIP/2.0 200 OK' })
    expect(events.map(({ type }) => type)).toEqual(['ended'])
  })
})
