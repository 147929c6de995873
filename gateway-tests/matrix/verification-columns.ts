import { expect } from 'vitest'
import type { Column } from './columns.ts'
import type { Meeting } from './meeting.ts'

const SECRET = 'tajné-ä'
/** After a wrong answer nobody may guess again for 10 s, by our clock. */
const REST_MS = 10_000
const QUESTION = 'Wie heißt der Hund?'

/**
 * We ask, they answer: rightly first, since after a failure nobody may go on guessing at once.
 *
 * @param fails - how it ends for us if they are wrong
 */
async function weAsk(
  meeting: Meeting,
  question: string | null,
  fails: 'failed' | 'aborted',
): Promise<void> {
  await meeting.beginEncrypted()
  const { alice, client, peer } = meeting
  for (const right of [true, false]) {
    const from = alice.events.length
    alice.client.verify(peer, SECRET, question)
    await client.events.expect('smpAsked', { question })
    await client.answer(right ? SECRET : 'wrong')
    await alice.verification(right ? 'succeeded' : fails, from)
    await client.events.expect(right ? 'smpSucceeded' : 'smpFailed')
    if (right) await alice.privacy(peer, 'verified')
    alice.later(REST_MS)
  }
}

/** They ask, we answer. */
async function theyAsk(
  meeting: Meeting,
  ask: () => Promise<void>,
  question: string | null,
): Promise<void> {
  await meeting.beginEncrypted('they')
  const { alice, client, peer } = meeting
  for (const right of [true, false]) {
    const from = alice.events.length
    await ask()
    expect(await alice.verification('asked', from)).toMatchObject({ question })
    alice.client.answer(peer, right ? SECRET : 'wrong')
    await alice.verification(right ? 'succeeded' : 'failed', from)
    await client.events.expect(right ? 'smpSucceeded' : 'smpFailed')
    alice.later(REST_MS)
  }
}

/** We have asked, and they think about it. */
async function asked(meeting: Meeting): Promise<void> {
  await meeting.beginEncrypted()
  meeting.alice.client.verify(meeting.peer, SECRET, null)
  await meeting.client.events.expect('smpAsked')
}

const SMP = {
  secretByUs: {
    title: 'we verify with a secret: right, then wrong',
    needs: 'showsFailure',
    run: (meeting) => weAsk(meeting, null, 'failed'),
    instead: (meeting) => weAsk(meeting, null, 'aborted'),
  },
  secretByThem: {
    title: 'they verify with a secret: right, then wrong',
    run: (meeting) => theyAsk(meeting, () => meeting.client.verify(SECRET), null),
  },
  questionByUs: {
    title: 'we ask a question: the right answer, then a wrong one',
    needs: 'showsFailure',
    run: (meeting) => weAsk(meeting, QUESTION, 'failed'),
    instead: (meeting) => weAsk(meeting, QUESTION, 'aborted'),
  },
  questionByThem: {
    title: 'they ask a question: the right answer, then a wrong one',
    needs: 'asksQuestion',
    run: (meeting) => theyAsk(meeting, () => meeting.client.ask(QUESTION, SECRET), QUESTION),
    instead: (meeting) => theyAsk(meeting, () => meeting.client.ask(QUESTION, SECRET), null),
  },
  abortByUs: {
    title: 'we abort a verification, and the next one works',
    needs: 'showsAbort',
    async run(meeting) {
      await asked(meeting)
      meeting.alice.client.abortVerification(meeting.peer)
      await meeting.client.events.expect('smpAborted')
      await verifyAfterwards(meeting)
    },
    async instead(meeting) {
      await asked(meeting)
      meeting.alice.client.abortVerification(meeting.peer)
      await meeting.talk(true)
      await meeting.client.abortSmp()
      await verifyAfterwards(meeting)
    },
  },
  abortByThem: {
    title: 'they abort a verification, and the next one works',
    needs: 'abortsSmp',
    async run(meeting) {
      await asked(meeting)
      await meeting.client.abortSmp()
      const aborted = await meeting.alice.verification('aborted')
      expect(aborted).toMatchObject({ by: 'peer' })
      await verifyAfterwards(meeting)
    },
    async instead(meeting) {
      await asked(meeting)
      await meeting.client.abortSmp()
      await meeting.say('still waiting', 'unverified')
      expect(meeting.alice.all('verification').at(-1)!.verification.step).toBe('waiting')
    },
  },
} as const satisfies Record<string, Column>

async function verifyAfterwards(meeting: Meeting): Promise<void> {
  const { alice, client, peer } = meeting
  await meeting.talk(true)
  const from = alice.events.length
  alice.client.verify(peer, SECRET, null)
  await client.events.expect('smpAsked')
  await client.answer(SECRET)
  await alice.verification('succeeded', from)
}

async function overhear(meeting: Meeting): Promise<void> {
  await meeting.begin()
  const mallory = await meeting.overhear()
  const { alice, client, peer } = meeting
  alice.client.open(peer)
  const { peerFingerprint } = await alice.privacy(peer, 'unverified')
  await meeting.theirState('encrypted')
  await meeting.talk(true, 'nobody hears us')
  expect(mallory.read.map(({ text }) => text).join()).toContain('nobody hears us')
  expect(peerFingerprint).toBe(mallory.fingerprints.sip)
  expect(peerFingerprint).not.toBe(await client.fingerprint())
  expect(await client.peerFingerprint()).toBe(mallory.fingerprints.xmpp)
  alice.client.verify(peer, SECRET, null)
  await client.events.expect('smpAsked')
  await client.answer(SECRET)
  await alice.verification('failed')
  await client.events.expect('smpFailed')
  await alice.privacy(peer, 'unverified')
  await meeting.theirState('encrypted')
}

const MITM = {
  mitm: {
    title: 'somebody in the middle: other fingerprints, and verification fails on both sides',
    needs: 'meetsStrangers',
    run: overhear,
    async instead(meeting) {
      await meeting.begin()
      await meeting.client.restart('same') // After the last word of the one before: it knows nobody.
      await overhear(meeting)
    },
  },
} as const satisfies Record<string, Column>

/** Who is who: each other's keys, proven or not. */
export const VERIFICATION = { smp: SMP, mitm: MITM } as const
