import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createOtrEngine,
  type KeyRecord,
  type OtrCommand,
  type OtrEngine,
  type OtrEvent,
  type OtrVersion,
} from '../otr/index.ts'
import { LIBOTR_POLICY, LibotrPeer } from './libotr.ts'
import { type Ends, talkOverRoughWire } from './rough-wire.ts'

/** Our end, through the room's door. */
class Ours {
  outbox: string[] = []
  readonly events: OtrEvent[] = []
  readonly #engine: OtrEngine

  constructor(engine: OtrEngine) {
    this.#engine = engine
  }

  async run(command: OtrCommand): Promise<void> {
    const { wire, events } = await this.#engine.run('libotr', command)
    this.outbox.push(...wire.map(({ text }) => text))
    this.events.push(...events)
  }

  send(text: string): Promise<void> {
    return this.run({ op: 'send', id: 'text', text })
  }

  get texts(): string[] {
    return this.events.flatMap((event) => (event.type === 'text' ? [event.text] : []))
  }

  get smp(): string[] {
    return this.events.flatMap((event) => (event.type === 'smp' ? [event.step] : []))
  }

  get state() {
    return this.events.findLast((event) => event.type === 'state')
  }
}

const ACCOUNT = 'sip:alice@example.com'
let record: KeyRecord | null = null // One key for all tests: making it is tested elsewhere.
const now = { ms: 1_800_000_000_000 }
const engine = createOtrEngine(
  { random: (length) => crypto.getRandomValues(new Uint8Array(length)), now: () => now.ms },
  {
    load: async () => record,
    save: async (_, saved) => {
      record = saved
    },
  },
)

let alice: Ours
let bob: LibotrPeer

/** Carries texts until neither has anything to say. */
async function settle(): Promise<void> {
  while (alice.outbox.length + bob.outbox.length > 0) {
    for (const text of alice.outbox.splice(0)) bob.receive(text)
    for (const text of bob.take()) await alice.run({ op: 'receive', text })
  }
}

async function meet(version: OtrVersion, fragmentAbove = 0, tags = false): Promise<void> {
  const policy = {
    allowV2: version === 2,
    allowV3: version === 3,
    requireEncryption: false,
    sendWhitespaceTag: tags,
    whitespaceStartsAke: tags,
    errorStartsAke: false,
  }
  const profile = { fragmentAbove: fragmentAbove || null, padTo: 256, errors: true }
  await engine.open('libotr', { account: ACCOUNT, policy, profile })
  alice = new Ours(engine)
  bob = new LibotrPeer('bob', 'alice', LIBOTR_POLICY[tags ? 'tags' : 'both'], fragmentAbove)
}

async function start(who: 'we' | 'libotr'): Promise<void> {
  if (who === 'we') await alice.run({ op: 'start' })
  else bob.start()
  await settle()
}

async function expectEncrypted(): Promise<void> {
  const { fingerprint } = await engine.identity(ACCOUNT)
  expect(bob.secure).toBe(true)
  expect(bob.events).toContainEqual({ type: 'newFingerprint', fingerprint })
  expect(alice.state).toMatchObject({ state: 'encrypted', fingerprint: bob.fingerprint })
}

async function expectTalk(count: number, marker = ''): Promise<void> {
  for (let i = 0; i < count; i++) {
    await alice.send(`von uns ${marker}${i} — ä€🌍`)
    bob.send(`von libotr ${marker}${i} — ø日本🦊`)
    await settle()
    expect(bob.texts.at(-1)).toBe(`von uns ${marker}${i} — ä€🌍`)
    expect(alice.texts.at(-1)).toBe(`von libotr ${marker}${i} — ø日本🦊`)
  }
}

beforeEach(() => {
  now.ms = Date.now()
})

afterEach(async () => {
  await engine.close('libotr')
  bob?.[Symbol.dispose]()
})

