import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type MsrpDescription, SipAgent, type SipEnv, type SipEvent } from '../sip/index.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'

/** The same agent that runs in a browser, over `ws`, against a registrar and proxy of others. */
class Phone {
  readonly events: SipEvent[] = []
  readonly agent: SipAgent
  /** SIP requests sent, by method: a storm would show here. */
  readonly sent: string[] = []
  /** Cuts the wire, without a word. */
  cut = () => {}
  /** Sends something of which the agent does not know. */
  say = (_text: string) => {}
  /** The latest ACK: whatever goes within a call, goes where it went. */
  ack = ''

  constructor(user: string, password = passwordOf(user), url = server.url) {
    const env: SipEnv = {
      connect: (url) => {
        const socket = new WebSocket(url, 'sip')
        this.cut = () => socket.terminate()
        const send = socket.send.bind(socket)
        this.say = send
        socket.send = (data: string) => {
          this.sent.push(data.split(' ', 1)[0]!)
          if (data.startsWith('ACK')) this.ack = data
          send(data)
        }
        return socket as unknown as ReturnType<SipEnv['connect']>
      },
      random: (length) => randomBytes(length),
      after(ms, task) {
        const timer = setTimeout(task, ms)
        return () => clearTimeout(timer)
      },
      now: () => Date.now(),
    }
    const address = `sip:${user}@test.local`
    const account = { address, password, server: url, displayName: user }
    this.agent = new SipAgent({ ...account, instanceId: randomUUID() }, env, (event) => {
      this.events.push(event)
    })
  }

  /** The first event of this kind, now or later. */
  async told<Type extends SipEvent['type']>(
    type: Type,
  ): Promise<Extract<SipEvent, { type: Type }>> {
    const found = () => this.events.find((event) => event.type === type)
    await expect.poll(found, { timeout: 10_000 }).toBeDefined()
    return found() as Extract<SipEvent, { type: Type }>
  }

  get states(): string[] {
    return this.events.flatMap((event) =>
      event.type === 'registration' ? [event.registration.state] : [],
    )
  }

  async registered(times = 1): Promise<void> {
    const count = () => this.states.filter((state) => state === 'registered').length
    await expect.poll(count, { timeout: 40_000 }).toBe(times)
  }
}

const stream = (name: string, setup: MsrpDescription['setup']): MsrpDescription => ({
  protocol: 'TCP/MSRP',
  path: [`msrp://${name}.invalid:2855/${name};ws`],
  acceptTypes: ['message/cpim', 'text/*'],
  acceptWrappedTypes: ['text/*'],
  setup,
  direction: 'sendrecv',
  maxSize: null,
  chatroom: null,
})

let server: Kamailio
let phones: Phone[]
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

