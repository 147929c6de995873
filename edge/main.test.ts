import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpSessionEvent,
  newIdent,
  newSessionUri,
  opened,
  relayUri,
} from '../msrp/index.ts'
import { systemEnv } from './env.ts'
import { makeCa } from './testing/local-ca.ts'
import { RawStream } from './testing/raw-msrp-stream.ts'
import { SipPhone } from './testing/sip-phone.ts'

const PASSWORD = 'correct horse battery'

let folder: string
let process: ChildProcess
let log = ''
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-main-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  await start()
})

async function start(...more: readonly string[]): Promise<void> {
  log = ''
  process = spawn(
    globalThis.process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'main.ts')].concat(
      ['--port', '0', '--data', join(folder, 'data'), '--web', folder, '--no-provider'],
      ['--msrp-port', '0'],
      more,
    ),
  )
  process.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  let said = ''
  for await (const text of process.stdout!.setEncoding('utf8')) {
    said += text
    if (said.endsWith('\n')) break
  }
  url = /https?:\S+/.exec(said)?.[0] ?? ''
  expect(url, log).not.toBe('')
}

afterEach(() => {
  process.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function enrol(name: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ name, password: PASSWORD })
  expect((await fetch(new URL('accounts', url), { method: 'POST', headers, body })).status).toBe(
    201,
  )
}

/** A conversation's end, and the code with which its socket is closed. */
async function end(username: string) {
  const server = new URL('ws', url.replace('http', 'ws')).href
  const socket = new WebSocket(server, MSRP_SUBPROTOCOL)
  const closed = once(socket, 'close').then(([code]) => code as number)
  const connection = new MsrpConnection(await opened(socket), systemEnv)
  const uri = newSessionUri(systemEnv.random)
  const login = { relay: relayUri(server), uri, username, password: PASSWORD, through: [] }
  const { usePath } = await connection.authenticate(login)
  const events: MsrpSessionEvent[] = []
  const session = connection.open({ uri, usePath }, (event) => events.push(event))
  const path = [...usePath].reverse().concat(uri)
  const ids = (type: 'message' | 'sent' | 'failed') =>
    events.flatMap((event) =>
      event.type !== type ? [] : [event.type === 'message' ? event.message.id : event.id],
    )
  return { socket, closed, session, path, usePath, ids, events }
}

async function conversation() {
  for (const name of ['alice', 'bob']) await enrol(name)
  const [alice, bob] = [await end('alice'), await end('bob')]
  bob.session.start({ remotePath: alice.path, active: false })
  alice.session.start({ remotePath: bob.path, active: true })
  await expect.poll(() => alice.events).toContainEqual({ type: 'bound' })
  return { alice, bob }
}

const YES = { success: 'no', failure: 'yes' } as const

