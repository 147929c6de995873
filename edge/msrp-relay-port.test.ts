import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { MsrpPort } from './msrp-relay-port.ts'
import { startEdge } from './server.ts'
import { makeCa } from './testing/local-ca.ts'
import { authLines, field, nonceOf, RawMsrp } from './testing/raw-msrp.ts'
import { RawStream } from './testing/raw-msrp-stream.ts'

const authority = makeCa()
afterAll(() => authority.remove())

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const PASSWORD = 'correct horse'
type Talker = Pick<RawMsrp, 'send' | 'next'>

describe.each([
  ['TCP', 'msrp', undefined],
  ['TLS', 'msrps', authority.ca],
] as const)('over %s', (_, scheme, ca) => {
  async function start(more = {}) {
    const tls = ca === undefined ? {} : { tls: authority.issue('localhost') }
    const options = { port: 0, msrpPort: 0, domain: 'localhost', host: '127.0.0.1', ...tls }
    const edge = await startEdge({ ...options, dataDir: null, webRoot: null, ...more })
    cleanups.push(() => edge.close())
    for (const name of ['alice', 'carol']) await edge.enrol(name, PASSWORD)
    const dial = async () => {
      const stream = await RawStream.connect(edge.msrpPort!, ca)
      cleanups.push(() => stream.socket.destroy())
      return stream
    }
    return { edge, dial }
  }

  /** @returns Use-Path */
  async function authenticate(talker: Talker, username: string, uri: string): Promise<string> {
    const to = `${scheme}://localhost;tcp`
    talker.send('MSRP 49fh AUTH', `To-Path: ${to}`, `From-Path: ${uri}`, '-------49fh$')
    const nonce = nonceOf(await talker.next())
    const realm = 'localhost'
    talker.send(...authLines('49fi', { to, from: uri, username, realm, password: PASSWORD, nonce }))
    return field(await talker.next(), 'Use-Path')
  }

  async function says(from: Talker, path: string, uri: string, to: Talker, text: string) {
    from.send(
      'MSRP d93kswow SEND',
      `To-Path: ${path}`,
      `From-Path: ${uri}`,
      'Message-ID: 12339sdqwer',
      `Byte-Range: 1-${text.length}/${text.length}`,
      'Content-Type: text/plain',
      '',
      text,
      '-------d93kswow$',
    )
    expect((await from.next())[0]).toBe('MSRP d93kswow 200 OK')
    const received = await to.next()
    expect(received.at(-2)).toBe(text)
    const transaction = received[0]!.split(' ')[1]!
    to.send(
      `MSRP ${transaction} 200 OK`,
      `To-Path: ${field(received, 'From-Path').split(' ')[0]}`,
      `From-Path: ${field(received, 'To-Path')}`,
      `-------${transaction}$`,
    )
    return field(received, 'From-Path')
  }

  test('whoever has to dial finds the port in Use-Path: of a client on a stream and of a browser', async () => {
    const { edge, dial } = await start()
    const alice = await dial()
    const [aliceUri, carolUri] = [`${scheme}://a.invalid:9/a;tcp`, `${scheme}://c.invalid:9/c;ws`]
    const carol = await RawMsrp.connect(
      edge.wsUrl.replace('127.0.0.1', 'localhost'),
      ca === undefined ? {} : { ca },
    )
    const atAlice = await authenticate(alice, 'alice', aliceUri)
    const atCarol = await authenticate(carol, 'carol', carolUri)
    const host = ca === undefined ? '127.0.0.1' : 'localhost' // As the certificate has it.
    for (const uri of [atAlice, atCarol]) {
      expect(uri).toMatch(new RegExp(`^${scheme}://${host}:${edge.msrpPort}/[\\w-]{22};tcp$`))
    }
    const peer = await dial() // Without an account.
    const peerUri = `${scheme}://p.invalid:9/p;tcp`
    const toAlice = await says(peer, `${atAlice} ${aliceUri}`, peerUri, alice, 'peer to alice')
    await says(alice, toAlice, aliceUri, peer, 'alice to peer')
    const toCarol = await says(peer, `${atCarol} ${carolUri}`, peerUri, carol, 'peer to carol')
    await says(carol, toCarol, carolUri, peer, 'carol to peer')
    const back = await says(alice, `${atAlice} ${atCarol} ${carolUri}`, aliceUri, carol, 'a to c')
    await says(carol, back, carolUri, alice, 'c to a')
  })

  test('the operator may say where others reach it', async () => {
    const msrpPublic = { host: 'chat.example.org', port: 443, secure: true }
    const { dial } = await start({ msrpPublic })
    expect(await authenticate(await dial(), 'alice', `${scheme}://a.invalid:9/a;tcp`)).toMatch(
      /^msrps:\/\/chat\.example\.org:443\//,
    )
  })
})

test('a port that is taken is said in a sentence, and nothing is left open', async () => {
  const port = await MsrpPort.open(0, '127.0.0.1')
  cleanups.push(() => port.close())
  const options = { port: 0, dataDir: null, webRoot: null, msrpPort: port.number }
  await expect(startEdge(options)).rejects.toMatchObject({
    code: 'EDGE_PORT_TAKEN',
    message: expect.stringContaining('--msrp-port'),
  })
})

test('clear text to a TLS port ends that connection and no other', async () => {
  const port = await MsrpPort.open(0, '127.0.0.1', authority.issue('localhost'))
  cleanups.push(() => port.close())
  const served: unknown[] = []
  port.serve((socket) => served.push(socket.end()))
  const plain = connect(port.number, '127.0.0.1')
  plain.on('error', () => {})
  plain.write('MSRP 49fh AUTH\r\n\r\n')
  await once(plain.resume(), 'close')
  expect(served).toEqual([])
  const stream = await RawStream.connect(port.number, authority.ca)
  await stream.closed()
  expect(served).toHaveLength(1)
})
