import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type MsrpDescription, SipAgent, type SipEnv, type SipEvent } from '../sip/index.ts'
import { startKamailio } from './sip-kamailio-fixture.ts'

/** The same agent that runs in a browser, over `ws`, against a registrar and proxy of others. */
class Phone {
  readonly events: SipEvent[] = []
  readonly agent: SipAgent
  /** SIP requests sent, by method: a storm would show here. */
  readonly sent: string[] = []

  constructor(user: string, password = `${user}pw`) {
    const env: SipEnv = {
      connect: (url) => {
        const socket = new WebSocket(url, 'sip')
        const send = socket.send.bind(socket)
        socket.send = (data: string) => {
          this.sent.push(data.split(' ', 1)[0]!)
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
    const account = { address, password, server: server.url, displayName: user }
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

let server: Awaited<ReturnType<typeof startKamailio>>
let phones: Phone[]
const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

beforeAll(async () => {
  server = await startKamailio()
})
afterAll(() => server[Symbol.asyncDispose]())
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
  expect(await bob.told('ended')).toMatchObject({ by: 'remote', error: { code: 'SIP_CANCELLED' } })
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

test('the server is killed and started again: registered again, and the call stands', async () => {
  const [alice, bob] = [await phone('alice'), await phone('bob')]
  const call = alice.agent.invite('bob@test.local', stream('a', 'actpass'))
  bob.agent.accept((await bob.told('incoming')).call, stream('b', 'active'))
  await alice.told('established')
  const before = alice.sent.length

  await server[Symbol.asyncDispose]()
  await expect.poll(() => alice.states.at(-1)).not.toBe('registered')
  expect(alice.events).toContainEqual({
    type: 'registration',
    registration: expect.objectContaining({
      state: 'offline',
      error: expect.objectContaining({ code: 'SIP_CONNECTION_LOST' }),
    }),
  })
  server = await startKamailio({ port: server.port })
  for (const { agent } of phones) agent.probe()
  await Promise.all([alice.registered(2), bob.registered(2)])
  // Two REGISTERs with digest and one re-INVITE with its ACK, however long the server was away.
  await expect.poll(() => alice.sent.slice(before).toSorted()).toContain('INVITE')
  expect(alice.sent.slice(before).filter((method) => method === 'REGISTER')).toHaveLength(2)

  alice.agent.end(call)
  expect(await bob.told('ended')).toMatchObject({ by: 'remote', error: null })
})