describe('against Kamailio', () => {
  beforeAll(async () => {
    process.on('unhandledRejection', onUnhandled)
    server = await startKamailio()
  })
  afterAll(async () => {
    process.off('unhandledRejection', onUnhandled)
    await server[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    phones = []
  })
  afterEach(async () => {
    await Promise.all(phones.map((phone) => phone.agent.stop()))
    expect(unhandled).toEqual([])
  })

  async function phone(user: string): Promise<Phone> {
    const one = new Phone(user)
    phones.push(one)
    one.agent.start()
    await one.registered()
    return one
  }

  test('registers with digest, in one round', async () => {
    const alice = await phone('alice')
    expect(alice.states).toEqual(['connecting', 'registering', 'registered'])
    expect(alice.sent).toEqual(['REGISTER', 'REGISTER'])
  })

  test('a wrong password is refused, and not tried again', async () => {
    const alice = new Phone('alice', 'wrong')
    phones.push(alice)
    alice.agent.start()
    await expect.poll(() => alice.states.at(-1)).toBe('refused')
    expect(alice.events.at(-1)).toMatchObject({
      registration: { error: { code: 'SIP_WRONG_PASSWORD', status: 401 } },
    })
    expect(alice.sent).toEqual(['REGISTER', 'REGISTER'])
  })

  test('a call: ringing, established on both sides, descriptions exchanged, BYE', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    const call = alice.agent.invite('bob@test.local', stream('a', 'actpass'))
    const incoming = await bob.told('incoming')
    expect(incoming).toMatchObject({
      peer: { address: 'sip:alice@test.local', displayName: 'alice', isFocus: false },
      remote: stream('a', 'actpass'),
    })
    await alice.told('ringing')
    bob.agent.accept(incoming.call, stream('b', 'active'))
    expect(await bob.told('established')).toMatchObject({ call: incoming.call, active: true })
    expect(await alice.told('established')).toMatchObject({
      call,
      active: false,
      remote: stream('b', 'active'),
      peer: { address: 'sip:bob@test.local', userAgent: 'Sotto' },
    })
    bob.agent.end(incoming.call)
    expect(await alice.told('ended')).toEqual({ type: 'ended', call, by: 'remote', error: null })
    expect(await bob.told('ended')).toMatchObject({ by: 'local', error: null })
  })

  test('an UPDATE within a call arrives: whoever becomes a room by it is known for one', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    alice.agent.invite('bob@test.local', stream('a', 'actpass'))
    const incoming = await bob.told('incoming')
    bob.agent.accept(incoming.call, stream('b', 'active'))
    await Promise.all([alice.told('established'), bob.told('established')])
    await expect.poll(() => alice.ack).not.toBe('')
    const update = alice.ack
      .replace(/^ACK/, 'UPDATE')
      .replace(/CSeq: (\d+) ACK/, (_, cseq) => `CSeq: ${Number(cseq) + 1} UPDATE`)
      .replace(/branch=z9hG4bK\w+/, 'branch=z9hG4bKupdate')
      .replace('\r\n\r\n', '\r\nContact: <sip:alice@a.invalid;transport=ws>;isfocus\r\n\r\n')
    alice.say(update)
    expect(await bob.told('peer')).toMatchObject({ call: incoming.call, peer: { isFocus: true } })
    expect(bob.sent.at(-1)).toBe('SIP/2.0')
  })

  test('a declined call, with the server between', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    alice.agent.invite('sip:bob@test.local', stream('a', 'actpass'))
    bob.agent.refuse((await bob.told('incoming')).call, 603)
    expect(await alice.told('ended')).toMatchObject({
      by: 'remote',
      error: { code: 'SIP_DECLINED', status: 603 },
    })
  })

  test('a call taken back while it rings', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    const call = alice.agent.invite('sip:bob@test.local', stream('a', 'actpass'))
    await alice.told('ringing')
    alice.agent.end(call)
    expect(await alice.told('ended')).toMatchObject({ by: 'local', error: null })
    expect(await bob.told('ended')).toMatchObject({
      by: 'remote',
      error: { code: 'SIP_CANCELLED' },
    })
  })

  test('a call taken back at once does not ring', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    const call = alice.agent.invite('sip:bob@test.local', stream('a', 'actpass'))
    await Promise.resolve()
    alice.agent.end(call)
    await alice.told('ended')
    alice.agent.invite('sip:bob@test.local', stream('later', 'actpass'))
    expect(await bob.told('incoming')).toMatchObject({ remote: stream('later', 'actpass') })
  })

  test.each([
    ['nobody', 'SIP_UNKNOWN_PEER', 404],
    ['carol', 'SIP_PEER_OFFLINE', 480],
  ])('%s cannot be called: %s', async (user, code, status) => {
    const alice = await phone('alice')
    alice.agent.invite(`${user}@test.local`, stream('a', 'actpass'))
    expect(await alice.told('ended')).toMatchObject({ by: 'remote', error: { code, status } })
  })

  test('one side loses its socket: registered again, and the call is repaired', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    const call = alice.agent.invite('bob@test.local', stream('a', 'actpass'))
    bob.agent.accept((await bob.told('incoming')).call, stream('b', 'active'))
    await alice.told('established')
    const before = alice.sent.length
    alice.cut()
    await alice.registered(2)
    await expect.poll(() => alice.sent.slice(before)).toContain('ACK')
    expect(alice.sent.slice(before)).toEqual(['REGISTER', 'REGISTER', 'INVITE', 'ACK'])
    bob.agent.end((await bob.told('established')).call)
    expect(await alice.told('ended')).toEqual({ type: 'ended', call, by: 'remote', error: null })
  })

  test('the server is killed and started again: registered again, without a storm', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')]
    alice.agent.invite('bob@test.local', stream('a', 'actpass'))
    bob.agent.accept((await bob.told('incoming')).call, stream('b', 'active'))
    await alice.told('established')
    const before = alice.sent.length

    await server[Symbol.asyncDispose]()
    await expect.poll(() => alice.states.at(-1)).not.toBe('registered')
    server = await startKamailio({ port: server.port })
    for (const { agent } of phones) agent.probe()
    await Promise.all([alice.registered(2), bob.registered(2)])
    const registers = alice.sent.slice(before).filter((method) => method === 'REGISTER')
    expect(registers, 'one, and one with digest').toHaveLength(2)
    // A new server knows the way to neither: both hear that the old call is over, and can call anew.
    for (const one of phones) {
      expect(await one.told('ended')).toMatchObject({
        by: 'network',
        error: { code: 'SIP_CONNECTION_LOST' },
      })
    }
    bob.agent.invite('alice@test.local', stream('b', 'actpass'))
    expect(await alice.told('incoming')).toMatchObject({ remote: stream('b', 'actpass') })
  })

  test('through a tunnel of bytes: registers and calls as a TCP client does', async () => {
    await using tunnel = await byteTunnel(server.port)
    const bob = await phone('bob')
    const alice = new Phone('alice', passwordOf('alice'), `${tunnel.url}/tunnel/sips/test.local`)
    phones.push(alice)
    alice.agent.start()
    await alice.registered()
    const call = alice.agent.invite('bob@test.local', stream('a', 'actpass'))
    bob.agent.accept((await bob.told('incoming')).call, stream('b', 'active'))
    expect(await alice.told('established')).toMatchObject({ call, remote: stream('b', 'active') })
    alice.agent.end(call)
    expect(await bob.told('ended')).toMatchObject({ by: 'remote', error: null })
  })
})

/** What an edge's tunnel does, without its TLS: bytes of a WebSocket to a TCP port, a few at a time. */
async function byteTunnel(port: number): Promise<AsyncDisposable & { readonly url: string }> {
  const tunnels = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(tunnels, 'listening')
  tunnels.on('connection', (socket) => {
    const provider = connect(port, '127.0.0.1')
    provider.on('data', (bytes) => {
      for (let at = 0; at < bytes.length; at += 100) socket.send(bytes.subarray(at, at + 100))
    })
    provider.on('close', () => socket.close())
    socket.on('message', (data) => provider.write(data as Buffer))
    socket.on('close', () => provider.destroy())
  })
  const { port: own } = tunnels.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      for (const socket of tunnels.clients) socket.terminate()
      tunnels.close()
    },
  }
}
