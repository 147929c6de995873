import { expect, test } from 'vitest'
import { ComposingNotes } from './composing-notes.ts'
import { Deletions } from './deletions.ts'
import { Drafts } from './drafts.ts'
import { ALICE, BOB, CAROL } from './testing/cast.ts'

function memory() {
  const map = new Map<string, string>()
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
    key: (at: number) => [...map.keys()][at] ?? null,
    get length() {
      return map.size
    },
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

test('with a passphrase nothing is on the disk any more, of this account, and typing goes on', () => {
  const storage = memory()
  const drafts = new Drafts(storage, ALICE)
  new Drafts(storage, CAROL).set(BOB, 'hers')
  drafts.set(BOB, 'half a sen')
  drafts.keepInMemory(true)
  expect([...storage.map.values()]).toEqual(['hers'])
  drafts.set(BOB, 'half a sentence')
  drafts.sent(CAROL, 'm1', 'sent')
  expect([...storage.map.values()]).toEqual(['hers'])
  expect(drafts.get(BOB)).toBe('half a sentence')
})

test('a full storage does not stop the typing', () => {
  const storage = memory()
  storage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  expect(() => new Drafts(storage, ALICE).set(BOB, 'text')).not.toThrow()
})

test('what was sent stays until it is kept as a message, whatever is written meanwhile', () => {
  const storage = memory()
  const drafts = new Drafts(storage, ALICE)
  const stored = () => new Drafts(storage, ALICE).get(BOB)
  drafts.set(BOB, 'first')
  drafts.sent(BOB, 'a', 'first')
  expect([drafts.get(BOB), stored()]).toEqual(['', 'first'])
  drafts.set(BOB, 'second')
  drafts.sent(BOB, 'b', 'second')
  drafts.set(BOB, 'third')
  expect([drafts.get(BOB), stored()]).toEqual(['third', 'first\nsecond\nthird'])
  drafts.kept(BOB, 'a')
  drafts.kept(BOB, 'a')
  expect(stored()).toBe('second\nthird')
  drafts.kept(BOB, 'b')
  drafts.kept(CAROL, 'b')
  expect(stored()).toBe('third')
  drafts.forget(BOB)
  expect(storage.map.size).toBe(0)
})

test('a deletion waits, can be taken back, and is carried out when nobody can any more', () => {
  const done: string[] = []
  const tasks = new Set<() => void>()
  const deletions = new Deletions((_, task) => {
    tasks.add(task)
    return () => tasks.delete(task)
  })
  for (const one of ['a', 'b', 'c']) deletions.hold(one, () => done.push(one))
  deletions.undo('b')
  expect([tasks.size, done]).toEqual([2, []])
  const [first] = tasks
  first!()
  expect(done).toEqual(['a'])
  deletions.flush()
  deletions.flush()
  expect(done).toEqual(['a', 'c'])
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
