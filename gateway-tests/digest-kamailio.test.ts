import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  newSessionUri,
  opened,
  type RelayGrant,
  relayUri,
  type WebSocketLike,
} from '../msrp/index.ts'
import { AgentProcess } from './agent-process.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { challengesWithinCalls } from './kamailio-changes.ts'
import { nodeEnv, registered, SipPhone, stream, told } from './sip-phone.ts'

type Algorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

/**
 * Makes Kamailio, which challenges by one algorithm, list several: `own`, by which it checks, is the one
 * to be met.
 */
function offering(algorithms: readonly Algorithm[], own: Algorithm) {
  // Kamailio does not name MD5, which is what no name means.
  const naming = own === 'MD5' ? '/nonce=/algorithm=NAME, nonce=/' : `/${own}/NAME/`
  const field = (one: Algorithm, scheme: 'WWW' | 'Proxy') => {
    const named = one === own ? '' : `{re.subst,${naming.replace('NAME', one)}}`
    return `$(var(challenge){re.subst,/^WWW/${scheme}/}${named})`
  }
  const reply = (status: string, scheme: 'WWW' | 'Proxy') =>
    [
      'auth_get_www_authenticate("SIP_DOMAIN", "1", "$var(challenge)");',
      ...algorithms.map((one) => `append_to_reply("${field(one, scheme)}");`),
      `sl_send_reply("${status}", "Prove It");`,
    ].join('\n')
  const changes = {
    'www_challenge("SIP_DOMAIN", "1");': reply('401', 'WWW'),
    'proxy_challenge("SIP_DOMAIN", "1");': reply('407', 'Proxy'),
    '"Unauthorized", "$var(challenge)"': `"Unauthorized", "${algorithms.map((one) => field(one, 'WWW')).join('')}"`,
  }
  return (configuration: string): string => {
    let changed = configuration
    for (const [shipped, ours] of Object.entries(changes)) {
      if (!changed.includes(shipped)) throw new Error(`kamailio.cfg has no ${shipped}`)
      changed = changed.replaceAll(shipped, () => ours)
    }
    return changed
  }
}

describe.each<[string, Algorithm, readonly Algorithm[]]>([
  ['as it is shipped', 'MD5', []],
  ['with WITH_SHA256', 'SHA-256', []],
  ['that lists three', 'SHA-256', ['SHA-512-256', 'SHA-256', 'MD5']],
  ['that prefers MD5', 'MD5', ['MD5', 'SHA-256']],
])('Kamailio %s is answered by %s', (_, own, listed) => {
  let server: Kamailio
  const open: { close(): void }[] = []
  beforeAll(async () => {
    server = await startKamailio({
      sha256: own === 'SHA-256',
      ...(listed.length === 0 ? {} : { change: offering(listed, own) }),
    })
  })
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  function phone(user: string, password = passwordOf(user)): SipPhone {
    const address = `sip:${user}@test.local`
    const one = new SipPhone({ address, password, server: server.url })
    open.push({ close: () => void one.agent.stop() })
    return one
  }

  async function grant(password: string): Promise<{ grant: RelayGrant; wire: readonly string[] }> {
    const socket = new WebSocket(server.url, MSRP_SUBPROTOCOL)
    open.push(socket)
    const wire: string[] = []
    socket.on('message', (data) => wire.push(String(data)))
    const connection = new MsrpConnection(await opened(socket as unknown as WebSocketLike), nodeEnv)
    const uri = newSessionUri(randomBytes)
    const login = { relay: relayUri(server.url), uri, username: 'alice', password, through: [] }
    return { grant: await connection.authenticate(login), wire }
  }

  const offered = listed.length === 0 ? [own] : listed

  test('in REGISTER and INVITE', async () => {
    const [alice, bob] = [await phone('alice').signIn(), await phone('bob').signIn()]
    alice.agent.invite('sip:bob@test.local', stream('a', 'actpass'))
    bob.agent.accept((await told(bob.events, 'incoming')).call, stream('b', 'active'))
    await told(alice.events, 'established')
    for (const method of ['REGISTER', 'INVITE']) {
      const answers = alice.sent.filter((text) => text.startsWith(method)).map(algorithmAnswered)
      expect(answers, method).toEqual([null, own])
    }
    expect(challengesOf(alice.heard)).toEqual([offered, offered])
  })

  test('in MSRP’s AUTH', async () => {
    const { grant: given, wire } = await grant(passwordOf('alice'))
    expect(given.usePath).toHaveLength(1)
    expect(challengesOf(wire)).toEqual([offered])
  })

  test('and refuses a wrong password, in SIP and MSRP', async () => {
    const alice = phone('alice', 'wrong')
    alice.agent.start()
    await expect
      .poll(() => alice.events.at(-1))
      .toMatchObject({ registration: { state: 'refused', error: { code: 'SIP_WRONG_PASSWORD' } } })
    await expect(grant('wrong')).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
  })
})

