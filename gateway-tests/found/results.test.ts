import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { forget, keepResult, type TestedRow, verdictOf } from './results.ts'

/** Somebody who is not in the matrix, and whose package is on every Debian. */
const NOBODY: TestedRow = {
  id: `results-test/${randomUUID()}`,
  head: 'Nobody 1',
  packages: ['dpkg'],
}
const PASSED = { passed: true, limit: null, ms: 1 }

afterEach(() => {
  forget(NOBODY)
  vi.unstubAllEnvs()
})

test('a cell is not run, then what its last run found', () => {
  expect(verdictOf(NOBODY, 'plain', null)).toBe('not run')
  keepResult(NOBODY, 'plain', PASSED)
  expect(verdictOf(NOBODY, 'plain', null)).toBe('passed')
  keepResult(NOBODY, 'plain', { ...PASSED, passed: false })
  expect(verdictOf(NOBODY, 'plain', null)).toBe('failed')
})

test('a run of one cell leaves the others as they were found', () => {
  keepResult(NOBODY, 'plain', PASSED)
  keepResult(NOBODY, 'long', { ...PASSED, passed: false })
  expect(verdictOf(NOBODY, 'plain', null)).toBe('passed')
})

test('a cell with another limit than it had, or of another version, was not run', () => {
  keepResult(NOBODY, 'plain', { ...PASSED, limit: 'it cannot' })
  expect(verdictOf(NOBODY, 'plain', 'it cannot')).toBe('passed')
  expect(verdictOf(NOBODY, 'plain', null)).toBe('not run')
  keepResult(NOBODY, 'plain', PASSED)
  expect(verdictOf({ ...NOBODY, head: 'Nobody 2' }, 'plain', null)).toBe('not run')
  expect(verdictOf({ ...NOBODY, packages: ['dpkg', 'libc6'] }, 'plain', null)).toBe('not run')
})

test('in a run of all lanes, what an earlier one found does not count', () => {
  keepResult(NOBODY, 'plain', PASSED)
  vi.stubEnv('SOTTO_RUN_BEGAN', new Date(Date.now() + 1).toISOString())
  expect(verdictOf(NOBODY, 'plain', null)).toBe('not run')
  vi.stubEnv('SOTTO_RUN_BEGAN', '2026-01-01T00:00:00.000Z')
  expect(verdictOf(NOBODY, 'plain', null)).toBe('passed')
})
