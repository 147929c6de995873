import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OtrEngine } from '../../otr/index.ts'
import { childOf } from '../clients/xml.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { edgeWith } from './sip-server.ts'
import { type GatewayStage, gatewayStage, type Pair } from './stage.ts'
import { HINTS } from './stanzas.ts'

/** Both sides see encryption, and each the other's key. */
export async function encrypted({ alice, bob, bobsAddress }: Pair): Promise<void> {
  const { peerFingerprint, ownFingerprint } = await alice.privacy(bobsAddress, 'unverified')
  await bob.until('encryption', () => bob.otr.secure)
  expect(peerFingerprint).toBe(bob.otr.fingerprint)
  expect(bob.otr.events).toContainEqual({ type: 'newFingerprint', fingerprint: ownFingerprint })
}

/** Printable, of 1 to 2000 characters; no markup, which a client like Pidgin could mean as such. */
function hundredTexts(): string[] {
  return Array.from({ length: 100 }, (_, number) => {
    const bytes = randomBytes(1 + (randomBytes(2).readUInt16LE() % 2000))
    const text = bytes.toString('latin1').replaceAll(/[\p{Cc}<>&\xad]/gu, 'Ω')
    return `${number} ${text}.`
  })
}

/** For people who look for what is missing. */
function numbers(texts: readonly string[]): string {
  return texts.map((text) => text.split(' ', 1)[0]).join(' ')
}

