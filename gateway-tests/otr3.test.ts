import { describe, expect, test } from 'vitest'
import { OTR3 } from './otr-harness.ts'
import { expectEncrypted, expectTalk, meet, testOtrPeer } from './otr-suite.ts'

/** A whitespace tag that offers versions 2 and 3. */
const ALL_VERSIONS = ' \t  \t\t\t\t \t \t \t    \t\t  \t   \t\t  \t\t'

for (const version of [2, 3] as const) {
  testOtrPeer(OTR3, version, [{ op: 'listen' }])

  describe(`otr3's own, version ${version}`, () => {
    test('for a minute after a handshake it hears no query, and the talk goes on', async () => {
      const meeting = await meet(OTR3, { versions: [version] })
      await meeting.start('they')
      const { ssid } = meeting.ours.state!
      await meeting.start('we')
      expect(meeting.ours.state?.ssid).toBe(ssid)
      expect(meeting.theirs.all('stillSecure')).toEqual([])
      await expectTalk(meeting)
    })

    test('its way to abort a verification is to ask again', async () => {
      const meeting = await meet(OTR3, { versions: [version] })
      await meeting.start('we')
      const { ours, theirs } = meeting
      await theirs.run({ op: 'smpStart', secret: 'old' })
      await meeting.settle()
      await theirs.run({ op: 'smpStart', secret: 'new' })
      await meeting.settle()
      expect(ours.smp).toEqual(['asked', 'aborted', 'asked'])
      expect(ours.all('smp')[1]).toMatchObject({ by: 'peer' })
      await ours.run({ op: 'smpAnswer', secret: 'new' })
      await meeting.settle()
      expect(ours.smp.at(-1)).toBe('succeeded')
      expect(theirs.smp.at(-1)).toBe('succeeded')
    })

    test('both ask for a verification at once: both take it back, and the next one works', async () => {
      const meeting = await meet(OTR3, { versions: [version] })
      await meeting.start('we')
      const { ours, theirs } = meeting
      await ours.run({ op: 'smpStart', secret: 's', question: null })
      await theirs.run({ op: 'smpStart', secret: 's' })
      await meeting.settle()
      expect(ours.smp.at(-1)).toBe('aborted')
      await ours.run({ op: 'smpStart', secret: 's', question: null })
      await meeting.settle()
      await theirs.run({ op: 'smpAnswer', secret: 's' })
      await meeting.settle()
      expect(ours.smp.at(-1)).toBe('succeeded')
      expect(theirs.smp.at(-1)).toBe('succeeded')
    })

    test('the extra symmetric key, both ways, before and after keys have rotated', async () => {
      const meeting = await meet(OTR3, { versions: [version] })
      await meeting.start('we')
      const { ours, theirs } = meeting
      for (let round = 0; round < 3; round++) {
        await ours.run({ op: 'extraKey', use: 7, data: new TextEncoder().encode('file 1') })
        await meeting.settle()
        const sent = ours.all('extraKey').at(-1)!
        expect(sent).toMatchObject({ by: 'us' })
        expect(theirs.all('extraKey').at(-1)).toEqual({
          ev: 'extraKey',
          use: 7,
          data: 'file 1',
          key: Buffer.from(sent.key).toString('hex'),
        })

        await theirs.run({ op: 'extraKey', use: 8, data: 'file 2' })
        await meeting.settle()
        const received = ours.all('extraKey').at(-1)!
        expect(received).toMatchObject({ by: 'peer', use: 8 })
        expect(new TextDecoder().decode(received.data)).toBe('file 2')
        const { key } = theirs.all('extraKey').at(-1)!
        expect(Buffer.from(received.key).toString('hex')).toBe(key)
        await expectTalk(meeting, 2)
      }
    })

    test('fragments that divide the message evenly: its last one is empty', async () => {
      const meeting = await meet(OTR3, { versions: [version] })
      await meeting.start('we')
      const { ours, theirs } = meeting
      const header = version === 2 ? '?OTR,00001,00002,' : '?OTR|00000100|00000100,00001,00002,'
      const shares = Array.from({ length: 100 }, (_, index) => 20 + index)
      let evenly = 0
      // otr3 pads, so that only some lengths are possible; not all of them can be divided.
      for (let length = 1; length < 4000; length += 256) {
        const text = 'x'.repeat(length)
        await meeting.say('they', text)
        const share = shares.find((share) => theirs.outbox[0]!.length % share === 0)
        await meeting.settle()
        if (share === undefined) continue
        const fragmentAbove = header.length + share + ','.length
        await theirs.run({ op: 'fragmentAbove', fragmentAbove })
        await meeting.say('they', text)
        expect(theirs.outbox.at(-1)).toMatch(/,,$/)
        await meeting.settle()
        expect(ours.texts.slice(-2)).toEqual([text, text])
        await theirs.run({ op: 'fragmentAbove', fragmentAbove: 0 })
        evenly++
      }
      expect(evenly).toBeGreaterThan(3)
      expect(ours.all('ignored')).toEqual([])
    })
  })
}

describe('otr3, when both speak both versions', () => {
  test.each(['we', 'they'] as const)('%s tag a text, and it becomes version 3', async (who) => {
    const meeting = await meet(OTR3, { versions: [2, 3], tags: ['we', 'they'] })
    await meeting.say(who, 'Hallo')
    await meeting.settle()
    expectEncrypted(meeting, 3)
    await expectTalk(meeting)
  })

  test('told not to answer whitespace tags, it cuts ours out and does not begin', async () => {
    const meeting = await meet(OTR3, { versions: [2, 3], tags: ['we'] })
    await meeting.say('we', 'Hallo')
    await meeting.settle()
    expect(meeting.theirs.texts).toEqual(['Hallo'])
    expect(meeting.ours.state).toBe(undefined)
    await expectTalk(meeting, 1)
  })

  test.each([
    ['plain text', ''],
    ['a whitespace tag of ours, although it begins at the sight of it', ALL_VERSIONS],
  ])('it sends no more whitespace tags once it has seen %s', async (_, tag) => {
    const meeting = await meet(OTR3, { versions: [2, 3], tags: ['they'] })
    const { theirs } = meeting
    await meeting.say('they', 'one')
    expect(theirs.outbox.pop()).toBe(`one${ALL_VERSIONS}`)
    await meeting.deliver('they', `two${tag}`)
    expect(theirs.texts).toEqual(['two'])
    theirs.outbox = [] // Its D-H Commit gets lost, if there is one.
    await meeting.say('they', 'three')
    expect(theirs.outbox).toEqual(['three'])
  })

  test.each(['we', 'they'] as const)('%s ask, and it becomes version 3', async (who) => {
    const meeting = await meet(OTR3, { versions: [2, 3] })
    await meeting.start(who)
    expectEncrypted(meeting, 3)
    await expectTalk(meeting)
  })
})
