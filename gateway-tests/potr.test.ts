import { describe, expect, test } from 'vitest'
import { POTR } from './otr-harness.ts'
import { expectEncrypted, expectTalk, meet, testOtrPeer } from './otr-suite.ts'

testOtrPeer(POTR, 2)

describe("potr's own", () => {
  test.each(['we', 'they'] as const)('%s ask, speaking both: it becomes version 2', async (who) => {
    const meeting = await meet(POTR, { versions: [2, 3] })
    await meeting.start(who)
    expectEncrypted(meeting, 2)
    await expectTalk(meeting)
  })

  test('it speaks no version 3: a query for that alone goes unanswered', async () => {
    const meeting = await meet(POTR, { versions: [3] })
    await meeting.start('we')
    expect(meeting.ours.state).toBe(undefined)
    await meeting.start('they')
    expect(meeting.ours.state).toBe(undefined)
    expect(meeting.ours.all('ignored')).toMatchObject([{ why: 'OTR_VERSION' }])
    await expectTalk(meeting, 1)
  })

  test('it aborts a verification, ours or its own, and the next one works', async () => {
    const meeting = await meet(POTR, { versions: [2] })
    await meeting.start('we')
    const { ours, theirs } = meeting
    await ours.run({ op: 'smpStart', secret: 's', question: null })
    await meeting.settle()
    await theirs.run({ op: 'smpAbort' })
    await meeting.settle()
    expect(ours.all('smp').at(-1)).toMatchObject({ step: 'aborted', by: 'peer' })

    await theirs.run({ op: 'smpStart', secret: 's' })
    await meeting.settle()
    await theirs.run({ op: 'smpAbort' })
    await meeting.settle()
    expect(ours.all('smp').at(-1)).toMatchObject({ step: 'aborted', by: 'peer' })

    await ours.run({ op: 'smpStart', secret: 's', question: null })
    await meeting.settle()
    await theirs.run({ op: 'smpAnswer', secret: 's' })
    await meeting.settle()
    expect(ours.smp.at(-1)).toBe('succeeded')
    expect(theirs.smp.at(-1)).toBe('succeeded')
  })

  // potr derives it once, from the handshake (crypt.py, createAuthKeys), where libotr, otr3 and we take
  // the keys of the message that asks for it. The two are the same until keys rotate.
  test.each(['we', 'they'] as const)(
    '%s use the extra symmetric key: the same for both until keys rotate',
    async (who) => {
      const meeting = await meet(POTR, { versions: [2] })
      await meeting.start('we')
      const { ours, theirs } = meeting
      const ask = async () => {
        if (who === 'we') await ours.run({ op: 'extraKey', use: 7, data: Buffer.from('file') })
        else await theirs.run({ op: 'extraKey', use: 7, data: 'file' })
        await meeting.settle()
        return Buffer.from(ours.all('extraKey').at(-1)!.key).toString('hex')
      }
      const key = await ask()
      expect(theirs.all('extraKey')).toEqual([{ ev: 'extraKey', use: 7, data: 'file', key }])
      await expectTalk(meeting, 2)
      expect(await ask()).not.toBe(key)
      expect(theirs.all('extraKey').at(-1)).toMatchObject({ key })
    },
  )
})
