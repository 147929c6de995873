import { beforeEach, expect, test } from 'vitest'
import { OwnComposing, PeerComposing } from './composing.ts'
import { Clock } from './testing/clock.ts'

let clock: Clock
let told: string[]
const tell = (active: boolean) => told.push(`${clock.now / 1000} ${active ? 'active' : 'idle'}`)

beforeEach(() => {
  clock = new Clock()
  told = []
})

test('we tell when we begin, every 60 s while we go on, and after 15 s of rest', () => {
  const composing = new OwnComposing(clock.after, tell)
  for (let i = 0; i < 14; i++) {
    composing.edited()
    clock.pass(5_000)
  }
  clock.pass(60_000)
  expect(told).toEqual(['0 active', '60 active', '80 idle'])
})

test('a message that is sent says it all', () => {
  const composing = new OwnComposing(clock.after, tell)
  composing.edited()
  composing.reset()
  composing.stopped()
  clock.pass(100_000)
  expect(told).toEqual(['0 active'])
})

test('the peer is believed for as long as it says, or 120 s, or 10 minutes at most', () => {
  const composing = new PeerComposing(clock.after, tell)
  composing.received(true, 60)
  clock.pass(50_000)
  composing.received(true, null)
  clock.pass(150_000)
  composing.received(true, 1_000_000)
  clock.pass(1_000_000)
  composing.received(false, null)
  expect(told).toEqual(['0 active', '170 idle', '200 active', '800 idle'])
})
