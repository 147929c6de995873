import { expect, test } from 'vitest'
import { FAULT_NAMES } from './soak/faults.ts'
import { soak } from './soak/soak.ts'

// Another one by the environment: what goes wrong comes in another order.
const seed = Number(process.env['SOAK_SEED'] ?? 7)

test(`while everything fails, all that is said is shown once or called lost (seed ${seed})`, async () => {
  const { broken, faults, fates } = await soak({ messages: 200, seed, speed: 20 })
  expect(broken).toEqual([])
  expect(FAULT_NAMES.filter((name) => faults[name] === 0)).toEqual([])
  expect(Object.values(fates).reduce((sum, count) => sum + count)).toBe(400)
})
