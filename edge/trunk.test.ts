import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Edge, startEdge } from './server.ts'
import { header } from './sip-message.ts'
import { PASSWORD, SipPhone } from './testing/sip-phone.ts'

const ELSEWHERE = 'sip:juliet@xmpp.test'
const SDP = ['Content-Type: application/sdp']

let edge: Edge
let gateway: SipPhone
let alice: SipPhone

beforeEach(async () => {
  const trunks = new Map([['xmpp.test', 'gateway']])
  edge = await startEdge({ port: 0, dataDir: null, webRoot: null, trunks })
  for (const name of ['alice', 'gateway']) await edge.enrol(name, PASSWORD)
  const phone = async (user: string) => {
    const made = await new SipPhone(edge.wsUrl, user, edge.domain).open()
    expect(await made.register()).toMatchObject({ status: 200 })
    return made
  }
  alice = await phone('alice')
  gateway = await phone('gateway')
})
afterEach(() => edge.close())

describe('a domain behind a gateway', () => {
  test('is reached through it, under the address that was called', async () => {
    const sent = alice.request('INVITE', 'sip:juliet%40home@xmpp.test', SDP, 'v=0')
    const invite = await gateway.takeRequest('INVITE')
    expect(invite.uri).toBe('sip:juliet%40home@xmpp.test')
    expect(header(invite, 'from')).toContain(`<${alice.address}>`)
    gateway.respond(invite, 200)
    const ok = await alice.takeFinal('INVITE')
    alice.ack(sent, ok)
    await gateway.takeRequest('ACK')
    gateway.inCalleeDialog('BYE', invite)
    alice.respond(await alice.takeRequest('BYE'), 200)
    expect(await gateway.takeFinal('BYE')).toMatchObject({ status: 200 })
  })

  test('is spoken for by it', async () => {
    gateway.request('MESSAGE', alice.address, [`From: <${ELSEWHERE}>;tag=1`])
    const message = await alice.takeRequest('MESSAGE')
    expect(header(message, 'from')).toContain(ELSEWHERE)
  })

  test('is spoken for by nobody else', async () => {
    alice.request('MESSAGE', gateway.address, [`From: <${ELSEWHERE}>;tag=1`])
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 403 })
  })

  test('is away while the gateway is', async () => {
    gateway.close()
    await gateway.closed()
    alice.request('MESSAGE', ELSEWHERE)
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 480 })
    alice.request('MESSAGE', 'sip:xmpp.test')
    expect(await alice.takeFinal('MESSAGE')).toMatchObject({ status: 484 })
  })

  test('is not any domain: the gateway speaks for its own alone', async () => {
    gateway.request('MESSAGE', alice.address, ['From: <sip:romeo@elsewhere.test>;tag=1'])
    expect(await gateway.takeFinal('MESSAGE')).toMatchObject({ status: 403 })
    gateway.request('MESSAGE', alice.address, [`From: <${alice.address}>;tag=1`])
    expect(await gateway.takeFinal('MESSAGE')).toMatchObject({ status: 403 })
  })
})
