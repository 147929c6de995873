import { describe, expect, test } from 'vitest'
import { boundAlone, boundPair, frame, openPair, response, text } from './testing/pair.ts'

const YES = { success: 'yes', failure: 'yes' } as const

describe('binding', () => {
  test('the active end sends an empty SEND, as RFC 4975 §5.4 and deployed peers have it', () => {
    const { alice, bob } = openPair()
    bob.session.start({ remotePath: [alice.uri], active: false })
    alice.session.start({ remotePath: [bob.uri], active: true })
    const [send, ...rest] = alice.wire.sent
    const [, transaction, , id] = /^MSRP (\S+) (SEND)[\s\S]*Message-ID: (\S+)/.exec(send!)!
    expect(send).toBe(
      [
        `MSRP ${transaction} SEND`,
        `To-Path: ${bob.uri}`,
        `From-Path: ${alice.uri}`,
        `Message-ID: ${id}`,
        'Byte-Range: 1-0/0',
        `-------${transaction}$`,
        '',
      ].join('\r\n'),
    )
    expect(rest).toEqual([])
    expect(bob.wire.sent).toEqual([
      [
        `MSRP ${transaction} 200 OK`,
        `To-Path: ${alice.uri}`,
        `From-Path: ${bob.uri}`,
        `-------${transaction}$`,
        '',
      ].join('\r\n'),
    ])
    expect(alice.events).toEqual([{ type: 'bound' }])
    expect(bob.events).toEqual([{ type: 'bound' }])
  })

  test('a first SEND with a message binds as well', () => {
    const { alice, bob } = openPair()
    bob.session.start({ remotePath: [alice.uri], active: false })
    const headers = ['Message-ID: m1aa', 'Byte-Range: 1-2/2']
    alice.wire.send(new TextEncoder().encode(frame('aaaa SEND', bob.uri, alice.uri, headers, 'hi')))
    expect(bob.events.map((event) => event.type)).toEqual(['bound', 'message'])
  })

  test('both active: each answers the other', () => {
    const { alice, bob } = openPair()
    alice.session.start({ remotePath: [bob.uri], active: true }) // Bob holds it.
    bob.session.start({ remotePath: [alice.uri], active: true })
    expect([alice.events, bob.events]).toEqual([[{ type: 'bound' }], [{ type: 'bound' }]])
  })

  test('a SEND that is faster than the SDP answer is held until the start', () => {
    const { alice, bob } = openPair()
    alice.session.start({ remotePath: [bob.uri], active: true })
    expect(bob.wire.sent).toEqual([])
    bob.session.start({ remotePath: [alice.uri], active: false })
    expect(alice.events).toEqual([{ type: 'bound' }])
  })

  test('nobody binds within 30 s', () => {
    const { env, alice, bob } = openPair()
    bob.session.start({ remotePath: [alice.uri], active: false })
    env.advance(29_999)
    expect(bob.events).toEqual([])
    env.advance(1)
    expect(bob.events).toMatchObject([{ type: 'closed', by: 'remote' }])
  })

  test('nobody answers the bind within 30 s', () => {
    const { env, alice, bob } = openPair()
    bob.wire.onBytes = () => {}
    alice.session.start({ remotePath: [bob.uri], active: true })
    env.advance(30_000)
    expect(alice.events).toMatchObject([{ type: 'closed', by: 'network' }])
    expect(env.pending, 'timers left').toBe(0)
  })

  test.each([481, 506, 400])('the bind is answered %d', (status) => {
    const { alice, bob } = openPair()
    bob.wire.onBytes = () => {}
    alice.session.start({ remotePath: [bob.uri], active: true })
    bob.wire.send(new TextEncoder().encode(response(alice.wire.sent[0]!, status)))
    expect(alice.events).toMatchObject([{ type: 'closed', by: 'remote' }])
    expect(alice.events).toHaveLength(1)
  })

  test('what is sent before is not sent', () => {
    const { alice } = openPair()
    alice.session.send(text('m1aa', 'early'), YES)
    expect(alice.wire.sent).toEqual([])
    expect(alice.events).toMatchObject([{ type: 'failed', id: 'm1aa', status: 481 }])
  })

  test('starting twice, or without a path, is the caller’s mistake', () => {
    const { alice, bob } = openPair()
    expect(() => alice.session.start({ remotePath: [], active: true })).toThrow(RangeError)
    alice.session.start({ remotePath: [bob.uri], active: true })
    expect(() => alice.session.start({ remotePath: [bob.uri], active: true })).toThrow(TypeError)
  })
})

