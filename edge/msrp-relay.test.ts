import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADMISSION } from './msrp-relay-hop.ts'
import { authLines, field, nonceOf, type RawMsrp } from './testing/raw-msrp.ts'
import { type Member, REALM, startRelay, type TestRelay } from './testing/relay.ts'
import { untilStill } from './testing/until-still.ts'

let relay: TestRelay
beforeEach(async () => {
  relay = await startRelay()
})
afterEach(() => relay.stop())

const URI = 'msrp://x.invalid:2855/s;ws'

describe('AUTH', () => {
  test('is challenged, and then gives a URI of our own', async () => {
    const client = await relay.connect()
    client.send('MSRP 49fh AUTH', `To-Path: ${relay.address}`, `From-Path: ${URI}`, '-------49fh$')
    const challenge = await client.next()
    expect(challenge).toEqual([
      'MSRP 49fh 401 Unauthorized',
      `To-Path: ${URI}`,
      `From-Path: ${relay.address}`,
      expect.stringMatching(
        /^WWW-Authenticate: Digest realm="example.test", nonce="[\w-]{22}", qop="auth", /,
      ),
      '-------49fh$',
    ])
    client.send(
      ...authLines('49fi', {
        to: relay.address,
        from: URI,
        username: 'alice',
        realm: REALM,
        password: 'wonderland',
        nonce: nonceOf(challenge),
        extra: ['Expires: 900'],
      }),
    )
    expect(await client.next()).toEqual([
      'MSRP 49fi 200 OK',
      `To-Path: ${URI}`,
      `From-Path: ${relay.address}`,
      expect.stringMatching(
        new RegExp(`^Use-Path: msrp://127\\.0\\.0\\.1:${relay.port}/[\\w-]{22};tcp$`),
      ),
      'Expires: 900',
      expect.stringMatching(
        /^Authentication-Info: rspauth="[0-9a-f]{32}", cnonce="0a4f113b", nc=00000001, qop=auth$/,
      ),
      '-------49fi$',
    ])
    expect(relay.relay.counters).toMatchObject({ connections: 1, grants: 1 })
  })

  test('works with the `uri` that RFC 7977 shows, in any order and spacing', async () => {
    const client = await relay.connect()
    client.send('MSRP 49fh AUTH', `To-Path: ${relay.address}`, `From-Path: ${URI}`, '-------49fh$')
    const details = {
      to: relay.address,
      from: URI,
      username: 'alice',
      realm: REALM,
      password: 'wonderland',
      nonce: nonceOf(await client.next()),
    }
    const line = authLines('49fi', details)[3]!
    const parameters = line.slice('Authorization: Digest '.length).split(', ').reverse()
    client.send(
      'MSRP 49fi AUTH',
      `To-Path: ${relay.address}`,
      `From-Path: ${URI}`,
      `Authorization: Digest ${[...parameters, `uri="${relay.address}"`].join(',')}`,
      '-------49fi$',
    )
    expect((await client.next())[0]).toBe('MSRP 49fi 200 OK')
  })

  test('says the same of a wrong password and of an unknown user, and hangs up at three', async () => {
    const client = await relay.connect()
    for (const user of ['bob', 'nobody', 'bob']) {
      client.send(
        'MSRP 49fh AUTH',
        `To-Path: ${relay.address}`,
        `From-Path: ${URI}`,
        '-------49fh$',
      )
      const nonce = nonceOf(await client.next())
      const details = { to: relay.address, from: URI, realm: REALM, nonce }
      client.send(...authLines('49fi', { ...details, username: user, password: 'guess' }))
      const answer = await client.next()
      expect(answer[0]).toBe('MSRP 49fi 401 Unauthorized')
      expect(field(answer, 'WWW-Authenticate')).not.toContain('stale')
    }
    expect(await client.closed()).toEqual([1008, 'unauthenticated'])
  })

  test.each([
    ['replayed', 0],
    ['a minute old', 60_001],
  ])('calls a nonce stale when it is %s', async (_, wait) => {
    const client = await relay.connect()
    client.send('MSRP 49fh AUTH', `To-Path: ${relay.address}`, `From-Path: ${URI}`, '-------49fh$')
    const nonce = nonceOf(await client.next())
    const lines = authLines('49fi', {
      to: relay.address,
      from: URI,
      username: 'alice',
      realm: REALM,
      password: 'wonderland',
      nonce,
    })
    client.send(...lines)
    expect((await client.next())[0]).toBe('MSRP 49fi 200 OK')
    relay.env.advance(wait)
    client.send(...lines)
    const answer = await client.next()
    expect(answer[0]).toBe('MSRP 49fi 401 Unauthorized')
    expect(field(answer, 'WWW-Authenticate')).toContain('stale=true')
  })

  test('a nonce is of no use on another connection', async () => {
    const [one, other] = [await relay.connect(), await relay.connect()]
    one.send('MSRP 49fh AUTH', `To-Path: ${relay.address}`, `From-Path: ${URI}`, '-------49fh$')
    const nonce = nonceOf(await one.next())
    const details = { to: relay.address, from: URI, realm: REALM, nonce }
    other.send(...authLines('49fi', { ...details, username: 'alice', password: 'wonderland' }))
    expect((await other.next())[0]).toBe('MSRP 49fi 401 Unauthorized')
  })

  test('counts a nonce up: the same one may serve several sessions', async () => {
    const client = await relay.connect()
    client.send('MSRP 49fh AUTH', `To-Path: ${relay.address}`, `From-Path: ${URI}`, '-------49fh$')
    const nonce = nonceOf(await client.next())
    for (const nc of ['00000001', '00000002', '0000000a']) {
      const details = { to: relay.address, from: `${URI};n=${nc}`, realm: REALM, nonce, nc }
      client.send(...authLines('49fi', { ...details, username: 'alice', password: 'wonderland' }))
      expect((await client.next())[0]).toBe('MSRP 49fi 200 OK')
    }
    expect(relay.relay.counters.grants).toBe(3)
  })

  test('asked again on the same connection for the same URI, it gives more time, not more', async () => {
    const client = await relay.connect()
    const ask = async () =>
      field(await relay.authenticate(client, 'alice', URI, ['Expires: 60']), 'Use-Path')
    const granted = await ask()
    relay.env.advance(40_000)
    expect(await ask()).toBe(granted)
    relay.env.advance(40_000)
    expect(relay.relay.counters.grants).toBe(1)
    const other = await relay.authenticate(await relay.connect(), 'alice', URI)
    expect(field(other, 'Use-Path')).not.toBe(granted)
    const bobs = await relay.authenticate(client, 'bob', URI)
    expect(field(bobs, 'Use-Path')).not.toBe(granted)
    relay.env.advance(20_000)
    expect(relay.relay.counters.grants, 'the first one has lapsed').toBe(2)
  })

  test.each([
    ['59', 'Min-Expires: 60'],
    ['86401', 'Max-Expires: 86400'],
    ['soon', 'Min-Expires: 60'],
  ])('Expires: %s is out of bounds: %s', async (expires, bound) => {
    const client = await relay.connect()
    const answer = await relay.authenticate(client, 'alice', URI, [`Expires: ${expires}`])
    expect(answer[0]).toBe('MSRP 49fi 423 Interval Out-of-Bounds')
    expect(answer).toContain(bound)
    expect(relay.relay.counters.grants).toBe(0)
  })

  test('a digest made for another relay is not ours to accept', async () => {
    const client = await relay.connect()
    for (const to of ['msrp://evil.test:2855;ws', `${relay.address.replace(';', '/x;')}`]) {
      client.send('MSRP 49fh AUTH', `To-Path: ${to}`, `From-Path: ${URI}`, '-------49fh$')
      expect((await client.next())[0]).toBe('MSRP 49fh 403 Not this relay')
    }
  })

  test('a connection that stays silent is closed after 30 s, an authenticated one is not', async () => {
    const silent = await relay.connect()
    const alice = await relay.join('alice')
    await silent.settle()
    relay.env.advance(30_000)
    expect(await silent.closed()).toEqual([1008, 'unauthenticated'])
    await alice.client.settle()
    expect(relay.relay.counters.connections).toBe(1)
  })

  test('closed is closed', () => {
    for (const next of Object.values(ADMISSION.closed)) expect(next).toBe('closed')
    for (const [input, next] of Object.entries(ADMISSION.admitted)) {
      expect(next).toBe(input === 'lastWrongPassword' ? 'closed' : 'admitted')
    }
  })
})

