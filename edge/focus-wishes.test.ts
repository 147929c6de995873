import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header, type SipRequest } from './sip-message.ts'
import { REALM } from './testing/relay.ts'
import { cpim, type Guest, offerOf, ROOM, type Rooms, startRooms } from './testing/rooms.ts'
import type { SipPhone } from './testing/sip-phone.ts'

const AWARE = ['a=chatroom:nickname private-messages']
const address = (user: string) => `sip:${user}@${REALM}`

let rooms: Rooms
let alice: Guest
let bob: Guest
beforeEach(async () => {
  rooms = await startRooms()
  alice = await rooms.enter('alice', AWARE)
  bob = await rooms.enter('bob', AWARE)
})
afterEach(() => rooms.stop())

/** @returns the status of the REFER */
async function refer(phone: SipPhone, referTo: string, more: readonly string[] = []) {
  phone.request('REFER', ROOM, [`Refer-To: ${referTo}`, ...more])
  return (await phone.takeFinal('REFER')).status
}

/** What the room says of the wish: status line and state of each NOTIFY. */
async function told(phone: SipPhone, count: number): Promise<string[]> {
  const lines: string[] = []
  while (lines.length < count) {
    const notify = await phone.takeRequest('NOTIFY')
    phone.respond(notify, 200)
    expect(header(notify, 'event')).toBe('refer')
    expect(header(notify, 'content-type')).toBe('message/sipfrag;version=2.0')
    const state = header(notify, 'subscription-state')!.split(';')[0]
    lines.push(`${Buffer.from(notify.body)} (${state})`)
  }
  return lines
}

/** Carol's telephone rings. */
async function rung(user: string): Promise<{ phone: SipPhone; invite: SipRequest }> {
  const phone = await rooms.phone(user)
  expect(await refer(alice.phone, `<${address(user)}>`)).toBe(202)
  return { phone, invite: await phone.takeRequest('INVITE') }
}

