import fc from 'fast-check'
import { test } from 'vitest'
import { Interleaving, move, setup } from './testing/interleavings.ts'
import { seeded } from './testing/peers.ts'

/* A hundred thousand of these are in conversation.long.test.ts. */

test('whatever the network does: nothing in clear, nothing twice, nothing false, and it heals', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 3, maxLength: 6 }),
      fc.tuple(setup, setup),
      fc.boolean(),
      fc.array(move, { minLength: 10, maxLength: 40, size: 'max' }),
      (seed, setups, met, moves) => {
        const both = new Interleaving(setups, [seeded(`a${seed}`), seeded(`b${seed}`)])
        if (met) both.meet()
        both.play(moves)
      },
    ),
    { numRuns: 25 },
  )
}, 20_000)
