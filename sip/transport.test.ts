import { beforeEach, describe, expect, test } from 'vitest'
import { SipError } from './events.ts'
import { TestEnv } from './testing/server.ts'
import { SipTransport } from './transport.ts'

let env: TestEnv
let heard: string[]
let transport: SipTransport

beforeEach(() => {
  env = new TestEnv()
  heard = []
  transport = new SipTransport(['wss://sip.example.org/'], env, {
    opened: () => heard.push('opened'),
    lost: (error: SipError) => heard.push(`lost ${error.code}`),
    alive: () => heard.push('alive'),
    doubtful: () => heard.push('doubtful'),
  })
  transport.onMessage = (message) => heard.push(message)
})

const open = async () => {
  await transport.connect()
  await env.socket.open()
}

describe('opening', () => {
  test('one socket at a time, and RFC 7118 names its transport', async () => {
    expect(transport.protocol).toBe('WSS')
    await transport.connect()
    await transport.connect()
    expect([env.sockets.length, env.socket.url, transport.isConnected()]).toEqual([
      1,
      'wss://sip.example.org/',
      false,
    ])
    await env.socket.open()
    expect([heard, transport.isConnected()]).toEqual([['opened'], true])
  })

  test('that fails is unreachable', async () => {
    await transport.connect()
    await env.socket.drop()
    expect(heard).toEqual(['lost SIP_UNREACHABLE'])
    await transport.connect()
    expect(env.sockets).toHaveLength(2)
  })

  test('that takes more than 10 s is unreachable, and its late success is ignored', async () => {
    await transport.connect()
    const { onopen } = env.socket
    await env.pass(10_000)
    onopen?.()
    expect([heard[0], env.socket.readyState]).toEqual(['lost SIP_UNREACHABLE', 3])
  })

  test('that the browser forbids is unreachable', async () => {
    env.connect = () => {
      throw new DOMException('insecure', 'SecurityError')
    }
    await transport.connect()
    expect(heard).toEqual(['lost SIP_UNREACHABLE'])
  })
})

describe('keep-alive', () => {
  test('pings within 20 to 25 s, again and again, while the server answers', async () => {
    env.answersPings = true
    await open()
    await env.pass(19_000)
    expect(heard).toEqual(['opened'])
    await env.pass(1_000_000)
    expect(heard.slice(1).every((what) => what === 'alive')).toBe(true)
    expect(heard.length).toBeGreaterThan(1 + 1_000_000 / 25_000)
    expect(heard.length).toBeLessThan(2 + 1_020_000 / 20_000)
  })

  test('a server that answered once and does not for 10 s is lost', async () => {
    await open()
    await env.pass(25_000)
    await env.socket.say('\r\n')
    await env.pass(35_000)
    expect([heard, transport.isConnected()]).toEqual([
      ['opened', 'alive', 'lost SIP_CONNECTION_LOST'],
      false,
    ])
  })

  test('a server that never answers one may not know them', async () => {
    await open()
    await env.pass(35_000)
    expect([heard, transport.isConnected()]).toEqual([['opened', 'doubtful'], true])
  })

  test('a probe pings at once and waits 5 s', async () => {
    await open()
    await env.pass(25_000)
    await env.socket.say('\r\n')
    transport.probe()
    await env.pass(4_999)
    expect(transport.isConnected()).toBe(true)
    await env.pass(1)
    expect(transport.isConnected()).toBe(false)
  })

  test('comes sooner if the server gives up sooner, but not without pause', async () => {
    transport.keepAliveWithin(10)
    await open()
    await env.pass(10_000)
    expect(env.socket.sent).toEqual(['\r\n\r\n'])
    transport.keepAliveWithin(0)
    await env.pass(15_000)
    expect(env.socket.sent.length).toBeLessThanOrEqual(5)
  })

  test('a ping of the server is answered', async () => {
    await open()
    await env.socket.say('\r\n\r\n')
    expect(env.socket.sent).toEqual(['\r\n'])
  })
})