describe('who may send here', () => {
  test('another From-Path is answered 481 and has no effect', () => {
    const { alice, bob } = boundPair()
    const stranger = 'msrps://x.invalid:2855/stranger;tcp'
    const headers = ['Message-ID: m1aa', 'Byte-Range: 1-2/2']
    const intrusion = frame('aaaa SEND', bob.uri, stranger, headers, 'hi')
    alice.wire.send(new TextEncoder().encode(intrusion))
    expect(bob.events).toEqual([])
    expect(bob.wire.sent[0]).toMatch(/^MSRP aaaa 481 /)
  })

  test('the session id counts, not the authority, which middleboxes rewrite', () => {
    const { alice, bob } = boundPair()
    const rewritten = (uri: string) => uri.replace(/\/\/[^/]*/, '//192.0.2.1:9')
    const headers = ['Message-ID: m1aa', 'Byte-Range: 1-2/2']
    const send = frame('aaaa SEND', rewritten(bob.uri), rewritten(alice.uri), headers, 'hi')
    alice.wire.send(new TextEncoder().encode(send))
    expect(bob.received()).toEqual(['hi'])
  })

  test('the origin counts, at the end of the path, not the relay at its start', () => {
    const { alice, bob } = boundPair()
    const relay = 'msrps://relay.example:2855/token;tcp'
    const send = frame('aaaa SEND', bob.uri, `${relay} ${alice.uri}`, ['Message-ID: m1aa'], 'hi')
    alice.wire.send(new TextEncoder().encode(send))
    expect(bob.received()).toEqual(['hi'])
    expect(bob.wire.sent[0], 'and the answer goes one hop').toContain(`To-Path: ${relay}\r\n`)
    bob.session.report('m1aa', 400)
    expect(bob.wire.sent[1], 'a REPORT all the way').toContain(`To-Path: ${relay} ${alice.uri}\r\n`)
  })

  test.each([
    ['SEND', /^MSRP aaaa 481 /],
    ['NICKNAME', /^MSRP aaaa 481 /],
  ])('%s to a session that is not here', (method, answer) => {
    const { alice, bob } = boundPair()
    const elsewhere = 'msrps://b.invalid:2855/elsewhere;tcp'
    alice.wire.send(new TextEncoder().encode(frame(`aaaa ${method}`, elsewhere, alice.uri)))
    expect(bob.wire.sent[0]).toMatch(answer)
  })

  test.each([
    ['a REPORT', 'REPORT', []],
    ['Failure-Report: no', 'SEND', ['Failure-Report: no']],
  ])('%s to a session that is not here is not answered', (_, method, headers) => {
    const { alice, bob } = boundPair()
    const elsewhere = 'msrps://b.invalid:2855/elsewhere;tcp'
    const request = frame(`aaaa ${method}`, elsewhere, alice.uri, headers)
    alice.wire.send(new TextEncoder().encode(request))
    expect(bob.wire.sent).toEqual([])
  })

  test('we relay nothing: a path may only lead to us', () => {
    const { alice, bob } = boundPair()
    const through = `${bob.uri} msrps://c.invalid:2855/c;tcp`
    alice.wire.send(new TextEncoder().encode(frame('aaaa SEND', through, alice.uri)))
    expect(bob.wire.sent[0]).toMatch(/^MSRP aaaa 481 /)
  })

  test('a method that is not known is answered 501, along the whole path', () => {
    const { alice, bob } = boundPair()
    const from = `msrps://relay.example:2855/token;tcp ${alice.uri}`
    alice.wire.send(new TextEncoder().encode(frame('aaaa FILE_OFFSET', bob.uri, from)))
    expect(bob.wire.sent[0]).toMatch(/^MSRP aaaa 501 /)
    expect(bob.wire.sent[0]).toContain(`To-Path: ${from}\r\n`)
  })
})

describe('a peer that moves (RFC 4975 §8.6)', () => {
  const there = 'msrps://elsewhere.invalid:2855/new;tcp'
  const move = (active: boolean) => {
    const { env, alice, peer } = boundAlone()
    alice.session.move({ remotePath: [there], active })
    return { env, alice, peer }
  }

  test('is bound to where it is now, written to and heard there, and nowhere else', () => {
    const { alice, peer } = move(true)
    expect(alice.wire.sent).toHaveLength(1)
    expect(alice.wire.sent[0]).toContain(`To-Path: ${there}\r\n`)
    expect(alice.wire.sent[0]).toContain('Byte-Range: 1-0/0')
    peer.answer(200)
    alice.session.send(text('m1aa', 'hi'), YES)
    expect(alice.wire.sent[1]).toContain(`To-Path: ${there}\r\n`)
    peer.answer(200)
    const say = (id: string, from: string) =>
      peer.say(frame(`${id} SEND`, alice.uri, from, [`Message-ID: ${id}`], id))
    say('gone', peer.uri)
    expect(alice.wire.sent.at(-1)).toMatch(/^MSRP gone 481 /)
    say('here', there)
    expect(alice.events.map((event) => event.type)).toEqual(['sent', 'message'])
  })

  test('binds itself where it is the one to connect', () => {
    expect(move(false).alice.wire.sent).toEqual([])
  })

  test('is lost if nobody is there', () => {
    const { env, alice, peer } = move(true)
    peer.answer(481)
    expect(alice.events).toMatchObject([{ type: 'closed', by: 'remote' }])
    const again = move(true)
    again.env.advance(30_000)
    expect(again.alice.events).toMatchObject([{ type: 'closed', by: 'network' }])
    expect([env.pending, again.env.pending]).toEqual([0, 0])
  })

  test('cannot move to where no session is', () => {
    const { alice } = boundAlone()
    expect(() =>
      alice.session.move({ remotePath: ['msrp://x.invalid:1;tcp'], active: true }),
    ).toThrow(RangeError)
  })
})

