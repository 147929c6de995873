import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header, type SipRequest } from './sip-message.ts'
import { field } from './testing/raw-msrp.ts'
import { REALM } from './testing/relay.ts'
import { cpim, type Guest, HOST, offerOf, ROOM, type Rooms, startRooms } from './testing/rooms.ts'

let rooms: Rooms
beforeEach(async () => {
  rooms = await startRooms()
})
afterEach(() => rooms.stop())

const AWARE = ['a=chatroom:nickname private-messages']
const [ALICE, BOB] = [`sip:alice@${REALM}`, `sip:bob@${REALM}`]

describe('entering', () => {
  test('the answer says what it is, and takes message/cpim alone', async () => {
    const { ok } = await rooms.invite('alice')
    expect(ok.status).toBe(200)
    expect(header(ok, 'contact')).toBe(`<${ROOM};transport=ws>;isfocus`)
    expect(Buffer.from(ok.body).toString().split('\r\n').slice(5)).toEqual([
      'm=message 2855 TCP/MSRP *',
      expect.stringMatching(
        /^a=path:msrp:\/\/127\.0\.0\.1:\d+\/[\w-]{22};tcp msrps:\/\/\w+\.invalid:2855\/\w+;tcp$/,
      ),
      'a=accept-types:message/cpim',
      'a=accept-wrapped-types:*',
      'a=setup:passive',
      'a=chatroom:nickname private-messages',
      '',
    ])
  })

  test.each([
    ['no chat', 'm=audio 5004 RTP/AVP 0\r\n', 488],
    ['a chat without message/cpim', 'm=message 9 TCP/MSRP *\r\na=path:msrp://a/b;tcp\r\n', 488],
    ['no SDP', '', 488],
  ])('an offer of %s is refused with %s', async (_, media, status) => {
    const alice = await rooms.phone('alice')
    alice.request('INVITE', ROOM, ['Content-Type: application/sdp'], `v=0\r\n${media}`)
    expect((await alice.takeFinal('INVITE')).status).toBe(status)
    expect(rooms.focus.counts.participants).toBe(0)
  })

  test.each([
    ['MESSAGE', ROOM, 405],
    ['BYE', ROOM, 481],
    ['INVITE', `sip:${'x'.repeat(65)}@${HOST}`, 404],
    ['INVITE', `sip:a%20b@${HOST}`, 404],
  ])('%s to %s is answered %i', async (method, uri, status) => {
    const alice = await rooms.phone('alice')
    alice.request(method, uri, [], '')
    expect((await alice.takeFinal(method)).status).toBe(status)
  })

  test('OPTIONS says that it is a focus', async () => {
    const alice = await rooms.phone('alice')
    alice.request('OPTIONS', ROOM)
    const ok = await alice.takeFinal('OPTIONS')
    expect([ok.status, header(ok, 'contact')]).toEqual([200, `<${ROOM};transport=ws>;isfocus`])
    expect(header(ok, 'allow-events')).toBe('conference, refer')
    expect(header(ok, 'allow')).toContain('REFER')
  })

  test('one who never binds is sent away after 30 s', async () => {
    const { phone } = await rooms.invite('alice')
    rooms.env.advance(30_000)
    phone.respond(await phone.takeRequest('BYE'), 200)
    expect(rooms.focus.counts).toEqual({ rooms: 0, participants: 0 })
  })

  test('an unchanged re-INVITE gets the same answer, another path does not', async () => {
    const alice = await rooms.enter('alice')
    const replay = (path: string) => {
      const sdp = offerOf(path, [])
      alice.phone.request(
        'INVITE',
        ROOM,
        [
          `Call-ID: ${alice.sent.callId}`,
          `From: <${ALICE}>;tag=${alice.sent.tag}`,
          `To: ${header(alice.ok, 'to')}`,
          `Route: ${header(alice.ok, 'record-route')}`,
          'Content-Type: application/sdp',
        ],
        sdp,
      )
      return alice.phone.takeFinal('INVITE')
    }
    const again = await replay(`${alice.granted} ${alice.uri}`)
    expect(Buffer.from(again.body)).toEqual(Buffer.from(alice.ok.body))
    expect((await replay(alice.uri)).status).toBe(488)
  })
})

