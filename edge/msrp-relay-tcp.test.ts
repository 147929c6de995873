import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { OutgoingOptions } from './msrp-relay-links.ts'
import { makeCa } from './testing/local-ca.ts'
import { field } from './testing/raw-msrp.ts'
import { RawStream, startPeer } from './testing/raw-msrp-stream.ts'
import { type Member, startRelay, type TestRelay } from './testing/relay.ts'

const ca = makeCa()
afterAll(() => ca.remove())

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const ANYWHERE: OutgoingOptions = { allowPrivate: true, allowPlain: true, trustedCa: ca.ca }

/** @param port - to open for TCP; absent: none */
async function relayWith(outgoing: OutgoingOptions | null, port?: number): Promise<TestRelay> {
  const relay = await startRelay({ outgoing, ...(port !== undefined && { port }) })
  cleanups.push(relay.stop)
  return relay
}

async function peerWith(...args: Parameters<typeof startPeer>) {
  const peer = await startPeer(...args)
  cleanups.push(peer.stop)
  return peer
}

function send(toPath: string, fromPath: string, body = 'Hello'): string[] {
  return [
    'MSRP d93kswow SEND',
    `To-Path: ${toPath}`,
    `From-Path: ${fromPath}`,
    'Message-ID: 12339sdqwer',
    `Byte-Range: 1-*/${body.length}`,
    'Content-Type: text/plain',
    '',
    body,
    '-------d93kswow$',
  ]
}

describe('a peer that calls us', () => {
  const PEER = 'msrp://peer.example.test:9/p;tcp'

  async function setUp(): Promise<{ relay: TestRelay; alice: Member; port: number }> {
    const relay = await relayWith(null, 0)
    return { relay, alice: await relay.join('alice'), port: relay.port }
  }

  test('reaches a client by its URI, and gets its reports', async () => {
    const { relay, alice, port } = await setUp()
    const peer = await RawStream.connect(port)
    peer.send(...send(`${alice.granted} ${alice.uri}`, PEER))
    expect(await peer.next()).toEqual([
      'MSRP d93kswow 200 OK',
      `To-Path: ${PEER}`,
      `From-Path: ${alice.granted}`,
      '-------d93kswow$',
    ])
    const received = await alice.client.next()
    expect(field(received, 'From-Path')).toBe(`${alice.granted} ${PEER}`)
    relay.env.advance(30_000) // Probation is over, and so is the patience with Alice.
    expect(field(await peer.next(), 'Status')).toBe('000 408 Not delivered')
    expect(relay.relay.counters.connections).toBe(2)

    // The way back is the connection it came on: nobody could call it.
    alice.client.send(...send(`${alice.granted} ${PEER}`, alice.uri, 'answer'))
    expect((await peer.next()).at(-2)).toBe('answer')
    const other = await RawStream.connect(port)
    other.send(...send(`${alice.granted} ${alice.uri}`, PEER, 'thief'))
    expect((await other.next())[0]).toBe('MSRP d93kswow 200 OK')
    alice.client.send(...send(`${alice.granted} ${PEER}`, alice.uri, 'again'))
    expect((await peer.next()).at(-2)).toBe('again')
  })

  test('reaches nobody else, and nothing behind a client', async () => {
    const { relay, alice, port } = await setUp()
    const peer = await RawStream.connect(port)
    for (const path of [
      'msrp://127.0.0.1:1/x;tcp',
      alice.granted,
      `${alice.granted} msrp://elsewhere.test:2855/x;tcp`,
      `${alice.granted} ${alice.uri} msrp://elsewhere.test:2855/x;tcp`,
    ]) {
      peer.send(...send(path, PEER))
      expect((await peer.next())[0]).toBe('MSRP d93kswow 481 No such session')
    }
    relay.env.advance(30_000) // None of that has earned it a place.
    await peer.closed()
    expect(alice.client.unread).toBe(0)
  })

  test('is cut off when it does not speak MSRP', async () => {
    const { relay, port } = await setUp()
    const peer = await RawStream.connect(port)
    peer.send('GET / HTTP/1.1', '', '')
    await peer.closed()
    expect(relay.relay.counters.malformed).toBe(1)
  })

  test('may send more in one chunk than a WebSocket client should wait for', async () => {
    const { alice, port } = await setUp()
    const peer = await RawStream.connect(port)
    const body = Array.from({ length: 150_000 }, (_, at) => at % 10).join('')
    const lines = send(`${alice.granted} ${alice.uri}`, PEER, body)
    lines[4] = 'Byte-Range: 101-*/200000'
    lines[lines.length - 1] = '-------d93kswow+'
    peer.send(...lines)
    expect((await peer.next())[0]).toBe('MSRP d93kswow 200 OK')
    const chunks = [await alice.client.next(), await alice.client.next(), await alice.client.next()]
    expect(chunks.map((chunk) => field(chunk, 'Byte-Range'))).toEqual([
      '101-65636/200000',
      '65637-131172/200000',
      '131173-150100/200000',
    ])
    expect(chunks.map((chunk) => chunk.at(-1)!.at(-1))).toEqual(['+', '+', '+'])
    expect(chunks.map((chunk) => chunk.at(-2)).join('')).toBe(body)
  })
})

