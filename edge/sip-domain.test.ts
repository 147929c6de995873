import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Edge, startEdge } from './server.ts'
import { header, headers, type SipRequest, type SipResponse } from './sip-message.ts'
import { PASSWORD, type Registering, type SentRequest, SipPhone } from './testing/sip-phone.ts'

let edge: Edge
let phones: SipPhone[]

beforeEach(async () => {
  edge = await startEdge({ port: 0, dataDir: null, webRoot: null })
  for (const name of ['alice', 'bob', 'carol']) await edge.enrol(name, PASSWORD)
  phones = []
})
afterEach(() => edge.close())

async function phone(user: string): Promise<SipPhone> {
  const made = await new SipPhone(edge.wsUrl, user, edge.domain).open()
  phones.push(made)
  return made
}

async function registered(user: string, how?: Registering): Promise<SipPhone> {
  const made = await phone(user)
  expect(await made.register(how)).toMatchObject({ status: 200 })
  return made
}

interface Call {
  readonly sent: SentRequest
  readonly invite: SipRequest
  readonly ok: SipResponse
}

async function call(from: SipPhone, to: SipPhone): Promise<Call> {
  const sent = from.request('INVITE', to.address, ['Content-Type: application/sdp'], 'v=0')
  const invite = await to.takeRequest('INVITE')
  to.respond(invite, 180)
  to.respond(invite, 200)
  const ok = await from.takeFinal('INVITE')
  from.ack(sent, ok)
  await to.takeRequest('ACK')
  return { sent, invite, ok }
}

describe('register', () => {
  test('takes a password in MD5 and in SHA-256, and says how long it lasts', async () => {
    for (const algorithm of ['MD5', 'SHA-256'] as const) {
      const alice = await phone('alice')
      const ok = await alice.register({ algorithm, expires: 7200 })
      expect(ok.status).toBe(200)
      expect(headers(ok, 'contact').at(-1)).toBe(`<${alice.contact}>;expires=3600`)
    }
  })

  test('challenges with SHA-256 first and MD5 last, where sip.js finds what it can do', async () => {
    const alice = await phone('alice')
    alice.request('REGISTER', `sip:${edge.domain}`)
    const challenge = await alice.takeFinal('REGISTER')
    expect(challenge.status).toBe(401)
    expect(
      headers(challenge, 'www-authenticate').map((one) => /algorithm=([^,]+)/.exec(one)![1]),
    ).toEqual(['SHA-256', 'MD5'])
  })

  test('asks again for a wrong password, of a user or of nobody alike', async () => {
    for (const user of ['alice', 'nobody']) {
      const who = await phone(user)
      expect(await who.register({ password: 'wrong horse' })).toMatchObject({ status: 401 })
    }
  })

  test('lets nobody register for another', async () => {
    const alice = await phone('alice')
    await alice.register()
    alice.request('REGISTER', `sip:${edge.domain}`, [`To: <sip:bob@${edge.domain}>`])
    expect(await alice.takeFinal('REGISTER')).toMatchObject({ status: 403 })
  })

  test('does not accept credentials that were made for another socket', async () => {
    const [alice, thief] = [await phone('alice'), await phone('alice')]
    const uri = `sip:${edge.domain}`
    alice.request('REGISTER', uri)
    const challenge = await alice.takeFinal('REGISTER')
    const stolen = alice.credentials(challenge, 'REGISTER', uri)
    thief.request('REGISTER', uri, [`Authorization: ${stolen}`])
    const refused = await thief.takeFinal('REGISTER')
    expect(refused.status).toBe(401)
    expect(header(refused, 'www-authenticate')).toContain('stale=true')
  })

  test('stops answering an address that goes on guessing', async () => {
    const guesser = await phone('alice')
    let status = 0
    for (let guess = 0; guess <= 20; guess++) {
      status = (await guesser.register({ password: `guess ${guess}` })).status
    }
    expect(status).toBe(403)
  })
})

