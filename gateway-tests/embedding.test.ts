import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  type ChatClient,
  type ChatEvent,
  type ChatSetup,
  createOtrEngine,
  parseAddress,
} from '../chat/index.ts'
import { MemoryStore } from '../chat/testing/memory-store.ts'
import type { Edge } from '../edge/index.ts'
import type { SipAgentDoor, SipEvent } from '../sip/index.ts'
import { startEdge } from './edge.ts'
import { nodeEnv, registered, SipPhone, stream, told } from './sip-phone.ts'

/** What the example page offers; it is JavaScript, as a page is. */
interface Example {
  startSoftphone<Chat>(options: {
    readonly [option: string]: unknown
    chat(sipAgent: HostsAgent): Chat
  }): {
    readonly started: Promise<unknown>
    readonly chat: Chat
    call(peer: string): Promise<{ readonly state: string; bye(): Promise<unknown> }>
    stop(): Promise<void>
  }
}
type HostsAgent = NonNullable<ChatSetup['sipAgent']>
interface ChatExample {
  chatOver(options: object): (sipAgent: HostsAgent) => { readonly client: ChatClient }
}
interface Incoming {
  readonly remoteIdentity: { readonly uri: object }
  readonly state: string
  readonly request: { readonly body: string }
  accept(): Promise<void>
}

const AUDIO =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

const PASSWORD = 'correct horse'
let example: Example
let chatExample: ChatExample
let edge: Edge
/** Undone in reverse order. */
let cleanup: (() => Promise<void>)[]

beforeAll(async () => {
  // sip.js opens the browser's WebSocket; Node 20 has none of its own.
  if (!('WebSocket' in globalThis)) Object.assign(globalThis, { WebSocket })
  const page = (file: string) => new URL(`../docs/embedding-example/${file}`, import.meta.url)
  example = (await import(page('softphone.js').pathname)) as Example
  chatExample = (await import(page('chat.js').pathname)) as ChatExample
  edge = await startEdge({ port: 0, domain: 'sotto.test', dataDir: null, webRoot: null })
  for (const user of ['alice', 'bob', 'carol']) await edge.enrol(user, PASSWORD)
})
afterAll(() => edge.close())
beforeEach(() => {
  cleanup = []
})
afterEach(async () => {
  for (const undo of cleanup.reverse()) await undo()
})

/** The softphone of the example, whose chat is nothing but the agent. */
async function softphone(user: string) {
  const events: SipEvent[] = []
  const chat = (sipAgent: HostsAgent): SipAgentDoor => sipAgent((event) => events.push(event))
  const started = start(user, chat)
  await registered(events)
  return { ...started, events }
}

/** The softphone of the example, with conversations. */
async function chattingSoftphone(user: string) {
  const address = parseAddress(user, 'sotto.test')
  const store = new MemoryStore()
  const chat: ChatEvent[] = []
  const started = start(
    user,
    chatExample.chatOver({
      account: { address, password: PASSWORD, server: edge.wsUrl },
      otr: createOtrEngine(nodeEnv, store.keys),
      store,
      onEvent: (event: ChatEvent) => chat.push(event),
    }),
  )
  const state = () => chat.findLast((event) => event.type === 'account')?.account.state
  await expect.poll(state).toBe('online')
  return { ...started, chat, address, client: started.phone.chat.client }
}

/** Audio is only said. */
function start<Chat>(user: string, chat: (sipAgent: HostsAgent) => Chat) {
  const calls: Incoming[] = []
  const media: string[] = []
  const phone = example.startSoftphone({
    address: `sip:${user}@sotto.test`,
    password: PASSWORD,
    server: edge.wsUrl,
    onCall: (invitation: Incoming) => calls.push(invitation),
    chat,
    media: () => ({
      close() {},
      getDescription: async () => ({ body: AUDIO, contentType: 'application/sdp' }),
      hasDescription: (type: string) => type === 'application/sdp',
      setDescription: async (sdp: string) => void media.push(/^m=\w+/m.exec(sdp)![0]),
      sendDtmf: () => false,
    }),
  })
  cleanup.push(() => phone.stop())
  return { phone, calls, media }
}

/** Somebody with our own agent. */
async function agent(user: string): Promise<SipPhone> {
  const account = { address: `sip:${user}@sotto.test`, displayName: user }
  const phone = new SipPhone({ ...account, password: PASSWORD, server: edge.wsUrl })
  cleanup.push(() => phone.agent.stop())
  return phone.signIn()
}

