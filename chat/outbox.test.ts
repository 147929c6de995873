import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Address, Message } from './events.ts'
import { ATTEMPTS_MAX, OUTBOX_WINDOW } from './limits.ts'
import { Outbox } from './outbox.ts'

const message = (id: string, change: Partial<Message> = {}): Message => ({
  id,
  peer: 'sip:bob@example.com' as Address,
  author: 'us',
  nickname: null,
  text: id,
  contentType: 'text/plain',
  at: 0,
  protection: 'none',
  delivery: 'queued',
  reason: null,
  resent: false,
  ...change,
})

/** Sends whatever may go. */
function drain(outbox: Outbox): string[] {
  const ids: string[] = []
  for (let next = outbox.next(); next !== null; next = outbox.next()) {
    outbox.launch(next.id, 'unverified', 'k1')
    ids.push(next.id)
  }
  return ids
}

describe('an outbox', () => {
  test('sends in order, and again in the old order what was not confirmed', () => {
    const outbox = new Outbox()
    for (const id of ['a', 'b', 'c']) outbox.add(message(id))
    expect(drain(outbox)).toEqual(['a', 'b', 'c'])
    expect(outbox.sent('a')).toMatchObject({ delivery: 'sent', protection: 'unverified' })
    outbox.sent('b')
    outbox.settle('b')
    outbox.ground()
    outbox.add(message('d'))
    expect(drain(outbox)).toEqual(['a', 'c', 'd'])
    expect(outbox.sent('a')).toBeNull() // It was `sent` already, and stays so.
    expect(outbox.sent('c')).toMatchObject({ resent: true })
    expect(outbox.sent('d')).toMatchObject({ resent: false })
  })

  test('has no more under way at once than the window', () => {
    const outbox = new Outbox()
    for (let i = 0; i < OUTBOX_WINDOW + 2; i++) outbox.add(message(`m${i}`))
    expect(drain(outbox)).toHaveLength(OUTBOX_WINDOW)
    outbox.sent('m0')
    expect(drain(outbox)).toEqual([`m${OUTBOX_WINDOW}`])
  })

  test('gives up on what is never confirmed, until the person tries again', () => {
    const outbox = new Outbox()
    outbox.add(message('a'))
    for (let i = 1; i < ATTEMPTS_MAX; i++) {
      drain(outbox)
      outbox.ground()
    }
    drain(outbox)
    expect(outbox.ground()).toMatchObject([{ id: 'a', delivery: 'failed' }])
    expect(outbox.isPending).toBe(false)
    expect(outbox.retry('a')).toMatchObject({ delivery: 'queued' })
    expect(drain(outbox)).toEqual(['a'])
  })

  test('repeats nothing to another key, nor in clear, unless the person says so', () => {
    for (const other of ['k2', null]) {
      const outbox = new Outbox()
      outbox.add(message('a'))
      outbox.add(message('b'))
      outbox.launch('a', 'verified', 'k1')
      outbox.ground()
      expect(outbox.launch('a', 'unverified', other)).toMatchObject({ delivery: 'failed' })
      // What has never left goes to whichever key the policy accepts.
      expect(outbox.launch('b', 'unverified', other)).toMatchObject({ delivery: 'queued' })
      outbox.retry('a')
      expect(outbox.launch('a', 'unverified', other)).toMatchObject({ resent: true })
    }
  })

  test('takes back what has not left', () => {
    const outbox = new Outbox()
    outbox.add(message('a'))
    outbox.add(message('b', { delivery: 'failed' }))
    outbox.add(message('c', { delivery: 'sent' }))
    expect([outbox.discard('a'), outbox.discard('b'), outbox.discard('c')]).toEqual([
      true,
      true,
      false,
    ])
    expect(drain(outbox)).toEqual(['c'])
  })

  test('a message that the session refused keeps its place and its attempts', () => {
    const outbox = new Outbox()
    outbox.add(message('a'))
    outbox.add(message('b'))
    outbox.launch('a', 'unverified', 'k1')
    outbox.putBack('a')
    expect(drain(outbox)).toEqual(['a', 'b'])
    expect(outbox.sent('a')).toMatchObject({ resent: false })
  })
})

test('whatever happens, nothing is lost, nothing overtakes, and delivery is monotone', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant('write' as const) },
    { weight: 4, arbitrary: fc.constant('launch' as const) },
    { weight: 3, arbitrary: fc.constant('sent' as const) },
    { weight: 3, arbitrary: fc.constant('delivered' as const) },
    { weight: 1, arbitrary: fc.constant('lose' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const outbox = new Outbox()
      const flying: string[] = []
      const open = new Set<string>()
      let written = 0
      for (const what of steps) {
        if (what === 'write') {
          const id = `${written++}`
          outbox.add(message(id))
          open.add(id)
        } else if (what === 'launch') {
          const next = outbox.next()
          if (next === null) continue
          // Nothing older waits.
          for (const id of open) {
            if (Number(id) < Number(next.id)) expect(flying).toContain(id)
          }
          outbox.launch(next.id, 'verified', 'k1')
          flying.push(next.id)
        } else if (what === 'sent') {
          const id = flying[0]
          if (id !== undefined) outbox.sent(id)
        } else if (what === 'delivered') {
          const id = flying.shift()
          if (id === undefined) continue
          outbox.settle(id)
          open.delete(id)
        } else {
          const failed = outbox.ground().filter(({ delivery }) => delivery === 'failed')
          for (const { id } of failed) open.delete(id)
          flying.length = 0
        }
        expect(outbox.isPending).toBe(open.size > 0)
      }
    }),
  )
})
