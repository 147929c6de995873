import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest'
import type { OtrVersion } from '../otr/index.ts'
import {
  Meeting,
  type MeetingSetup,
  type PeerCommand,
  type PeerProgram,
  type Who,
} from './otr-harness.ts'
import { talkOverRoughWire } from './rough-wire.ts'

const BOTH: readonly Who[] = ['we', 'they']
const OURS = 'von uns — ä€🌍'
const THEIRS = 'von ihnen — ø日本🦊'

/** A meeting that ends with the test. If the test fails, or with `SOTTO_LOG=1`, its log is printed. */
export async function meet(program: PeerProgram, setup: MeetingSetup): Promise<Meeting> {
  const meeting = await Meeting.begin(program, setup)
  const print = () => {
    process.stderr.write(meeting.log)
  }
  if (process.env['SOTTO_LOG']) onTestFinished(print)
  else onTestFailed(print)
  onTestFinished(() => meeting[Symbol.dispose]())
  return meeting
}

/** Encrypted, each knows the other's key, and both count the same session. */
export function expectEncrypted({ ours, theirs }: Meeting, version: OtrVersion): void {
  expect(ours.state).toMatchObject({ state: 'encrypted', version, fingerprint: theirs.fingerprint })
  const secured = theirs.events.findLast(({ ev }) => ev === 'secure' || ev === 'stillSecure')
  expect(secured).toMatchObject({ fingerprint: ours.fingerprint, ssid: ours.state?.ssid })
}

/** Each says something in turn; the other reads it, and nothing else happens. */
export async function expectTalk(meeting: Meeting, turns = 4): Promise<void> {
  const { ours, theirs } = meeting
  const [read, heard, complaints] = [ours.texts.length, theirs.texts.length, faults(meeting)]
  for (let turn = 0; turn < turns; turn++) {
    await meeting.say('we', `${OURS} ${turn}`)
    await meeting.settle()
    await meeting.say('they', `${THEIRS} ${turn}`)
    await meeting.settle()
  }
  const numbers = Array.from({ length: turns }, (_, turn) => turn)
  expect(theirs.texts.slice(heard)).toEqual(numbers.map((turn) => `${OURS} ${turn}`))
  expect(ours.texts.slice(read)).toEqual(numbers.map((turn) => `${THEIRS} ${turn}`))
  expect(faults(meeting)).toEqual(complaints)
}

function faults({ ours, theirs }: Meeting): object[] {
  return [
    ...ours.all('ignored'),
    ...ours.all('unreadable'),
    ...ours.all('peerError'),
    ...theirs.all('error'),
  ]
}

