import { expect } from 'vitest'
import { parseAddress } from '../../chat/index.ts'
import { OTR_QUERY } from '../clients/our-client.ts'
import { xml } from '../clients/xml.ts'
import type { Ability } from '../clients/xmpp-client.ts'
import { type ChatStanza, MUC } from '../gateway/stanzas.ts'
import { XmppPerson } from '../gateway/xmpp-person.ts'
import { LOOK, type Meeting } from './meeting.ts'
import { shuffled } from './turns.ts'
import { VERIFICATION } from './verification-columns.ts'

/** What a row may be unable to do besides the abilities that every client is tested for. */
export type MatrixLimit = 'givesReceipts' | 'ignoresCarbons' | 'meetsStrangers' | 'takesBursts'

/** One thing that two people do, or that happens to them. */
export interface Column {
  /** As the test is called. */
  readonly title: string
  /** What the client must be able to do. Without it `instead` runs, and the cell gives the evidence. */
  readonly needs?: Ability | MatrixLimit
  run(meeting: Meeting): Promise<void>
  /** What happens with a client that cannot. */
  instead?(meeting: Meeting): Promise<void>
}

const HUNDRED = 100
/** More than the deployed gateway takes at once; no spaces, at which a client breaks lines. */
const LONG = 'lang-ä€🌍-'.repeat(180)

const TALK = {
  plain: {
    title: 'plain text both ways',
    async run(meeting) {
      await meeting.beginInClear()
      await meeting.talk(false, 'plain words')
    },
  },
  nonAscii: {
    title: 'more than ASCII, in the clear and encrypted',
    async run(meeting) {
      await meeting.beginInClear()
      await meeting.talk(false)
      await meeting.beginEncrypted()
      await meeting.talk(true)
    },
  },
  theyStart: {
    title: 'they start OTR',
    async run(meeting) {
      await meeting.beginEncrypted('they')
      await meeting.theyKnowUs()
      await meeting.talk(true)
    },
  },
  weStart: {
    title: 'we start OTR',
    async run(meeting) {
      await meeting.beginEncrypted('we')
      await meeting.theyKnowUs()
      await meeting.talk(true)
    },
  },
  bothStart: {
    title: 'both start at once, and nobody has to ask again',
    async run(meeting) {
      await meeting.beginInClear()
      const { alice, client, peer, stanzas } = meeting
      stanzas.length = 0
      // Ours leaves as theirs is at the gateway: two clicks are as close as that once in many times.
      const theirs = meeting.passing((it) => meeting.isTheirs(it) && isOtr(it))
      await Promise.all([client.startOtr(), theirs.then(() => alice.client.startOtr(peer))])
      // Where both gave way (`otr/quirks.md`), Sotto begins anew by itself after 6 s.
      await meeting.encrypted()
      await meeting.talk(true)
      for (const isTheirs of [true, false]) {
        const first = stanzas.find((it) => meeting.isTheirs(it) === isTheirs && isOtr(it))
        expect(first?.body, 'nobody was answered before both had asked').toMatch(OTR_QUERY)
      }
    },
  },
  alwaysOtr: {
    title:
      'always-OTR: what we write waits, clear text of theirs is marked, and none of ours leaves',
    async run(meeting) {
      await meeting.begin()
      const { alice, peer, client } = meeting
      alice.client.setAlwaysOtr(peer, true)
      alice.client.send(peer, 'only for your eyes')
      await client.events.expect('text', { text: 'only for your eyes', encrypted: true })
      alice.client.stopOtr(peer)
      await alice.fault('CHAT_ALWAYS_OTR')
      await meeting.talk(true)
      await client.endOtr()
      await alice.privacy(peer, 'ended')
      alice.client.send(peer, 'and so is this')
      const from = alice.events.length
      await meeting.say('for everybody', 'none')
      await alice.notice('message-unencrypted', from)
      expect(alice.privacyNow(peer)).toMatchObject({ state: 'ended' })
      alice.client.startOtr(peer)
      await client.events.expect('text', { text: 'and so is this', encrypted: true })
      const ours = meeting.stanzas.filter((it) => !meeting.isTheirs(it) && it.body !== null)
      expect(ours.filter((it) => !isOtr(it))).toEqual([])
      expect(meeting.server.kept()).not.toMatch(/only for your eyes|and so is this/)
    },
  },
  whitespaceTag: {
    title: 'their whitespace tag starts OTR',
    needs: 'sendsTag',
    async run(meeting) {
      await meeting.begin()
      await meeting.client.setOpportunistic(true)
      await meeting.client.say('tagged')
      expect(await meeting.alice.hears('tagged')).toMatchObject({ protection: 'none' })
      await meeting.encrypted()
      await meeting.client.setOpportunistic(false)
      await meeting.talk(true)
    },
    async instead(meeting) {
      await meeting.begin()
      await meeting.client.setOpportunistic(true)
      await meeting.client.say('untagged')
      await meeting.alice.hears('untagged')
      await meeting.client.setOpportunistic(false)
      expect(meeting.stanzas.map(({ body }) => body)).toContain('untagged')
      expect(await meeting.client.state()).toBe('plaintext')
    },
  },
  hundred: {
    title: `${HUNDRED} messages each way, in random order`,
    needs: 'takesBursts',
    run: (meeting) => sayHundred(meeting, async () => {}),
    async instead(meeting) {
      await loseOfBurst(meeting)
      await sayHundred(meeting, async (text) => {
        await meeting.alice.hears(text)
      })
    },
  },
  long: {
    title: 'a long message each way',
    needs: 'sendsLongText',
    async run(meeting) {
      await hearLong(meeting)
      await meeting.say(LONG, 'unverified')
    },
    async instead(meeting) {
      await hearLong(meeting)
      await meeting.say(LONG.slice(0, LONG.length / 3), 'unverified')
      await meeting.client.say(LONG)
      await expect.poll(() => meeting.client.log()).toContain('Maximum line length exceeded')
      await meeting.client.restart('same')
    },
  },
} as const satisfies Record<string, Column>

