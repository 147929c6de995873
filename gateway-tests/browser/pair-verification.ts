import { expect } from 'vitest'
import { ManInTheMiddle } from '../gateway/man-in-the-middle.ts'
import type { ColumnId } from '../matrix/columns.ts'
import type { Pair, PairColumn } from './pair.ts'
import type { Person } from './person.ts'

const SECRET = 'tajné-ä'
const QUESTION = 'Wie heißt der Hund?'
/** What is stopped sooner than this nobody has read, and the other side is told so. */
const READ_MS = 2_000

/** Who proves whom, and what both windows say of it. */
export const PAIR_VERIFICATION = {
  secretByUs: { run: (pair) => shareSecret(pair, pair.alice, pair.bob) },
  secretByThem: { run: (pair) => shareSecret(pair, pair.bob, pair.alice) },
  questionByUs: { run: (pair) => askQuestion(pair, pair.alice, pair.bob) },
  questionByThem: { run: (pair) => askQuestion(pair, pair.bob, pair.alice) },
  abortByUs: {
    async run(pair) {
      const { alice, bob } = pair
      await asked(pair)
      await alice.press('Cancel verification')
      await alice.verificationSays('You stopped the verification.')
      await bob.verificationSays('alice’s app stopped the verification.')
      await verifyAfterwards(pair)
    },
  },
  abortByThem: {
    async run(pair) {
      const { alice, bob } = pair
      await asked(pair)
      await bob.page.waitForTimeout(READ_MS)
      await bob.verification.getByRole('button', { name: 'Not now' }).click()
      await bob.verificationSays('You stopped the verification.')
      await alice.verificationSays('bob’s app stopped the verification.')
      await verifyAfterwards(pair)
    },
  },
  mitm: {
    async run(pair) {
      const { alice } = pair
      const mallory = await ManInTheMiddle.create()
      const carol = await pair.arrive('carol', mallory)
      await carol.addContact('alice')
      await alice.addContact('carol')
      await alice.write('nobody hears us')
      await carol.sees('nobody hears us')
      await carol.write('nobody at all')
      await alice.sees('nobody at all')
      const read = mallory.read.map(({ text }) => text)
      expect(read).toEqual(expect.arrayContaining(['nobody hears us', 'nobody at all']))
      for (const person of [alice, carol]) await person.privacy('Encrypted, not verified')

      const [hers, theirs] = [await alice.fingerprints('carol'), await carol.fingerprints('alice')]
      expect(hers.theirs, 'Alice sees another key than Carol’s').not.toBe(theirs.own)
      expect(theirs.theirs, 'Carol sees another key than Alice’s').not.toBe(hers.own)
      expect([hers.theirs, theirs.theirs]).toEqual([
        mallory.fingerprints.sip,
        mallory.fingerprints.xmpp,
      ])

      await alice.verifyWithSecret('carol', 'the red door')
      await carol.answer('the red door')
      for (const person of [alice, carol]) {
        await person.verificationSays('The answers didn’t match.')
        await person.verificationSays('This can be a typo – or someone in between.')
        await person.privacy('Encrypted, not verified')
      }
      await alice.turnTo('bob')
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>

/** Rightly first: then both are proven, and a wrong answer does not change that. */
async function shareSecret(pair: Pair, asking: Person, asked: Person): Promise<void> {
  await pair.inTouch()
  await asking.verifyWithSecret(asked.name, SECRET)
  await asked.verificationSays(`${asking.name} wants to verify you.`)
  await asked.answer(SECRET)
  await asking.verificationSays(`Verified. You’re talking to ${asked.name}.`)
  await asked.verificationSays(`Verified. You’re talking to ${asking.name}.`)
  await pair.both((person) => person.privacy('Verified'))
  await asking.verifyWithSecret(asked.name, SECRET)
  await fail(pair, asked)
}

/** Who answers rightly is proven, and who asks is not. */
async function askQuestion(pair: Pair, asking: Person, asked: Person): Promise<void> {
  await pair.inTouch()
  await asking.verifyWithQuestion(asked.name, QUESTION, SECRET)
  await asked.verification.getByText(QUESTION).waitFor()
  await asked.answer(SECRET)
  await asking.verificationSays(`Verified. You’re talking to ${asked.name}.`)
  await asked.verificationSays(`${asking.name} has verified you. Now verify ${asking.name}?`)
  await asking.privacy('Verified')
  await asking.verifyWithQuestion(asked.name, QUESTION, SECRET)
  await fail(pair, asked)
}

async function fail(pair: Pair, answering: Person): Promise<void> {
  await answering.answer('the green door')
  await pair.both((person) => person.verificationSays('The answers didn’t match.'))
}

/** Alice has asked, and Bob thinks about it. */
async function asked(pair: Pair): Promise<void> {
  await pair.inTouch()
  await pair.alice.verifyWithSecret('bob', SECRET)
  await pair.bob.verificationSays('alice wants to verify you.')
}

async function verifyAfterwards(pair: Pair): Promise<void> {
  await pair.talk(true)
  await pair.verify()
  await pair.alice.verificationSays('Verified. You’re talking to bob.')
}