test('every request within a call is answered, and a MESSAGE, where Kamailio wants them all', async () => {
  const list = offering(['SHA-256', 'MD5'], 'SHA-256')
  await using server = await startKamailio({
    sha256: true,
    change: (configuration) => list(challengesWithinCalls(configuration)),
  })
  const phone = (user: string) => {
    const address = `sip:${user}@test.local`
    return new SipPhone({ address, password: passwordOf(user), server: server.url }).signIn()
  }
  const [alice, bob] = [await phone('alice'), await phone('bob')]
  const call = alice.agent.invite('sip:bob@test.local', stream('a', 'actpass'))
  bob.agent.accept((await told(bob.events, 'incoming')).call, stream('b', 'active'))
  await told(alice.events, 'established')
  const latest = (method: string) => alice.sent.filter((text) => text.startsWith(method)).at(-1)!

  const first = alice.sent.length
  alice.cut() // A new connection mends its calls by a re-INVITE.
  await registered(alice.events, 2)
  const answered = () => alice.sent.slice(first).filter((text) => text.startsWith('ACK'))
  await expect.poll(answered).toHaveLength(2) // One for the challenge, one for the 200.
  expect(latest('INVITE')).toMatch(/^To: .*;tag=/m)
  alice.agent.sendPage('sip:bob@test.local', 'text/plain', 'aside')
  expect(await told(bob.events, 'page')).toMatchObject({ body: 'aside' })
  expect(await told(alice.events, 'pageResult')).toMatchObject({ error: null })
  alice.agent.end(call)
  expect(await told(bob.events, 'ended')).toMatchObject({ by: 'remote', error: null })
  for (const method of ['REGISTER', 'INVITE', 'MESSAGE', 'BYE']) {
    expect(algorithmAnswered(latest(method)), method).toBe('SHA-256')
  }
  await Promise.all([alice.agent.stop(), bob.agent.stop()])
})

test('two people talk at a Kamailio that asks for SHA-256', async () => {
  await using server = await startKamailio({ sha256: true })
  const agent = (user: 'alice' | 'bob') => {
    const account = `sip:${user}@test.local`
    return AgentProcess.start({ account, password: passwordOf(user), server: server.url })
  }
  await using alice = await agent('alice')
  await using bob = await agent('bob')
  alice.do({ do: 'send', peer: bob.account, text: 'Grüße' })
  await bob.expect({ event: 'incoming', peer: alice.account })
  bob.do({ do: 'accept', peer: alice.account })
  await bob.expect({ event: 'message', text: 'Grüße', encrypted: true })
  await alice.expect({ event: 'delivery', state: 'delivered', encrypted: true })
})

/** The algorithm of the credentials in a request; `null` where it has none. */
function algorithmAnswered(request: string): Algorithm | null {
  const credentials = /^(?:Proxy-)?Authorization: (.*)$/m.exec(request)?.[1]
  if (credentials === undefined) return null
  return (/algorithm="?([\w-]+)/.exec(credentials)?.[1] ?? 'MD5') as Algorithm
}

/** The algorithms of each message that asks for a password, in their order. */
function challengesOf(messages: readonly string[]): Algorithm[][] {
  return messages
    .map((message) => [...message.matchAll(/^(?:WWW|Proxy)-Authenticate: (.*)$/gm)])
    .filter((fields) => fields.length > 0)
    .map((fields) =>
      fields.map(([, value]) => (/algorithm="?([\w-]+)/.exec(value!)?.[1] ?? 'MD5') as Algorithm),
    )
}