const ENDS = {
  theyEnd: {
    title: 'they end OTR, and what we write waits',
    needs: 'tellsEnd',
    async run(meeting) {
      await meeting.beginEncrypted()
      const { alice, client, peer } = meeting
      await client.endOtr()
      await alice.privacy(peer, 'ended')
      alice.client.send(peer, 'not for everybody')
      await client.say('that was me')
      await alice.hears('that was me')
      expect(meeting.stanzas.map(({ body }) => body)).not.toContain('not for everybody')
      alice.client.startOtr(peer)
      await client.events.expect('text', { text: 'not for everybody', encrypted: true })
    },
  },
  weEnd: {
    title: 'we end OTR',
    needs: 'showsEnd',
    async run(meeting) {
      await meeting.beginEncrypted()
      meeting.alice.client.stopOtr(meeting.peer)
      await meeting.client.events.expect('ended')
      await meeting.theirState('ended', 'plaintext')
    },
    async instead(meeting) {
      await meeting.beginEncrypted()
      meeting.alice.client.stopOtr(meeting.peer)
      await meeting.theirState('ended')
    },
  },
  gatewayRestarts: {
    title: 'the gateway, or the server, restarts in the middle',
    async run(meeting) {
      await meeting.beginEncrypted()
      await meeting.talk(true)
      const { alice, peer, stage } = meeting
      await stage.gateway.stop()
      await alice.privacy(peer, 'none')
      await stage.gateway.start()
      await meeting.talk(true)
      expect(alice.all('keyChanged')).toEqual([])
    },
  },
  weReload: {
    title: 'our page is loaded anew',
    async run(meeting) {
      await meeting.beginEncrypted()
      await meeting.talk(true)
      await meeting.reload()
      await meeting.talk(true)
      expect(meeting.alice.all('keyChanged')).toEqual([])
    },
  },
  theyRestart: {
    title: 'their client restarts with the same key',
    async run(meeting) {
      await meeting.beginEncrypted()
      const before = await meeting.client.fingerprint()
      await renewAfterRestart(meeting, 'same')
      await meeting.encrypted()
      await meeting.talk(true)
      expect(await meeting.client.fingerprint()).toBe(before)
      expect(meeting.alice.all('keyChanged')).toEqual([])
    },
  },
  newKey: {
    title: 'their client restarts with a new key: the alarm, and nothing leaves before a decision',
    async run(meeting) {
      await meeting.beginEncrypted()
      const { alice, client, peer } = meeting
      const before = await client.fingerprint()
      alice.client.trust(peer, before, 'verified')
      await alice.privacy(peer, 'verified')
      await renewAfterRestart(meeting, 'new')
      await alice.privacy(peer, 'keyChanged')
      const fingerprint = await client.fingerprint()
      const [alarm] = alice.all('keyChanged')
      expect(alarm).toMatchObject({ peer, previous: before, fingerprint, blocks: true })
      alice.client.send(peer, 'who are you?')
      await meeting.say('still me', 'unverified')
      expect(client.events.of('text').map(({ text }) => text)).not.toContain('who are you?')
      alice.client.trust(peer, fingerprint, 'accepted')
      await client.events.expect('text', { text: 'who are you?', encrypted: true })
    },
  },
  twoDevices: {
    title: 'two of their devices at once',
    needs: 'ignoresCarbons',
    async run(meeting) {
      await meeting.beginEncrypted()
      const { alice, peer } = meeting
      await using other = await meeting.phone()
      other.act((otr) => otr.start())
      await other.until('encryption', () => other.otr.secure)
      other.say('from the phone')
      expect(await alice.hears('from the phone')).toMatchObject({ protection: 'unverified' })
      await meeting.say('from the desk', 'unverified')
      alice.client.send(peer, 'to whoever spoke last')
      await meeting.client.events.expect('text', { text: 'to whoever spoke last', encrypted: true })
      expect(other.otr.texts).not.toContain('to whoever spoke last')
      const keys = alice.contact(peer)!.keys.map(({ fingerprint }) => fingerprint)
      expect(keys.toSorted()).toEqual(
        [await meeting.client.fingerprint(), other.otr.fingerprint].toSorted(),
      )
    },
    async instead(meeting) {
      await meeting.beginEncrypted()
      await using other = await meeting.phone()
      meeting.stanzas.length = 0
      other.act((otr) => otr.start())
      const isCommit = ({ body }: ChatStanza) => body?.startsWith('?OTR:AAMC') === true
      await meeting.passed('a commit of the desk', (it) => meeting.isTheirs(it) && isCommit(it))
      await meeting.rest()
      await meeting.say('from the desk', 'unverified')
    },
  },
} as const satisfies Record<string, Column>