test('a chat comes to chat, is taken, and ended', async () => {
  const [bob, alice] = [await softphone('bob'), await agent('alice')]
  alice.agent.invite('sip:bob@sotto.test', stream('a', 'actpass'))
  const incoming = await told(bob.events, 'incoming')
  expect(incoming).toMatchObject({
    peer: { address: 'sip:alice@sotto.test', displayName: 'alice' },
    remote: stream('a', 'actpass'),
  })
  bob.phone.chat.accept(incoming.call, stream('b', 'active'))
  expect(await told(alice.events, 'established')).toMatchObject({ remote: stream('b', 'active') })
  await told(bob.events, 'established')
  alice.agent.end((await told(alice.events, 'established')).call)
  expect(await told(bob.events, 'ended')).toMatchObject({ by: 'remote', error: null })
  expect([bob.calls, bob.media]).toEqual([[], []])
})

test('an audio call comes to the softphone, and chat hears nothing of it', async () => {
  const [bob, carol] = [await softphone('bob'), await softphone('carol')]
  const call = await carol.phone.call('sip:bob@sotto.test')
  await expect.poll(() => bob.calls.length).toBe(1)
  expect(String(bob.calls[0]!.remoteIdentity.uri)).toBe('sip:carol@sotto.test')
  await bob.calls[0]!.accept()
  await expect.poll(() => call.state).toBe('Established')
  expect([bob.media, carol.media]).toEqual([['m=audio'], ['m=audio']])
  await call.bye()
  await expect.poll(() => bob.calls[0]!.state).toBe('Terminated')
  for (const { events } of [bob, carol]) {
    expect(events.every(({ type }) => type === 'registration')).toBe(true)
  }
})

test('chat calls out beside an audio call, with the softphone’s credentials', async () => {
  const [bob, carol] = [await softphone('bob'), await softphone('carol')]
  const audio = await carol.phone.call('sip:bob@sotto.test')
  await expect.poll(() => bob.calls.length).toBe(1)
  await bob.calls[0]!.accept()
  carol.phone.chat.invite('sip:bob@sotto.test', stream('c', 'actpass'))
  bob.phone.chat.accept((await told(bob.events, 'incoming')).call, stream('b', 'active'))
  await told(carol.events, 'established')
  await expect.poll(() => audio.state).toBe('Established')

  await carol.phone.chat.stop()
  expect(await told(bob.events, 'ended')).toMatchObject({ by: 'remote', error: null })
  expect(audio.state).toBe('Established')
})

test('a page sent over the softphone’s connection arrives at the other’s chat', async () => {
  const [bob, carol] = [await softphone('bob'), await softphone('carol')]
  const page = carol.phone.chat.sendPage('sip:bob@sotto.test', 'text/plain', 'grüß dich')
  expect(await told(bob.events, 'page')).toMatchObject({ body: 'grüß dich' })
  expect(await told(carol.events, 'pageResult')).toEqual({ type: 'pageResult', page, error: null })
})

test('conversations work over the softphone’s connection, encrypted, beside an audio call', async () => {
  const [bob, carol] = [await chattingSoftphone('bob'), await chattingSoftphone('carol')]
  const audio = await carol.phone.call('sip:bob@sotto.test')
  await expect.poll(() => bob.calls.length).toBe(1)
  await bob.calls[0]!.accept()
  await expect.poll(() => audio.state).toBe('Established')

  bob.client.addContact(carol.address, 'Carol')
  carol.client.send(bob.address, 'grüß dich')
  const read = () =>
    bob.chat.flatMap((event) =>
      event.type === 'message' && event.message.author === 'peer'
        ? [[event.message.text, event.message.protection]]
        : [],
    )
  await expect.poll(read, { timeout: 10_000 }).toEqual([['grüß dich', 'unverified']])
  carol.client.verify(bob.address, 'the red door', null)
  const asked = () =>
    bob.chat.some((e) => e.type === 'verification' && e.verification.step === 'asked')
  await expect.poll(asked).toBe(true)
  bob.client.answer(carol.address, 'the red door')
  const privacy = () => carol.chat.findLast((event) => event.type === 'privacy')?.privacy.state
  await expect.poll(privacy).toBe('verified')

  expect(bob.chat.find((event) => event.type === 'route')?.route).toMatchObject({ kind: 'host' })
  expect([bob.calls.length, carol.calls.length]).toEqual([1, 0])
  expect([bob.media, carol.media, audio.state]).toEqual([['m=audio'], ['m=audio'], 'Established'])

  await carol.client.signOut()
  expect(audio.state).toBe('Established')
  await audio.bye()
})