test('SIGTERM: what was acknowledged arrives, everybody is told, and it is over in 7 s', async () => {
  const { alice, bob } = await conversation()
  // Bob's machine is busy, so that the relay holds what it has accepted for him.
  bob.socket.pause()
  let isOpen = true
  void alice.closed.then(() => {
    isOpen = false
  })
  const send = () =>
    alice.session.send(
      { id: newIdent(systemEnv.random), contentType: 'text/plain', body: new Uint8Array(10_000) },
      YES,
    )
  for (let sent = 0; sent < 800; sent++) send()
  await expect.poll(() => alice.ids('sent').length).toBeGreaterThan(200)
  const began = performance.now()
  process.kill('SIGTERM')
  const more = (async () => {
    for (; isOpen; await setTimeout(20)) send()
  })()
  await setTimeout(2000)
  bob.socket.resume()
  expect(await Promise.all([alice.closed, bob.closed])).toEqual([1001, 1001])
  const [code] = await once(process, 'exit')
  expect([code, performance.now() - began < 7000]).toEqual([0, true])
  await more
  const received = new Set(bob.ids('message'))
  const acknowledged = alice.ids('sent')
  expect(acknowledged.filter((id) => !received.has(id))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(200)
  expect(log).toContain('"event":"edge/stopped","undelivered":0')
})

test('SIGTERM: what could not arrive any more is reported, not lost', async () => {
  const { alice, bob } = await conversation()
  bob.socket.pause()
  for (let sent = 0; sent < 5; sent++) {
    const body = new Uint8Array(1000)
    const reports = { success: 'yes', failure: 'yes' } as const
    alice.session.send({ id: `message${sent}`, contentType: 'text/plain', body }, reports)
  }
  await expect.poll(() => alice.ids('sent')).toHaveLength(5)
  process.kill('SIGTERM')
  expect(await alice.closed).toBe(1001)
  expect(alice.ids('failed')).toEqual(alice.ids('sent'))
  await once(process, 'exit')
  expect(log).toContain('"event":"edge/stopped","undelivered":5')
}, 15_000)

test('a whole run leaves no text, token or password in its log', async () => {
  const { alice, bob } = await conversation()
  const said = 'the eagle has landed'
  const body = new TextEncoder().encode(said)
  alice.session.send({ id: 'message1', contentType: 'text/plain', body }, YES)
  await expect.poll(() => bob.ids('message')).toEqual(['message1'])
  await expect(end('nobody')).rejects.toThrow()
  const server = new URL('ws', url.replace('http', 'ws')).href
  const phone = await new SipPhone(server, 'alice', 'sotto.localhost').open()
  const guesser = await new SipPhone(server, 'alice', 'sotto.localhost').open()
  await phone.register({ password: PASSWORD })
  await guesser.register({ password: 'a wrong guess' })
  phone.request('MESSAGE', 'sip:bob@sotto.localhost', ['Content-Type: text/plain'], said)
  await phone.takeFinal('MESSAGE')
  phone.raw(`nonsense ${said}`)
  const [, port] = /"msrpPort":(\d+)/.exec(log)!
  const stream = await RawStream.connect(Number(port))
  stream.send(`nonsense ${said}`)
  await stream.closed()
  await fetch(new URL(`?${said}`, url))
  for (const { socket } of [phone, guesser]) socket.close()
  process.kill('SIGTERM')
  await once(process, 'exit')
  expect(log).toContain('"event":"sip/register"')
  expect(log).toContain('"event":"sip/wrong-password"')
  const secrets = [said, PASSWORD, 'a wrong guess', 'eagle', ...alice.usePath, ...bob.usePath]
  const tokens = [...alice.usePath, ...bob.usePath].map((uri) => /\/([\w-]{22});/.exec(uri)![1]!)
  for (const secret of [...secrets, ...tokens, alice.path.at(-1)!, 'Digest', 'nonce']) {
    expect(log).not.toContain(secret)
  }
})

test('--tls-cert and --tls-key: the page, both WebSockets and the stream port speak TLS, and no less', async () => {
  process.kill('SIGKILL')
  const ca = makeCa()
  const { cert, key } = ca.issue('sotto.localhost')
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  const trust = { ca: ca.ca, servername: 'sotto.localhost' }
  ca.remove()
  await start('--tls-cert', files.cert, '--tls-key', files.key)
  expect(url).toMatch(/^https:/)
  const answered = once(get(new URL('healthz', url), trust), 'response')
  expect(((await answered) as [IncomingMessage])[0].statusCode).toBe(200)
  for (const protocol of ['sip', 'msrp']) {
    const socket = new WebSocket(new URL('ws', url.replace('http', 'ws')), protocol, trust)
    await once(socket, 'open')
    socket.close()
    await once(socket, 'close')
  }
  const [, port] = /"msrpPort":(\d+)/.exec(log)!
  const stream = connect({ host: '127.0.0.1', port: Number(port), minVersion: 'TLSv1.2', ...trust })
  await once(stream, 'secureConnect')
  expect(stream.authorized).toBe(true)
  stream.destroy()
  // One who does not know the authority, and one who does not speak TLS.
  await expect(fetch(new URL('healthz', url))).rejects.toThrow()
  await expect(fetch(new URL('healthz', url.replace('https', 'http')))).rejects.toThrow()
})