const AROUND = {
  composing: {
    title: 'composing: in the clear; while encrypted, we tell nothing that is not',
    async run(meeting) {
      await composeOurs(meeting)
      await meeting.client.type()
      await meeting.alice.until((event) => event.type === 'composing' && event.active)
      await composeEncrypted(meeting)
    },
  },
  receipts: {
    title: 'receipts',
    needs: 'givesReceipts',
    async run(meeting) {
      const id = await sendForReceipt(meeting)
      await meeting.passed('a receipt', (it) => meeting.isTheirs(it) && it.receiptFor !== null)
      await meeting.alice.delivery(id, 'delivered')
    },
    async instead(meeting) {
      const id = await sendForReceipt(meeting)
      await meeting.alice.delivery(id, 'delivered')
      expect(meeting.stanzas.filter((it) => meeting.isTheirs(it) && it.receiptFor)).toEqual([])
    },
  },
  markupFromUs: {
    title: 'HTML in what we write is shown as text',
    needs: 'literalText',
    async run(meeting) {
      await meeting.beginEncrypted()
      await meeting.hear('<b>bold</b> a < b &amp; "c"', true)
    },
    async instead(meeting) {
      await meeting.beginEncrypted()
      const { sent, shown } = meeting.kind.shownMarkup!
      meeting.alice.client.send(meeting.peer, sent)
      await meeting.client.events.expect('text', { text: shown, encrypted: true })
    },
  },
  markupFromThem: {
    title: 'what they type is read as typed, whether their client makes HTML of it or not',
    async run(meeting) {
      await meeting.beginEncrypted()
      await meeting.say('<b>as it is</b>', 'unverified')
      await meeting.say('a < b & "c" > d', 'unverified')
      await meeting.say('&lt;i&gt; &amp; <br>', 'unverified')
    },
  },
  roomLink: {
    title: 'a link to a room: entered in the clear, and OTR stays where it was',
    async run(meeting) {
      await meeting.beginEncrypted()
      const { alice, server } = meeting
      const jid = `garden@${server.roomsDomain}`
      await meeting.say(jid, 'unverified')
      const guest = { resource: 'garden', speaksOtr: false }
      await using gardener = await XmppPerson.login(server, 'gardener', jid, guest)
      gardener.stream.send(xml('presence', { to: `${jid}/gardener` }, xml('x', { xmlns: MUC })))
      const room = parseAddress(alice.heard().at(-1)!.text)
      alice.client.open(room)
      await alice.privacy(room, 'room')
      alice.client.send(room, 'hello, garden')
      await gardener.message('her words', ({ body }) => body === 'hello, garden')
      gardener.stream.say(jid, 'welcome', { type: 'groupchat' })
      expect(await alice.hears('welcome')).toMatchObject({ peer: room, protection: 'none' })
      const bodies = gardener.stream.messages.map(({ body }) => body ?? '')
      expect(bodies.filter((body) => body.includes('?OTR'))).toEqual([])
      alice.client.close(room)
      await meeting.talk(true)
    },
  },
} as const satisfies Record<string, Column>

