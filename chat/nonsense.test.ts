import { expect, test } from 'vitest'
import { couple, stage } from './testing/stage.ts'

/** What a defective or hostile server may put on a socket. */
const NONSENSE = [
  'nonsense',
  '',
  '\r\n\r\n\r\n',
  'MSRP abcd1234 SEND\r\nTo-Path: \r\n\r\n',
  'MSRP abcd1234 200 OK\r\nTo-Path: msrp://a;tcp\r\nFrom-Path: msrp://b;tcp\r\n-------abcd1234$\r\n',
  'INVITE sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n',
  'SIP/2.0 200 OK\r\n\r\n',
  `${'x'.repeat(70_000)}`,
]

test('a little nonsense on either socket changes nothing', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  for (const text of NONSENSE) {
    alice.mishear('sip', text)
    alice.mishear('msrp', text)
  }
  bob.client.send(alice.address, 'do you still hear me?')
  await alice.hears('do you still hear me?')
  alice.client.send(bob.address, 'every word')
  await bob.hears('every word')
  expect(alice.all('closed')).toEqual([])
  expect(alice.all('fault')).toEqual([])
})

test('a server that talks nothing else is left, in words, and what was typed arrives', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  for (let at = 0; at < 20; at++) alice.mishear('msrp', `nonsense ${at}`)
  const notice = await alice.notice('session-failed')
  expect(notice.sentence).toBe('The connection to bob was lost. It is tried again by itself.')
  const id = alice.client.send(bob.address, 'all the same')
  await bob.hears('all the same')
  await alice.delivery(id, 'delivered')
  expect(bob.heard().filter(({ text }) => text === 'all the same')).toHaveLength(1)
  expect(on.wire()).not.toContain('all the same')
})