describe('messages', () => {
  test('text or bytes, with or without line breaks before', async () => {
    await open()
    await env.socket.say('\r\nSIP/2.0 200 OK\r\n\r\n')
    env.socket.onmessage?.({ data: new TextEncoder().encode('x\r\n\r\ngrüß').buffer })
    env.socket.onmessage?.({ data: new Blob() })
    expect(heard).toEqual(['opened', 'SIP/2.0 200 OK\r\n\r\n', 'x\r\n\r\ngrüß'])
  })

  test('that are too long are dropped', async () => {
    await open()
    await env.socket.say(`x\r\n\r\n${'x'.repeat(65_536)}`)
    await env.socket.say(`x: ${'x'.repeat(16_384)}\r\n\r\n`)
    expect(heard).toEqual(['opened'])
  })

  test('that make sip.js throw do no harm', async () => {
    await open()
    transport.onMessage = () => {
      throw new Error('sip.js')
    }
    await env.socket.say('x\r\n\r\n')
    expect(transport.isConnected()).toBe(true)
  })

  test('cannot be sent without a socket', async () => {
    await expect(transport.send('x')).rejects.toThrow('Not connected')
  })
})

describe('a tunnel', () => {
  const tunnel = async () => {
    transport = new SipTransport(['wss://edge.example.org/tunnel/sips/example.net'], env, {
      opened: () => heard.push('opened'),
      lost: (error: SipError) => heard.push(`lost ${error.code}`),
      alive: () => heard.push('alive'),
      doubtful: () => {},
    })
    transport.onMessage = (message) => heard.push(message)
    await open()
  }
  const give = (text: string) => env.socket.onmessage?.({ data: new TextEncoder().encode(text) })

  test('carries a stream, whatever its portions', async () => {
    await tunnel()
    expect(transport.protocol).toBe('TLS')
    give('\r\nSIP/2.0 100 Trying\r\nl: 0\r\n\r\nSIP/2.0 2')
    give('00 OK\r\nContent-Length: 1\r\n\r\nx')
    expect(heard.slice(1)).toEqual([
      'alive',
      'SIP/2.0 100 Trying\r\nl: 0\r\n\r\n',
      'SIP/2.0 200 OK\r\nContent-Length: 1\r\n\r\nx',
    ])
  })

  test('says things of itself in text, which are no part of the stream', async () => {
    await tunnel()
    give('SIP/2.0 200 OK\r\nContent-')
    env.socket.onmessage?.({ data: '{"note":"connected"}' })
    give('Length: 0\r\n\r\n')
    expect(heard.slice(1)).toEqual(['SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'])
  })

  test('that loses its place is closed', async () => {
    await tunnel()
    give('x'.repeat(20_000))
    expect([heard.at(-1), env.socket.readyState]).toEqual(['lost SIP_MALFORMED', 3])
  })

  test('that does not reach the provider says so, though it was open', async () => {
    await tunnel()
    await env.socket.drop(4502)
    expect(heard).toEqual(['opened', 'lost SIP_UNREACHABLE'])
  })
})

test('closing tells nobody and leaves no timer', async () => {
  await open()
  await transport.disconnect()
  await env.pass(100_000)
  expect([heard, env.socket.readyState, env.pending]).toEqual([['opened'], 3, 0])
})

test('a socket that fell tells what happened to it', async () => {
  await open()
  await env.socket.drop(1001)
  expect(heard).toEqual(['opened', 'lost SIP_CONNECTION_LOST'])
})

describe('several servers', () => {
  const URLS = ['wss://a.example.org/', 'wss://b.example.org/', 'ws://c.example.org/']
  beforeEach(() => {
    transport = new SipTransport(URLS, env, {
      opened: () => heard.push('opened'),
      lost: () => {},
      alive: () => {},
      doubtful: () => {},
    })
  })
  const asked = () => env.sockets.map(({ url }) => url[url.indexOf('/') + 2]).join('')

  test('are tried in turn, and again', async () => {
    for (let at = 0; at < 4; at++) {
      await transport.connect()
      await env.socket.drop()
    }
    expect(asked()).toBe('abca')
  })

  test('one that was reached is asked again before the next', async () => {
    await open()
    await env.socket.drop()
    await transport.connect()
    await env.socket.drop()
    await open()
    expect([asked(), transport.isConnected()]).toEqual(['aab', true])
  })

  test('one that is reached and does not answer is left, once', async () => {
    await open()
    transport.abandon(new SipError('SIP_TIMEOUT', 'No answer.'))
    await transport.connect()
    transport.abandon(new SipError('SIP_TIMEOUT', 'No answer.'))
    await transport.connect()
    expect([asked(), transport.protocol]).toEqual(['abc', 'WS'])
  })
})
