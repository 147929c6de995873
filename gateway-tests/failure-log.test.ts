import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edge } from '../edge/index.ts'
import { startEdge } from './edge.ts'
import { failureLog, forgetEnded, LastLines, logOnFailure } from './failure-log.ts'
import { startKamailio } from './kamailio.ts'
import { startProsody } from './xmpp/prosody.ts'

/** Whoever looks at what a failure prints asks for one; otherwise nothing here fails. */
const FAILS = process.env['FAILS']

describe('with an edge', () => {
  let edge: Edge

  beforeAll(async () => {
    edge = await startEdge({ port: 0, dataDir: null, webRoot: null })
    expect(FAILS).not.toBe('preparation')
  })
  afterAll(() => edge.close())

  test('two servers come and go', async () => {
    await using xmpp = await startProsody()
    await using kamailio = await startKamailio()
    expect([xmpp.port, kamailio.port]).not.toContain(0)
    expect(FAILS).not.toBe('test')
  })
})

test('a test that fails prints what its servers logged, also those that have ended', () => {
  const printed = failing('test')
  expect(printed).toMatch(/^---- prosody$[\s\S]*Activated service 'c2s'[\s\S]*Shutdown complete/m)
  expect(printed).toMatch(/^---- kamailio$[\s\S]*Thank you for flying kamailio/m)
  expect(printed).toMatch(/^---- edge http:.*$[\s\S]*"event":"edge\/started"/m)
})

test('a preparation that fails does so, too', () => {
  expect(failing('preparation')).toMatch(/^---- edge http:.*$[\s\S]*"event":"edge\/started"/m)
})

test('a log is printed to its last 200 lines, and again only with something new', () => {
  const seen = new LastLines()
  const ended = logOnFailure('peer', () => `${seen}`)
  for (let i = 1; i <= 300; i++) seen.add(`line ${i}`)
  expect(failureLog()).toMatch(/^---- peer\nline 101\n[\s\S]*\nline 300\n$/)
  expect(failureLog()).toBe('')
  seen.add('another')
  expect(failureLog()).toMatch(/^---- peer\nline 102\n[\s\S]*\nanother\n$/)
  ended()
  seen.add('the last')
  expect(failureLog()).toContain('\nthe last\n')
  forgetEnded()
  seen.add('to nobody')
  expect(failureLog()).toBe('')
})

/** What Vitest prints where one of the above fails. */
function failing(what: 'test' | 'preparation'): string {
  const file = 'gateway-tests/failure-log.test.ts'
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['vitest', 'run', file, '-t', 'two servers come and go'],
    { env: { ...process.env, FAILS: what, NO_COLOR: '1' } },
  )
  expect(status).toBe(1)
  return `${stdout}${stderr}`
}
