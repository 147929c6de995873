import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpEnv,
  newSessionUri,
  opened,
  relayUri,
  type WebSocketLike,
} from '../msrp/index.ts'
import { SipAgent, type SipEnv } from '../sip/index.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'

const SHIPPED = join(import.meta.dirname, '..', 'docs', 'operations', 'kamailio', 'kamailio.cfg')

const env: MsrpEnv = {
  random: (length) => randomBytes(length),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

let server: Kamailio
/** A service inside the operator's network that no client may reach through Kamailio. */
let inside: Server
let insidePort: number
let visits = 0
const open: { close(): void }[] = []

beforeAll(async () => {
  server = await startKamailio()
  inside = createServer((socket) => {
    visits += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  insidePort = (inside.address() as AddressInfo).port
})
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})
afterAll(async () => {
  inside?.close()
  await server?.[Symbol.asyncDispose]()
})

test('is accepted by Kamailio as it is shipped, TLS and second node included', () => {
  const output = execFileSync('kamailio', ['-c', '-f', SHIPPED], { stdio: 'pipe' })
  expect(output.toString()).not.toContain('ERROR')
})

describe('a SIP client', () => {
  test('that has not registered is not listened to', async () => {
    const socket = await connectSip()
    socket.send(request('BYE', 'sip:bob@test.local', 'b'))
    expect(await answerTo(socket)).toBe('SIP/2.0 403 Register First')
    socket.send(request('OPTIONS', 'sip:test.local'))
    expect(await answerTo(socket)).toBe('SIP/2.0 403 Register First')
  })

  test('that has registered cannot make it connect anywhere', async () => {
    const socket = await register('alice')
    const target = `sip:bob@127.0.0.1:${insidePort};transport=tcp`
    const route = `Route: <sip:127.0.0.1:${server.port};transport=ws;lr>`
    const onward = `Route: <sip:127.0.0.1:${insidePort};transport=tcp;lr>`
    const alias = `sip:bob@bob.invalid;alias=127.0.0.1~${insidePort}~2`
    for (const message of [
      request('INFO', target, 'b', route),
      request('INFO', alias, 'b', route),
      request('INFO', 'sip:bob@bob.invalid', 'b', `${route}\r\n${onward}`),
    ]) {
      socket.send(message)
      expect(await answerTo(socket)).toMatch(/^SIP\/2\.0 4(?:04|7\d|8\d)/)
    }
    expect(visits).toBe(0)
  })
})

describe('an MSRP client', () => {
  test('cannot make the relay connect anywhere', async () => {
    const { socket, connection } = await connectMsrp()
    const uri = newSessionUri(env.random)
    const { usePath } = await connection.authenticate(login('alice', uri))
    const answer = once(socket, 'message')
    socket.send(
      [
        'MSRP a786hjs2 SEND',
        `To-Path: ${usePath[0]} msrp://127.0.0.1:${insidePort}/inside;tcp`,
        `From-Path: ${uri}`,
        'Message-ID: 87652491',
        '-------a786hjs2$',
        '',
      ].join('\r\n'),
    )
    expect(String((await answer)[0])).toMatch(/^MSRP a786hjs2 403 /)
    expect(visits).toBe(0)
  })

  test('is locked out after too many wrong passwords, and nobody else is', async () => {
    const { connection } = await connectMsrp()
    const uri = newSessionUri(env.random)
    for (let attempt = 0; attempt <= 20; attempt++) {
      const wrong = connection.authenticate(login('carol', uri, 'guess'))
      await expect(wrong).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
    }
    const right = connection.authenticate(login('carol', uri))
    await expect(right).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
    await expect(connection.authenticate(login('bob', uri))).resolves.toBeDefined()
    expect(await server.metrics()).toMatch(/^kamailio_wrong_passwords 21 /m)
  })
})

describe('an operator', () => {
  test('changes a password, and it counts at once', async () => {
    const { connection } = await connectMsrp()
    const uri = newSessionUri(env.random)
    server.setAccount('dave', 'the first password')
    await connection.authenticate(login('dave', uri, 'the first password'))
    server.setAccount('dave', 'the second password')
    const old = connection.authenticate(login('dave', uri, 'the first password'))
    await expect(old).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
    await connection.authenticate(login('dave', uri, 'the second password'))
  })

  test('sees who is registered, and what the relay has granted', async () => {
    await register('bob')
    expect(server.ask('ul.lookup', 'location', 'bob')).toContain('AoR: bob')
    const { connection } = await connectMsrp()
    await connection.authenticate(login('bob', newSessionUri(env.random)))
    expect(server.ask('htable.dump', 'grants')).toContain('::user')
  })

  test('finds metrics on the port for it, and only there', async () => {
    expect(await server.metrics()).toMatch(/^kamailio_usrloc_registered_users /m)
    const at = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`)
    expect((await at('/metrics')).status).toBe(404)
    expect((await at('/RPC')).status).toBe(404)
    const health = await at('/healthz')
    expect([health.status, await health.text()]).toEqual([200, 'ok\n'])
  })
})

async function connectSip(): Promise<WebSocket> {
  const socket = new WebSocket(server.url, 'sip')
  open.push(socket)
  await once(socket, 'open')
  return socket
}

/** The socket of an agent that has registered, for what the agent itself would never send. */
async function register(user: string): Promise<WebSocket> {
  const socket = await connectSip()
  const sipEnv: SipEnv = {
    ...env,
    connect: () => {
      queueMicrotask(() => socket.emit('open'))
      return socket as unknown as ReturnType<SipEnv['connect']>
    },
    now: () => Date.now(),
  }
  const address = `sip:${user}@test.local`
  const account = { address, password: passwordOf(user), server: server.url, displayName: null }
  await new Promise<void>((resolve) => {
    const agent = new SipAgent({ ...account, instanceId: randomUUID() }, sipEnv, (event) => {
      if (event.type === 'registration' && event.registration.state === 'registered') resolve()
    })
    open.push({ close: () => void agent.stop() })
    agent.start()
  })
  return socket
}

function request(method: string, uri: string, toTag?: string, more?: string): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/WS a.invalid;branch=z9hG4bK${randomBytes(6).toString('hex')}`,
    'Max-Forwards: 70',
    'From: <sip:alice@test.local>;tag=a',
    `To: <sip:bob@test.local>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${randomUUID()}`,
    `CSeq: 1 ${method}`,
    'Contact: <sip:alice@a.invalid;transport=ws>',
    ...(more === undefined ? [] : [more]),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

/** The start line of the next final answer. */
async function answerTo(socket: WebSocket): Promise<string> {
  for (;;) {
    const [data] = await once(socket, 'message')
    const line = String(data).split('\r\n', 1)[0]!
    if (/^SIP\/2\.0 [2-6]/.test(line)) return line
  }
}

async function connectMsrp() {
  const socket = new WebSocket(server.url, MSRP_SUBPROTOCOL)
  open.push(socket)
  const connection = new MsrpConnection(await opened(socket as unknown as WebSocketLike), env)
  return { socket, connection }
}

function login(username: string, uri: string, password = passwordOf(username)) {
  return { relay: relayUri(server.url), uri, username, password, through: [] }
}
