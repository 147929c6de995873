import { afterEach, beforeEach, expect, test } from 'vitest'
import { SipAgent } from './agent.ts'
import type { MsrpDescription, SipEvent } from './events.ts'
import type { FileDescription } from './file-description.ts'
import {
  ACCOUNT,
  ANSWER,
  bobsRequest,
  bobsSdp,
  OFFER,
  response,
  settled,
  TestEnv,
  type TestSocket,
} from './testing/server.ts'

const FILE: FileDescription = {
  selector: { name: 'My cool picture.jpg', type: 'image/jpeg', size: 32_349, sha1: null },
  transferId: 'vBnG916bdberum2fFEABR1FR3ExZMUrd',
  disposition: 'attachment',
  date: null,
  range: null,
}

/** What the answer to it repeats (RFC 5547 §8.3). */
const TAKEN = { ...FILE, disposition: null }

const THEIRS: MsrpDescription = { ...ANSWER, setup: 'active', direction: 'sendonly', file: FILE }

let env: TestEnv
let events: SipEvent[]
let agent: SipAgent
let socket: TestSocket

beforeEach(async () => {
  env = new TestEnv()
  env.answersPings = true
  events = []
  agent = new SipAgent(ACCOUNT, env, (event) => events.push(event))
  agent.start()
  socket = env.socket
  await socket.open()
  await socket.answer(socket.take('REGISTER'), '200 OK')
  events = []
})

afterEach(async () => {
  const stopped = agent.stop()
  await env.pass(2_000)
  await stopped
})

/** Bob offers a file, and we take it. @returns our To with its tag */
async function taken(): Promise<string> {
  await socket.say(bobsRequest('INVITE', 1, { body: bobsSdp(THEIRS) }))
  socket.take('SIP/2.0 100')
  socket.take('SIP/2.0 180')
  const incoming = events.at(-1)
  if (incoming?.type !== 'incoming') throw new Error('no call')
  expect(incoming.remote).toEqual(THEIRS)
  agent.accept(incoming.call, { ...OFFER, setup: 'passive', direction: 'recvonly', file: TAKEN })
  await settled()
  const ok = socket.take('SIP/2.0 200')
  expect(ok.body).toContain('\r\na=recvonly\r\n')
  expect(ok.body).toContain(
    'a=file-selector:name:"My cool picture.jpg" type:image/jpeg size:32349\r\n' +
      'a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\n',
  )
  await socket.say(bobsRequest('ACK', 1, { to: ok.get('to') }))
  return ok.get('to')
}

test('a file is offered, taken, and over with the BYE of its sender', async () => {
  const to = await taken()
  await socket.say(bobsRequest('BYE', 2, { to }))
  expect(events.map(({ type }) => type)).toEqual(['incoming', 'established', 'ended'])
})

test('an offer of nothing takes it back: it is answered in kind, and the call ends', async () => {
  const to = await taken()
  const nothing = bobsSdp(THEIRS).replace('m=message 2855', 'm=message 0')
  await socket.say(bobsRequest('INVITE', 2, { to, body: nothing }))
  await settled()
  const ok = socket.take('SIP/2.0 200')
  expect(ok.body).toContain('\r\nm=message 0 TCP/MSRP *\r\n')
  expect(events.at(-1)).toMatchObject({ type: 'ended', by: 'remote', error: null })
  socket.take('BYE')
})

test('a file does not go on elsewhere', async () => {
  const to = await taken()
  const moved = bobsSdp({ ...THEIRS, path: ['msrp://bob.example.net:2855/other;tcp'] })
  await socket.say(bobsRequest('INVITE', 2, { to, body: moved }))
  socket.take('SIP/2.0 488')
  expect(events.map(({ type }) => type)).toEqual(['incoming', 'established'])
})

test('whoever breaks it off says that nobody ended it', async () => {
  await taken()
  const incoming = events.find((event) => event.type === 'incoming')
  agent.end(incoming!.call, 500)
  await settled()
  expect(socket.take('BYE').get('reason')).toBe('SIP;cause=500')
})

test('the picture beside an offer does no harm', async () => {
  const body = [
    '--b71',
    'Content-Type: application/sdp',
    '',
    bobsSdp(THEIRS).trimEnd(),
    '--b71',
    'Content-Type: image/jpeg',
    'Content-ID: <icon@bob.invalid>',
    'Content-Disposition: icon',
    '',
    '\u0001\u0002',
    '--b71--',
    '',
  ].join('\r\n')
  const headers = ['Content-Type: multipart/related; type="application/sdp"; boundary=b71']
  await socket.say(bobsRequest('INVITE', 1, { headers, body }))
  socket.take('SIP/2.0 100')
  socket.take('SIP/2.0 180')
  const incoming = events.at(-1)
  if (incoming?.type !== 'incoming') throw new Error('no call')
  expect(incoming.remote).toEqual(THEIRS)
  agent.accept(incoming.call, { ...OFFER, setup: 'passive', direction: 'recvonly', file: TAKEN })
  await settled()
  expect(socket.take('SIP/2.0 200').body).toContain('a=file-transfer-id:')
})

test('we offer a file, and hear what was answered', async () => {
  agent.invite('sip:bob@example.net', { ...OFFER, direction: 'sendonly', file: FILE })
  await settled()
  const invite = socket.take('INVITE')
  expect(invite.body).toContain('\r\na=sendonly\r\n')
  expect(invite.body).toContain('\r\na=file-disposition:attachment\r\n')
  const body = bobsSdp({ ...ANSWER, direction: 'recvonly', file: TAKEN })
  const headers = ['Contact: <sip:bob@bob.invalid;transport=ws>']
  await socket.say(response(invite, '200 OK', { headers, body }))
  await settled()
  expect(events.at(-1)).toMatchObject({ type: 'established', remote: { file: TAKEN } })
})