describe('nicknames', () => {
  test('a focus answers them; the sender learns the status', async () => {
    const seen: string[] = []
    const onRequest = (request: { method: string; headers: readonly (readonly string[])[] }) => {
      seen.push(`${request.method} ${request.headers[0]!.join('=')}`)
      return { status: 425, comment: 'taken' }
    }
    const { alice } = boundPair({ bob: { onRequest } })
    expect(await alice.session.setNickname('Al "the" \\')).toBe(425)
    expect(seen).toEqual(['NICKNAME Use-Nickname="Al \\"the\\" \\\\"'])
  })

  test('a connection that is lost meanwhile says so', async () => {
    const { alice } = boundAlone()
    const asked = alice.session.setNickname('Al')
    alice.wire.cut()
    await expect(asked).rejects.toMatchObject({ code: 'MSRP_CONNECTION_LOST' })
  })
})

describe('keep-alive', () => {
  test('after 25 to 50 s of silence an empty SEND asks whether the other is there', () => {
    const { env, alice, bob } = boundPair()
    env.advance(25_000)
    expect(alice.wire.sent.length + bob.wire.sent.length).toBeLessThan(4)
    env.advance(25_000)
    const asked = [...alice.wire.sent, ...bob.wire.sent].filter((frame) => / SEND\r/.test(frame))
    expect(asked.length).toBeGreaterThan(0)
    env.advance(600_000)
    expect(alice.events).toEqual([])
    expect(bob.events).toEqual([])
  })

  test('no answer in 30 s: closed by the network', () => {
    const { env, alice } = boundAlone()
    env.advance(50_000)
    expect(alice.wire.sent.join()).toContain('Byte-Range: 1-0/0')
    env.advance(30_000)
    expect(alice.events).toMatchObject([{ type: 'closed', by: 'network' }])
    expect(env.pending, 'timers left').toBe(0)
  })

  test('an empty SEND of the peer is answered 200 and not shown, Keep-Alive header or not', () => {
    const { alice, bob } = boundPair()
    const headers = ['Keep-Alive: yes', 'Message-ID: k1aa', 'Byte-Range: 1-0/0']
    alice.wire.send(new TextEncoder().encode(frame('aaaa SEND', bob.uri, alice.uri, headers)))
    expect(bob.wire.sent[0]).toMatch(/^MSRP aaaa 200 /)
    expect(bob.events).toEqual([])
  })
})

describe('the end', () => {
  test('closed here; the connection stays, and answers 481 for it', () => {
    const { alice, bob } = boundPair()
    bob.session.close()
    bob.session.close()
    expect(bob.events).toMatchObject([{ type: 'closed', by: 'local' }])
    expect(bob.connection.isOpen).toBe(true)
    alice.session.send(text('m1aa', 'hi'), YES)
    expect(alice.events).toMatchObject([
      { type: 'failed', id: 'm1aa', status: 481 },
      { type: 'closed', by: 'remote', reason: '481 No such session here' },
    ])
  })

  test.each(['cut', 'close'] as const)('the wire is gone: %s', (how) => {
    const { env, alice, bob } = boundPair()
    alice.wire[how]()
    expect(bob.events).toMatchObject([{ type: 'closed', by: 'network' }])
    expect([alice.connection.isOpen, bob.connection.isOpen]).toEqual([false, false])
    expect(env.pending, 'timers left').toBe(0)
  })

  test('no event after `closed`', () => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', 'hi'), YES)
    const sent = alice.wire.sent[0]!
    alice.session.close()
    peer.answer(200, sent)
    alice.session.send(text('m2aa', 'ho'), { success: 'no', failure: 'no' })
    expect(alice.events.map((event) => event.type)).toEqual(['closed', 'failed'])
  })
})
