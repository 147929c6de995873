import { beforeEach, expect, test } from 'vitest'
import type { ChatContext } from './context.ts'
import type { Address, ChatEvent, Message } from './events.ts'
import { Timeline } from './timeline.ts'

const BOB = 'sip:bob@sotto.test' as Address

let events: ChatEvent[]
let stored: Message[]
let timeline: Timeline

beforeEach(() => {
  events = []
  stored = []
  const context = {
    own: 'sip:alice@sotto.test',
    env: { now: () => 1 },
    emit: (event: ChatEvent) => events.push(event),
    newId: () => 'fresh-id-1',
    contacts: { get: () => null },
    archive: {
      keep: async (message: Message) => {
        stored.push(message)
        return true
      },
    },
  }
  timeline = new Timeline(context as unknown as ChatContext, BOB)
})

/** An own message that has left encrypted, and that the next hop has. */
async function sent(): Promise<string> {
  await timeline.post(timeline.write('own-id-1', 'hello', null))
  timeline.launchNext('verified', 'ab'.repeat(20))
  timeline.sent('own-id-1', false)
  return 'own-id-1'
}

const state = () => timeline.messages[0]?.delivery

test('that an encrypted message was displayed counts only if it was said encrypted', async () => {
  const id = await sent()
  timeline.displayed(id, false)
  expect(state()).toBe('sent')
  timeline.displayed(id, true)
  expect(state()).toBe('displayed')
})

test('displayed is the last word: a late report takes nothing back', async () => {
  const id = await sent()
  timeline.displayed(id, true)
  timeline.delivered(id)
  timeline.failed(id, 'late')
  timeline.ground()
  expect(state()).toBe('displayed')
  expect(stored.at(-1)?.delivery).toBe('displayed')
})

test('what has not left, or is not ours, cannot have been displayed', async () => {
  await timeline.post(timeline.write('own-id-1', 'hello', null))
  timeline.displayed('own-id-1', true)
  timeline.displayed('nobody’s', true)
  expect(state()).toBe('queued')
  expect(events.filter(({ type }) => type === 'delivery')).toEqual([])
})

test('a room’s late no comes after its yes', async () => {
  await timeline.post(timeline.write('own-id-1', 'psst', null))
  timeline.launchNext('none', null)
  timeline.sent('own-id-1', true)
  expect(stored.at(-1)).toMatchObject({ delivery: 'sent', settled: true })
  timeline.failed('own-id-1', 'nobody there')
  expect(timeline.messages).toMatchObject([{ delivery: 'failed', reason: 'nobody there' }])
  expect(stored.at(-1)?.settled).toBeUndefined()
  expect(timeline.retry('own-id-1', null)).toBe(true)
})

test('ids that their sender does not make unique are replaced', async () => {
  const received = { author: 'peer', nickname: null, protection: 'none' } as const
  await timeline.receive({ ...received, id: 'None', text: 'one' })
  await timeline.receive({ ...received, id: 'unique-id', text: 'two' })
  expect(timeline.messages.map(({ id }) => id)).toEqual(['fresh-id-1', 'unique-id'])
})
