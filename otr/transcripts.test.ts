import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { OtrEvent } from './events.ts'
import { parseMessage } from './messages.ts'
import { recognise } from './recognise.ts'
import { replay, type Transcript } from './testing/transcript.ts'

/*
 * Conversations that we had with libotr 4.1.1, said again: `gateway-tests/libotr-recording.test.ts`
 * made them. What libotr took and understood then must leave us unchanged today.
 */
describe.each([2, 3] as const)('version %i with libotr 4.1.1', (version) => {
  const path = new URL(`vectors/libotr-transcript-v${version}.json`, import.meta.url)
  const transcript = JSON.parse(readFileSync(path, 'utf8')) as Transcript
  const events = transcript.steps.flatMap(({ events }) => events)
  const all = <Type extends OtrEvent['type']>(type: Type) =>
    events.filter((event) => event.type === type) as Extract<OtrEvent, { type: Type }>[]

  test('every answer of ours is the same, to the byte', async () => {
    const outputs = await replay(transcript)
    for (const [i, { command, wire, events }] of transcript.steps.entries()) {
      expect(outputs[i], `step ${i}, ${command.op}`).toEqual({ wire, events })
    }
  })

  test('the recording has both roles of the handshake, and both ends', () => {
    const [first, second, ...others] = all('state')
    expect(first).toMatchObject({ version, state: 'encrypted', ssidHalf: 'second', by: 'peer' })
    expect(second).toMatchObject({ state: 'finished', by: 'peer' })
    expect(others).toMatchObject([
      { state: 'plaintext', by: 'us' },
      { version, state: 'encrypted', ssidHalf: 'first', by: 'us', refreshed: false },
      { version, state: 'encrypted', refreshed: true },
      { state: 'plaintext', by: 'us' },
    ])
    expect(all('refused')).toEqual([
      { type: 'refused', id: 'which must not leave', why: 'finished' },
    ])
    expect([...all('ignored'), ...all('unreadable'), ...all('peerError')]).toEqual([])
  })

  test('it has texts beyond ASCII, and keys that rotate', () => {
    expect(all('text').map(({ text }) => text)).toEqual([
      '日本から 🦊',
      ...[0, 1, 2, 3, 4].map((turn) => `libotr's turn ${turn}`),
      'in a new session',
    ])
    const keyIds = transcript.steps.flatMap(({ command }) => {
      const recognised = command.op === 'receive' ? recognise(command.text) : null
      if (recognised?.kind !== 'encoded') return []
      const message = parseMessage(recognised.bytes)
      return message.type === 'data' ? [message.senderKeyId] : []
    })
    expect(Math.max(...keyIds)).toBeGreaterThan(5)
  })

  test('it has verifications that succeed and fail, asked by both, with questions', () => {
    const steps = all('smp').map((event) =>
      event.step === 'asked' || event.step === 'started'
        ? `${event.step} ${event.question ?? ''}`.trim()
        : event.step,
    )
    expect(steps.filter((step) => step !== 'working')).toEqual([
      ...['started', 'succeeded', 'started', 'failed'],
      ...['started Wie heißt der Hund?', 'succeeded'],
      ...['asked', 'succeeded', 'asked Which?', 'failed'],
    ])
  })
})
