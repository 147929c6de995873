import { beforeEach, describe, expect, test } from 'vitest'
import type { SipFlow } from './flow.ts'
import { answer } from './sip-fields.ts'
import { Fork, type ForkDoor, type ForkStatus } from './sip-fork.ts'
import { parseSip, type SipRequest, type SipResponse } from './sip-message.ts'
import { ClientTransaction } from './sip-transaction.ts'
import { ManualEnv } from './testing/manual-env.ts'

let branches: Map<string, ClientTransaction>
let passed: (number | string)[]
let env: ManualEnv

beforeEach(() => {
  branches = new Map()
  passed = []
  env = new ManualEnv()
})

function request(method: string): SipRequest {
  const text = [
    `${method} sip:bob@example.com SIP/2.0`,
    'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKx',
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:bob@example.com>',
    'Call-ID: c',
    `CSeq: 1 ${method}`,
    '',
    '',
  ].join('\r\n')
  return parseSip(Buffer.from(text)) as SipRequest
}

/** Forks to flows by name, each list the ways to one browser. What it answers itself has a star. */
function fork(targets: readonly (readonly string[])[], method = 'INVITE'): Fork {
  const original = request(method)
  const door: ForkDoor = {
    start(target, onOutcome) {
      const branch = new ClientTransaction(original, target.flow, env, onOutcome, () => {})
      branches.set(target.flow.id, branch)
      return branch
    },
    pass: (response: SipResponse) => passed.push(response.status),
    answer: (status: ForkStatus) => passed.push(`${status}*`),
  }
  const made = new Fork(original, door, 480)
  const flow = (id: string): SipFlow => ({ id, remoteAddress: '', send() {} })
  made.start(targets.map((ways) => ways.map((id) => ({ flow: flow(id), uri: 'sip:b@b.invalid' }))))
  return made
}

function says(id: string, status: number): void {
  const branch = branches.get(id)!
  branch.receive(answer(branch.request, status, id))
}

describe('the best of several refusals (RFC 3261 §16.7 step 6)', () => {
  test.each([
    [[486, 404], 486, 'of one class the first'],
    [[404, 486], 404, 'of one class the first'],
    [[486, 302], 302, 'the lowest class'],
    [[500, 480], 480, 'the lowest class'],
    [[302, 603], 603, '6xx before all'],
    [[486, 415], 415, 'what tells the caller how to do better'],
  ])('%j: %d (%s)', (statuses, best) => {
    fork([['one'], ['two']])
    says('one', statuses[0]!)
    says('two', statuses[1]!)
    expect(passed).toEqual([best])
  })
})

test('waits for all before it refuses', () => {
  fork([['one'], ['two']])
  says('one', 486)
  expect(passed).toEqual([])
})

test('passes ringing on, and no ringing after an answer', () => {
  fork([['one'], ['two']])
  says('one', 180)
  says('two', 100)
  says('one', 200)
  says('two', 180)
  says('two', 200) // Both picked up at once: the caller ends the second (RFC 3261 §13.2.2.4).
  expect(passed).toEqual([180, 200, 200])
})

describe('a browser with two flows (RFC 5626 §7)', () => {
  test('is tried over the second when the first has failed', () => {
    fork([['new', 'old']])
    expect([...branches.keys()]).toEqual(['new'])
    branches.get('new')!.lost()
    expect(passed).toEqual([])
    says('old', 200)
    expect(passed).toEqual([200])
  })

  test('is not tried again once it has refused', () => {
    fork([['new', 'old']])
    says('new', 486)
    expect([[...branches.keys()], passed]).toEqual([['new'], [486]])
  })

  test('is away when both have failed', () => {
    fork([['new', 'old']])
    branches.get('new')!.lost()
    branches.get('old')!.lost()
    expect(passed).toEqual(['480*'])
  })

  test('does not start to ring after the caller gave up', () => {
    fork([['new', 'old']]).cancel()
    branches.get('new')!.lost()
    expect([[...branches.keys()], passed]).toEqual([['new'], ['487*']])
  })
})

test('a callee’s own refusal says more than one that is lost', () => {
  fork([['one'], ['two']])
  branches.get('one')!.lost()
  says('two', 486)
  expect(passed).toEqual([486])
})

test('nobody answers: 408 to INVITE, silence to others (RFC 4320 §4.2)', () => {
  fork([['one']])
  env.advance(32_000)
  fork([['two']], 'MESSAGE')
  env.advance(32_000)
  expect(passed).toEqual(['408*'])
})

test('a phone that was told to stop after ringing too long was not cancelled by the caller', () => {
  fork([['one']])
  says('one', 180)
  env.advance(185_000)
  says('one', 487)
  expect(passed).toEqual([180, '408*'])
})

test('nowhere to go is an answer too', () => {
  fork([])
  expect(passed).toEqual(['480*'])
})
