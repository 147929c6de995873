import { expect, test } from 'vitest'
import type { Invitation } from './account-connection.ts'
import type { ChatEnv } from './client-door.ts'
import type { Address, ChatEvent } from './events.ts'
import { STRANGER_PAGES_MAX, STRANGERS_MAX } from './limits.ts'
import { Strangers } from './strangers.ts'

function door() {
  const events: ChatEvent[] = []
  const refused: [string, number][] = []
  const timers = new Set<() => void>()
  const after: ChatEnv['after'] = (_, task) => {
    timers.add(task)
    return () => timers.delete(task)
  }
  const strangers = new Strangers({ after } as ChatEnv, (event) => events.push(event))
  const invitation = (name: string): Invitation => ({
    peer: {
      address: `sip:${name}@example.com`,
      displayName: name,
      isFocus: false,
      userAgent: null,
    },
    isEcho: false,
    isCheck: false,
    take: () => {
      throw new Error('nobody is let in here')
    },
    refuse: (status) => void refused.push([name, status]),
  })
  const knock = (name: string) => {
    const one = invitation(name)
    strangers.invited(address(name), one)
    return one
  }
  const expire = () => {
    for (const task of [...timers]) task()
  }
  return { strangers, events, refused, timers, knock, expire }
}

const address = (name: string) => `sip:${name}@example.com` as Address
const page = (body: string) => ({ contentType: 'text/plain', body })

test('a thousand invitations of one stranger are one piece of news', () => {
  const { events, refused, knock } = door()
  for (let i = 0; i < 1000; i++) knock('mallory')
  expect(events).toEqual([{ type: 'invited', peer: address('mallory'), name: 'mallory' }])
  expect(refused).toHaveLength(999)
})

test('a crowd of strangers fills the room, and no more', () => {
  const { events, refused, knock, timers } = door()
  for (let i = 0; i < 1000; i++) knock(`mallory${i}`)
  expect(events).toHaveLength(STRANGERS_MAX)
  expect(refused.every(([, status]) => status === 486)).toBe(true)
  expect(timers.size).toBe(STRANGERS_MAX)
})

test('who waits for too long is told that nobody is there', () => {
  const { events, refused, knock, expire } = door()
  knock('carol')
  expire()
  expect(refused).toEqual([['carol', 480]])
  expect(events.at(-1)).toMatchObject({ type: 'closed', by: 'local' })
})

test('who hangs up is forgotten, unless something was said', () => {
  const { strangers, events, knock, timers } = door()
  strangers.withdrawn(knock('carol'))
  expect(events.at(-1)).toMatchObject({ type: 'closed', by: 'remote' })
  expect(timers.size).toBe(0)
  for (let i = 0; i < 100; i++) strangers.paged(address('dave'), 'Dave', page(`${i}`))
  strangers.withdrawn(knock('dave'))
  const request = strangers.admit(address('dave'))
  expect(request?.invitation).toBeNull()
  expect(request?.pages).toHaveLength(STRANGER_PAGES_MAX)
  expect(strangers.turnAway(address('dave'))).toBe(false)
})