/** What every implementation is held to, in one version. `listen` is what it needs to hear a query. */
export function testOtrPeer(
  program: PeerProgram,
  version: OtrVersion,
  listen: readonly PeerCommand[] = [],
): void {
  const begin = (fragmentAbove = 0) => meet(program, { versions: [version], fragmentAbove })
  const beginEncrypted = async (who: Who = 'we', fragmentAbove = 0) => {
    const meeting = await begin(fragmentAbove)
    await meeting.start(who)
    expectEncrypted(meeting, version)
    return meeting
  }
  const obeyListen = async ({ theirs }: Meeting) => {
    for (const command of listen) await theirs.run(command)
  }

  describe(`version ${version} with ${program.name}`, () => {
    test.each(BOTH)('%s ask for encryption, and both can talk', async (who) => {
      const meeting = await begin()
      await expectTalk(meeting, 1)
      expect(meeting.ours.all('text')[0]?.fingerprint).toBe(null)
      await meeting.start(who)
      expectEncrypted(meeting, version)
      await expectTalk(meeting, 8)
      const { fingerprint } = meeting.theirs
      expect(meeting.ours.all('text').at(-1)).toMatchObject({ fingerprint })
    })

    test.each(BOTH)('%s put a whitespace tag into a text, and the other begins', async (who) => {
      const meeting = await meet(program, { versions: [version], tags: BOTH })
      const { ours, theirs } = meeting
      await meeting.say(who, 'Hallo')
      const [tagged] = who === 'we' ? ours.outbox : theirs.outbox
      expect(tagged).toMatch(/^Hallo[ \t]{24,}$/)
      await meeting.settle()
      expect(who === 'we' ? theirs.texts : ours.texts).toEqual(['Hallo'])
      expectEncrypted(meeting, version)
      await expectTalk(meeting)
    })

    test('a whitespace tag of theirs that we are not to answer is cut out of the text', async () => {
      const meeting = await meet(program, { versions: [version], tags: ['they'] })
      await meeting.say('they', 'Hallo')
      await meeting.settle()
      expect(meeting.ours.texts).toEqual(['Hallo'])
      expect(meeting.ours.all('offered')[0]?.versions).toContain(version)
      expect(meeting.ours.all('akeStarted')).toEqual([])
    })

    test('once they have answered a whitespace tag in plain text, we send no more', async () => {
      const meeting = await meet(program, { versions: [version], tags: ['we'] })
      await meeting.say('we', 'one')
      expect(meeting.ours.outbox.pop()).toMatch(/^one[ \t]{24,}$/) // It gets lost.
      await meeting.say('they', 'plain')
      await meeting.settle()
      await meeting.say('we', 'two')
      expect(meeting.ours.outbox).toEqual(['two'])
    })

    test.each(BOTH)('both ask at once, and %s have the higher commit', async (who) => {
      const meeting = await crossCommits(begin, who)
      if (who === 'they') {
        // Neither peer holds on to its own commit then, as the specification wants (otr3 repeats it,
        // but waits for an answer to ours; potr compares nothing), so nobody goes on.
        expect(meeting.ours.state).toBe(undefined)
        expect(meeting.theirs.all('secure')).toEqual([])
        await obeyListen(meeting)
        await meeting.start('we')
      }
      expectEncrypted(meeting, version)
      await expectTalk(meeting)
    })

    test('after commits that crossed in vain, the next query of theirs mends it', async () => {
      const meeting = await crossCommits(begin, 'they')
      await meeting.start('they')
      expectEncrypted(meeting, version)
      await expectTalk(meeting)
    })

    test.each(BOTH)('fragments both ways, after %s began in fragments', async (who) => {
      const meeting = await beginEncrypted(who, 200)
      const long = 'lang ä€🌍 '.repeat(400)
      for (const from of BOTH) await meeting.say(from, long)
      expect(meeting.ours.outbox.length).toBeGreaterThan(15)
      expect(meeting.theirs.outbox.length).toBeGreaterThan(15)
      await meeting.settle()
      expect(meeting.theirs.texts).toEqual([long])
      expect(meeting.ours.texts).toEqual([long])
      await expectTalk(meeting)
    })

    test('we verify them: right secret, then wrong, then with a question', async () => {
      const meeting = await beginEncrypted()
      const { ours, theirs } = meeting
      const verify = async (secret: string, question: string | null, answer: string) => {
        await ours.run({ op: 'smpStart', secret, question })
        await meeting.settle()
        expect(theirs.all('smp').at(-1)).toMatchObject({ step: 'asked', question: question ?? '' })
        await theirs.run({ op: 'smpAnswer', secret: answer })
        await meeting.settle()
      }
      await verify('schöne Grüße 🦊', null, 'schöne Grüße 🦊')
      expect(ours.smp).toEqual(['started', 'working', 'succeeded'])
      expect(theirs.smp).toEqual(['asked', 'succeeded'])

      await verify('right', null, 'wrong')
      // The specification wants message 4 from whoever sees the comparison fail; they send an abort.
      expect(ours.all('smp').at(-1)).toMatchObject({ step: 'aborted', by: 'peer' })
      expect(theirs.smp.at(-1)).toBe('failed')

      await verify('Lassie', 'Wie heißt der Hund?', 'Lassie')
      expect(ours.all('smp').at(-1)).toMatchObject({ step: 'succeeded', provesPeer: true })
      expect(theirs.smp.at(-1)).toBe('succeeded')
    })

    test('they verify us: right secret, then wrong, then with a question', async () => {
      const meeting = await beginEncrypted('they')
      const { ours, theirs } = meeting
      const verify = async (secret: string, question: string | undefined, answer: string) => {
        await theirs.run({
          op: 'smpStart',
          secret,
          ...(question === undefined ? {} : { question }),
        })
        await meeting.settle()
        expect(ours.all('smp').at(-1)).toMatchObject({ step: 'asked', question: question ?? null })
        await ours.run({ op: 'smpAnswer', secret: answer })
        await meeting.settle()
      }
      await verify('schöne Grüße 🦊', undefined, 'schöne Grüße 🦊')
      expect(ours.smp).toEqual(['asked', 'working', 'succeeded'])
      expect(theirs.smp).toEqual(['working', 'succeeded'])

      await verify('right', undefined, 'wrong')
      expect(ours.smp.at(-1)).toBe('failed')
      expect(theirs.smp.at(-1)).toBe('failed')

      await verify('Lassie', 'Wie heißt der Hund?', 'Lassie')
      expect(ours.all('smp').at(-1)).toMatchObject({ step: 'succeeded', provesPeer: false })
      expect(theirs.smp.at(-1)).toBe('succeeded')
    })

    test('we abort a verification, ours or theirs, and the next one works', async () => {
      const meeting = await beginEncrypted()
      const { ours, theirs } = meeting
      await ours.run({ op: 'smpStart', secret: 's', question: null })
      await meeting.settle()
      await ours.run({ op: 'smpAbort' })
      await meeting.settle()
      expect(theirs.smp).toEqual(['asked', 'aborted'])

      await theirs.run({ op: 'smpStart', secret: 's' })
      await meeting.settle()
      await ours.run({ op: 'smpAbort' })
      await meeting.settle()
      expect(theirs.smp.at(-1)).toBe('aborted')

      await theirs.run({ op: 'smpStart', secret: 's' })
      await meeting.settle()
      await ours.run({ op: 'smpAnswer', secret: 's' })
      await meeting.settle()
      expect(ours.smp.at(-1)).toBe('succeeded')
      expect(theirs.smp.at(-1)).toBe('succeeded')
    })

    test('we end, and start again', async () => {
      const meeting = await beginEncrypted()
      await expectTalk(meeting)
      await meeting.ours.run({ op: 'end' })
      await meeting.settle()
      expect(meeting.theirs.events.at(-1)).toEqual({ ev: 'ended' })
      expect(meeting.ours.state).toMatchObject({ state: 'plaintext', by: 'us' })
      await meeting.start('we')
      expectEncrypted(meeting, version)
      await expectTalk(meeting)
    })

    test('they end: nothing of ours leaves until we start again', async () => {
      const meeting = await beginEncrypted()
      await expectTalk(meeting)
      await meeting.theirs.run({ op: 'end' })
      await meeting.settle()
      expect(meeting.ours.state).toMatchObject({ state: 'finished', by: 'peer' })
      await meeting.say('we', 'still there?')
      expect(meeting.ours.outbox).toEqual([])
      expect(meeting.ours.events.at(-1)).toMatchObject({ type: 'refused', why: 'finished' })
      await meeting.start('we')
      expectEncrypted(meeting, version)
      await expectTalk(meeting)
    })

    test.each(BOTH)('%s ask again while encrypted: new keys', async (who) => {
      const meeting = await beginEncrypted()
      await expectTalk(meeting)
      const before = meeting.ours.state?.ssid
      await obeyListen(meeting)
      await meeting.start(who)
      expectEncrypted(meeting, version)
      expect(meeting.ours.state).toMatchObject({ refreshed: true })
      expect(meeting.ours.state?.ssid).not.toBe(before)
      expect(meeting.theirs.all('stillSecure')).toHaveLength(1)
      await expectTalk(meeting)
    })

    test('a heartbeat of ours after a minute of listening', async () => {
      const meeting = await beginEncrypted()
      meeting.ours.ahead = 61_000
      await meeting.say('they', 'are you there?')
      await meeting.settle()
      expect(meeting.ours.events.at(-1)).toEqual({ type: 'heartbeat', direction: 'sent' })
      await expectTalk(meeting)
    })

    test('a thousand texts at random, lost, doubled and overtaken', async () => {
      const meeting = await beginEncrypted()
      const { ours, theirs } = meeting
      const ends = { we: ours, they: theirs }
      const { readable, lost, doubled, overtaken } = await talkOverRoughWire(
        {
          say: (who, text) => meeting.say(who, text),
          take: (who) => ends[who].outbox.splice(0),
          deliver: (to, text) => meeting.deliver(to, text),
        },
        1000,
        version,
      )
      expect(theirs.texts).toEqual(readable.we)
      expect(ours.texts).toEqual(readable.they)
      expect(Math.min(lost, doubled, overtaken)).toBeGreaterThan(50)
      await expectTalk(meeting)
    })
  })
}

/**
 * Both ask, and their commits cross on the wire.
 *
 * @param higher - whose commit has the higher hash; we meet anew until it is so
 */
async function crossCommits(begin: () => Promise<Meeting>, higher: Who): Promise<Meeting> {
  for (;;) {
    const meeting = await begin()
    const { ours, theirs } = meeting
    await Promise.all([ours.run({ op: 'start' }), theirs.run({ op: 'start' })])
    await meeting.carry('we')
    await meeting.carry('they')
    const isOurs = hashOf(ours.outbox[0]!) > hashOf(theirs.outbox[0]!)
    if (isOurs === (higher === 'we')) {
      await meeting.carry('we')
      await meeting.carry('they')
      await meeting.settle()
      return meeting
    }
    meeting[Symbol.dispose]()
  }
}

/** The last field of a D-H Commit Message, in hex. */
function hashOf(commit: string): string {
  return Buffer.from(commit.slice('?OTR:'.length, -1), 'base64').subarray(-32).toString('hex')
}
