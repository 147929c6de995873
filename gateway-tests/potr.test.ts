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

  test('it begins at the sight of a whitespace tag, and has no policy against it', async () => {
    const meeting = await meet(POTR, { versions: [2, 3], tags: ['we'] })
    await meeting.say('we', 'Hallo')
    await meeting.settle()
    expect(meeting.theirs.texts).toEqual(['Hallo'])
    expectEncrypted(meeting, 2)
  })

  test('it speaks no version 3: a whitespace tag for that alone is cut out, no more', async () => {
    const meeting = await meet(POTR, { versions: [3], tags: ['we'] })
    await meeting.say('we', 'Hallo')
    await meeting.settle()
    expect(meeting.theirs.texts).toEqual(['Hallo'])
    expect(meeting.ours.state).toBe(undefined)
    await expectTalk(meeting, 1)
  })

  test('it tags for ever, whatever we answer', async () => {
    const meeting = await meet(POTR, { versions: [2], tags: ['they'] })
    for (const text of ['one', 'two']) {
      await meeting.say('they', text)
      await meeting.settle()
      expect(meeting.ours.all('offered').at(-1)).toEqual({ type: 'offered', versions: [2] })
      await meeting.say('we', 'plain')
      await meeting.settle()
    }
    expect(meeting.ours.texts).toEqual(['one', 'two'])
    expect(meeting.ours.all('offered')).toHaveLength(2)
  })

  test('what stands after a whitespace tag is lost on it; ours stand at the end', async () => {
    const meeting = await meet(POTR, { versions: [3], tags: ['we'] })
    await meeting.say('we', 'Hallo')
    const [tagged] = meeting.ours.outbox.splice(0)
    await meeting.deliver('they', `${tagged} Welt`)
    expect(meeting.theirs.texts).toEqual(['Hallo'])
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