describe('a call', () => {
  test('is connected, talked over and ended, by the callee too', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    const { invite, sent, ok } = await call(alice, bob)
    expect(invite.uri).toBe(bob.contact)
    expect(header(invite, 'max-forwards')).toBe('69')
    expect(headers(invite, 'via')).toHaveLength(2)
    expect(header(invite, 'record-route')).toMatch(
      /^<sip:[\w.-]+@sotto\.localhost;transport=ws;lr>$/,
    )
    expect(headers(ok, 'via')).toHaveLength(1)
    expect(Buffer.from(invite.body).toString()).toBe('v=0')

    alice.inDialog('INFO', sent, ok)
    const info = await bob.takeRequest('INFO')
    expect(headers(info, 'route')).toEqual([])
    bob.respond(info, 200)
    expect(await alice.takeFinal('INFO')).toMatchObject({ status: 200 })

    bob.inCalleeDialog('BYE', invite)
    alice.respond(await alice.takeRequest('BYE'), 200)
    expect(await bob.takeFinal('BYE')).toMatchObject({ status: 200 })
  })

  test('says 100 at once and passes ringing on', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('INVITE', bob.address)
    bob.respond(await bob.takeRequest('INVITE'), 180)
    await alice.take((message) => message.kind === 'response' && message.status === 100)
    await alice.take((message) => message.kind === 'response' && message.status === 180)
  })

  test('rings everywhere, is answered once, and stops ringing elsewhere', async () => {
    const alice = await registered('alice')
    const [desk, lap] = [await registered('bob'), await registered('bob')]
    alice.request('INVITE', desk.address)
    const [atDesk, atLap] = [await desk.takeRequest('INVITE'), await lap.takeRequest('INVITE')]
    desk.respond(atDesk, 180)
    lap.respond(atLap, 180)
    lap.respond(atLap, 200)
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 200 })
    const cancel = await desk.takeRequest('CANCEL')
    expect(header(cancel, 'via')).toBe(header(atDesk, 'via'))
    desk.respond(cancel, 200)
    desk.respond(atDesk, 487)
    expect(header(await desk.takeRequest('ACK'), 'cseq')).toBe(
      `${header(atDesk, 'cseq')!.split(' ')[0]} ACK`,
    )
  })

  test('is declined everywhere when one declines for all (6xx)', async () => {
    const alice = await registered('alice')
    const [desk, lap] = [await registered('bob'), await registered('bob')]
    alice.request('INVITE', desk.address)
    const [atDesk, atLap] = [await desk.takeRequest('INVITE'), await lap.takeRequest('INVITE')]
    desk.respond(atDesk, 180)
    lap.respond(atLap, 603)
    desk.respond(await desk.takeRequest('CANCEL'), 200)
    desk.respond(atDesk, 487)
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 603 })
  })

  test('can be taken back, before it rings and while it does', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    for (const rings of [true, false]) {
      const sent = alice.request('INVITE', bob.address)
      const invite = await bob.takeRequest('INVITE')
      if (rings) {
        bob.respond(invite, 180)
        await alice.take((message) => message.kind === 'response' && message.status === 180)
      }
      alice.cancel(sent)
      expect(await alice.takeFinal('CANCEL')).toMatchObject({ status: 200 })
      if (!rings) bob.respond(invite, 180) // No CANCEL may come before (RFC 3261 §9.1).
      bob.respond(await bob.takeRequest('CANCEL'), 200)
      bob.respond(invite, 487)
      expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 487 })
    }
  })

  test('ends in 481 when there is nothing to cancel', async () => {
    const alice = await registered('alice')
    alice.cancel({
      method: 'INVITE',
      uri: 'sip:bob@sotto.localhost',
      branch: 'z9hG4bKx',
      callId: 'x',
      tag: 'x',
      cseq: 1,
    })
    expect(await alice.takeFinal('CANCEL')).toMatchObject({ status: 481 })
  })

  test('ends in 480 when the callee’s socket closes, and in no other way when it rings at two', async () => {
    const alice = await registered('alice')
    const [desk, lap] = [await registered('bob'), await registered('bob')]
    alice.request('INVITE', desk.address)
    await desk.takeRequest('INVITE')
    const atLap = await lap.takeRequest('INVITE')
    desk.close()
    lap.respond(atLap, 486)
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 486 })

    alice.request('INVITE', lap.address)
    await lap.takeRequest('INVITE')
    lap.close()
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status: 480 })
  })

  test('stops ringing when the caller’s socket closes', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('INVITE', bob.address)
    bob.respond(await bob.takeRequest('INVITE'), 180)
    await alice.take((message) => message.kind === 'response' && message.status === 180)
    alice.close()
    await bob.takeRequest('CANCEL')
  })

  test('survives a reconnect of either browser: BYE still finds the other', async () => {
    const instance = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
    const [alice, bob] = [await registered('alice', { instance }), await registered('bob')]
    const { invite, sent, ok } = await call(alice, bob)
    alice.close()
    await alice.closed()
    const again = await registered('alice', { instance })
    bob.inCalleeDialog('INFO', invite)
    again.respond(await again.takeRequest('INFO'), 200)
    again.inDialog('BYE', sent, ok)
    await bob.takeRequest('BYE')
  })

  test('stays with the socket that is left of a browser’s two', async () => {
    const instance = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
    const [alice, bob] = [await registered('alice', { instance }), await registered('bob')]
    const { invite } = await call(alice, bob)
    const second = await registered('alice', { instance })
    second.close()
    await second.closed()
    const metrics = async (): Promise<string> => (await fetch(`${edge.url}metrics`)).text()
    await expect.poll(metrics).toContain('\nsotto_sip_flows 2\n')
    bob.inCalleeDialog('BYE', invite)
    await alice.takeRequest('BYE')
  })

  test('is 430 for the peer of a browser that is gone for good', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    const { invite } = await call(alice, bob)
    alice.close()
    await alice.closed()
    bob.inCalleeDialog('BYE', invite)
    expect(await bob.takeFinal('BYE')).toMatchObject({ status: 430 })
  })

  test('cannot be entered by a third party, not even with its Record-Route', async () => {
    const [alice, bob, carol] = [
      await registered('alice'),
      await registered('bob'),
      await registered('carol'),
    ]
    const { sent, ok } = await call(alice, bob)
    carol.inDialog('BYE', sent, ok)
    expect(await carol.takeFinal('BYE')).toMatchObject({ status: 403 })
    const forged = {
      ...ok,
      headers: ok.headers.map(
        ([name, value]) => [name, value.replace(/<sip:../, '<sip:AA')] as const,
      ),
    }
    alice.inDialog('BYE', sent, forged)
    expect(await alice.takeFinal('BYE')).toMatchObject({ status: 403 })
  })
})