describe('three in a room', () => {
  let alice: Guest
  let bob: Guest
  let carol: Guest
  beforeEach(async () => {
    alice = await rooms.enter('alice', AWARE)
    bob = await rooms.enter('bob', AWARE)
    carol = await rooms.enter('carol', AWARE)
  })

  async function quiet(...guests: Guest[]): Promise<void> {
    for (const { client } of guests) await client.settle()
    expect(guests.map(({ client }) => client.unread)).toEqual(guests.map(() => 0))
  }

  test('what one says goes to all others as it is, whatever it is', async () => {
    for (const text of ['Hello, all. Grüße!', '?OTR:AAMD.', '?OTRv3?']) {
      const said = cpim(ALICE, ROOM, text, 'text/plain; charset=utf-8')
      alice.say(said, ['Success-Report: yes'])
      expect((await alice.client.next())[0]).toBe('MSRP said 200 OK')
      expect(field(await alice.client.next(), 'Status')).toBe('000 200 OK')
      const latin1 = Buffer.from(said).toString('latin1')
      expect([await bob.hear(), await carol.hear()]).toEqual([latin1, latin1])
    }
    await quiet(alice)
  })

  test.each([
    ['without CPIM', 'not CPIM', 400],
    ['in the name of another', cpim(BOB, ROOM, 'x'), 403],
    ['to two at once', cpim(ALICE, ROOM, 'x').replace('\r\n\r\n', `\r\ncc: <${BOB}>\r\n\r\n`), 403],
    ['to somebody who is not here', cpim(ALICE, `sip:dave@${REALM}`, 'x'), 404],
    ['of more than it carries', cpim(ALICE, ROOM, 'x'.repeat(256 * 1024)), 413],
  ])('a message %s goes nowhere', async (_, said, status) => {
    alice.say(said)
    expect((await alice.client.next())[0]).toBe('MSRP said 200 OK')
    expect(field(await alice.client.next(), 'Status')).toMatch(new RegExp(`^000 ${status}`))
    await quiet(bob, carol)
  })

  test('a private message goes to one; what becomes of it is told with its addressees alone', async () => {
    const said = cpim(ALICE, BOB, 'Between us')
    alice.say(said, ['Success-Report: yes'])
    expect(await bob.hear()).toBe(said)
    await quiet(carol)
    await alice.client.next()
    const report = await alice.client.next()
    expect(field(report, 'Status')).toBe('000 200 OK')
    const body = report.slice(report.indexOf('') + 1)
    expect(body).toEqual(expect.arrayContaining([`From: <${ALICE}>`, `To: <${BOB}>`]))
    expect(body.join()).not.toContain('Between us')
  })

  test('nicknames: taken, in use, malformed, given back, and free again', async () => {
    const ask = async (guest: Guest, nickname: string): Promise<string> => {
      guest.client.send(
        'MSRP a786hjs2 NICKNAME',
        `To-Path: ${guest.toPath}`,
        `From-Path: ${guest.uri}`,
        `Use-Nickname: ${nickname}`,
        '-------a786hjs2$',
      )
      return (await guest.client.next())[0]!.slice('MSRP a786hjs2 '.length)
    }
    expect(await ask(alice, '"Alice the great"')).toBe('200 OK')
    expect(await ask(bob, '"alice  THE great"')).toBe('425 Nickname in use')
    expect(await ask(bob, 'Bob')).toBe('424 Malformed nickname')
    expect(await ask(alice, '""')).toBe('200 OK')
    expect(await ask(bob, '"Alice the Great"')).toBe('200 OK')
    expect(await ask(bob, '"Carol"'), 'she is known by it').toBe('425 Nickname in use')
    expect(await ask(carol, '"Carol"')).toBe('200 OK')

    bob.phone.inDialog('BYE', bob.sent, bob.ok)
    await bob.phone.takeFinal('BYE')
    expect(await ask(alice, '"Alice the Great"'), 'kept for Bob').toBe('425 Nickname in use')
    const again = await rooms.enter('bob', AWARE)
    expect(await ask(again, '"Alice the Great"')).toBe('200 OK')
    again.phone.inDialog('BYE', again.sent, again.ok)
    await again.phone.takeFinal('BYE')
    // An hour would lose the connections too: the clock moves while everybody answers.
    for (let seconds = 0; seconds <= 300; seconds += 10) {
      rooms.env.advance(10_000)
      await Promise.all([alice.client.settle(), carol.client.settle()])
    }
    while (alice.client.unread > 0) await alice.client.next()
    expect(await ask(alice, '"Alice the Great"')).toBe('200 OK')
  })

  test('the roster comes whole, in order, and no more often than every 5 s', async () => {
    const subscribe = async (more: readonly string[] = []) => {
      const sent = alice.phone.request('SUBSCRIBE', ROOM, ['Event: conference', ...more])
      return { sent, ok: await alice.phone.takeFinal('SUBSCRIBE') }
    }
    const { sent, ok } = await subscribe()
    expect([ok.status, header(ok, 'expires')]).toEqual([200, '3600'])
    const first = await notified(alice)
    expect(header(first, 'subscription-state')).toBe('active;expires=3600')
    expect(users(first)).toEqual([ALICE, BOB, `sip:carol@${REALM}`])

    bob.client.send(
      'MSRP a786hjs2 NICKNAME',
      `To-Path: ${bob.toPath}`,
      `From-Path: ${bob.uri}`,
      'Use-Nickname: "<Bob> & \\"co\\""',
      '-------a786hjs2$',
    )
    await bob.client.next()
    carol.phone.inDialog('BYE', carol.sent, carol.ok)
    await carol.phone.takeFinal('BYE')
    rooms.env.advance(4999)
    await alice.client.settle()
    expect(alice.phone.inbox.filter(({ kind }) => kind === 'request')).toEqual([])
    rooms.env.advance(1)
    const second = await notified(alice)
    expect(users(second)).toEqual([ALICE, BOB])
    expect(text(second)).toContain('version="2"')
    expect(text(second)).toContain('xcon:nickname="&lt;Bob&gt; &amp; &quot;co&quot;"')

    const end = await subscribe([
      'Expires: 0',
      `Call-ID: ${sent.callId}`,
      `From: <${ALICE}>;tag=${sent.tag}`,
      `To: ${header(ok, 'to')}`,
      `Route: ${header(ok, 'record-route')}`,
    ])
    expect(end.ok.status).toBe(200)
    const last = await notified(alice)
    expect(header(last, 'subscription-state')).toBe('terminated;reason=timeout')
  })

  test('only who is inside may see the roster, and only of a room that is there', async () => {
    const dave = await rooms.phone('dave')
    const ask = async (uri: string, event: string) => {
      dave.request('SUBSCRIBE', uri, [`Event: ${event}`])
      return (await dave.takeFinal('SUBSCRIBE')).status
    }
    expect(await ask(ROOM, 'conference')).toBe(403)
    expect(await ask(ROOM, 'presence')).toBe(489)
    expect(await ask(`sip:elsewhere@${HOST}`, 'conference')).toBe(480)
  })

  test('one whose connection breaks has left, and is told so by SIP', async () => {
    bob.client.socket.terminate()
    await expect.poll(() => rooms.relay.relay.counters.grants).toBe(5)
    // The room looks after those it has not heard for a while.
    for (let seconds = 0; seconds < 100; seconds += 10) {
      rooms.env.advance(10_000)
      await Promise.all([alice.client.settle(), carol.client.settle()])
    }
    await bob.phone.takeRequest('BYE')
    expect(rooms.focus.counts.participants).toBe(2)
  })

  test('the last one to leave shuts the room, and nothing is left of it', async () => {
    alice.say(cpim(ALICE, ROOM, 'Remember me'))
    await bob.hear()
    for (const { phone, sent, ok } of [alice, bob, carol]) {
      phone.inDialog('BYE', sent, ok)
      expect((await phone.takeFinal('BYE')).status).toBe(200)
    }
    expect(rooms.focus.counts).toEqual({ rooms: 0, participants: 0 })
    const again = await rooms.enter('alice', AWARE)
    await quiet(again)
  })
})

