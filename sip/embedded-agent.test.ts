import { type Invitation, Inviter, type Message, Registerer, type Session, UserAgent } from 'sip.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SipAgentDoor } from './agent-door.ts'
import { attachToUserAgent } from './embedded-agent.ts'
import type { SipEvent } from './events.ts'
import {
  ACCOUNT,
  ANSWER,
  bobsRequest,
  bobsSdp,
  OFFER,
  settled,
  TestEnv,
  type TestSocket,
} from './testing/server.ts'
import { SipTransport } from './transport.ts'

const AUDIO = 'v=0\r\no=- 1 1 IN IP4 h.invalid\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n'
const NOTHING = { opened() {}, lost() {}, alive() {}, doubtful() {} }

let env: TestEnv
let socket: TestSocket
let host: UserAgent
let hostHeard: string[]
let invitations: Invitation[]
let events: SipEvent[]
let chat: SipAgentDoor

/** A softphone that answers every description with the same one. */
function softphone(delegate: object): UserAgent {
  class HostTransport extends SipTransport {
    constructor() {
      super(['wss://sip.example.org/'], env, NOTHING)
    }
  }
  return new UserAgent({
    uri: UserAgent.makeURI(ACCOUNT.address)!,
    authorizationUsername: 'alice',
    authorizationPassword: 'secret',
    transportConstructor: HostTransport,
    sessionDescriptionHandlerFactory: (session: Session) => {
      hostHeard.push(`media for ${session.constructor.name}`)
      return {
        close() {},
        getDescription: async () => ({ body: AUDIO, contentType: 'application/sdp' }),
        hasDescription: () => true,
        setDescription: async () => {},
        sendDtmf: () => false,
      }
    },
    delegate,
    sendInitialProvisionalResponse: false,
    gracefulShutdown: false,
    logBuiltinEnabled: false,
  })
}

class Delegate {
  readonly #heard = hostHeard
  onConnect(): void {
    this.#heard.push('connected')
  }
  onInvite(invitation: Invitation): void {
    this.#heard.push('invited')
    invitations.push(invitation)
  }
}

const attach = (account = { address: ACCOUNT.address }) =>
  attachToUserAgent(host, account, env, (event) => events.push(event))

beforeEach(async () => {
  env = new TestEnv()
  env.answersPings = true
  hostHeard = []
  invitations = []
  events = []
  host = softphone(new Delegate())
  chat = attach()
  chat.start()
  await host.start()
  socket = env.socket
  await socket.open()
})
afterEach(async () => {
  await chat.stop()
  await host.stop()
})

const last = () => events.at(-1)
const to = (text: string) => text.replace(/^(\w+) \S+/, `$1 ${host.contact.uri}`)

describe('what comes', () => {
  test.each([
    ['audio', AUDIO],
    ['audio and chat', bobsSdp() + AUDIO.slice(AUDIO.indexOf('m='))],
    ['nothing', ''],
  ])('an offer of %s is the host’s', async (_, body) => {
    await socket.say(to(bobsRequest('INVITE', 1, { body })))
    expect(hostHeard).toEqual(['connected', 'invited'])
    await invitations[0]!.accept()
    expect(hostHeard.at(-1)).toBe('media for Invitation')
    expect(events.some(({ type }) => type === 'incoming')).toBe(false)
  })

  test('an offer of chat alone is ours, to the end', async () => {
    await socket.say(to(bobsRequest('INVITE', 1, { body: bobsSdp() })))
    const incoming = last()
    if (incoming?.type !== 'incoming') throw new Error('no call')
    chat.accept(incoming.call, { ...OFFER, setup: 'active' })
    await settled()
    socket.take('SIP/2.0 100')
    socket.take('SIP/2.0 180')
    const answer = socket.take('SIP/2.0 200')
    expect(answer.body).toContain('m=message')
    await socket.say(to(bobsRequest('ACK', 1, { to: answer.get('to') })))
    expect(last()).toMatchObject({ type: 'established', remote: ANSWER })
    await socket.say(to(bobsRequest('BYE', 2, { to: answer.get('to') })))
    expect(last()).toMatchObject({ type: 'ended', by: 'remote', error: null })
    expect(hostHeard).toEqual(['connected'])
  })

  test('an UPDATE is ours within a chat of ours, and nobody’s elsewhere or afterwards', async () => {
    await socket.say(bobsRequest('INVITE', 1, { body: bobsSdp() }))
    const incoming = events.find((event) => event.type === 'incoming')
    chat.accept(incoming!.call, OFFER)
    await settled()
    const to = /^To: (.*)$/im.exec(socket.sent.at(-1)!)![1]!
    await socket.say(bobsRequest('ACK', 1, { to }))
    await socket.say(bobsRequest('UPDATE', 2, { to }))
    expect(socket.sent.at(-1)).toMatch(/^SIP\/2\.0 200/)
    await socket.say(bobsRequest('UPDATE', 3))
    expect(socket.sent.at(-1)).toMatch(/^SIP\/2\.0 405/)
    await chat.stop()
    await socket.say(bobsRequest('UPDATE', 4, { to }))
    expect(socket.sent.at(-1)).toMatch(/^SIP\/2\.0 405/)
  })

  test('a MESSAGE is ours if the host does not want it', async () => {
    await socket.say(to(bobsRequest('MESSAGE', 1, { body: 'hi' })))
    socket.take('SIP/2.0 200')
    expect(last()).toMatchObject({ type: 'page', body: 'hi' })
    await chat.stop()
    host.delegate = {
      onMessage: (message: Message) => {
        hostHeard.push(message.request.body)
        void message.accept()
      },
    }
    chat.start()
    await socket.say(to(bobsRequest('MESSAGE', 2, { body: 'again' })))
    expect([hostHeard.at(-1), events.filter(({ type }) => type === 'page')]).toEqual([
      'again',
      [expect.objectContaining({ body: 'hi' })],
    ])
  })

  test('without a delegate, audio is refused as before', async () => {
    await chat.stop()
    host.delegate = undefined
    chat.start()
    await socket.say(to(bobsRequest('INVITE', 1, { body: AUDIO })))
    socket.take('SIP/2.0 100')
    socket.take('SIP/2.0 486')
  })
})