/** As long as it is, they read all of it, in as many lines as their client makes of it. */
async function hearLong(meeting: Meeting): Promise<void> {
  await meeting.beginEncrypted()
  meeting.alice.client.send(meeting.peer, LONG)
  let read = ''
  while (read.length < LONG.length) read += (await meeting.client.events.expect('text')).text
  expect(read).toBe(LONG)
}

function isOtr({ body }: ChatStanza): boolean {
  return body?.startsWith('?OTR') === true
}

/** @param pause - after each text of theirs */
async function sayHundred(meeting: Meeting, pause: (text: string) => Promise<void>): Promise<void> {
  await meeting.client.restart('same') // With an empty screen.
  await meeting.beginEncrypted()
  const { alice, client, peer } = meeting
  const numbers = Array.from({ length: HUNDRED }, (_, number) => number)
  for (const who of shuffled(numbers.flatMap(() => ['we', 'they'] as const))) {
    const text = `${who.is} ${who.number}`
    if (who.is === 'we') alice.client.send(peer, text)
    else await client.say(text).then(() => pause(text))
  }
  for (const number of numbers) {
    await client.events.expect('text', { text: `we ${number}`, encrypted: true })
  }
  await expect
    .poll(() => alice.heard().map(({ text }) => text), LOOK)
    .toEqual(numbers.map((number) => `they ${number}`))
}

/**
 * Lines of IRC that bitlbee reads by 512 octets: `PRIVMSG alice :line 01 of` and CRLF are 27, and the
 * 19th ends one octet later. The next read then begins with an LF, and is lost.
 */
async function loseOfBurst(meeting: Meeting): Promise<void> {
  await meeting.beginEncrypted()
  const { alice, client } = meeting
  const lines = Array.from({ length: 30 }, (_, at) => `line ${String(at + 1).padStart(2, '0')} of`)
  await Promise.all(lines.map((line) => client.say(line)))
  await alice.hears(lines[18]!)
  await meeting.say('after them', 'unverified')
  const heard = alice.heard().map(({ text }) => text)
  expect(heard).toEqual([...lines.slice(0, 19), 'after them'])
}

async function composeOurs(meeting: Meeting): Promise<void> {
  await meeting.beginInClear()
  const { alice, peer } = meeting
  alice.client.setComposing(peer, true)
  await meeting.passed('composing', (it) => isOurComposing(meeting, it))
  await meeting.talk(false)
}

/** The deployed gateway refuses what it cannot read, so there is none at all. */
async function composeEncrypted(meeting: Meeting): Promise<void> {
  await meeting.beginEncrypted()
  meeting.alice.client.setComposing(meeting.peer, true)
  await meeting.talk(true)
  expect(meeting.stanzas.filter((it) => isOurComposing(meeting, it))).toEqual([])
}

function isOurComposing(meeting: Meeting, stanza: ChatStanza): boolean {
  return !meeting.isTheirs(stanza) && stanza.state === 'composing'
}

/** It knows nothing of the session any more. They say so in the clear, and we encrypt again. */
async function renewAfterRestart(meeting: Meeting, key: 'same' | 'new'): Promise<void> {
  const { alice, client, peer } = meeting
  await client.restart(key)
  await meeting.say('back again', 'none')
  await alice.notice('message-unencrypted')
  client.events.skip()
  alice.client.startOtr(peer)
  await client.events.expect('encrypted')
}

/** A message that asks for a receipt, once the client has shown whether it knows what that is. */
async function sendForReceipt(meeting: Meeting): Promise<string> {
  await meeting.beginEncrypted()
  await meeting.talk(true)
  const id = meeting.alice.client.send(meeting.peer, 'have you got it?')
  await meeting.client.events.expect('text', { text: 'have you got it?' })
  return id
}

/** In the order in which they run: the one in the middle leaves keys behind, and comes last. */
export const COLUMNS = { ...TALK, ...VERIFICATION.smp, ...ENDS, ...AROUND, ...VERIFICATION.mitm }
export type ColumnId = keyof typeof COLUMNS
