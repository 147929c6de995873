import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { concat, Writer } from './bytes.ts'
import { type DhCommit, encodeDhCommit, parseMessage } from './messages.ts'
import { recognise, writeEncoded, writeQuery } from './recognise.ts'
import { OtrSession, type Output } from './session.ts'
import {
  Clock,
  encryptedPair,
  KEYS,
  makePair,
  Peer,
  PROFILE,
  seeded,
  settle,
  sheet,
} from './testing/peers.ts'
import { encodePlaintext, parsePlaintext, TLV } from './tlv.ts'

/** The encoded message in a text. */
function decode(text: string): Uint8Array {
  const recognised = recognise(text)
  if (recognised.kind !== 'encoded') throw new Error('not encoded')
  return recognised.bytes
}

function parseData(text: string) {
  const message = parseMessage(decode(text))
  if (message.type !== 'data') throw new Error('not a data message')
  return message
}

const V2 = { policy: { allowV3: false } }

test('each quirk of quirks.md has its test', () => {
  const rows = readFileSync(new URL('quirks.md', import.meta.url), 'utf8').match(/^\| \d+ /gm)!
  const tests = readFileSync(new URL(import.meta.url), 'utf8').matchAll(
    /^(?:test.*|\S*\]\)\(|\)\()'(\d+)/gm,
  )
  const tested = new Set([...tests].map(([, number]) => Number(number)))
  expect(rows.map((row) => Number(row.slice(2)))).toEqual([...tested].toSorted((a, b) => a - b))
})

test('1: old MAC keys of any length', () => {
  const { alice, bob } = encryptedPair()
  for (const length of [1, 47, 50, 54, 60, 62, 71]) {
    bob.send('odd')
    const [text] = bob.take()
    const upToMac = decode(text!).subarray(0, parseData(text!).authenticated.length + 20)
    const odd = new Writer().data(new Uint8Array(length).fill(0x5c)).finish()
    alice.receive(writeEncoded(concat(upToMac, odd)))
  }
  expect(alice.texts.length).toBe(7)
})

test('2: bare text has nothing after it', () => {
  const { alice } = encryptedPair({ profile: { padTo: 256 } })
  const xml = '<?xml version="1.0"?><isComposing/>'
  alice.run({ op: 'send', id: '1', text: xml, bare: true })
  expect(parseData(alice.outbox[0]!).ciphertext.length).toBe(xml.length)
})

test.each([
  [{}, '?OTRv23?'],
  [{ allowV2: false }, '?OTRv3?'],
  [{ allowV3: false }, '?OTRv2?'],
])('3: our query for %o begins %s', (policy, start) => {
  const { wire } = makePair({ policy }).alice.run({ op: 'start' })
  expect(wire[0]!.text.startsWith(`${start} `)).toBe(true)
})

test('4: no NUL, and no bytes at all', () => {
  expect(parsePlaintext(new TextEncoder().encode('Hi'))).toEqual({ text: 'Hi', tlvs: [] })
  expect(parsePlaintext(new Uint8Array(0))).toEqual({ text: '', tlvs: [] })
})

