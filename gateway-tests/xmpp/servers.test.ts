import { describe, expect, test } from 'vitest'
import { xml } from '../clients/xml.ts'
import { XmppStream } from '../clients/xmpp-stream.ts'
import { XmppComponent } from '../gateway/component.ts'
import { startEjabberd } from './ejabberd.ts'
import { startProsody } from './prosody.ts'
import type { XmppServer } from './xmpp-server.ts'

const SERVERS = [
  ['prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const

describe.each(SERVERS)('%s', (_name, start) => {
  async function login(server: XmppServer, user: string): Promise<XmppStream> {
    const password = `${user}’s password`
    await server.addUser(user, password)
    const account = `${user}@${server.domain}`
    return XmppStream.connect({ port: server.port, account, password })
  }

  test('carries messages, and keeps those that nobody asked it not to', async () => {
    await using server = await start()
    await using alice = await login(server, 'alice')
    await using bob = await login(server, 'bob')
    const hint = xml('no-permanent-store', { xmlns: 'urn:xmpp:hints' })
    alice.say(bob.jid, 'not to be kept', { extra: [hint] })
    alice.say(bob.jid, 'to be kept')
    await expect.poll(() => bob.messages.map(({ body }) => body)).toContain('to be kept')
    const bodies = async () => (await bob.archive()).map(({ body }) => body)
    await expect.poll(bodies).toContain('to be kept')
    expect(await bodies()).not.toContain('not to be kept')
  })

  test('lets somebody go to whom others are still writing', async () => {
    await using server = await start()
    await using alice = await login(server, 'alice')
    const bob = await login(server, 'bob')
    bob.onMessage = ({ from, body }) => void bob.say(from, body)
    for (let i = 0; i < 200; i++) alice.say(bob.jid, `${i}`)
    await expect.poll(() => bob.messages.length).toBeGreaterThan(0)
    await bob[Symbol.asyncDispose]()
  })

  test('has rooms that whoever enters makes', async () => {
    await using server = await start()
    await using alice = await login(server, 'alice')
    const there: string[] = []
    alice.onPresence = (from) => there.push(from)
    const room = `room@${server.roomsDomain}/alice`
    alice.send(xml('presence', { to: room }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })))
    await expect.poll(() => there).toContain(room)
  })

  test('takes components, each of its own domain', async () => {
    await using server = await start({ componentDomains: ['one.test', 'two.test'] })
    await using alice = await login(server, 'alice')
    const got: string[] = []
    const { componentPort: port, componentSecret: secret } = server
    for (const domain of server.componentDomains) {
      await XmppComponent.connect({ port, domain, secret }, ({ attributes }) => {
        got.push(`${domain}: ${attributes['to']}`)
      })
    }
    const wrong = XmppComponent.connect({ port, domain: 'one.test', secret: 'wrong' }, () => {})
    await expect(wrong).rejects.toThrow()
    for (const word of ['a', 'b', 'c']) alice.say(`${word}@one.test`, word)
    alice.say('d@two.test', 'd')
    await expect
      .poll(() => got.toSorted())
      .toEqual(
        ['one.test: a@one.test', 'one.test: b@one.test', 'one.test: c@one.test'].concat(
          'two.test: d@two.test',
        ),
      )
  })
})
