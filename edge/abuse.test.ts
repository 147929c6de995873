/**
 * What the edge bears from people who mean it ill. More of it is beside what it concerns:
 *
 * - relaying without an account, guessing tokens, using another's: `msrp-relay.test.ts`,
 *   `msrp-relay-tcp.test.ts`
 * - digests replayed or made up: `digest.test.ts`, `msrp-relay-auth.test.ts`, `sip-domain.test.ts`
 * - addresses in private networks, names that change between check and connect: `tunnel.test.ts`,
 *   `public-address.test.ts`, `msrp-relay-tcp.test.ts`
 * - readers and writers that are slow: `msrp-relay.test.ts`, `msrp-relay-passing.test.ts`,
 *   `tunnel.test.ts`
 * - pages elsewhere, names pointed at us: `websockets.test.ts`, `server.test.ts`
 * - X-Forwarded-For made up: `client-address.test.ts`
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  HTTP_HEAD_MAX,
  RATE_KEYS_MAX,
  SOCKETS_PER_ADDRESS,
  WRONG_PASSWORD_BURST,
} from './limits.ts'
import { STREAMS_PER_ADDRESS } from './msrp-relay-limits.ts'
import { MsrpPort } from './msrp-relay-port.ts'
import { RateLimit } from './rate-limit.ts'
import { type Edge, startEdge } from './server.ts'
import { ManualEnv } from './testing/manual-env.ts'
import { authLines, nonceOf, RawMsrp } from './testing/raw-msrp.ts'
import { RawStream } from './testing/raw-msrp-stream.ts'
import { startRelay } from './testing/relay.ts'
import { SipPhone } from './testing/sip-phone.ts'

let edge: Edge
const sockets: WebSocket[] = []
beforeEach(async () => {
  edge = await startEdge({
    port: 0,
    msrpPort: 0,
    dataDir: null,
    webRoot: null,
    trustedProxies: ['127.0.0.1'],
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await edge.close()
})

/** @param address - as a reverse proxy tells it */
function open(address?: string): Promise<WebSocket | number> {
  const headers = address === undefined ? {} : { 'X-Forwarded-For': address }
  const socket = new WebSocket(edge.wsUrl, 'msrp', { headers })
  sockets.push(socket)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode!))
  })
}

function enrol(name: string, address: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': address }
  return new Promise((resolve, reject) => {
    const url = new URL('accounts', edge.url)
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ name, password: 'correct horse' }))
  })
}

describe('one client behind a proxy is one client', () => {
  test('with its sockets', async () => {
    for (let count = 0; count < SOCKETS_PER_ADDRESS; count++) {
      expect(await open('192.0.2.7')).not.toBe(429)
    }
    expect(await open('192.0.2.7')).toBe(429)
    expect(await open('1.1.1.1, 192.0.2.7'), 'what it wrote itself does not help it').toBe(429)
    expect(await open('192.0.2.8'), 'and nobody else suffers').not.toBe(429)
  })

  test('with its new accounts; of IPv6 its whole network', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 22; count++) {
      statuses.push(await enrol(`user${count}`, `2001:db8::${count + 1}`))
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(20)
    expect(statuses.at(-1)).toBe(429)
    expect(await enrol('neighbour', '2001:db8:0:1::1')).toBe(201)
  })
})

test('2,000 idle connections cost little, and those who talk do not notice', async () => {
  const before = process.memoryUsage.rss()
  for (let count = 0; count < 2000; count += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, at) => open(`10.0.${count / 100}.${at}`)))
  }
  const phone = await new SipPhone(edge.wsUrl, 'alice', edge.domain).open()
  await edge.enrol('alice', 'correct horse')
  expect((await phone.register({ password: 'correct horse' })).status).toBe(200)
  // Both ends of each are in this process.
  expect((process.memoryUsage.rss() - before) / 2000).toBeLessThan(200 * 1024)
  phone.close()
})

test('connections that say nothing, or never finish saying it, are closed', async () => {
  const port = Number(new URL(edge.url).port)
  const silent = connect(port, '127.0.0.1')
  const slow = connect(port, '127.0.0.1')
  slow.write('GET / HTTP/1.1\r\nHost: loc')
  const drip = setInterval(() => slow.write('x'), 500)
  for (const socket of [silent, slow]) socket.on('error', () => {})
  await Promise.all([silent.resume(), slow.resume()].map((socket) => once(socket, 'close')))
  clearInterval(drip)
})