/** One SEND from one member to another, along both grants. */
function hello(from: Member, to: Member, ...headers: string[]): string[] {
  return [
    'MSRP d93kswow SEND',
    `To-Path: ${from.granted} ${to.granted} ${to.uri}`,
    `From-Path: ${from.uri}`,
    'Message-ID: 12339sdqwer',
    'Byte-Range: 1-16/16',
    ...headers,
    'X-Unknown: kept',
    'Content-Type: text/plain',
    '',
    "Hi, I'm Alice!\r\n",
    '-------d93kswow$',
  ]
}

describe('two clients', () => {
  let alice: Member
  let bob: Member
  beforeEach(async () => {
    alice = await relay.join('alice')
    bob = await relay.join('bob')
  })

  test('see paths as if the relay had sent it to itself', async () => {
    alice.client.send(...hello(alice, bob, 'Success-Report: yes'))
    expect(await alice.client.next()).toEqual([
      'MSRP d93kswow 200 OK',
      `To-Path: ${alice.uri}`,
      `From-Path: ${alice.granted}`,
      '-------d93kswow$',
    ])
    const received = await bob.client.next()
    const transaction = received[0]!.split(' ')[1]!
    expect(transaction).not.toBe('d93kswow')
    expect(received).toEqual([
      `MSRP ${transaction} SEND`,
      `To-Path: ${bob.uri}`,
      `From-Path: ${bob.granted} ${alice.granted} ${alice.uri}`,
      'Message-ID: 12339sdqwer',
      'Byte-Range: 1-16/16',
      'Success-Report: yes',
      'X-Unknown: kept',
      'Content-Type: text/plain',
      '',
      "Hi, I'm Alice!",
      '',
      `-------${transaction}$`,
    ])

    // The answer to it stays at the relay; the REPORT goes all the way back.
    answer(bob, received, '200 OK')
    bob.client.send(
      'MSRP dkei38sd REPORT',
      `To-Path: ${field(received, 'From-Path')}`,
      `From-Path: ${bob.uri}`,
      'Message-ID: 12339sdqwer',
      'Byte-Range: 1-16/16',
      'Status: 000 200 OK',
      '-------dkei38sd$',
    )
    expect((await alice.client.next()).slice(1, -1)).toEqual([
      `To-Path: ${alice.uri}`,
      `From-Path: ${alice.granted} ${bob.granted} ${bob.uri}`,
      'Message-ID: 12339sdqwer',
      'Byte-Range: 1-16/16',
      'Status: 000 200 OK',
    ])
    relay.env.advance(60_000)
    await alice.client.settle()
    expect(alice.client.unread).toBe(0)
    expect(relay.relay.counters).toMatchObject({ forwarded: 2, refused: {}, reports: 0 })
  })

  /** Answers a request as an endpoint does. */
  function answer(member: Member, request: string[], status: string): void {
    const transaction = request[0]!.split(' ')[1]!
    member.client.send(
      `MSRP ${transaction} ${status}`,
      `To-Path: ${field(request, 'From-Path').split(' ')[0]}`,
      `From-Path: ${member.uri}`,
      `-------${transaction}$`,
    )
  }

  test('NICKNAME and methods that are not known go and come back end to end', async () => {
    alice.client.send(
      'MSRP a786hjs2 NICKNAME',
      `To-Path: ${alice.granted} ${bob.granted} ${bob.uri}`,
      `From-Path: ${alice.uri}`,
      'Use-Nickname: "Alice the great"',
      '-------a786hjs2$',
    )
    const received = await bob.client.next()
    const transaction = received[0]!.split(' ')[1]!
    bob.client.send(
      `MSRP ${transaction} 425 Nickname reserved`,
      `To-Path: ${bob.granted} ${alice.granted} ${alice.uri}`,
      `From-Path: ${bob.uri}`,
      `-------${transaction}$`,
    )
    expect(await alice.client.next()).toEqual([
      'MSRP a786hjs2 425 Nickname reserved',
      `To-Path: ${alice.uri}`,
      `From-Path: ${alice.granted} ${bob.granted} ${bob.uri}`,
      '-------a786hjs2$',
    ])

    alice.client.send(
      'MSRP a786hjs3 DANCE',
      `To-Path: ${alice.granted} ${bob.granted} ${bob.uri}`,
      `From-Path: ${alice.uri}`,
      '-------a786hjs3$',
    )
    await bob.client.next()
    relay.env.advance(30_000)
    expect((await alice.client.next())[0]).toBe('MSRP a786hjs3 408 No answer')
  })

  test.each([
    ['Failure-Report: yes', '200', '481', true],
    ['Failure-Report: partial', null, '481', true],
    ['Failure-Report: no', null, '481', false],
  ])('%s: the relay answers %s, a bad answer %s is reported: %s', async (...row) => {
    const [failure, first, status, isReported] = row
    alice.client.send(...hello(alice, bob, failure))
    const received = await bob.client.next()
    if (first !== null) expect((await alice.client.next())[0]).toBe(`MSRP d93kswow ${first} OK`)
    answer(bob, received, `${status} No such session`)
    await bob.client.settle()
    await alice.client.settle()
    expect(alice.client.unread).toBe(isReported ? 1 : 0)
    if (!isReported) return
    expect((await alice.client.next()).slice(1, -1)).toEqual([
      `To-Path: ${alice.uri}`,
      `From-Path: ${alice.granted}`,
      'Message-ID: 12339sdqwer',
      'Byte-Range: 1-16/16',
      `Status: 000 ${status} Not delivered`,
    ])
  })

  test.each([
    ['Failure-Report: yes', 1],
    ['Failure-Report: partial', 0],
  ])('%s: silence for 30 s gives %i REPORT 408', async (failure, count) => {
    alice.client.send(...hello(alice, bob, failure))
    await bob.client.next()
    relay.env.advance(29_999)
    await alice.client.settle()
    const before = alice.client.unread
    relay.env.advance(1)
    await alice.client.settle()
    expect(alice.client.unread - before).toBe(count)
    expect(relay.relay.counters.reports).toBe(count)
  })

  test('a receiver that dies is reported with 408 for what it had, then 481 at once', async () => {
    alice.client.send(...hello(alice, bob))
    await alice.client.next()
    await bob.client.next()
    bob.client.socket.terminate()
    expect(field(await alice.client.next(), 'Status')).toBe('000 408 Not delivered')
    alice.client.send(...hello(alice, bob))
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 481 No such session')
  })

  test('a third connection can use neither token, in neither direction', async () => {
    const mallory = await relay.join('alice') // The same user even: the token is the connection's.
    const paths = [
      [alice.granted, bob.granted, bob.uri], // As if she were Alice.
      [alice.granted, alice.uri], // To Alice, without a grant of her own.
      [alice.granted, 'msrp://elsewhere.test:2855/x;tcp'],
      [bob.granted, alice.granted, alice.uri],
      [mallory.granted, alice.granted, 'msrp://elsewhere.test:2855/x;tcp'],
      [mallory.granted, alice.granted, bob.granted, bob.uri], // Through Alice's to Bob.
      [mallory.granted], // To the relay itself.
    ]
    for (const path of paths) {
      for (const from of [mallory.uri, alice.uri]) {
        mallory.client.send(
          'MSRP d93kswow SEND',
          `To-Path: ${path.join(' ')}`,
          `From-Path: ${from}`,
          'Message-ID: 12339sdqwer',
          '-------d93kswow$',
        )
        expect((await mallory.client.next())[0], path.join(' ')).toMatch(/^MSRP d93kswow 481 /)
      }
    }
    await Promise.all([alice.client.settle(), bob.client.settle()])
    expect([alice.client.unread, bob.client.unread]).toEqual([0, 0])
    expect(relay.relay.counters).toMatchObject({ forwarded: 0, refused: { 481: 2 * paths.length } })
  })

  test('From-Path must be the one of the AUTH', async () => {
    const lines = hello({ ...alice, uri: 'msrp://alice.invalid:2855/other;ws' }, bob)
    alice.client.send(...lines)
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 481 Not the URI of the AUTH')
  })

  test('a token is worth nothing after the connection has gone', async () => {
    alice.client.socket.close()
    await alice.client.closed()
    await expect.poll(() => relay.relay.counters.grants).toBe(1)
    const again = await relay.join('alice')
    again.client.send(...hello({ ...alice, uri: again.uri }, bob))
    expect((await again.client.next())[0]).toBe('MSRP d93kswow 481 No such session')
    again.client.send(...hello({ ...alice, granted: again.granted }, bob))
    expect((await again.client.next())[0]).toBe('MSRP d93kswow 200 OK')
  })

  test('a token is worth nothing after it has expired', async () => {
    alice.client.send(...hello(alice, bob, 'Failure-Report: no'))
    await bob.client.next()
    relay.env.advance(43_200_000)
    expect(relay.relay.counters.grants).toBe(0)
    alice.client.send(...hello(alice, bob))
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 481 No such session')
  })

  test('before AUTH nothing is carried', async () => {
    const stranger = await relay.connect()
    stranger.send(...hello(alice, bob))
    expect((await stranger.next())[0]).toBe('MSRP d93kswow 403 AUTH first')
    stranger.send(...hello(alice, bob, 'Failure-Report: no'))
    stranger.send(...hello(alice, bob).map((line) => line.replace(' SEND', ' REPORT')))
    await stranger.settle()
    expect(stranger.unread).toBe(0)
    expect(relay.relay.counters).toMatchObject({ forwarded: 0, refused: { 403: 3 } })
  })

  test('every byte of a body passes, and a megabyte of them', async () => {
    const body = Buffer.alloc(1024 * 1024)
    for (let at = 0; at < body.length; at++) body[at] = at
    const head = hello(alice, bob).slice(0, -2).join('\r\n')
    alice.client.socket.send(
      Buffer.concat([Buffer.from(`${head}\r\n`), body, Buffer.from('\r\n-------d93kswow$\r\n')]),
    )
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 200 OK')
    const received = Buffer.from((await bob.client.next()).join('\r\n'), 'latin1')
    const start = received.indexOf('\r\n\r\n') + 4
    expect(received.subarray(start, start + body.length).equals(body)).toBe(true)
  })

  test('a frame above the limit costs the connection', async () => {
    alice.client.socket.send(Buffer.alloc(1024 * 1024 + 16 * 1024 + 1))
    expect(await alice.client.closed()).toEqual([1009, 'tooLarge'])
  })

  test.each([
    ['garbage', 'hello\r\n'],
    ['no end-line', 'MSRP d93kswow SEND\r\nTo-Path: a\r\nFrom-Path: b\r\n'],
    ['half a frame', 'MSRP d93kswow SEND\r\nTo-Path: a\r\nFrom-Path: b\r\nX: y\r\n\r\nbo'],
    ['nothing', ''],
    ['two frames', two('MSRP d93kswow SEND', 'To-Path: a', 'From-Path: b', '-------d93kswow$')],
  ])('%s in one WebSocket message costs the connection', async (_, text) => {
    alice.client.socket.send(text)
    expect(await alice.client.closed()).toEqual([1002, 'malformed'])
    expect(relay.relay.counters.malformed).toBe(1)
    await expect.poll(() => relay.relay.counters.grants).toBe(1)
  })

  test('a SEND that nobody could report on is refused', async () => {
    alice.client.send(...hello(alice, bob).filter((line) => !line.startsWith('Message-ID')))
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 400 No Message-ID')
    alice.client.send(...hello(alice, bob).filter((line) => !line.startsWith('Content-Type')))
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 400 No Content-Type')
  })

  test('a receiver that does not answer has 1000 requests at most', async () => {
    for (let sent = 0; sent < 1001; sent++) alice.client.send(...hello(alice, bob))
    await alice.client.settle()
    const answers = await drain(alice.client)
    expect(answers.filter((line) => line === 'MSRP d93kswow 200 OK')).toHaveLength(1000)
    expect(answers.at(-1)).toBe('MSRP d93kswow 408 The next hop does not answer')
  })

  test('a slow reader stops its sender; one who reads nothing for 20 s is cut off', async () => {
    bob.client.socket.pause()
    const body = 'x'.repeat(1024 * 1024)
    const lines = hello(alice, bob, 'Failure-Report: partial')
    lines[lines.length - 2] = body
    for (let sent = 0; sent < 48; sent++) alice.client.send(...lines)
    // The relay stops reading long before it has all of it: the rest waits where it came from.
    await untilStill(() => alice.client.socket.bufferedAmount)
    expect(alice.client.socket.bufferedAmount).toBeGreaterThan(16 * body.length)
    const { forwarded } = relay.relay.counters

    relay.env.advance(20_000)
    await expect.poll(() => relay.relay.counters.connections).toBe(1)
    await expect.poll(() => relay.relay.counters.refused).toEqual({ 481: 48 - forwarded })
    expect(alice.client.socket.bufferedAmount).toBe(0)
  })
})

function two(...lines: string[]): string {
  const frame = `${lines.join('\r\n')}\r\n`
  return frame + frame
}

/** The first lines of everything that has arrived. */
async function drain(client: RawMsrp): Promise<string[]> {
  const lines: string[] = []
  while (client.unread > 0) lines.push((await client.next())[0]!)
  return lines
}
