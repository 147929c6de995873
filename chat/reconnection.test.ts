import { expect, test } from 'vitest'
import { SipError, type SipErrorCode } from '../sip/index.ts'
import { faultOf } from './faults.ts'
import { isPeerAway, retryDelay } from './reconnection.ts'

const sip = (code: SipErrorCode) => faultOf(new SipError(code, ''))

test('a lost session is tried again from 1 s on, doubling to 30 s', () => {
  const loss = { by: 'network', fault: null } as const
  const delays = [1, 2, 3, 4, 5, 6, 7].map((failures) => retryDelay(loss, failures, 1))
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  expect(retryDelay(loss, 1, 0)).toBe(750)
})

test('a peer who is offline, or hung up, is left alone for longer', () => {
  const away = { by: 'refused', fault: sip('SIP_PEER_OFFLINE') } as const
  expect([1, 2, 5, 6, 60].map((failures) => retryDelay(away, failures, 1))).toEqual([
    15_000, 30_000, 240_000, 300_000, 300_000,
  ])
  expect(retryDelay({ by: 'remote', fault: null }, 1, 1)).toBe(15_000)
})

test('an absent peer and a broken way are told apart', () => {
  expect(isPeerAway({ by: 'refused', fault: sip('SIP_PEER_OFFLINE') })).toBe(true)
  expect(isPeerAway({ by: 'remote', fault: null })).toBe(true)
  expect(isPeerAway({ by: 'network', fault: sip('SIP_CONNECTION_LOST') })).toBe(false)
})

test('a refusal is an answer', () => {
  for (const code of ['SIP_DECLINED', 'SIP_UNKNOWN_PEER', 'SIP_FORBIDDEN'] as const) {
    expect(retryDelay({ by: 'refused', fault: sip(code) }, 1, 1)).toBeNull()
  }
})
