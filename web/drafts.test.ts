import { expect, test } from 'vitest'
import { ComposingNotes } from './composing-notes.ts'
import { Drafts } from './drafts.ts'
import { ALICE, BOB, CAROL } from './testing/cast.ts'

function memory() {
  const map = new Map<string, string>()
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  }
}

test('a draft is kept for its account and its conversation, and forgotten when empty', () => {
  const storage = memory()
  const drafts = new Drafts(storage, ALICE)
  drafts.set(BOB, 'half a sen')
  expect(new Drafts(storage, ALICE).get(BOB)).toBe('half a sen')
  expect(drafts.get(CAROL)).toBe('')
  expect(new Drafts(storage, CAROL).get(BOB)).toBe('')
  drafts.set(BOB, '')
  expect(storage.map.size).toBe(0)
})

test('a full storage does not stop the typing', () => {
  const storage = memory()
  storage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  expect(() => new Drafts(storage, ALICE).set(BOB, 'text')).not.toThrow()
})

test('"is writing" is said once a burst, and taken back by a pause, by sending, by leaving', () => {
  const said: string[] = []
  const tasks = new Set<() => void>()
  const notes = new ComposingNotes(
    { setComposing: (peer, active) => void said.push(`${peer.slice(4, 7)} ${active}`) },
    (_, task) => {
      tasks.add(task)
      return () => tasks.delete(task)
    },
  )
  notes.typed(BOB, 'h')
  notes.typed(BOB, 'he')
  expect(said).toEqual(['bob true'])
  expect(tasks.size).toBe(1)
  for (const pause of tasks) pause()
  expect(said).toEqual(['bob true', 'bob false'])

  notes.typed(BOB, 'hel')
  notes.typed(CAROL, 'x')
  expect(said.slice(2)).toEqual(['bob true', 'bob false', 'car true'])
  notes.typed(CAROL, '')
  expect(said.slice(5)).toEqual(['car false'])
  notes.stopped(CAROL)
  expect(said).toHaveLength(6)
})
