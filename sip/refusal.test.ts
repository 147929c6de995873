import { expect, test } from 'vitest'
import { isPermanent, refusal } from './refusal.ts'

const codes = (asked: Parameters<typeof refusal>[1]) => {
  const found = new Map<string, number[]>()
  for (let status = 300; status < 700; status++) {
    const { code } = refusal(status, asked)
    if (code !== 'SIP_SERVER') found.set(code, [...(found.get(code) ?? []), status])
  }
  return Object.fromEntries(found)
}

test('what each status to INVITE means, as the error codes document it', () => {
  expect(codes('invite')).toEqual({
    SIP_WRONG_PASSWORD: [401, 407],
    SIP_FORBIDDEN: [403],
    SIP_UNKNOWN_PEER: [404, 410, 484, 604],
    SIP_NOT_ACCEPTABLE: [406, 415, 488, 606],
    SIP_TIMEOUT: [408],
    SIP_PEER_OFFLINE: [430, 480],
    SIP_DECLINED: [486, 600, 603],
    SIP_CANCELLED: [487],
  })
})

test('408 of a ringing peer means that nobody is there', () => {
  expect(refusal(408, 'ringing').code).toBe('SIP_PEER_OFFLINE')
})

test('what each status to REGISTER means', () => {
  expect(codes('register')).toEqual({
    SIP_WRONG_PASSWORD: [401, 403, 407],
    SIP_UNKNOWN_PEER: [404, 410],
    SIP_TIMEOUT: [408],
  })
})

test('every refusal is a sentence and keeps the status', () => {
  for (let status = 300; status < 700; status++) {
    const error = refusal(status, 'invite')
    expect(error.status).toBe(status)
    expect(error.message).toMatch(/^[A-Z][^\n]{5,80}\.$/)
  }
})

test('a server in trouble is asked again, an account in trouble is not', () => {
  expect([401, 403, 404, 407].every(isPermanent)).toBe(true)
  expect([302, 408, 423, 480, 500, 503, 504].some(isPermanent)).toBe(false)
})
