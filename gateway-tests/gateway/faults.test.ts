import { expect, onTestFinished, test } from 'vitest'
import { childOf } from '../clients/xml.ts'
import { startProsody } from '../xmpp/prosody.ts'
import { DEPLOYED, type GatewayFaults } from './faults.ts'
import type { GatewayOptions } from './gateway.ts'
import { encrypted } from './otr-suite.ts'
import { COMPONENTS, type GatewayStage, gatewayStage } from './stage.ts'

async function faulty(
  faults: GatewayFaults,
  options: Pick<GatewayOptions, 'receiptTimeoutMs'> = {},
): Promise<GatewayStage> {
  const xmpp = await startProsody(COMPONENTS)
  onTestFinished(() => xmpp.stop())
  return gatewayStage(xmpp, { faults, ...options })
}

/** As a SylkServer 6.6.1 sent it in answer to `<body>hello sip</body>`, in its words. */
const RECORDED = {
  message: [
    'MSRP TID SEND',
    'To-Path: PATH',
    'From-Path: PATH',
    'Message-ID: m1795325566838',
    'Success-Report: no',
    'Failure-Report: no',
    'Byte-Range: RANGE',
    'Content-Type: message/cpim',
    '',
    'From: <sip:BOB;gr=7231>',
    'To: <sip:ALICE>',
    'DateTime: TIME',
    '',
    'MIME-Version: 1.0\nContent-Type: text/plain; charset="utf8"\n\nhello sip',
    '-------TID$',
    '',
  ].join('\r\n'),
  wake: { body: ' ', chatState: 'active' },
} as const

/** What differs between any two messages. */
function shape(frame: string): string {
  return frame
    .replaceAll(/(?<=^MSRP |-{7})[a-z\d]+/gm, 'TID')
    .replaceAll(/(?<=-Path: ).*(?=\r)/g, 'PATH')
    .replaceAll(/(?<=Byte-Range: ).*(?=\r)/g, 'RANGE')
    .replaceAll(/(?<=DateTime: )\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00/g, 'TIME')
    .replaceAll(/(?<=sip:)bob\d+@[\w.]+/g, 'BOB')
    .replaceAll(/(?<=sip:)alice\d+@[\w.]+/g, 'ALICE')
}

test('the deployed gateway is imitated to the byte, and a conversation goes on all the same', async () => {
  await using stage = await faulty(DEPLOYED)
  await using people = await stage.pair({ speaksOtr: false })
  const { alice, bob } = people
  bob.raw('hello sip', { id: 'm1795325566838' })
  expect(await alice.hears('hello sip')).toMatchObject({ protection: 'none' })
  const frames = () => stage.msrp().map(shape)
  expect(frames()).toContain(RECORDED.message)
  await expect
    .poll(() => frames().filter((frame) => frame.includes('<state>idle</state>')).length)
    .toBe(1)
  const { stanza } = await bob.message('a blank', ({ body }) => body === ' ')
  expect(bob.stream.messages[0]).toMatchObject(RECORDED.wake)
  expect(childOf(stanza, 'html')?.children).toEqual(['text/plain'])
})

test('OTR goes through the deployed gateway, both ways', async () => {
  await using stage = await faulty(DEPLOYED)
  await using people = await stage.pair()
  const { alice, bob, bobsAddress } = people
  alice.client.open(bobsAddress)
  await encrypted(people)
  bob.say('Grüß dich, Žofie')
  await alice.hears('Grüß dich, Žofie')
  alice.client.send(bobsAddress, '你好')
  await bob.hears('你好')
  alice.client.verify(bobsAddress, 'sôl', null)
  await bob.until('the question', () => bob.otr.smp.includes('askForSecret'))
  bob.act((otr) => otr.answer('sôl'))
  await alice.verification('succeeded')
})

test('long texts that come several times are shown once, in the clear as in OTR', async () => {
  await using stage = await faulty({ longBodiesRepeated: true })
  await using people = await stage.pair()
  const { alice, bob } = people
  const long = 'Žluťoučký kůň, '.repeat(150).trim()
  bob.raw(`clear ${long}`)
  await alice.hears(`clear ${long}`)
  bob.act((otr) => otr.start())
  await encrypted(people)
  for (const number of [1, 2, 3]) bob.say(`${number} ${long}`)
  bob.say('the end')
  await alice.hears('the end')
  const heads = alice.heard().map(({ text }) => text.slice(0, 5))
  expect(heads).toEqual(['clear', '1 Žlu', '2 Žlu', '3 Žlu', 'the e'])
  expect(alice.all('notice').map(({ notice }) => notice.code)).not.toContain('message-unreadable')
})

test('messages that are all called None are all shown', async () => {
  await using stage = await faulty({ idsVerbatim: true })
  await using people = await stage.pair()
  const { alice, bob, bobsAddress } = people
  alice.client.open(bobsAddress)
  await encrypted(people)
  const text = (word: string) => {
    bob.otr.send(word)
    for (const body of bob.otr.take()) bob.withoutId(body)
  }
  for (const word of ['yes', 'no', 'yes']) text(word)
  await expect.poll(() => alice.heard().length, { timeout: 10_000 }).toBe(3)
  expect(stage.msrp().filter((frame) => frame.includes('Message-ID: None\r\n'))).toHaveLength(3)
})

test('a receipt that the gateway mislays leaves the message sent, and not failed', async () => {
  await using stage = await faulty({ receiptsMismatched: true }, { receiptTimeoutMs: 500 })
  await using people = await stage.pair()
  const { alice, bob, bobsAddress } = people
  bob.raw('hello', { wantsReceipt: true }) // His client is one that gives receipts, too.
  await alice.hears('hello')
  await encrypted(people)
  const id = alice.client.send(bobsAddress, 'are you there?')
  await bob.hears('are you there?')
  const { id: stanza } = await bob.message('a request', ({ wantsReceipt }) => wantsReceipt)
  bob.raw(null, { receiptFor: stanza! })
  const timeouts = () => stage.msrp().filter((frame) => frame.includes('Status: 000 408'))
  await expect.poll(() => timeouts().length, { timeout: 10_000 }).toBe(1)
  alice.client.send(bobsAddress, 'another')
  await bob.hears('another')
  const deliveries = alice.all('delivery').filter((event) => event.id === id)
  expect(deliveries.at(-1)?.delivery).toBe('sent')
})

test('text without a charset is read as the UTF-8 that it is', async () => {
  await using stage = await faulty({ noCharset: true })
  await using people = await stage.pair()
  people.bob.raw('Žofie, 你好')
  await people.alice.hears('Žofie, 你好')
})

test('a gateway that loses text without charset gets ours, the handshake’s too', async () => {
  await using stage = await faulty({ losesTextWithoutCharset: true })
  await using people = await stage.pair()
  const { alice, bob, bobsAddress } = people
  alice.client.send(bobsAddress, 'it has one')
  await encrypted(people)
  await bob.hears('it has one')
})