describe('a peer that we call', () => {
  test('is called once for a grant, speaks on the same connection, and is left with it', async () => {
    const relay = await relayWith(ANYWHERE)
    const alice = await relay.join('alice')
    const peer = await peerWith()
    const uri = `msrp://127.0.0.1:${peer.port}/p;tcp`
    alice.client.send(...send(`${alice.granted} ${uri}`, alice.uri))
    alice.client.send(...send(`${alice.granted} ${uri}`, alice.uri, 'again'))
    const call = await peer.called()
    const first = await call.next()
    expect(first.slice(1, 3)).toEqual([
      `To-Path: ${uri}`,
      `From-Path: ${alice.granted} ${alice.uri}`,
    ])
    expect((await call.next()).at(-2)).toBe('again')
    expect(peer.calls).toBe(1)
    await alice.client.next()
    await alice.client.next()

    const transaction = first[0]!.split(' ')[1]
    call.send(
      `MSRP ${transaction} 415 Not that`,
      `To-Path: ${alice.granted}`,
      `From-Path: ${uri}`,
      `-------${transaction}$`,
      ...send(`${alice.granted} ${alice.uri}`, uri, 'answer'),
    )
    expect(field(await alice.client.next(), 'Status')).toBe('000 415 Not delivered')
    expect((await alice.client.next()).at(-2)).toBe('answer')
    expect((await call.next())[0]).toBe('MSRP d93kswow 200 OK')

    relay.env.advance(43_200_000)
    await call.closed()
  })

  test.each([
    ['there is no permission to call anybody', null, 'msrp://127.0.0.1:9/p;tcp'],
    ['it has no TLS', { ...ANYWHERE, allowPlain: false }, 'msrp://127.0.0.1:9/p;tcp'],
    ['it is a browser', ANYWHERE, 'msrps://a.invalid:9/p;ws'],
    ['it has no port', ANYWHERE, 'msrps://relay.test/p;tcp'],
  ])('is not called when %s', async (_, outgoing, uri) => {
    const relay = await relayWith(outgoing)
    const alice = await relay.join('alice')
    alice.client.send(...send(`${alice.granted} ${uri}`, alice.uri))
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 481 No such hop')
  })

  test('is never one in a private network, unless the operator says so', async () => {
    const relay = await relayWith({ ...ANYWHERE, allowPrivate: false })
    const alice = await relay.join('alice')
    const peer = await peerWith()
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      alice.client.send(...send(`${alice.granted} msrp://${host}:${peer.port}/p;tcp`, alice.uri))
      expect((await alice.client.next())[0]).toBe('MSRP d93kswow 200 OK')
      expect(field(await alice.client.next(), 'Status')).toBe('000 408 Not delivered')
    }
    expect(peer.calls).toBe(0)
  })

  test.each([
    ['its own certificate', 'localhost', null],
    ["another's certificate", 'elsewhere.test', '000 408 Not delivered'],
  ])('with %s', async (_, name, failure) => {
    const relay = await relayWith(ANYWHERE)
    const alice = await relay.join('alice')
    const peer = await peerWith(createTlsServer(ca.issue(name)))
    alice.client.send(
      ...send(`${alice.granted} msrps://localhost:${peer.port}/p;tcp`, alice.uri, 'secret'),
    )
    expect((await alice.client.next())[0]).toBe('MSRP d93kswow 200 OK')
    if (failure === null) expect((await (await peer.called()).next()).at(-2)).toBe('secret')
    else expect(field(await alice.client.next(), 'Status')).toBe(failure)
  })

  test('eight calls for one grant and no more: nobody scans with us', async () => {
    const relay = await relayWith(ANYWHERE)
    const alice = await relay.join('alice')
    const statuses: string[] = []
    for (let port = 1; port <= 9; port++) {
      const path = `${alice.granted} msrp://127.0.0.1:${port}/p;tcp`
      alice.client.send(...send(path, alice.uri).toSpliced(4, 0, 'Failure-Report: partial'))
    }
    while (statuses.length < 9) {
      const frame = await alice.client.next()
      statuses.push(frame[0]!.endsWith('REPORT') ? field(frame, 'Status') : frame[0]!.slice(14))
    }
    expect(statuses.sort()).toEqual([
      ...Array.from({ length: 8 }, () => '000 408 Not delivered'),
      '481 No such hop',
    ])
  })
})

test('two relays: each moves its own URI, and reports find the way back (RFC 4976 §5)', async () => {
  const near = await relayWith(ANYWHERE)
  const far = await relayWith(null, 0)
  const [alice, bob] = [await near.join('alice'), await far.join('bob')]
  expect(bob.granted).toContain(`127.0.0.1:${far.port}/`)

  alice.client.send(...send(`${alice.granted} ${bob.granted} ${bob.uri}`, alice.uri))
  expect((await alice.client.next())[0]).toBe('MSRP d93kswow 200 OK')
  const received = await bob.client.next()
  expect(received.slice(1, 3)).toEqual([
    `To-Path: ${bob.uri}`,
    `From-Path: ${bob.granted} ${alice.granted} ${alice.uri}`,
  ])
  bob.client.send(
    'MSRP dkei38sd REPORT',
    `To-Path: ${field(received, 'From-Path')}`,
    `From-Path: ${bob.uri}`,
    'Message-ID: 12339sdqwer',
    'Byte-Range: 1-5/5',
    'Status: 000 200 OK',
    '-------dkei38sd$',
  )
  const report = await alice.client.next()
  expect(field(report, 'Status')).toBe('000 200 OK')
  expect(field(report, 'From-Path')).toBe(`${alice.granted} ${bob.granted} ${bob.uri}`)

  bob.client.socket.close() // Without having answered.
  expect(field(await alice.client.next(), 'Status')).toBe('000 408 Not delivered')
  alice.client.send(...send(`${alice.granted} ${bob.granted} ${bob.uri}`, alice.uri))
  expect((await alice.client.next())[0]).toBe('MSRP d93kswow 200 OK')
  expect(field(await alice.client.next(), 'Status')).toBe('000 481 Not delivered')
})
