import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import { Interleaving, move, setup } from './testing/interleavings.ts'
import { derive } from './testing/peers.ts'

/**
 * `npm run test:long`. A hundred thousand interleavings, with real cryptography that is computed once:
 * each side draws the same numbers in every run, so that powers and signatures come up again and are
 * remembered. Within a run nothing repeats.
 */
const RUNS = 100_000

vi.mock('./group.ts', async (load) => {
  const group = await load<typeof import('./group.ts')>()
  const pow = remembered((base: bigint, exponent: bigint) => group.pow(base, exponent))
  const base = (value: bigint) => ({ pow: (exponent: bigint) => pow(value, exponent) })
  return {
    ...group,
    pow,
    powG: (exponent: bigint) => pow(2n, exponent),
    longBase: base,
    shortBase: base,
  }
})

vi.mock('./dsa.ts', async (load) => {
  const dsa = await load<typeof import('./dsa.ts')>()
  const signatures = new Map<string, Uint8Array>()
  const verdicts = new Map<string, boolean>()
  const kept = <Value>(all: Map<string, Value>, key: string, make: () => Value): Value => {
    if (all.size > MOST) all.clear()
    let value = all.get(key)
    if (value === undefined) all.set(key, (value = make()))
    return value
  }
  return {
    ...dsa,
    sign: (...[key, m, random]: Parameters<typeof dsa.sign>) =>
      kept(signatures, `${toHex(m)} ${key.x}`, () => dsa.sign(key, m, random)),
    verify: (...[key, m, signature]: Parameters<typeof dsa.verify>) =>
      kept(verdicts, `${toHex(m)} ${toHex(signature)} ${key.y}`, () =>
        dsa.verify(key, m, signature),
      ),
  }
})