describe('bombs', () => {
  test('an HTTP head that does not end', async () => {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(2 * HTTP_HEAD_MAX)}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 431 /)
    socket.destroy()
  })

  test('a WebSocket message in a hundred thousand fragments', async () => {
    const socket = (await open()) as WebSocket
    for (let count = 0; count < 100_000; count++) socket.send('x', { fin: false })
    expect((await once(socket, 'close'))[0]).toBe(1008)
  })

  test('compression, by which a bomb would come, is not agreed to, and not taken', async () => {
    const socket = await rawWebSocket('Sec-WebSocket-Extensions: permessage-deflate\r\n')
    expect(socket.head).not.toMatch(/Sec-WebSocket-Extensions/i)
    expect(await socket.say(0b1100_0010, 'x')).toBe(1002)
  })

  test.each([
    ['a reserved bit', 0b1010_0010, 'x', 1002],
    ['a reserved opcode', 0b1000_0011, 'x', 1002],
    ['a ping of 126 bytes', 0b1000_1001, 'x'.repeat(126), 1002],
    ['a ping in fragments', 0b0000_1001, 'x', 1002],
    ['a continuation of nothing', 0b1000_0000, 'x', 1002],
    ['text that is not UTF-8', 0b1000_0001, '\xff', 1007],
    ['a close of one byte', 0b1000_1000, 'x', 1002],
    ['a close with a code that nobody may send', 0b1000_1000, '\x03\xed', 1002],
  ])('a frame with %s ends its socket', async (_, first, payload, status) => {
    expect(await (await rawWebSocket()).say(first, payload)).toBe(status)
  })

  test.each([
    ['a line that does not end', `MSRP aaaa SEND\r\nTo-Path: ${'x'.repeat(100_000)}`],
    ['lines that do not end', `MSRP aaaa SEND\r\n${'X: y\r\n'.repeat(20_000)}`],
    ['a REPORT of megabytes', `${report()}${'x'.repeat(2_000_000)}`],
  ])('an MSRP frame with %s', async (_, wire) => {
    const stream = await RawStream.connect(edge.msrpPort!)
    stream.socket.write(wire)
    await stream.closed()
  })

  /** A WebSocket whose frames the test writes itself, masked with zeros. */
  async function rawWebSocket(headers = '') {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('0123456789abcdef')}\r\nSec-WebSocket-Protocol: msrp\r\n${headers}\r\n`,
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    const write = (first: number, payload: string) => {
      const length = payload.length < 126 ? [payload.length] : [126, 0, payload.length]
      length[0]! |= 0x80
      socket.write(
        Buffer.concat([Buffer.of(first, ...length, 0, 0, 0, 0), Buffer.from(payload, 'latin1')]),
      )
    }
    /** @returns the status with which the edge then closes */
    const say = async (first: number, payload: string): Promise<number> => {
      write(first, payload)
      let heard = Buffer.alloc(0)
      for await (const more of socket) heard = Buffer.concat([heard, more as Buffer])
      return heard.readUInt16BE(heard.lastIndexOf(0x88) + 2)
    }
    return { head: head.toString(), write, say }
  }

  function report(): string {
    const paths = ['To-Path: msrp://a/b;tcp', 'From-Path: msrp://c/d;tcp']
    return ['MSRP aaaa REPORT', ...paths, 'Content-Type: a/b', '', ''].join('\r\n')
  }
})

test('passwords are not guessed at the relay either, by one address and many connections', async () => {
  const relay = await startRelay()
  const guess = async (password: string): Promise<string> => {
    const client = await RawMsrp.connect(relay.url)
    const [from, to] = ['msrp://x.invalid:9/x;ws', relay.address]
    client.send('MSRP 49fh AUTH', `To-Path: ${to}`, `From-Path: ${from}`, '-------49fh$')
    const nonce = nonceOf(await client.next())
    const who = { username: 'alice', realm: 'example.test' }
    client.send(...authLines('49fi', { to, from, nonce, password, ...who }))
    const [answer] = await client.next()
    client.socket.terminate()
    return answer!.slice('MSRP 49fi '.length)
  }
  for (let count = 0; count < WRONG_PASSWORD_BURST; count++) {
    expect(await guess(`guess ${count}`)).toBe('401 Unauthorized')
  }
  expect(await guess('wrong')).toBe('403 Too many wrong passwords')
  expect(await guess('wonderland'), 'nor is a right one told').toBe('403 Too many wrong passwords')
  relay.env.advance(3000)
  expect(await guess('wonderland')).toBe('200 OK')
  await relay.stop()
})

test('one address has so many streams and no more; those that close make room', async () => {
  const port = await MsrpPort.open(0, '127.0.0.1', undefined, () => false)
  port.serve((socket) => void socket.on('error', () => {}).resume())
  const dial = () => RawStream.connect(port.number)
  const streams = await Promise.all(Array.from({ length: STREAMS_PER_ADDRESS }, dial))
  await (await dial()).closed()
  streams.pop()!.socket.destroy()
  await expect
    .poll(async () => {
      const stream = await dial()
      streams.push(stream)
      stream.send('x')
      await new Promise((resolve) => setTimeout(resolve, 20))
      return stream.socket.destroyed
    })
    .toBe(false)
  for (const { socket } of streams) socket.destroy()
  await port.close()
})

test('addresses that a rate limit remembers are bounded: the one longest unseen goes', () => {
  const limit = new RateLimit(1, 0, new ManualEnv())
  for (let count = 0; count <= RATE_KEYS_MAX; count++) limit.take(`address ${count}`)
  expect(limit.allows('address 0'), 'forgotten').toBe(true)
  expect(limit.allows('address 1')).toBe(false)
})
