import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MsrpConnection } from './connection.ts'
import { MsrpError, type MsrpSessionEvent } from './events.ts'
import { VIOLATIONS_MAX } from './limits.ts'
import { boundPair, openPair, text } from './testing/pair.ts'
import { recorded, streams } from './testing/vectors.ts'
import { wirePair } from './testing/wire-pair.ts'

const YES = { success: 'yes', failure: 'yes' } as const
const bytes = (wire: string) => new TextEncoder().encode(wire)

test.each(['message', 'stream'] as const)('framing %s carries a conversation', (framing) => {
  const { alice, bob } = boundPair({ framing })
  alice.session.send(text('m1aa', 'Hi, I’m Alice!'), YES)
  bob.session.send(text('m1bb', 'Hi, Alice!\r\n-------'), YES)
  expect(bob.received()).toEqual(['Hi, I’m Alice!'])
  expect(alice.received()).toEqual(['Hi, Alice!\r\n-------'])
})

test('several sessions on one connection do not hear each other', () => {
  const { env, alice, bob } = boundPair()
  const events: Record<string, MsrpSessionEvent[]> = { a: [], b: [] }
  const a = { uri: 'msrps://a.invalid:2855/second-a;tcp', usePath: [] }
  const b = { uri: 'msrps://b.invalid:2855/second-b;tcp', usePath: [] }
  const second = alice.connection.open(a, (event) => events['a']!.push(event))
  bob.connection
    .open(b, (event) => events['b']!.push(event))
    .start({ remotePath: [a.uri], active: false })
  second.start({ remotePath: [b.uri], active: true })
  second.send(text('m1aa', 'second'), YES)
  alice.session.send(text('m1aa', 'first'), YES)
  expect(events['b']).toMatchObject([{ type: 'bound' }, { type: 'message' }])
  expect(bob.received()).toEqual(['first'])
  second.close()
  alice.session.send(text('m2aa', 'still here'), YES)
  expect(bob.received()).toEqual(['first', 'still here'])
  env.advance(600_000)
  expect(alice.outcomes().some((event) => event.type === 'closed')).toBe(false)
})

test('a session id is used once, and must be there', () => {
  const { alice } = openPair()
  const open = (uri: string) => () => alice.connection.open({ uri, usePath: [] }, () => {})
  expect(open(alice.uri)).toThrow(RangeError)
  expect(open('msrps://a.invalid:2855;tcp')).toThrow(RangeError)
})

test('to open on a closed connection gives a session that ends', () => {
  const { env, alice } = openPair()
  alice.connection.close()
  const events: MsrpSessionEvent[] = []
  const uri = 'msrps://a.invalid:2855/late;tcp'
  alice.connection.open({ uri, usePath: [] }, (event) => events.push(event))
  env.advance(0)
  expect(events).toMatchObject([{ type: 'closed', by: 'network' }])
})

describe('what is no frame', () => {
  test('in a message is a violation; after many the connection is given up', () => {
    const { alice, bob } = boundPair()
    for (let i = 0; i < VIOLATIONS_MAX; i++) alice.wire.send(bytes('garbage'))
    expect(bob.events).toHaveLength(VIOLATIONS_MAX)
    expect(bob.events[0]).toMatchObject({
      type: 'violation',
      error: { code: 'MSRP_BAD_START_LINE' },
    })
    expect(bob.connection.isOpen).toBe(true)
    alice.wire.send(bytes('garbage'))
    expect(bob.events.at(-1)).toMatchObject({ type: 'closed', by: 'network' })
    expect(alice.connection.isOpen).toBe(false)
  })

  test('in a stream ends it at once', () => {
    const { alice, bob } = boundPair({ framing: 'stream' })
    alice.wire.send(bytes('garbage\r\n'))
    expect(bob.events.map((event) => event.type)).toEqual(['violation', 'closed'])
    expect(bob.connection.isOpen).toBe(false)
  })

  test('a response that nobody waits for is dropped', () => {
    const { alice, bob } = boundPair()
    const paths = `To-Path: ${bob.uri}\r\nFrom-Path: ${alice.uri}\r\n`
    alice.wire.send(bytes(`MSRP aaaa 200 OK\r\n${paths}-------aaaa$\r\n`))
    expect(bob.events).toEqual([])
  })
})

describe('whose fault it is', () => {
  test.each(['message', 'stream'] as const)(
    'what a sink throws is not the peer’s: %s',
    (framing) => {
      const { alice, bob } = openPair({ framing })
      const uri = 'msrps://b.invalid:2855/throws;tcp'
      const fault = new MsrpError('CPIM_MALFORMED', 'thrown by a sink')
      const session = bob.connection.open({ uri, usePath: [] }, () => {
        throw fault
      })
      const late = bob.events.length
      const bind = `MSRP aaaa SEND\r\nTo-Path: ${uri}\r\nFrom-Path: ${alice.uri}\r\n-------aaaa$\r\n`
      session.start({ remotePath: [alice.uri], active: false })
      expect(() => alice.wire.send(bytes(bind))).toThrow(fault)
      expect(bob.events).toHaveLength(late)
      expect(bob.connection.isOpen).toBe(true)
    },
  )

  test('property: no bytes that a peer sends make us throw', () => {
    const frames = [...streams(recorded('blink-session')).values()].flat()
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(255), (which, at, value) => {
        const { alice, bob } = boundPair({ bob: { uri: 'msrp://b:1/8ab922d6afbd22aa36c4;tcp' } })
        const damaged = frames[which % frames.length]!.slice()
        damaged[at % damaged.length] = value
        alice.wire.send(damaged)
        alice.wire.send(damaged)
        expect(bob.connection.isOpen).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test('it does not take a second transaction id while the first is out', () => {
  const [wire, other] = wirePair()
  other.onBytes = () => {}
  let draw = 0
  const env = {
    // Two equal draws, then others.
    random: (length: number) => new Uint8Array(length).fill(draw++ < 4 ? 0 : draw),
    after: () => () => {},
  }
  const connection = new MsrpConnection(wire, env)
  for (const id of ['aa', 'bb']) {
    const uri = `msrps://a.invalid:2855/${id};tcp`
    const remotePath = ['msrps://b.invalid:2855/bb;tcp']
    connection.open({ uri, usePath: [] }, () => {}).start({ remotePath, active: true })
  }
  const [first, second] = wire.sent.map((frame) => frame.split(' ')[1])
  expect(first).not.toBe(second)
})