test('5: only records of types 0 to 7 go out', () => {
  const ends = (['alice', 'bob'] as const).map(
    (who) =>
      new OtrSession(
        {
          key: KEYS[who],
          fingerprint: sheet.dsa[who].fingerprint,
          ownTag: 0x100,
          profile: { ...PROFILE, padTo: 128 },
          random: seeded(who),
          now: () => 0,
        },
        0,
      ),
  )
  const out: Output = { wire: [], events: [] }
  const types = new Set<number>()
  const carry = (turn: number) => {
    for (; out.wire.length > 0; turn++) {
      for (const { text } of out.wire.splice(0)) {
        const message = parseMessage(decode(text))
        const to = ends[turn % 2]!
        if (message.type !== 'data') {
          to.receiveAke(message, out)
          continue
        }
        const received = to.open(message)
        for (const { type } of received.tlvs) types.add(type)
        to.deliver(received, out)
      }
    }
  }
  const [alice, bob] = ends as [OtrSession, OtrSession]
  alice.startAke(2, out)
  carry(1)
  alice.smpStart('s', 'question?', out)
  carry(1)
  bob.smpAnswer('s', out)
  carry(0)
  alice.smpStart('s', null, out)
  alice.smpAbort(out)
  carry(1)
  alice.sendText('1', 'text', false, out)
  alice.end(out)
  carry(1)
  expect([...types].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('6: no fragments unless the profile asks for them', () => {
  const { alice } = encryptedPair()
  alice.send('x'.repeat(100_000))
  expect(alice.outbox.length).toBe(1)
})

test('7: no errors if the profile says so', () => {
  const { alice, bob } = encryptedPair({ profile: { errors: false } })
  alice.conversation.forget()
  bob.send('hello?')
  for (const text of bob.take()) alice.receive(text)
  expect(alice.outbox).toEqual([])
})

test('8: a commit that is not answered changes nothing', () => {
  const pair = encryptedPair()
  pair.alice.receive('?OTRv3?')
  expect(pair.alice.take().length).toBe(1)
  pair.alice.send('still the old keys')
  pair.bob.send('here too')
  settle(pair)
  expect(pair.bob.texts).toEqual(['still the old keys'])
  expect(pair.alice.texts).toEqual(['here too'])
})

test('9: a commit may name us, or nobody', () => {
  for (const receiverTag of [0, 0x1000 + 'a'.charCodeAt(0)]) {
    const { alice, bob } = makePair()
    bob.receive('?OTRv3?')
    const commit = parseMessage(decode(bob.take()[0]!)) as DhCommit
    const named = encodeDhCommit({ ...commit, receiverTag }, commit.encryptedGx, commit.hashedGx)
    alice.receive(writeEncoded(named))
    expect(alice.outbox[0]).toMatch(/^\?OTR:AAMK/)
  }
})

test('10: our own comparison decides', () => {
  const pair = encryptedPair()
  pair.alice.run({ op: 'smpStart', secret: 'one', question: null })
  settle(pair)
  pair.bob.run({ op: 'smpAnswer', secret: 'another' })
  settle(pair)
  expect(pair.alice.smp.at(-1)).toBe('failed')
  expect(pair.bob.smp.at(-1)).toBe('failed')
})

test('11: a key that answers our commit after we gave way to theirs does not disturb', () => {
  const clock = new Clock()
  const rounds = Array.from({ length: 8 }, (_, round) => {
    const alice = new Peer('alice', clock, { random: seeded(`a${round}`) })
    const bob = () => new Peer('bob', clock, { key: KEYS.bob, random: seeded(`b${round}`) })
    const [committed, answering] = [bob(), bob()] // The two contexts of libotr.
    alice.receive('?OTRv3?')
    committed.receive('?OTRv3?')
    answering.receive(alice.take()[0]!)
    alice.receive(committed.take()[0]!)
    const gaveWay = alice.outbox[0]!.startsWith('?OTR:AAMK')
    if (gaveWay) {
      alice.receive(answering.take()[0]!)
      expect(alice.events.at(-1)).toEqual({ type: 'ignored', why: 'OTR_UNEXPECTED' })
      settle({ alice, bob: committed, clock })
      expect(alice.state).toMatchObject({ state: 'encrypted' })
    }
    return gaveWay
  })
  expect(new Set(rounds)).toEqual(new Set([true, false]))
})

test('12: where both gave way, the next query starts at once', () => {
  const rounds = Array.from({ length: 8 }, (_, round) => {
    const pair = makePair({ ...V2, random: seeded(`a${round}`) }, V2)
    const { alice, bob } = pair
    alice.receive('?OTRv2?')
    bob.receive('?OTRv2?')
    const [ours] = alice.take()
    const [theirs] = bob.take()
    bob.run({ op: 'end' }) // libotr forgets its commit without comparing.
    bob.receive(ours!)
    alice.receive(theirs!)
    settle(pair)
    const stuck = alice.state === undefined
    alice.run({ op: 'start' })
    settle(pair)
    expect(alice.state).toMatchObject({ state: 'encrypted', version: 2 })
    return stuck
  })
  expect(new Set(rounds)).toEqual(new Set([true, false]))
})

test('13: new keys are a refreshed session to us, whoever sent the commit', () => {
  for (const who of ['alice', 'bob'] as const) {
    const pair = encryptedPair()
    pair[who].run({ op: 'start' })
    settle(pair)
    expect(pair.alice.state).toMatchObject({ refreshed: true })
    expect(pair.bob.state).toMatchObject({ refreshed: true })
  }
})

test('14: the NUL after a text is not part of it', () => {
  const bytes = concat(new TextEncoder().encode('Hi'), Uint8Array.of(0))
  expect(parsePlaintext(bytes)).toEqual({ text: 'Hi', tlvs: [] })
})

test('15: what follows a query is left out', () => {
  const { alice } = makePair()
  alice.receive('?OTRv23?\n<b>bob</b> has requested an Off-the-Record conversation.')
  expect(alice.texts).toEqual([])
  expect(alice.outbox[0]).toMatch(/^\?OTR:AAMC/)
})

test('16: tags and blanks in front', () => {
  const { alice, bob } = makePair()
  bob.receive('?OTRv3?')
  alice.receive(`<FONT FACE="Arial"> ${bob.take()[0]}</FONT>`)
  expect(alice.outbox[0]).toMatch(/^\?OTR:AAMK/)
})

test('17: a peer that prefers version 2 gets it, and the caller is told', () => {
  const pair = makePair({}, V2)
  pair.alice.run({ op: 'start' })
  settle(pair)
  expect(pair.alice.state).toMatchObject({ state: 'encrypted', version: 2 })
  expect(writeQuery([2, 3])).toMatch(/^\?OTRv23\?/)
})

test('18: a peer that left without a word can be asked again', () => {
  const pair = encryptedPair()
  const { alice, bob } = pair
  bob.conversation.forget()
  alice.send('are you there?')
  settle(pair)
  expect(bob.events.at(-1)).toMatchObject({ type: 'unreadable', why: 'OTR_NOT_ENCRYPTED' })
  expect(alice.state).toMatchObject({ state: 'encrypted' })
  alice.run({ op: 'start' })
  settle(pair)
  alice.send('are you there now?')
  settle(pair)
  expect(bob.texts).toEqual(['are you there now?'])
})

test('19: padding only if the profile asks for it', () => {
  const plaintext = { text: 'Hi', tlvs: [] }
  expect(parsePlaintext(encodePlaintext(plaintext, 0)).tlvs).toEqual([])
  expect(parsePlaintext(encodePlaintext(plaintext, 16)).tlvs[0]!.type).toBe(TLV.padding)
})

test('20: a last fragment that is empty', () => {
  const { alice, bob } = encryptedPair()
  bob.send('in one piece and none')
  const [text] = bob.take()
  const tags = '?OTR|1062|1061'
  alice.receive(`${tags},00001,00002,${text},`)
  expect(alice.texts).toEqual([])
  alice.receive(`${tags},00002,00002,,`)
  expect(alice.texts).toEqual(['in one piece and none'])
})

test('21: an abort instead of the last message comes after both have spoken', () => {
  const pair = encryptedPair()
  const { alice, bob } = pair
  alice.run({ op: 'smpStart', secret: 'heron', question: null })
  settle(pair)
  bob.run({ op: 'smpAnswer', secret: 'egret' })
  for (const text of bob.take()) alice.receive(text)
  alice.take() // Message 3, which such a peer would now find wanting.
  bob.run({ op: 'smpAbort' })
  settle(pair)
  expect(alice.smp).toEqual(['started', 'working', 'aborted'])
})
