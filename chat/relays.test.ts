import { randomFillSync } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type MsrpRequest, parseFrame, StreamParser } from '../msrp/index.ts'
import type { ChatEnv } from './client-door.ts'
import type { Address } from './events.ts'
import { LINGER_MS, RELAY_AVOIDED_MS } from './limits.ts'
import { messageServerOf } from './message-server.ts'
import { RelayLine } from './relay-line.ts'
import { Relays } from './relays.ts'
import { Clock } from './testing/clock.ts'

const SERVER = 'wss://edge.test/tunnel/sips/provider.test'
const THEIRS = 'wss://edge.test/tunnel/msrps/provider.test'
const OURS = 'wss://edge.test/ws'
const PASS = { username: '~1~pass', password: 'secret' }

type Behaviour = 'grants' | 'refuses' | 'closes'

/** What each relay does, and what it was asked. */
let does: Record<string, Behaviour>
let asked: string[]
let used: string[]
let closed: number
let now: number
beforeEach(() => {
  does = { [THEIRS]: 'grants', [OURS]: 'grants' }
  asked = []
  used = []
  closed = 0
  now = 0
})

/** A WebSocket whose other end is a relay that needs no password. */
class RelaySocket extends EventTarget {
  readonly url: string
  readonly protocol = 'msrp'
  readonly readyState = 1
  binaryType = ''
  onopen = null
  onerror = null
  onmessage: ((event: object) => void) | null = null
  onclose: ((event: object) => void) | null = null

  constructor(url: string) {
    super()
    this.url = url
  }

  send(bytes: Uint8Array): void {
    let request: MsrpRequest | null = null
    if (this.url === THEIRS)
      new StreamParser((frame) => (request = frame as MsrpRequest)).push(bytes)
    else request = parseFrame(bytes) as MsrpRequest
    queueMicrotask(() => this.#answer(request!))
  }

  close(): void {
    closed++
  }

  #answer({ transaction, toPath, fromPath }: MsrpRequest): void {
    asked.push(`${this.url} ${toPath.join(' ')}`)
    if (does[this.url] === 'closes') {
      const event = Object.assign(new Event('close'), { code: 4404, reason: '' })
      this.dispatchEvent(event)
      this.onclose?.(event)
      return
    }
    const status = does[this.url] === 'grants' ? '200 OK' : '403 Forbidden'
    const usePath = `Use-Path: msrps://${new URL(this.url).host}:2855/${transaction};tcp\r\n`
    const text = `MSRP ${transaction} ${status}\r\nTo-Path: ${fromPath[0]}\r\nFrom-Path: ${toPath[0]}\r\n${usePath}Expires: 600\r\n-------${transaction}$\r\n`
    this.onmessage?.({ data: text })
  }
}

const env: ChatEnv = {
  connect: (url) => new RelaySocket(url) as unknown as WebSocket,
  random: (length) => randomFillSync(new Uint8Array(length)),
  now: () => now,
  after: () => () => {},
}

function relays(): Relays {
  const account = {
    address: 'sip:alice@provider.test' as Address,
    password: 'pw',
    server: SERVER,
    displayName: null,
    instanceId: '',
  }
  return new Relays(account, env, ({ kind }) => used.push(kind))
}

const reserve = (one: Relays) => one.reserve(() => {})

test('the provider’s relay is used where it works, whatever other there is', async () => {
  const one = relays()
  one.takePass(PASS)
  const { path } = await reserve(one)
  expect(used).toEqual(['provider'])
  expect(asked).toEqual([`${THEIRS} msrps://provider.test:2855;tcp`])
  expect(path).toHaveLength(2)
  expect(path[1]).toMatch(/\.invalid:2855\/\w+;tcp$/)
})

test.each<Behaviour>(['refuses', 'closes'])('where it %s, ours is, with the pass', async (how) => {
  does[THEIRS] = how
  const one = relays()
  one.takePass(PASS)
  await reserve(one)
  await reserve(one)
  expect(used).toEqual(['edge', 'edge'])
  expect(asked.map((line) => line.split(' ')[0])).toEqual([THEIRS, OURS, OURS])
})

test('the provider’s relay gets another chance after a while', async () => {
  does[THEIRS] = 'refuses'
  const one = relays()
  one.takePass(PASS)
  await reserve(one)
  does[THEIRS] = 'grants'
  now += RELAY_AVOIDED_MS
  await reserve(one)
  expect(used).toEqual(['edge', 'provider'])
})

test('without a pass nobody else’s relay is asked, and the fault is the provider’s', async () => {
  does[THEIRS] = 'refuses'
  await expect(reserve(relays())).rejects.toMatchObject({ code: 'MSRP_AUTH_REFUSED' })
  does[THEIRS] = 'closes'
  await expect(reserve(relays())).rejects.toMatchObject({ fault: { code: 'TUNNEL_NOT_FOUND' } })
  expect(asked.some((line) => line.startsWith(OURS))).toBe(false)
})

test('where both refuse, the fault is the provider’s', async () => {
  does = { [THEIRS]: 'closes', [OURS]: 'refuses' }
  const one = relays()
  one.takePass(PASS)
  await expect(reserve(one)).rejects.toMatchObject({ fault: { code: 'TUNNEL_NOT_FOUND' } })
})

test('a connection without sessions is kept for the next one, and not for ever', async () => {
  const clock = new Clock()
  const line = new RelayLine(messageServerOf(OURS), PASS, { ...env, after: clock.after })
  const use = async () => (await line.reserve(() => {})).session.close()
  await use()
  clock.pass(LINGER_MS - 1)
  await use()
  clock.pass(LINGER_MS - 1)
  expect(closed).toBe(0)
  clock.pass(1)
  await new Promise(setImmediate)
  expect(closed).toBe(1)
})
