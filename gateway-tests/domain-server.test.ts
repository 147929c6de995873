import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { makeCa } from '../edge/testing/local-ca.ts'
import { AgentProcess } from './agent-process.ts'
import { type Kamailio, type KamailioOptions, passwordOf, startKamailio } from './kamailio.ts'
import { startNginx } from './nginx.ts'
import { freePort } from './ports.ts'

/** All that anybody here knows of a server is the part of an address after the @. */
const ALICE = 'sip:alice@test.local'
const BOB = 'sip:bob@test.local'

const authority = makeCa()
const ca = join(mkdtempSync(join(tmpdir(), 'sotto-ca-')), 'ca.pem')
writeFileSync(ca, authority.ca)

const running: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one[Symbol.asyncDispose]()
})
afterAll(() => authority.remove())

/** Kamailio with a certificate for `name`. */
async function kamailioAt(name: string, more: KamailioOptions = {}): Promise<Kamailio> {
  const server = await startKamailio({
    tls: { ...authority.issue(name), ca: authority.ca },
    ...more,
  })
  running.push(server)
  return server
}

/** nginx at the domain itself, with `/ws` for whoever is at that port. */
async function nginxBefore(port: number): Promise<number> {
  const nginx = await startNginx({
    file: 'kamailio.conf',
    tls: authority.issue('test.local'),
    replace: {
      'server 10.0.0.1:8080;': `server 127.0.0.1:${port};`,
      'server 10.0.0.2:8080;': '',
    },
  })
  running.push(nginx)
  return nginx.port
}

type Names = Readonly<Record<string, number>>

function agent(user: 'alice' | 'bob', names: Names): AgentProcess {
  const account = user === 'alice' ? ALICE : BOB
  return AgentProcess.spawn({ account, password: passwordOf(user), names, ca })
}

describe('an address and a password find a server at the domain, and two people talk', () => {
  test.each<[string, string, () => Promise<Names>]>([
    [
      'Kamailio itself, at DOMAIN',
      'test.local',
      async () => ({ 'test.local': (await kamailioAt('test.local')).port }),
    ],
    [
      'Kamailio behind nginx, at DOMAIN',
      'test.local',
      async () => {
        const server = await startKamailio()
        running.push(server)
        return { 'test.local': await nginxBefore(server.port) }
      },
    ],
    [
      'Kamailio at sip.DOMAIN, where DOMAIN is a web site',
      'sip.test.local',
      async () => ({
        'test.local': await nginxBefore(await freePort()),
        'sip.test.local': (await kamailioAt('sip.test.local')).port,
      }),
    ],
  ])('%s', async (_, host, start) => {
    const names = await start()
    await using alice = agent('alice', names)
    await using bob = agent('bob', names)
    for (const one of [alice, bob]) {
      const found = { event: 'server', found: 'native', url: `wss://${host}/ws`, state: 'found' }
      await one.expect(found)
      await one.expect({ event: 'registered' })
    }
    alice.do({ do: 'send', peer: BOB, text: 'found: Grüße' })
    await bob.expect({ event: 'incoming', peer: ALICE })
    bob.do({ do: 'accept', peer: ALICE })
    await bob.expect({ event: 'message', text: 'found: Grüße', encrypted: true })
    await alice.expect({ event: 'delivery', state: 'delivered', encrypted: true })
    const route = alice.lines.findLast(({ event }) => event === 'route')
    expect(route).toMatchObject({ found: 'native', server: host, relayKind: 'server' })
  })
})

describe('where there is none, nobody signs in, and it is said', () => {
  /** The agent has looked at both places, has found nothing, and ends. */
  async function findsNothing(names: Names): Promise<void> {
    const alice = agent('alice', names)
    for (const host of ['test.local', 'sip.test.local']) {
      const url = `wss://${host}/ws`
      await alice.expect({ event: 'server', found: 'native', url, state: 'failed' })
    }
    expect(await alice.ended).toBe(2)
    expect(alice.errors).toContain('No server for this address was found.')
    expect(alice.lines.map(({ event }) => event)).toEqual(['server', 'server'])
  }

  test('a web site, and a name that does not exist', async () => {
    await findsNothing({ 'test.local': await nginxBefore(await freePort()) })
  })

  test('a certificate for another name, and one of an authority that is not trusted', async () => {
    const stranger = makeCa()
    const tls = { ...stranger.issue('sip.test.local'), ca: stranger.ca }
    stranger.remove()
    await findsNothing({
      'test.local': (await kamailioAt('elsewhere.local')).port,
      'sip.test.local': (await kamailioAt('sip.test.local', { tls })).port,
    })
  })

  test('a server that takes SIP and no MSRP', async () => {
    const { port } = await kamailioAt('test.local', { change: withoutMsrp })
    await findsNothing({ 'test.local': port })
  })
})

function withoutMsrp(configuration: string): string {
  const rest = configuration.indexOf(
    '# ---------------------------------------------------------------- MSRP',
  )
  if (rest < 0) throw new Error('kamailio.cfg has no part for MSRP')
  const lines = configuration.slice(0, rest).split('\n')
  return lines.filter((line) => !/^(?:loadmodule|modparam\() ?"msrp/.test(line)).join('\n')
}