/** What OTR is to do through the gateway, over any XMPP server. @param sip - default: an edge */
export function testOtr(start: () => Promise<XmppServer>, sip = edgeWith(null)): void {
  let xmpp: XmppServer
  let stage: GatewayStage

  beforeAll(async () => {
    xmpp = await start()
    stage = await gatewayStage(xmpp, { sip })
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await xmpp?.stop()
  })

  describe('a conversation', () => {
    test('is encrypted when SIP begins, and the server keeps nothing of it', async () => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      const id = alice.client.send(bobsAddress, 'for your eyes, Žofie 🐎')
      await encrypted(people)
      await bob.hears('for your eyes, Žofie 🐎')
      await alice.delivery(id, 'delivered')
      bob.say('and for yours')
      expect(await alice.hears('and for yours')).toMatchObject({ protection: 'unverified' })
      expect(xmpp.kept()).not.toContain('for your eyes')
      expect(xmpp.kept()).not.toContain('for yours')
    })

    test('is encrypted when XMPP begins', async () => {
      await using people = await stage.pair()
      const { alice, bob } = people
      bob.act((otr) => otr.start())
      await encrypted(people)
      bob.say('Grüß dich')
      expect(await alice.hears('Grüß dich')).toMatchObject({ protection: 'unverified' })
    })

    test('is encrypted when both begin', async () => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      bob.act((otr) => otr.start())
      await encrypted(people)
      bob.say('here I am')
      await alice.hears('here I am')
      alice.client.send(bobsAddress, 'so am I')
      await bob.hears('so am I')
    })

    test('carries a hundred random texts each way, in order', async () => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      await encrypted(people)
      const [hers, his] = [hundredTexts(), hundredTexts()]
      for (let number = 0; number < 100; number++) {
        alice.client.send(bobsAddress, hers[number]!)
        bob.say(his[number]!)
      }
      await alice.hears(his.at(-1)!)
      await bob.hears(hers.at(-1)!)
      const heard = alice.heard().map(({ text }) => text)
      expect([heard, bob.otr.texts].map(numbers)).toEqual([hers, his].map(numbers))
      expect(heard.filter((text, at) => text !== his[at])).toEqual([])
      expect(bob.otr.texts.filter((text, at) => text !== hers[at])).toEqual([])
    })
  })

  describe('verification', () => {
    test.each([
      ['the same secret', 'sôl', true],
      ['another', 'luna', false],
    ])('asked by SIP: %s', async (_, answer, agrees) => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      await encrypted(people)
      alice.client.verify(bobsAddress, 'sôl', 'Which star?')
      await bob.until('the question', () => bob.otr.smp.includes('askForAnswer'))
      expect(bob.otr.events).toContainEqual(expect.objectContaining({ question: 'Which star?' }))
      bob.act((otr) => otr.answer(answer))
      await alice.verification(agrees ? 'succeeded' : 'failed')
      await bob.until('the result', () => bob.otr.smp.includes(agrees ? 'success' : 'failure'))
    })

    test.each([
      ['the same secret', 'a question?', 'sôl', true],
      ['another', null, 'luna', false],
    ])('asked by XMPP: %s', async (_, question, answer, agrees) => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      await encrypted(people)
      bob.act((otr) => otr.verify('sôl', question))
      expect(await alice.verification('asked')).toMatchObject({ question })
      alice.client.answer(bobsAddress, answer)
      await alice.verification(agrees ? 'succeeded' : 'failed')
      await bob.until('the result', () => bob.otr.smp.includes(agrees ? 'success' : 'failure'))
    })
  })

  describe('the end of encryption', () => {
    test('by SIP reaches XMPP', async () => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      await encrypted(people)
      alice.client.stopOtr(bobsAddress)
      await bob.until('the end', () => bob.otr.ended)
    })

    test('by XMPP reaches SIP, where text is then held', async () => {
      await using people = await stage.pair()
      const { alice, bob, bobsAddress } = people
      alice.client.open(bobsAddress)
      await encrypted(people)
      bob.act((otr) => otr.end())
      await alice.privacy(bobsAddress, 'ended')
    })
  })

  test('an archive has what went in the clear; of what was encrypted nothing to read, and of ours nothing', async () => {
    await using people = await stage.pair()
    const { alice, bob, bobsAddress } = people
    alice.client.open(bobsAddress)
    await encrypted(people)
    alice.client.send(bobsAddress, 'private from SIP')
    await bob.hears('private from SIP')
    bob.say('private from XMPP')
    await alice.hears('private from XMPP')
    bob.act((otr) => otr.end())
    await alice.privacy(bobsAddress, 'ended')
    alice.client.stopOtr(bobsAddress)
    await alice.privacy(bobsAddress, 'plaintext')
    alice.client.send(bobsAddress, 'clear from SIP')
    await bob.message('it', ({ body }) => body === 'clear from SIP')
    bob.raw('clear from XMPP')
    await alice.hears('clear from XMPP')

    const archive = () => bob.stream.archive()
    const ofXmpp = async () => (await archive()).filter(({ from }) => from !== bob.peer)
    const ofSip = async () => (await archive()).filter(({ from }) => from === bob.peer)
    await expect.poll(ofSip).toEqual([{ from: bob.peer, body: 'clear from SIP' }])
    const words = (await ofXmpp()).map(({ body }) => body.replace(/^(\?OTR:AA[IM].).*$/, '$1'))
    // libotr sets no hints: it is for a client to do.
    expect(words).toContain('?OTR:AAMD')
    expect(words.filter((word) => !word.startsWith('?OTR'))).toEqual(['clear from XMPP'])
    await expect.poll(() => xmpp.kept(), { timeout: 10_000 }).toContain('clear from SIP')
    expect(xmpp.kept()).not.toMatch(/private from (SIP|XMPP)/)
  })

  test('OTR passes to the byte both ways, with hints that no server is to keep or copy it', async () => {
    const hers = new Overheard()
    await using people = await stage.pair({ fragmentAbove: 500 }, { otr: (it) => hers.around(it) })
    const { alice, bob, bobsAddress } = people
    // A whitespace tag of versions 2 and 3 (OTRv3, "Tagged plaintext messages"), and blanks around.
    const tag = ' \t  \t\t\t\t \t \t \t    \t\t  \t   \t\t  \t\t'
    bob.raw(` tagged${tag} `) // Her software reads the tag, and answers it.
    await encrypted(people)
    bob.say('von mir — ä€🌍, auf mehr als einmal. '.repeat(20))
    await alice.until((event) => event.type === 'message' && event.message.text.length > 300)
    alice.client.send(bobsAddress, 'to you — ž🐎')
    await bob.hears('to you — ž🐎')
    bob.act((otr) => otr.verify('sôl', 'Which star?'))
    await alice.verification('asked')
    alice.client.answer(bobsAddress, 'sôl')
    await alice.verification('succeeded')
    bob.act((otr) => otr.start()) // New keys: this time a query.
    await bob.until('new keys', () => bob.otr.events.some(({ type }) => type === 'stillSecure'))
    bob.act((otr) => otr.end())
    await alice.privacy(bobsAddress, 'ended')

    const came = () => bob.stream.messages.filter(({ body }) => body !== null)
    await expect.poll(() => hers.came).toEqual(bob.said)
    await expect.poll(() => came().map(({ body }) => body)).toEqual(hers.went)
    for (const kind of [/^ tagged[ \t]+$/, /^\?OTRv/, /^\?OTR\|.*,00002,/]) {
      expect(bob.said).toContainEqual(expect.stringMatching(kind))
    }
    for (const kind of [/^\?OTR:AA[IM]C/, /^\?OTR:AA[IM]R/, /^\?OTR:AA[IM]D/]) {
      expect(hers.went).toContainEqual(expect.stringMatching(kind))
    }
    for (const { stanza } of came()) {
      expect(childOf(stanza, 'no-copy', HINTS)).toBeDefined()
      expect(childOf(stanza, 'no-permanent-store', HINTS)).toBeDefined()
    }
  })
}

/** What went into the OTR of somebody at SIP from the wire, and what it gave to the wire. */
class Overheard {
  readonly came: string[] = []
  readonly went: string[] = []

  around(engine: OtrEngine): OtrEngine {
    const run: OtrEngine['run'] = async (session, command) => {
      if (command.op === 'receive') this.came.push(command.text)
      const output = await engine.run(session, command)
      this.went.push(...output.wire.map(({ text }) => text))
      return output
    }
    return new Proxy(engine, {
      get: (_, name: keyof OtrEngine) => (name === 'run' ? run : engine[name].bind(engine)),
    })
  }
}
