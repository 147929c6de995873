import { beforeEach, describe, expect, test } from 'vitest'
import type { SipFlow } from './flow.ts'
import { RINGING_TIMEOUT_MS, TRANSACTION_TIMEOUT_MS } from './limits.ts'
import { answer } from './sip-fields.ts'
import { header, parseSip, type SipMessage, type SipRequest } from './sip-message.ts'
import {
  type ClientAction,
  type ClientInput,
  type ClientOutcome,
  type ClientState,
  ClientTransaction,
  INVITE_CLIENT,
  INVITE_SERVER,
  OTHER_CLIENT,
  OTHER_SERVER,
  type ServerAction,
  type ServerInput,
  type ServerState,
  ServerTransaction,
} from './sip-transaction.ts'
import { ManualEnv } from './testing/manual-env.ts'

let env: ManualEnv
let sent: SipMessage[]
let flow: SipFlow
let ended: number

beforeEach(() => {
  env = new ManualEnv()
  sent = []
  flow = { id: 'f', remoteAddress: '', send: (message) => sent.push(message) }
  ended = 0
})

const onEnd = (): void => {
  ended++
}

function request(method: string): SipRequest {
  const text = [
    `${method} sip:bob@b.invalid SIP/2.0`,
    'Via: SIP/2.0/WS example.com;branch=z9hG4bKours',
    'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKtheirs',
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    'Call-ID: c',
    `CSeq: 7 ${method}`,
    '',
    '',
  ].join('\r\n')
  return parseSip(Buffer.from(text)) as SipRequest
}

const said = (): string[] =>
  sent.map((message) => (message.kind === 'request' ? message.method : String(message.status)))

describe('the tables are those of the RFCs, where nothing is lost on the way', () => {
  const SERVER: [ServerState, ServerInput, ServerAction, ServerState, string][] = [
    ['trying', 'provisional', 'send', 'trying', 'figure 7: 101-199 from TU, send response'],
    ['trying', 'success', 'send', 'accepted', 'RFC 6026 figure 5: 2xx from TU, send response'],
    ['trying', 'failure', 'send', 'completed', 'figure 7: 300-699 from TU, send response'],
    ['trying', 'repeat', 'sendAgain', 'trying', 'figure 7: INVITE, send response'],
    ['accepted', 'repeat', 'ignore', 'accepted', 'RFC 6026 §7.1: absorbed'],
    ['accepted', 'success', 'send', 'accepted', 'RFC 6026 §7.1: additional 2xx'],
    ['accepted', 'timeout', 'ignore', 'terminated', 'RFC 6026 §7.1: timer L'],
    ['completed', 'repeat', 'sendAgain', 'completed', 'figure 7: INVITE, send response'],
    ['completed', 'ack', 'ignore', 'terminated', 'figure 7: ACK, Confirmed, and timer I is 0'],
    ['completed', 'timeout', 'ignore', 'terminated', 'figure 7: timer H'],
  ]
  test.each(SERVER)('INVITE server: %s + %s: %s, %s (%s)', (state, input, action, next) => {
    expect(INVITE_SERVER[state][input]).toEqual([action, next])
  })

  const OTHER: [ServerInput, ServerAction, ServerState, string][] = [
    ['provisional', 'send', 'trying', 'figure 8: 1xx from TU'],
    ['success', 'send', 'terminated', 'figure 8: Completed, and timer J is 0'],
    ['failure', 'send', 'terminated', 'figure 8: Completed, and timer J is 0'],
    ['timeout', 'ignore', 'terminated', 'RFC 4320 §4.2: no 408'],
  ]
  test.each(OTHER)('other server: trying + %s: %s, %s (%s)', (input, action, next) => {
    expect(OTHER_SERVER.trying[input]).toEqual([action, next])
  })

  const CLIENT: [ClientState, ClientInput, ClientAction, ClientState, string][] = [
    ['calling', 'provisional', 'pass', 'proceeding', 'figure 5: 1xx to TU'],
    ['calling', 'success', 'pass', 'accepted', 'RFC 6026 figure 4: 2xx to TU'],
    ['calling', 'failure', 'acknowledge', 'terminated', 'figure 5: ACK, and timer D is 0'],
    ['calling', 'timeout', 'giveUp', 'terminated', 'figure 5: timer B'],
    ['calling', 'lost', 'giveUp', 'terminated', 'figure 5: transport error'],
    ['proceeding', 'success', 'pass', 'accepted', 'RFC 6026 figure 4: 2xx to TU'],
    ['proceeding', 'failure', 'acknowledge', 'terminated', 'figure 5: ACK, and timer D is 0'],
    ['accepted', 'success', 'pass', 'accepted', 'RFC 6026 figure 4: 2xx to TU'],
    ['accepted', 'failure', 'ignore', 'accepted', 'RFC 6026 §7.2: anything else is dropped'],
    ['accepted', 'timeout', 'ignore', 'terminated', 'RFC 6026 figure 4: timer M'],
  ]
  test.each(CLIENT)('INVITE client: %s + %s: %s, %s (%s)', (state, input, action, next) => {
    expect(INVITE_CLIENT[state][input]).toEqual([action, next])
  })

  test.each(['calling', 'proceeding'] as const)(
    'other client: %s (figure 6, timer K is 0)',
    (state) => {
      expect(OTHER_CLIENT[state].success).toEqual(['pass', 'terminated'])
      expect(OTHER_CLIENT[state].failure).toEqual(['pass', 'terminated'])
      expect(OTHER_CLIENT[state].timeout).toEqual(['giveUp', 'terminated'])
    },
  )
})