describe.each([2, 3] as const)('version %i with libotr 4.1.1', (version) => {
  test.each(['we', 'libotr'] as const)('%s ask for encryption, and both can talk', async (who) => {
    await meet(version)
    await start(who)
    await expectEncrypted()
    expect(alice.state).toMatchObject({ version })
    await expectTalk(8)
    expect(alice.events.filter(({ type }) => type === 'ignored' || type === 'unreadable')).toEqual(
      [],
    )
  })

  test.each(['we', 'libotr'] as const)('%s tag a text, and the other begins', async (who) => {
    await meet(version, 0, true)
    if (who === 'we') await alice.send('Hallo')
    else bob.send('Hallo')
    expect((who === 'we' ? alice : bob).outbox[0]).toMatch(/^Hallo[ \t]{24,}$/)
    await settle()
    expect((who === 'we' ? bob : alice).texts).toEqual(['Hallo'])
    await expectEncrypted()
    expect(alice.state).toMatchObject({ version })
    await expectTalk(2)
  })

  test('fragments both ways', async () => {
    await meet(version, 300)
    await start('we')
    await expectEncrypted()
    const long = 'lang ä€🌍 '.repeat(400)
    await alice.send(long)
    bob.send(long)
    expect(alice.outbox.length).toBeGreaterThan(15)
    expect(bob.outbox.length).toBeGreaterThan(15)
    await settle()
    expect(bob.texts).toEqual([long])
    expect(alice.texts).toEqual([long])
  })

  test('we verify libotr: right secret, then wrong, then with a question', async () => {
    await meet(version)
    await start('we')
    await alice.run({ op: 'smpStart', secret: 'schöne Grüße 🦊', question: null })
    await settle()
    bob.answer('schöne Grüße 🦊')
    await settle()
    expect(alice.smp).toEqual(['started', 'working', 'succeeded'])
    expect(bob.smp).toEqual(['askForSecret', 'success'])

    await alice.run({ op: 'smpStart', secret: 'right', question: null })
    await settle()
    bob.answer('wrong')
    await settle()
    expect(alice.smp.at(-1)).toBe('failed')
    expect(bob.smp.at(-1)).toBe('failure')

    await alice.run({ op: 'smpStart', secret: 'Lassie', question: 'Wie heißt der Hund?' })
    await settle()
    expect(bob.events.findLast(({ type }) => type === 'smp')).toEqual({
      type: 'smp',
      event: 'askForAnswer',
      question: 'Wie heißt der Hund?',
    })
    bob.answer('Lassie')
    await settle()
    expect(alice.events.findLast(({ type }) => type === 'smp')).toMatchObject({
      step: 'succeeded',
      provesPeer: true,
    })
    expect(bob.smp.at(-1)).toBe('success')
  })

  test('libotr verifies us: right secret, then wrong, then with a question', async () => {
    await meet(version)
    await start('libotr')
    bob.verify('correct horse', null)
    await settle()
    await alice.run({ op: 'smpAnswer', secret: 'correct horse' })
    await settle()
    expect(alice.smp).toEqual(['asked', 'working', 'succeeded'])
    expect(bob.smp.at(-1)).toBe('success')

    bob.verify('right', null)
    await settle()
    await alice.run({ op: 'smpAnswer', secret: 'wrong' })
    await settle()
    expect(alice.smp.at(-1)).toBe('failed')
    expect(bob.smp.at(-1)).toBe('failure')

    bob.verify('Lassie', 'Wie heißt der Hund?')
    await settle()
    expect(alice.events.at(-1)).toMatchObject({ step: 'asked', question: 'Wie heißt der Hund?' })
    await alice.run({ op: 'smpAnswer', secret: 'Lassie' })
    await settle()
    expect(alice.events.findLast(({ type }) => type === 'smp')).toMatchObject({
      step: 'succeeded',
      provesPeer: false,
    })
    expect(bob.smp.at(-1)).toBe('success')
  })

  test('either aborts a verification, and the next one works', async () => {
    await meet(version)
    await start('we')
    await alice.run({ op: 'smpStart', secret: 's', question: null })
    await settle()
    await alice.run({ op: 'smpAbort' })
    await settle()
    expect(bob.smp.at(-1)).toBe('abort')

    bob.verify('s', null)
    await settle()
    bob.abort()
    await settle()
    expect(alice.events.findLast(({ type }) => type === 'smp')).toMatchObject({
      step: 'aborted',
      by: 'peer',
    })

    bob.verify('s', null)
    await settle()
    await alice.run({ op: 'smpAnswer', secret: 's' })
    await settle()
    expect(bob.smp.at(-1)).toBe('success')
  })

  test('we end, and start again', async () => {
    await meet(version)
    await start('we')
    await alice.run({ op: 'end' })
    await settle()
    expect(bob.ended).toBe(true)
    expect(alice.state).toMatchObject({ state: 'plaintext', by: 'us' })
    bob.end() // libotr's user agrees; nothing goes out.
    await start('we')
    await expectTalk(2)
  })

  test('libotr ends: nothing of ours leaves', async () => {
    await meet(version)
    await start('we')
    bob.end()
    await settle()
    expect(alice.state).toMatchObject({ state: 'finished', by: 'peer' })
    await alice.send('still there?')
    expect(alice.outbox).toEqual([])
    expect(alice.events.at(-1)).toMatchObject({ type: 'refused', why: 'finished' })
  })

  test.each(['we', 'libotr'] as const)('%s ask again while encrypted: new keys', async (who) => {
    await meet(version)
    await start('we')
    await expectTalk(3, 'a')
    const before = alice.state?.ssid
    await start(who)
    expect(alice.state).toMatchObject({ state: 'encrypted', refreshed: true })
    expect(alice.state?.ssid).not.toBe(before)
    // With version 3, libotr takes it for a new session if the commit was its own: see quirks.md.
    const theirs = version === 3 && who === 'we' ? 'secure' : 'stillSecure'
    expect(bob.events.at(-1)).toEqual({ type: theirs })
    await expectTalk(5, 'b')
  })

  test('both ask at once', async () => {
    await meet(version)
    for (let round = 0; round < 6; round++) {
      await alice.run({ op: 'start' })
      bob.start()
      const [ours, theirs] = [alice.outbox.splice(0), bob.take()]
      for (const text of ours) bob.receive(text)
      for (const text of theirs) await alice.run({ op: 'receive', text })
      await settle()
      if (version === 2 && alice.state === undefined) await start('we') // See quirks.md.
    }
    await expectEncrypted()
    await expectTalk(3)
  })

  test('the extra symmetric key, both ways', async () => {
    await meet(version)
    await start('we')
    await alice.run({ op: 'extraKey', use: 7, data: new TextEncoder().encode('file 1') })
    await settle()
    const ours = alice.events.findLast((event) => event.type === 'extraKey')!
    expect(bob.events.findLast(({ type }) => type === 'extraKey')).toEqual({
      type: 'extraKey',
      use: 7,
      data: 'file 1',
      key: Buffer.from(ours.key).toString('hex'),
    })

    const key = bob.useExtraKey(8, 'file 2')
    await settle()
    const theirs = alice.events.findLast((event) => event.type === 'extraKey')!
    expect(theirs).toMatchObject({ by: 'peer', use: 8 })
    expect(new TextDecoder().decode(theirs.data)).toBe('file 2')
    expect(Buffer.from(theirs.key).toString('hex')).toBe(key)
  })

  test('a heartbeat after a minute of listening', async () => {
    await meet(version)
    await start('we')
    now.ms += 61_000
    bob.send('are you there?')
    await settle()
    expect(alice.events).toContainEqual({ type: 'heartbeat', direction: 'sent' })
    expect(bob.events).toContainEqual({ type: 'message', event: 10 }) // LOG_HEARTBEAT_RCVD
    await expectTalk(2)
  })

  test('a thousand messages at random, lost, doubled and overtaken', async () => {
    await meet(version)
    await start('we')
    const ends: Ends = {
      say: async (who, text) => (who === 'we' ? alice.send(text) : bob.send(text)),
      take: (who) => (who === 'we' ? alice.outbox.splice(0) : bob.take()),
      deliver: async (to, text) =>
        to === 'we' ? alice.run({ op: 'receive', text }) : bob.receive(text),
    }
    const { readable, lost, doubled, overtaken } = await talkOverRoughWire(ends, 1000, version)
    expect(bob.texts).toEqual(readable.we)
    expect(alice.texts).toEqual(readable.they)
    expect(Math.min(lost, doubled, overtaken)).toBeGreaterThan(50)
    await expectTalk(3)
  })
})