test('a newcomer does not hear what was said before, and neither does one who comes again', async () => {
  const alice = await rooms.enter('alice', AWARE)
  const bob = await rooms.enter('bob', AWARE)
  alice.say(cpim(ALICE, ROOM, 'before'))
  await bob.hear()
  const carol = await rooms.enter('carol', AWARE)
  bob.phone.inDialog('BYE', bob.sent, bob.ok)
  await bob.phone.takeFinal('BYE')
  const again = await rooms.enter('bob', AWARE)
  alice.say(cpim(ALICE, ROOM, 'after'))
  expect(await carol.hear()).toContain('after')
  expect(await again.hear()).toContain('after')
})

test('who does not know rooms is told in words', async () => {
  const alice = await rooms.enter('alice')
  expect(await alice.hear()).toContain('everybody in it, and its server, reads what you write.')
  const bob = await rooms.enter('bob')
  expect(await alice.hear()).toContain(`${BOB} has come in.`)
  expect(await bob.hear()).toContain(`Here are: ${ALICE}.`)
  alice.say(cpim(ALICE, BOB, 'Between us'))
  await alice.client.next()
  expect(field(await alice.client.next(), 'Status')).toMatch(/^000 428/)
})

async function notified(guest: Guest): Promise<SipRequest> {
  const request = await guest.phone.takeRequest('NOTIFY')
  guest.phone.respond(request, 200)
  return request
}

function text(request: SipRequest): string {
  return Buffer.from(request.body).toString()
}

function users(request: SipRequest): string[] {
  return [...text(request).matchAll(/<user entity="([^"]+)"/g)].map((match) => match[1]!)
}