describe('what goes', () => {
  test('calls of both, each with its own media', async () => {
    chat.invite('sip:bob@example.net', OFFER)
    await settled()
    expect(socket.take('INVITE').body).toContain('m=message')
    void new Inviter(host, UserAgent.makeURI('sip:bob@example.net')!).invite()
    await settled()
    expect(socket.take('INVITE').body).toContain('m=audio')
    expect(hostHeard).toEqual(['connected', 'media for Inviter'])
  })

  const challenge = {
    headers: ['Proxy-Authenticate: Digest realm="example.org", nonce="n", qop="auth"'],
  }

  test('with the host’s credentials, unless taken back', async () => {
    chat.invite('sip:bob@example.net', OFFER)
    await settled()
    await socket.answer(socket.take('INVITE'), '407 Proxy Authentication Required', challenge)
    socket.take('ACK')
    expect(socket.take('INVITE').get('proxy-authorization')).toContain('username="alice"')
    const call = chat.invite('sip:carol@example.net', OFFER)
    await settled()
    const request = socket.take('INVITE')
    chat.end(call)
    await settled()
    await socket.answer(request, '407 Proxy Authentication Required', challenge)
    socket.take('ACK')
    expect(socket.sent).toEqual([])
  })
})

describe('the registration', () => {
  const states = () =>
    events.flatMap((event) => (event.type === 'registration' ? [event.registration.state] : []))

  test('is the connection, if nobody registers; calls are refreshed when it is back', async () => {
    expect(states()).toEqual(['connecting', 'registered'])
    chat.invite('sip:bob@example.net', OFFER)
    await settled()
    await socket.answer(socket.take('INVITE'), '200 OK', {
      headers: ['Contact: <sip:bob@bob.invalid>'],
      body: bobsSdp(),
    })
    socket.take('ACK')
    await socket.drop()
    expect(last()).toMatchObject({
      registration: { state: 'offline', error: { code: 'SIP_CONNECTION_LOST' } },
    })
    await host.reconnect()
    await env.socket.open()
    expect(states().slice(2)).toEqual(['offline', 'registered'])
    env.socket.take('INVITE')
  })

  test('is the registerer’s, if there is one', async () => {
    await chat.stop()
    events = []
    const registerer = new Registerer(host)
    chat = attachToUserAgent(host, { ...ACCOUNT, registerer }, env, (event) => events.push(event))
    chat.start()
    await settled()
    expect(states()).toEqual(['connecting'])
    await registerer.register()
    const request = socket.take('REGISTER')
    const contact = [`Contact: ${request.get('contact')};expires=600`]
    await socket.answer(request, '200 OK', { headers: contact })
    expect(states()).toEqual(['connecting', 'registered'])
    await registerer.unregister()
    await socket.answer(socket.take('REGISTER'), '200 OK')
    expect(last()).toMatchObject({ registration: { error: { code: 'SIP_SERVER' } } })
  })

  test('stop ends our calls, says so, and leaves the host as it was', async () => {
    const delegate = host.delegate
    const factory = host.configuration.sessionDescriptionHandlerFactory
    chat.invite('sip:bob@example.net', OFFER)
    await settled()
    await socket.answer(socket.take('INVITE'), '200 OK', {
      headers: ['Contact: <sip:bob@bob.invalid>'],
      body: bobsSdp(),
    })
    socket.take('ACK')
    await chat.stop()
    socket.take('BYE')
    expect(events.slice(-2)).toMatchObject([
      { type: 'ended', by: 'local' },
      { registration: { state: 'unregistered' } },
    ])
    expect([host.delegate instanceof Delegate, host.delegate === delegate]).toEqual([true, false])
    expect(host.configuration.sessionDescriptionHandlerFactory).not.toBe(factory)
    await socket.say(to(bobsRequest('INVITE', 9, { body: bobsSdp() })))
    expect(hostHeard.at(-1)).toBe('invited')
  })
})

test('an account that is not the host’s is the caller’s fault', () => {
  expect(() => attach({ address: 'sip:bob@example.org' })).toThrow(TypeError)
})