describe('a request', () => {
  test.each([
    ['an unknown user', 'sip:nobody@sotto.localhost', 404],
    ['a user who is not there', 'sip:carol@sotto.localhost', 480],
    ['another domain', 'sip:bob@elsewhere.example', 404],
    ['a room, without an offer to chat', 'sip:tea@conference.sotto.localhost', 488],
    ['nobody in particular', 'sip:sotto.localhost', 484],
    ['a telephone', 'tel:+123', 416],
    ['no URI', 'sip:@@', 400],
  ])('to %s (%s) is answered %d', async (_who, uri, status) => {
    const alice = await registered('alice')
    alice.request('INVITE', uri, ['To: <sip:x@y.example>'])
    expect(await alice.takeFinal('INVITE')).toMatchObject({ status })
  })

  test('of page mode reaches the peer, body and all', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('MESSAGE', bob.address, ['Content-Type: text/plain'], 'Grüße')
    const message = await bob.takeRequest('MESSAGE')
    expect(Buffer.from(message.body).toString()).toBe('Grüße')
    bob.respond(message, 200)
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 200 })
  })

  test('of one who has not shown a password is challenged, then goes through', async () => {
    const [alice, bob] = [await phone('alice'), await registered('bob')]
    alice.request('MESSAGE', bob.address)
    const challenge = await alice.takeFinal('MESSAGE')
    expect(challenge.status).toBe(407)
    const credentials = alice.credentials(challenge, 'MESSAGE', bob.address)
    alice.request('MESSAGE', bob.address, [`Proxy-Authorization: ${credentials}`])
    const message = await bob.takeRequest('MESSAGE')
    expect(header(message, 'proxy-authorization')).toBeNull()
  })

  test('in another’s name is refused', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('MESSAGE', bob.address, [`From: <sip:carol@${edge.domain}>;tag=x`])
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 403 })
  })

  test('that has travelled too far is answered 483', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('MESSAGE', bob.address, ['Max-Forwards: 0'])
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 483 })
  })

  test('that needs what we do not know is answered 420', async () => {
    const [alice, bob] = [await registered('alice'), await registered('bob')]
    alice.request('MESSAGE', bob.address, ['Proxy-Require: magic'])
    const refused = await alice.takeFinal('MESSAGE')
    expect(refused.status).toBe(420)
    expect(header(refused, 'unsupported')).toBe('magic')
  })

  test('OPTIONS to the domain is answered to anybody', async () => {
    const alice = await phone('alice')
    alice.request('OPTIONS', `sip:${edge.domain}`)
    expect(await alice.takeFinal('OPTIONS')).toMatchObject({ status: 200 })
  })
})
