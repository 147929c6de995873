import { expect, test } from 'vitest'
import { digestHa1 } from '../msrp/index.ts'
import { RelayPasses } from './relay-passes.ts'
import { ManualEnv } from './testing/manual-env.ts'

const HOUR = 3_600_000

function passes() {
  const env = new ManualEnv()
  return { env, passes: new RelayPasses('sotto.test', env) }
}

test('the relay knows a pass by its name alone', () => {
  const { passes: ours } = passes()
  const { user, password } = ours.issue()
  expect(ours.ha1(user)).toBe(digestHa1(user, 'sotto.test', password))
  expect(ours.issue().user).not.toBe(user)
})

test('a pass ends after two hours, and is worn after one', () => {
  const { env, passes: ours } = passes()
  const pass = ours.issue()
  env.advance(HOUR)
  expect(ours.isWorn(pass)).toBe(false)
  env.advance(1000)
  expect(ours.isWorn(pass)).toBe(true)
  expect(ours.ha1(pass.user)).not.toBeNull()
  env.advance(HOUR)
  expect(ours.ha1(pass.user)).toBeNull()
})

test('nobody can lengthen a pass, or make one', () => {
  const { passes: ours } = passes()
  const { user, password } = ours.issue()
  const longer = user.replace(/^~(\d+)/, (_, until) => `~${Number(until) + 1}`)
  expect(ours.ha1(longer)).not.toBe(digestHa1(longer, 'sotto.test', password))
  const strangers = new RelayPasses('sotto.test', new ManualEnv()).issue()
  expect(ours.ha1(strangers.user)).not.toBe(
    digestHa1(strangers.user, 'sotto.test', strangers.password),
  )
  for (const other of ['', '~', 'alice', '~x~y', `${user}x`]) expect(ours.ha1(other)).toBeNull()
})
