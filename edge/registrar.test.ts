import { beforeEach, describe, expect, test } from 'vitest'
import type { SipFlow } from './flow.ts'
import { BINDINGS_MAX } from './limits.ts'
import { type RegisterResult, Registrar } from './registrar.ts'
import { parseSip, type SipRequest } from './sip-message.ts'
import { ManualEnv } from './testing/manual-env.ts'

const INSTANCE = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"'

let env: ManualEnv
let registrar: Registrar
const [one, two, three] = ['1', '2', '3'].map(
  (id): SipFlow => ({ id, remoteAddress: '', send() {} }),
) as [SipFlow, SipFlow, SipFlow]

beforeEach(() => {
  env = new ManualEnv()
  registrar = new Registrar(env)
})

let calls = 0

/** A REGISTER with these Contact values; `more` are further header lines. */
function request(contacts: readonly string[], ...more: string[]): SipRequest {
  const own = more.some((line) => line.startsWith('Call-ID')) ? [] : [`Call-ID: c${++calls}`]
  const cseq = more.some((line) => line.startsWith('CSeq')) ? [] : ['CSeq: 1 REGISTER']
  const text = [
    'REGISTER sip:example.com SIP/2.0',
    'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKx',
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:alice@example.com>',
    ...own,
    ...cseq,
    ...contacts.map((contact) => `Contact: ${contact}`),
    ...more,
    '',
    '',
  ].join('\r\n')
  return parseSip(Buffer.from(text)) as SipRequest
}

const register = (flow: SipFlow, contacts: readonly string[], ...more: string[]): RegisterResult =>
  registrar.register(request(contacts, ...more), 'alice', flow)

const uris = (): string[][] =>
  registrar.lookup('alice').map((ways) => ways.map((way) => `${way.uri} over ${way.flow.id}`))

function values(result: RegisterResult, name: string): string[] {
  return result.headers.filter(([other]) => other === name).map(([, value]) => value)
}

describe('how long', () => {
  test.each([
    ['nothing said: 10 min', '<sip:a@1.invalid>', [], 600],
    ['in the header field', '<sip:a@1.invalid>', ['Expires: 120'], 120],
    ['the contact’s own word counts', '<sip:a@1.invalid>;expires=90', ['Expires: 120'], 90],
    ['longer than we grant', '<sip:a@1.invalid>;expires=86400', [], 3600],
  ])('%s', (_what, contact, more, expected) => {
    const ok = register(one, [contact], ...more)
    expect(values(ok, 'Contact')).toEqual([`<sip:a@1.invalid>;expires=${expected}`])
    env.advance(expected * 1000 - 1)
    expect(uris()).toHaveLength(1)
    env.advance(1)
    expect(uris()).toEqual([])
  })

  test('too short a time is refused with the least one', () => {
    const refused = register(one, ['<sip:a@1.invalid>;expires=59'])
    expect(refused.status).toBe(423)
    expect(values(refused, 'Min-Expires')).toEqual(['60'])
    expect(uris()).toEqual([])
  })

  test('an unusable time is refused', () => {
    expect(register(one, ['<sip:a@1.invalid>;expires=soon']).status).toBe(400)
  })
})

describe('what replaces what', () => {
  test('the same contact is refreshed; others are there beside it', () => {
    register(one, ['<sip:a@1.invalid>'])
    register(one, ['<sip:a@1.invalid>'])
    register(two, ['<sip:a@2.invalid>'])
    expect(uris()).toEqual([['sip:a@1.invalid over 1'], ['sip:a@2.invalid over 2']])
  })

  test('a browser that reconnects replaces itself, whatever its contact (RFC 5626 §6)', () => {
    const ok = register(one, [`<sip:a@1.invalid>;reg-id=1;${INSTANCE}`], 'Supported: outbound')
    expect(values(ok, 'Require')).toEqual(['outbound'])
    expect(values(ok, 'Contact')[0]).toContain(`;reg-id=1;${INSTANCE}`)
    register(two, [`<sip:a@2.invalid>;reg-id=1;${INSTANCE.replace('f81d', 'F81D')}`])
    expect(uris()).toEqual([['sip:a@2.invalid over 2']])
  })

  test('a second flow of one browser is its second way, the newest first', () => {
    register(one, [`<sip:a@1.invalid>;reg-id=1;${INSTANCE}`])
    register(two, [`<sip:a@2.invalid>;reg-id=2;${INSTANCE}`])
    register(three, ['<sip:a@3.invalid>'])
    expect(uris()).toEqual([
      ['sip:a@2.invalid over 2', 'sip:a@1.invalid over 1'],
      ['sip:a@3.invalid over 3'],
    ])
  })

  test('reg-id without instance is nothing (RFC 5626 §6)', () => {
    const ok = register(one, ['<sip:a@1.invalid>;reg-id=1'], 'Supported: outbound')
    expect(values(ok, 'Require')).toEqual([])
  })

  test('two ways in one request are refused, and leave things as they were', () => {
    const both = [
      `<sip:a@1.invalid>;reg-id=1;${INSTANCE}`,
      `<sip:a@2.invalid>;reg-id=2;${INSTANCE}`,
    ]
    expect(register(one, both).status).toBe(400)
    expect(uris()).toEqual([])
  })

  test('an old request that comes late changes nothing (RFC 3261 §10.3 step 7)', () => {
    register(one, ['<sip:a@1.invalid>'], 'Call-ID: same', 'CSeq: 2 REGISTER')
    const late = register(one, ['<sip:a@1.invalid>;expires=0'], 'Call-ID: same', 'CSeq: 1 REGISTER')
    expect(late.status).toBe(500)
    expect(uris()).toHaveLength(1)
  })

  test('an instance that would break out of its quotes is refused', () => {
    const evil = '<sip:a@1.invalid>;reg-id=1;+sip.instance="x\\",<sip:evil@x>;y=\\""'
    expect(register(one, [evil]).status).toBe(400)
  })

  test(`${BINDINGS_MAX} browsers are enough`, () => {
    for (let at = 0; at < BINDINGS_MAX; at++) register(one, [`<sip:a@${at}.invalid>`])
    expect(register(one, ['<sip:a@more.invalid>']).status).toBe(503)
    expect(uris()).toHaveLength(BINDINGS_MAX)
  })
})

describe('the end', () => {
  test('of one contact, and of all', () => {
    register(one, ['<sip:a@1.invalid>'])
    register(two, ['<sip:a@2.invalid>'])
    register(two, ['<sip:a@2.invalid>;expires=0'])
    expect(uris()).toEqual([['sip:a@1.invalid over 1']])
    expect(register(one, ['*']).status).toBe(400)
    expect(register(one, ['*'], 'Expires: 0').status).toBe(200)
    expect(uris()).toEqual([])
  })

  test('of a flow takes along what was registered over it', () => {
    register(one, ['<sip:a@1.invalid>'])
    register(two, ['<sip:a@2.invalid>'])
    expect(registrar.dropFlow(one)).toEqual(['alice'])
    expect(uris()).toEqual([['sip:a@2.invalid over 2']])
    expect(registrar.dropFlow(three)).toEqual([])
  })
})

test('a query without Contact lists what there is', () => {
  register(one, ['<sip:a@1.invalid>;expires=100'])
  env.advance(40_000)
  expect(values(register(two, []), 'Contact')).toEqual(['<sip:a@1.invalid>;expires=60'])
})

test('what must be understood and is not: 420', () => {
  const refused = register(one, ['<sip:a@1.invalid>'], 'Require: outbound, magic')
  expect(refused.status).toBe(420)
  expect(values(refused, 'Unsupported')).toEqual(['magic'])
})
