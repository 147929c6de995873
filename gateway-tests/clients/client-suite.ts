import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import type { OtrVersion } from '../../otr/index.ts'
import { keptTest } from '../found/kept-test.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { until } from './client-home.ts'
import { OTR_QUERY, OurClient } from './our-client.ts'
import {
  ABILITIES,
  type Ability,
  testedClient,
  type XmppClient,
  type XmppClientKind,
} from './xmpp-client.ts'

type Who = 'we' | 'they'
const BOTH: readonly Who[] = ['we', 'they']
const TURNS = 20
/** No spaces: what a client breaks lines at. */
const LONG = 'lang-ä€🌍-'.repeat(180)

/**
 * What every client is held to, over a real server, with our `otr/` at the other end. One client is
 * started for the whole file; each test begins in plaintext on both sides.
 */
export function testXmppClient(kind: XmppClientKind): void {
  let server: XmppServer
  let client: XmppClient
  let ours: OurClient
  let calms = 0

  beforeAll(async () => {
    server = await startProsody({ port: kind.serverPort ?? 0 })
    for (const user of ['ours', 'theirs']) await server.addUser(user, `${user} secret`)
    const [we, they] = [`ours@${server.domain}`, `theirs@${server.domain}`]
    ours = await OurClient.login({
      port: server.port,
      account: we,
      password: 'ours secret',
      peer: they,
    })
    client = await kind.start({
      port: server.port,
      account: they,
      password: 'theirs secret',
      peer: we,
    })
  })

  afterAll(async () => {
    await client?.stop()
    await ours?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  /** Both in plaintext, nothing on its way. */
  async function begin(): Promise<void> {
    onTestFailed(() => {
      process.stderr.write(`${client.log()}\n-- ours\n${ours.log.slice(-8_000)}\n`)
    })
    if ((await client.state()) !== 'plaintext') await client.endOtr()
    await expectState('plaintext')
    await sayFor('plain')
    await ours.begin()
    client.events.skip()
  }

  /** A text of theirs that arrives in the clear: what they sent before it has arrived as well. */
  async function sayFor(why: string): Promise<void> {
    const text = `${why} ${++calms}`
    await client.say(text)
    await until(
      () => ours.bodies.some((body) => body.includes(text)),
      `text ${text}`,
      () => client.log(),
    )
  }

  async function expectState(...states: string[]): Promise<void> {
    await expect.poll(() => client.state(), { timeout: 10_000 }).toBeOneOf(states)
  }

  async function start(who: Who): Promise<void> {
    if (who === 'we') await ours.run({ op: 'start' })
    else await client.startOtr()
    await expectEncrypted()
  }

  async function expectEncrypted(): Promise<void> {
    await ours.events.expect('state', { state: 'encrypted' })
    await client.events.expect('encrypted')
    await expectState('encrypted', 'verified')
  }

  async function beginEncrypted(who: Who = 'we'): Promise<void> {
    await begin()
    await start(who)
  }

  /** Each says something in turn, and the other reads it. */
  async function talk(encrypted: boolean, turns = 2): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      const [fromUs, fromThem] = [`von uns — ä€🌍 ${turn}`, `von ihnen — ø日本🦊 ${turn}`]
      await ours.say(fromUs)
      await client.events.expect('text', { text: fromUs, encrypted })
      await client.say(fromThem)
      const { fingerprint } = await ours.events.expect('text', { text: fromThem })
      expect(fingerprint).toBe(encrypted ? await client.fingerprint() : null)
    }
  }

  function testAbility(ability: Ability, can: () => Promise<void>, cannot?: () => Promise<void>) {
    const evidence = kind.limits[ability]
    const cell = { row: testedClient(kind), column: ability, limit: evidence ?? null }
    if (evidence === undefined) keptTest(ABILITIES[ability], cell, can)
    else if (cannot !== undefined)
      keptTest(`not: ${ABILITIES[ability]} (${evidence})`, cell, cannot)
    else throw new Error(`No test says what happens without: ${ability}`)
  }

  describe(`${kind.name} with our OTR`, () => {
    test('plain text both ways, and not ASCII alone', async () => {
      await begin()
      await talk(false)
      expect(await client.state()).toBe('plaintext')
    })

    test.each(BOTH)('%s begin, both talk, and each knows the key of the other', async (who) => {
      await beginEncrypted(who)
      await talk(true)
      const { fingerprint } = ours.events.of('state').at(-1)!
      expect(fingerprint).toBe(await client.fingerprint())
      expect(await client.peerFingerprint()).toBe(ours.fingerprint)
    })

    async function beginAtOnce(): Promise<void> {
      await begin()
      const from = ours.bodies.length
      ours.startAtTheirs()
      await client.startOtr()
      const theirs = () => ours.bodies.slice(from).filter((body) => body.startsWith('?OTR'))
      await expect.poll(() => theirs().length, { timeout: 10_000 }).toBeGreaterThan(1)
      await ours.rest()
      const answered = expect.stringMatching(/^\?OTR:AA[IM]C/)
      expect(theirs().slice(0, 2)).toEqual([expect.stringMatching(OTR_QUERY), answered])
    }

    testAbility(
      'crossesHandshakes',
      async () => {
        await beginAtOnce()
        await expectEncrypted()
        await talk(true)
      },
      async () => {
        await beginAtOnce()
        await start('we') // Needed or not: it depends on whose commit has the higher hash.
        await ours.rest()
        await talk(true)
      },
    )

    for (const version of [2, 3] as const) testVersion(version)

    async function askForVersion(version: OtrVersion): Promise<void> {
      await begin()
      await ours.begin({ allowV2: version === 2, allowV3: version === 3 })
      await ours.run({ op: 'start' })
    }

    async function expectNoAnswer(): Promise<void> {
      await sayFor('still plain')
      expect(ours.events.all.slice(-4).some(({ type }) => type === 'akeStarted')).toBe(false)
      expect(await client.state()).toBe('plaintext')
    }

    function testVersion(version: OtrVersion): void {
      testAbility(
        `version${version}`,
        async () => {
          if (kind.limits.changesVersion !== undefined) await client.restart('same')
          await askForVersion(version)
          await ours.events.expect('state', { state: 'encrypted', version })
          await client.events.expect('encrypted')
          await talk(true)
        },
        async () => {
          await askForVersion(version)
          await expectNoAnswer()
        },
      )
    }

    testAbility(
      'changesVersion',
      async () => {
        for (const version of [3, 2] as const) {
          await askForVersion(version)
          await ours.events.expect('state', { state: 'encrypted', version })
          await client.events.expect('encrypted')
        }
      },
      async () => {
        await beginEncrypted()
        const { version } = ours.events.of('state').at(-1)!
        await askForVersion(version === 3 ? 2 : 3)
        await expectNoAnswer()
      },
    )

    async function expectResult(right: boolean): Promise<void> {
      const isAbort = !right && kind.limits.showsFailure !== undefined
      const step = right ? 'succeeded' : isAbort ? 'aborted' : 'failed'
      await ours.events.expect('smp', { step })
      await client.events.expect(right ? 'smpSucceeded' : 'smpFailed')
    }

    test('we verify with a secret: right, then wrong', async () => {
      await beginEncrypted()
      for (const right of [true, false]) {
        await ours.run({ op: 'smpStart', secret: 'tajné ä', question: null })
        await client.events.expect('smpAsked', { question: null })
        await client.answer(right ? 'tajné ä' : 'wrong')
        await expectResult(right)
        await expectState(right ? 'verified' : 'encrypted')
      }
    })

    test('they verify with a secret: right, then wrong', async () => {
      await beginEncrypted('they')
      for (const right of [true, false]) {
        await client.verify('tajné-ä')
        await ours.events.expect('smp', { step: 'asked', question: null })
        await ours.run({ op: 'smpAnswer', secret: right ? 'tajné-ä' : 'wrong' })
        await ours.events.expect('smp', { step: right ? 'succeeded' : 'failed' })
        await client.events.expect(right ? 'smpSucceeded' : 'smpFailed')
        await expectState(right ? 'verified' : 'encrypted')
      }
    })

    test('we ask a question: a right answer, then a wrong one', async () => {
      await beginEncrypted()
      for (const right of [true, false]) {
        const question = 'Wie heißt der Hund?'
        await ours.run({ op: 'smpStart', secret: 'Lassie', question })
        await client.events.expect('smpAsked', { question })
        await client.answer(right ? 'Lassie' : 'Rex')
        await expectResult(right)
      }
    })

    /** We ask, and their secret is a wrong one. */
    async function failSmp(): Promise<void> {
      await beginEncrypted()
      await ours.run({ op: 'smpStart', secret: 'right', question: null })
      await client.events.expect('smpAsked')
      await client.answer('wrong')
      await expectResult(false)
    }

    testAbility('showsFailure', failSmp, failSmp)

    testAbility(
      'asksQuestion',
      async () => {
        await beginEncrypted()
        await client.ask('Jakou má barvu?', 'modrou')
        await ours.events.expect('smp', { step: 'asked', question: 'Jakou má barvu?' })
        await ours.run({ op: 'smpAnswer', secret: 'modrou' })
        await ours.events.expect('smp', { step: 'succeeded' })
        await client.events.expect('smpSucceeded')
        await expectState('verified')
      },
      async () => {
        await beginEncrypted()
        await client.ask('Jakou má barvu?', 'modrou')
        await ours.events.expect('smp', { step: 'asked', question: null })
        await ours.run({ op: 'smpAnswer', secret: 'modrou' })
        await client.events.expect('smpSucceeded')
      },
    )

    /** We abort, and the next verification works, after what `closing` finds. */
    async function expectAbort(closing: () => Promise<unknown>): Promise<void> {
      await beginEncrypted()
      await ours.run({ op: 'smpStart', secret: 's', question: null })
      await client.events.expect('smpAsked')
      await ours.run({ op: 'smpAbort' })
      await closing()
      await ours.run({ op: 'smpStart', secret: 's', question: null })
      await client.events.expect('smpAsked')
      await client.answer('s')
      await ours.events.expect('smp', { step: 'succeeded' })
    }

    testAbility(
      'showsAbort',
      () => expectAbort(() => client.events.expect('smpAborted')),
      () =>
        expectAbort(async () => {
          await ours.say('never mind')
          await client.events.expect('text', { text: 'never mind' })
          expect(client.events.of('smpAborted')).toEqual([])
          await client.abortSmp()
          await ours.rest()
        }),
    )

    testAbility(
      'abortsSmp',
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'smpStart', secret: 's', question: null })
        await client.events.expect('smpAsked')
        await client.abortSmp()
        await ours.events.expect('smp', { step: 'aborted', by: 'peer' })
      },
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'smpStart', secret: 's', question: null })
        await client.events.expect('smpAsked')
        await client.abortSmp()
        await client.say('still waiting')
        await ours.events.expect('text', { text: 'still waiting' })
        expect(ours.events.of('smp').at(-1)).toMatchObject({ step: 'started' })
        await ours.run({ op: 'smpAbort' })
        await client.events.expect('smpAborted')
      },
    )

    testAbility('tellsEnd', async () => {
      for (const who of BOTH) {
        await beginEncrypted(who)
        await client.endOtr()
        await ours.events.expect('state', { state: 'finished', by: 'peer' })
        await expectState('plaintext')
        await ours.begin()
        await talk(false, 1)
      }
    })

    testAbility(
      'showsEnd',
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'end' })
        await client.events.expect('ended')
        await expectState('ended', 'plaintext')
      },
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'end' })
        await expectState('ended')
        const told = client.events.of('ended').length
        await client.say('is anybody there?')
        await expect.poll(() => client.events.of('ended').length).toBe(told + 1)
      },
    )

    testAbility(
      'holdsAfterEnd',
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'end' })
        await expectState('ended')
        await client.say('for nobody else')
        await client.startOtr()
        await expectEncrypted()
        expect(ours.bodies.join()).not.toContain('for nobody else')
      },
      async () => {
        await beginEncrypted()
        await ours.run({ op: 'end' })
        await expectState('plaintext')
        await client.say('for everybody')
        await ours.events.expect('text', { text: 'for everybody', fingerprint: null })
      },
    )

    test(`${TURNS} texts each way, all at once, arrive in order`, async () => {
      await beginEncrypted()
      const numbers = Array.from({ length: TURNS }, (_, turn) => turn)
      for (const turn of numbers) {
        await ours.say(`our ${turn}`)
        await client.say(`their ${turn}`)
      }
      for (const turn of numbers) {
        await client.events.expect('text', { text: `our ${turn}`, encrypted: true })
        await ours.events.expect('text', { text: `their ${turn}` })
      }
    })

    test('a long text, ours in fragments', async () => {
      await begin()
      await ours.begin({}, { fragmentAbove: 400 })
      await start('we')
      await ours.say(LONG)
      let read = ''
      while (read.length < LONG.length) read += (await client.events.expect('text')).text
      expect(read).toBe(LONG)
    })

    testAbility(
      'sendsLongText',
      async () => {
        await beginEncrypted()
        await client.say(LONG)
        await ours.events.expect('text', { text: LONG })
      },
      async () => {
        await beginEncrypted()
        await client.say(LONG.slice(0, LONG.length / 3))
        await ours.events.expect('text', { text: LONG.slice(0, LONG.length / 3) })
        await client.say(LONG)
        await expect.poll(() => client.log()).toContain('Maximum line length exceeded')
        await client.restart('same')
      },
    )

    testAbility(
      'literalText',
      async () => {
        await beginEncrypted()
        await ours.say('<b>bold</b> a < b &amp; "c"')
        await client.events.expect('text', { text: '<b>bold</b> a < b &amp; "c"' })
      },
      async () => {
        await beginEncrypted()
        const { sent, shown } = kind.shownMarkup!
        await ours.say(sent)
        await client.events.expect('text', { text: shown })
      },
    )

    testAbility(
      'sendsLiteralText',
      async () => {
        await beginEncrypted()
        await client.say('<b>bold</b> a < b &amp; "c"')
        await ours.events.expect('text', { text: '<b>bold</b> a < b &amp; "c"' })
      },
      async () => {
        await beginEncrypted()
        await client.say('<b> a < b &')
        await ours.events.expect('text', { text: '&lt;b&gt; a &lt; b &amp;' })
      },
    )

    testAbility('answersTag', async () => {
      await begin()
      await client.setOpportunistic(true)
      await ours.begin({ sendWhitespaceTag: true })
      await ours.say('tagged')
      expect((await client.events.expect('text')).text.trimEnd()).toBe('tagged')
      await expectEncrypted()
      await client.setOpportunistic(false)
      await talk(true)
    })

    testAbility(
      'sendsTag',
      async () => {
        await begin()
        await client.setOpportunistic(true)
        await client.say('tagged')
        await ours.events.expect('text', { text: 'tagged', fingerprint: null })
        await expectEncrypted()
        await client.setOpportunistic(false)
        await talk(true)
      },
      async () => {
        await begin()
        await client.setOpportunistic(true)
        await client.say('untagged')
        await ours.events.expect('text', { text: 'untagged' })
        expect(ours.bodies.at(-1)).toBe('untagged')
        await client.setOpportunistic(false)
      },
    )

    testAbility('rekeys', async () => {
      await beginEncrypted()
      await ours.run({ op: 'start' })
      await ours.events.expect('state', { state: 'encrypted', refreshed: true })
      await ours.rest()
      await talk(true)
    })

    /** It restarts without a word; we ask, and both are encrypted anew. @returns its key */
    async function restart(key: 'same' | 'new'): Promise<string> {
      await client.restart(key)
      expect(await client.state()).toBe('plaintext')
      await ours.run({ op: 'start' })
      await expectEncrypted()
      const fingerprint = await client.fingerprint()
      expect(ours.events.of('state').at(-1)).toMatchObject({ fingerprint })
      await talk(true)
      return fingerprint
    }

    testAbility('keepsKey', async () => {
      await beginEncrypted()
      const before = await client.fingerprint()
      expect(await restart('same')).toBe(before)
    })

    test('it restarts with a new key, and we see it', async () => {
      await beginEncrypted()
      const before = await client.fingerprint()
      expect(await restart('new')).not.toBe(before)
    })
  })
}
