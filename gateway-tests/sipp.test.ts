import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort, type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { challengesWithinCalls, servesUdp } from './kamailio-changes.ts'
import { SipPhone, stream, told } from './sip-phone.ts'
import { type Sipp, startSipp } from './sipp.ts'

describe('against SIPp, on UDP behind Kamailio', () => {
  let server: Kamailio
  let alice: SipPhone
  beforeAll(async () => {
    const port = await freePort()
    server = await startKamailio({
      port,
      change: (configuration) => servesUdp(port)(challengesWithinCalls(configuration)),
    })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    const account = { address: 'sip:alice@test.local', password: passwordOf('alice') }
    alice = await new SipPhone({ ...account, server: server.url }).signIn()
  })
  afterEach(() => alice?.agent.stop())

  test('a caller refreshes its session by re-INVITE and by UPDATE (RFC 4028): it stays one', async () => {
    await using carol = await startSipp({
      scenario: 'refreshing-caller',
      proxy: server.port,
      user: 'carol',
      peer: 'alice',
    })
    const { call } = await told(alice.events, 'incoming')
    alice.agent.accept(call, stream('alice', 'active'))
    await carol.played()
    await told(alice.events, 'ended')
    const chat = { call, peer: personOf('carol'), remote: stream('carol', 'actpass') }
    expect(calls()).toMatchObject([
      { type: 'incoming', ...chat },
      { type: 'established', ...chat, active: true },
      { type: 'ended', call, by: 'remote', error: null },
    ])
    expect(requests()).toEqual(SIGN_IN)
  })

  test('so does one that was called (refresher=uas)', async () => {
    await using bob = await startSipp({
      scenario: 'refreshing-callee',
      proxy: server.port,
      user: 'bob',
    })
    register('bob', bob)
    const call = alice.agent.invite('sip:bob@test.local', stream('alice', 'actpass'))
    await told(alice.events, 'page') // He says so once both were answered.
    alice.agent.end(call)
    await bob.played()
    const peer = personOf('bob')
    expect(calls()).toMatchObject([
      { type: 'established', call, peer, remote: stream('bob', 'active'), active: false },
      { type: 'page', peer, body: 'refreshed twice\r\n' },
      { type: 'ended', call, by: 'local', error: null },
    ])
    // Each once more with the password: no request within the call but the last is hers.
    expect(requests()).toEqual([...SIGN_IN, 'INVITE', 'ACK', 'INVITE', 'ACK', 'BYE', 'BYE'])
  })

  test('SUBSCRIBE and REFER are challenged, outside a dialog and within, and answered', async () => {
    await using room = await startSipp({
      scenario: 'room',
      proxy: server.port,
      user: 'carol',
      calls: 3, // The call, the roster and the referral.
    })
    register('carol', room)
    const call = alice.agent.invite('sip:carol@test.local', stream('alice', 'actpass'))
    await told(alice.events, 'established')
    alice.agent.watchRoom(call)
    const { roster } = await told(alice.events, 'roster')
    expect(roster.users).toMatchObject([{ entity: 'sip:alice@test.local', isOwn: true }])
    alice.agent.inviteToRoom(call, 'sip:bob@test.local')
    expect(await told(alice.events, 'roomInvitation')).toMatchObject({ error: null })
    alice.agent.end(call)
    await room.played()
    // The second pair ends the subscription, in its dialog.
    expect(credentialsIn('SUBSCRIBE')).toEqual([false, true, false, true])
    expect(credentialsIn('REFER')).toEqual([false, true])
  })

  /** Instead of REGISTER, which would be another call in a scenario that waits to be called. */
  function register(user: string, { contact }: Sipp): void {
    server.ask('ul.add', 'location', user, contact, '600', '1.0', '.', '0', '0', '8191')
  }

  const personOf = (user: string) => ({ address: `sip:${user}@test.local`, isFocus: false })

  const calls = () => alice.events.filter(({ type }) => type !== 'registration')

  /** The methods of what she has asked. */
  const requests = () =>
    alice.sent.map((text) => text.split(' ', 1)[0]).filter((word) => word !== 'SIP/2.0')

  const credentialsIn = (method: string) =>
    alice.sent
      .filter((text) => text.startsWith(`${method} `))
      .map((text) => /^(?:Proxy-)?Authorization: Digest /m.test(text))
})

const SIGN_IN = ['REGISTER', 'REGISTER']