describe('calling somebody in (RFC 4579 §5.5)', () => {
  test('they are called by the room, and are in it when they answer', async () => {
    const { phone, invite } = await rung('carol')
    expect(header(invite, 'from')).toContain(`<${ROOM}>;tag=`)
    expect(header(invite, 'contact')).toMatch(/>;isfocus$/)
    expect(header(invite, 'referred-by')).toBe(`<${address('alice')}>`)
    const sdp = Buffer.from(invite.body).toString()
    expect(sdp).toContain('a=setup:actpass')
    expect(sdp).toContain('a=accept-types:message/cpim\r\n')

    phone.respond(invite, 180)
    const carol = await rooms.relay.join('carol')
    const answer = offerOf(`${carol.granted} ${carol.uri}`, [...AWARE, 'a=setup:active'])
    phone.respond(invite, 200, ['Content-Type: application/sdp'], answer)
    await phone.takeRequest('ACK')
    expect(await told(alice.phone, 3)).toEqual([
      'SIP/2.0 100 Trying (active)',
      'SIP/2.0 180 Ringing (active)',
      'SIP/2.0 200 OK (terminated)',
    ])
    const path = /a=path:(.+)\r/.exec(sdp)![1]!
    carol.client.send(
      'MSRP bind SEND',
      `To-Path: ${carol.granted} ${path}`,
      `From-Path: ${carol.uri}`,
      'Message-ID: bind',
      'Byte-Range: 1-0/0',
      '-------bind$',
    )
    await carol.client.next()
    alice.say(cpim(address('alice'), ROOM, 'Welcome'))
    expect((await carol.client.next()).join('\n')).toContain('Welcome')
    expect(rooms.focus.counts).toEqual({ rooms: 1, participants: 3 })

    alice.phone.request('SUBSCRIBE', ROOM, ['Event: conference'])
    const roster = Buffer.from((await alice.phone.takeRequest('NOTIFY')).body).toString()
    expect(roster).toMatch(/carol[\s\S]*<joining-method>dialed-out</)
    phone.inCalleeDialog('BYE', invite)
    expect((await phone.takeFinal('BYE')).status).toBe(200)
    expect(rooms.focus.counts.participants).toBe(2)
  })

  test.each([
    ['they decline', 603, 'SIP/2.0 603 Decline (terminated)'],
    ['they are busy', 486, 'SIP/2.0 486 Busy Here (terminated)'],
  ])('%s', async (_, status, last) => {
    const { phone, invite } = await rung('carol')
    phone.respond(invite, status)
    expect((await told(alice.phone, 2)).at(-1)).toBe(last)
    await expect.poll(() => rooms.relay.relay.counters.grants).toBe(4) // Nothing is left of it.
  })

  test('an answer without a chat is hung up on', async () => {
    const { phone, invite } = await rung('carol')
    phone.respond(invite, 200, ['Content-Type: application/sdp'], 'v=0\r\n')
    await phone.takeRequest('ACK')
    await phone.takeRequest('BYE')
    expect((await told(alice.phone, 2)).at(-1)).toBe('SIP/2.0 488 Not Acceptable Here (terminated)')
  })

  test('nobody is there, or they are in the room already', async () => {
    await refer(alice.phone, `<${address('dave')}>;method=INVITE`)
    expect((await told(alice.phone, 2)).at(-1)).toBe(
      'SIP/2.0 480 Temporarily Unavailable (terminated)',
    )
    await refer(alice.phone, `<${address('bob')};method=INVITE>`)
    expect(await told(alice.phone, 1)).toEqual(['SIP/2.0 200 OK (terminated)'])
  })

  test('it stops ringing when the last one leaves', async () => {
    const { phone, invite } = await rung('carol')
    phone.respond(invite, 180)
    await told(alice.phone, 2)
    for (const guest of [alice, bob]) {
      guest.phone.inDialog('BYE', guest.sent, guest.ok)
      await guest.phone.takeFinal('BYE')
    }
    await phone.takeRequest('CANCEL')
  })

  test('sixteen ring at a time, and no more', async () => {
    for (let count = 0; count < 17; count++) {
      const phone = await rooms.phone(`guest${count}`)
      await refer(alice.phone, `<${address(phone.user)}>`)
    }
    expect((await told(alice.phone, 17)).at(-1)).toBe(
      'SIP/2.0 503 Service Unavailable (terminated)',
    )
  })

  test('nothing is told to one who does not want to know (RFC 4488)', async () => {
    const carol = await rooms.phone('carol')
    await refer(alice.phone, `<${address('carol')}>`, ['Refer-Sub: false'])
    carol.respond(await carol.takeRequest('INVITE'), 603)
    await refer(alice.phone, `<${address('bob')}>`)
    expect(await told(alice.phone, 1)).toEqual(['SIP/2.0 200 OK (terminated)'])
  })
})

describe('sending somebody away (RFC 4579 §5.11)', () => {
  test('whoever has been here longest may', async () => {
    expect(await refer(alice.phone, `<${address('bob')};method=BYE>`)).toBe(202)
    expect(await told(alice.phone, 1)).toEqual(['SIP/2.0 200 OK (terminated)'])
    await bob.phone.takeRequest('BYE')
    expect(rooms.focus.counts.participants).toBe(1)
    await refer(alice.phone, `<${address('bob')};method=BYE>`)
    expect(await told(alice.phone, 1)).toEqual(['SIP/2.0 404 Not Found (terminated)'])
  })

  test('others may not, but for sessions of their own', async () => {
    expect(await refer(bob.phone, `<${address('alice')};method=BYE>`)).toBe(403)
    const other = await rooms.enter('bob', AWARE)
    expect(await refer(other.phone, `<${address('bob')}>;method=BYE`)).toBe(202)
    await bob.phone.takeRequest('BYE')
    expect(rooms.focus.counts.participants).toBe(1)
  })
})

test.each([
  ['nobody', ''],
  ['a telephone', '<tel:+123>'],
  ['a host', `<sip:${REALM}>`],
  ['something else', `<${address('carol')};method=MESSAGE>`],
  ['what would break out of its line', `<sip:a%0d%0aTo:%20x@${REALM}>`],
])('Refer-To of %s is refused', async (_, referTo) => {
  expect(await refer(alice.phone, referTo)).toBe(400)
})

test('only members are heard, and only of a room that is there', async () => {
  const carol = await rooms.phone('carol')
  expect(await refer(carol, `<${address('alice')}>`)).toBe(403)
  carol.request('REFER', ROOM.replace('tea', 'coffee'), [`Refer-To: <${address('alice')}>`])
  expect((await carol.takeFinal('REFER')).status).toBe(404)
})