describe('ServerTransaction', () => {
  const server = (method: string): ServerTransaction =>
    new ServerTransaction(request(method), flow, env, onEnd)

  test('answers once, repeats it when asked, and ends with the ACK', () => {
    const invite = server('INVITE')
    invite.respond(answer(invite.request, 180, 't'))
    invite.respond(answer(invite.request, 486, 't'))
    invite.respond(answer(invite.request, 200, 't'))
    invite.receive(request('INVITE'))
    expect(said()).toEqual(['180', '486', '486'])
    invite.receive(request('ACK'))
    expect([invite.state, ended]).toEqual(['terminated', 1])
  })

  test('waits 64*T1 for the ACK and no longer', () => {
    const invite = server('INVITE')
    invite.respond(answer(invite.request, 486, 't'))
    env.advance(TRANSACTION_TIMEOUT_MS - 1)
    expect(ended).toBe(0)
    env.advance(1)
    expect(ended).toBe(1)
  })

  test('lets a phone ring as long as its clients do', () => {
    const invite = server('INVITE')
    env.advance(RINGING_TIMEOUT_MS)
    expect(invite.state).toBe('trying')
  })

  test('says nothing when nobody answered a request that is not INVITE', () => {
    server('MESSAGE')
    env.advance(TRANSACTION_TIMEOUT_MS)
    expect([said(), ended]).toEqual([[], 1])
  })
})

describe('ClientTransaction', () => {
  let outcomes: ClientOutcome[]
  const client = (method: string): ClientTransaction => {
    outcomes = []
    return new ClientTransaction(request(method), flow, env, (one) => outcomes.push(one), onEnd)
  }
  const respond = (to: ClientTransaction, status: number): void =>
    to.receive(answer(to.request, status, 'bobs'))

  test('acknowledges a refusal itself, with the branch of the INVITE and the tag of the answer', () => {
    const invite = client('INVITE')
    respond(invite, 486)
    expect(said()).toEqual(['INVITE', 'ACK'])
    const ack = sent[1]!
    expect(ack.headers.filter(([name]) => name === 'Via')).toEqual([
      ['Via', 'SIP/2.0/WS example.com;branch=z9hG4bKours'],
    ])
    expect(header(ack, 'to')).toBe('<sip:bob@example.com>;tag=bobs')
    expect(header(ack, 'cseq')).toBe('7 ACK')
    expect(ended).toBe(1)
  })

  test('passes every 2xx on for 64*T1: two may answer at once', () => {
    const invite = client('INVITE')
    respond(invite, 200)
    respond(invite, 200)
    expect(outcomes).toHaveLength(2)
    env.advance(TRANSACTION_TIMEOUT_MS)
    respond(invite, 200)
    expect([outcomes.length, ended]).toEqual([2, 1])
  })

  test('holds CANCEL back until there is something to cancel', () => {
    const invite = client('INVITE')
    invite.cancel()
    expect(said()).toEqual(['INVITE'])
    respond(invite, 180)
    invite.cancel()
    expect(said()).toEqual(['INVITE', 'CANCEL'])
    respond(invite, 487)
    expect(said()).toEqual(['INVITE', 'CANCEL', 'ACK'])
  })

  test('gives up a callee that does not even answer CANCEL', () => {
    const invite = client('INVITE')
    respond(invite, 180)
    invite.cancel()
    env.advance(TRANSACTION_TIMEOUT_MS / 2)
    respond(invite, 180) // A sign of life counts no more.
    env.advance(TRANSACTION_TIMEOUT_MS / 2)
    expect(outcomes.at(-1)).toBe('timeout')
  })

  test('cancels what rings too long; each sign of life starts that time anew (timer C)', () => {
    const invite = client('INVITE')
    respond(invite, 180)
    env.advance(RINGING_TIMEOUT_MS - 1)
    respond(invite, 183)
    env.advance(RINGING_TIMEOUT_MS - 1)
    expect(said()).toEqual(['INVITE'])
    env.advance(1)
    expect(said()).toEqual(['INVITE', 'CANCEL'])
  })

  test('a provisional answer does not make timer F longer', () => {
    const message = client('MESSAGE')
    env.advance(TRANSACTION_TIMEOUT_MS - 1)
    respond(message, 100)
    env.advance(1)
    expect(outcomes.at(-1)).toBe('timeout')
  })

  test('has nothing to cancel but INVITE', () => {
    const message = client('MESSAGE')
    respond(message, 100)
    message.cancel()
    expect(said()).toEqual(['MESSAGE'])
  })

  test('tells when its flow is lost, once', () => {
    const invite = client('INVITE')
    invite.lost()
    invite.lost()
    respond(invite, 200)
    expect([outcomes, ended]).toEqual([['lost'], 1])
  })
})
