import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Registration, SipError } from './events.ts'
import {
  type Flow,
  type RegisterAnswer,
  type RegisterRequest,
  RegistrationKeeper,
} from './registration.ts'
import { TestEnv } from './testing/server.ts'

const LOST = new SipError('SIP_CONNECTION_LOST', 'gone')

const answer = (status: number | null, rest: Partial<RegisterAnswer> = {}): RegisterAnswer => ({
  status,
  expires: null,
  minExpires: null,
  retryAfter: null,
  flowTimer: null,
  ...rest,
})

/** A registrar that says what the test says, and counts. */
class Bench implements Flow {
  readonly env = new TestEnv()
  readonly requests: RegisterRequest[] = []
  readonly told: Registration[] = []
  connects = 0
  pings = 0
  up = false
  #onAnswer: ((answer: RegisterAnswer) => void) | null = null
  readonly keeper = new RegistrationKeeper(
    this,
    (request, onAnswer) => {
      this.requests.push(request)
      this.#onAnswer = onAnswer
    },
    this.env,
    (registration) => this.told.push(registration),
  )

  connect() {
    this.connects++
  }
  disconnect() {
    this.up = false
  }
  abandon(error: SipError) {
    this.drop(error)
  }
  probe() {
    this.pings++
  }
  keepAliveWithin() {}

  open() {
    this.up = true
    this.keeper.opened()
  }
  drop(error = LOST) {
    this.up = false
    this.keeper.lost(error)
  }
  say(status: number | null, rest: Partial<RegisterAnswer> = {}) {
    const onAnswer = this.#onAnswer!
    this.#onAnswer = null
    onAnswer(answer(status, rest))
  }
  get last() {
    return this.told.at(-1)!
  }
}

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})

const registered = (rest: Partial<RegisterAnswer> = { expires: 600 }) => {
  bench.keeper.start()
  bench.open()
  bench.say(200, rest)
}

test('connects, registers, refreshes between 64 and 80 % of what was granted, and says so once', async () => {
  registered({ expires: 1000 })
  await bench.env.pass(639_000)
  expect(bench.requests).toHaveLength(1)
  await bench.env.pass(161_000)
  expect(bench.requests).toHaveLength(2)
  bench.say(200, { expires: 1000 })
  expect(bench.told).toEqual([
    { state: 'connecting' },
    { state: 'registering' },
    { state: 'registered', expires: 1000 },
  ])
})

describe('a 200 that would make sip.js storm or hang', () => {
  test.each<[string, Partial<RegisterAnswer>, number]>([
    ['neither expires nor Contact', {}, 600],
    ['an absurd lifetime', { expires: 4_000_000_000 }, 86_400],
    ['one second', { expires: 1 }, 1],
  ])('%s: registered, refreshed at leisure', async (_, rest, expires) => {
    registered(rest)
    expect(bench.last).toEqual({ state: 'registered', expires })
    await bench.env.pass(14_000)
    expect(bench.requests).toHaveLength(1)
    await bench.env.pass(86_400_000)
    expect(bench.requests).toHaveLength(2)
  })

  test('no lifetime at all is a failure that may pass', async () => {
    registered({ expires: 0 })
    expect(bench.last).toMatchObject({ state: 'offline', error: { code: 'SIP_SERVER' } })
  })
})

test.each([
  [401, 'SIP_WRONG_PASSWORD'],
  [403, 'SIP_WRONG_PASSWORD'],
  [407, 'SIP_WRONG_PASSWORD'],
  [404, 'SIP_UNKNOWN_PEER'],
])('%i is final: %s, no retry, and the socket is closed', async (status, code) => {
  bench.keeper.start()
  bench.open()
  bench.say(status)
  expect(bench.last).toMatchObject({ state: 'refused', error: { code, status } })
  await bench.env.pass(10_000_000)
  bench.keeper.probe()
  expect([bench.requests.length, bench.connects, bench.up]).toEqual([1, 1, false])
  bench.keeper.start()
  expect(bench.connects).toBe(2)
})

describe('Retry-After', () => {
  test('is waited for on the same flow', async () => {
    bench.keeper.start()
    bench.open()
    bench.say(503, { retryAfter: 120 })
    expect(bench.last).toMatchObject({ state: 'offline', retryInMs: 120_000 })
    await bench.env.pass(119_000)
    expect(bench.requests).toHaveLength(1)
    await bench.env.pass(1_000)
    expect([bench.requests.length, bench.connects]).toEqual([2, 1])
  })

  test('outlives the flow, and a probe', async () => {
    bench.keeper.start()
    bench.open()
    bench.say(503, { retryAfter: 120 })
    bench.drop()
    bench.keeper.probe()
    expect([bench.connects, bench.last]).toEqual([
      1,
      expect.objectContaining({ retryInMs: 120_000 }),
    ])
  })

  test('is believed up to half an hour', () => {
    bench.keeper.start()
    bench.open()
    bench.say(500, { retryAfter: 4_000_000_000 })
    expect(bench.last).toMatchObject({ retryInMs: 1_800_000 })
  })
})

describe('a server that wants it otherwise', () => {
  test('423: longer, as long as it says', () => {
    bench.keeper.start()
    bench.open()
    bench.say(423, { minExpires: 3600 })
    expect(bench.requests.at(-1)).toEqual({ expires: 3600, outbound: true })
    bench.say(200)
    expect(bench.last).toEqual({ state: 'registered', expires: 3600 })
  })

  test.each([
    ['without Min-Expires', {}],
    ['no longer than asked', { minExpires: 600 }],
    ['longer than a day', { minExpires: 100_000 }],
  ])('423 %s is a failure', (_, rest) => {
    bench.keeper.start()
    bench.open()
    bench.say(423, rest)
    expect([bench.requests.length, bench.last.state]).toEqual([1, 'offline'])
  })

  test('423 for ever is not followed for ever', () => {
    bench.keeper.start()
    bench.open()
    for (let lifetime = 700; lifetime < 1000; lifetime += 100)
      bench.say(423, { minExpires: lifetime })
    expect([bench.requests.length, bench.last.state]).toEqual([3, 'offline'])
  })

  test.each([439, 420])('%i: without outbound', (status) => {
    bench.keeper.start()
    bench.open()
    bench.say(status)
    expect(bench.requests.at(-1)).toEqual({ expires: 600, outbound: false })
    bench.say(200)
    expect(bench.last.state).toBe('registered')
  })
})

describe('loss', () => {
  test('of each socket in turn: the wait grows to half an hour', async () => {
    bench.keeper.start()
    const waits: number[] = []
    for (let time = 0; time < 15; time++) {
      bench.drop()
      const { last } = bench
      if (last.state === 'offline') waits.push(last.retryInMs)
      await bench.env.pass(1_800_000)
    }
    const upper = [1, 2, 4, 8, 16, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(upper[index]! * 500)
      expect(wait).toBeLessThanOrEqual(upper[index]! * 1000)
    }
    expect([waits.length, bench.connects]).toEqual([15, 16])
  })

  test('after each 200 grows the wait too, unless the flow proved good', async () => {
    const cycle = async (good: boolean) => {
      bench.open()
      bench.say(200)
      if (good) bench.keeper.alive()
      bench.drop()
      const wait = bench.last.state === 'offline' ? bench.last.retryInMs : 0
      await bench.env.pass(1_800_000)
      return wait
    }
    bench.keeper.start()
    for (let time = 0; time < 8; time++) await cycle(false)
    expect(await cycle(false)).toBeGreaterThan(60_000)
    expect(await cycle(true)).toBeLessThanOrEqual(1_000)
  })

  test('a probe connects at once', () => {
    bench.keeper.start()
    bench.drop()
    bench.keeper.probe()
    bench.keeper.probe()
    expect(bench.connects).toBe(2)
  })

  test('while REGISTER is under way: its answer, when it comes, is nobody’s', async () => {
    bench.keeper.start()
    bench.open()
    bench.drop()
    bench.say(401)
    expect(bench.last.state).toBe('offline')
    await bench.env.pass(1_000)
    expect(bench.connects).toBe(2)
  })

  test('no answer: the flow is given up', () => {
    bench.keeper.start()
    bench.open()
    bench.say(null)
    expect([bench.up, bench.last]).toEqual([
      false,
      expect.objectContaining({
        state: 'offline',
        error: expect.objectContaining({ code: 'SIP_TIMEOUT' }),
      }),
    ])
  })
})

test('a probe of a live flow pings', () => {
  registered()
  bench.keeper.probe()
  expect([bench.pings, bench.connects, bench.requests.length]).toEqual([1, 1, 1])
})

test('a doubtful flow is tried by REGISTER, once', () => {
  registered()
  bench.keeper.doubtful()
  bench.keeper.doubtful()
  expect(bench.requests).toHaveLength(2)
})

test('a doubtful flow on which REGISTER is not answered within 5 s is given up', async () => {
  registered()
  bench.keeper.doubtful()
  await bench.env.pass(4_999)
  expect(bench.up).toBe(true)
  await bench.env.pass(1)
  expect(bench.up).toBe(false)
  expect(bench.last).toMatchObject({ state: 'offline', error: { code: 'SIP_TIMEOUT' } })
})

test('doubt while a REGISTER is under way gives it 5 s more', async () => {
  bench.keeper.start()
  bench.open()
  bench.keeper.doubtful()
  bench.keeper.doubtful()
  await bench.env.pass(5_000)
  expect([bench.up, bench.requests.length]).toEqual([false, 1])
  expect(bench.env.pending, 'the back-off alone').toBe(1)
})

test('a doubtful flow that answers is kept, and refreshed when it is due', async () => {
  registered()
  bench.keeper.doubtful()
  bench.say(200)
  await bench.env.pass(10_000)
  expect([bench.up, bench.connects, bench.requests.length]).toEqual([true, 1, 2])
  await bench.env.pass(480_000)
  expect(bench.requests).toHaveLength(3)
})

describe('stop', () => {
  test('removes the binding, then closes', async () => {
    registered()
    const stopped = bench.keeper.stop()
    expect(bench.requests.at(-1)).toEqual({ expires: 0, outbound: true })
    bench.say(200)
    await stopped
    expect([bench.last, bench.up, bench.env.pending]).toEqual([{ state: 'unregistered' }, false, 0])
  })

  test('waits 1.5 s and no longer', async () => {
    registered()
    const stopped = bench.keeper.stop()
    await bench.env.pass(1_500)
    await stopped
    bench.say(200)
    expect([bench.last.state, bench.up]).toEqual(['unregistered', false])
  })

  test('is done at once where nothing is bound, also twice', async () => {
    await bench.keeper.stop()
    bench.keeper.start()
    bench.drop()
    await bench.keeper.stop()
    await bench.keeper.stop()
    expect(bench.told.filter(({ state }) => state === 'unregistered')).toHaveLength(1)
    await bench.env.pass(10_000_000)
    expect([bench.connects, bench.env.pending]).toEqual([1, 0])
  })
})

test('no course of events makes it hurry, hang, or leave two timers', async () => {
  const status = fc.constantFrom(null, 200, 204, 301, 401, 408, 420, 423, 439, 480, 500, 503, 603)
  const step = fc.oneof(
    fc.constantFrom('open', 'drop', 'probe', 'alive', 'doubt').map((name) => ({ name })),
    fc.record({
      name: fc.constant('say'),
      status,
      expires: fc.option(fc.constantFrom(0, 1, 60, 600, Number.MAX_SAFE_INTEGER)),
      retryAfter: fc.option(fc.constantFrom(0, 5, 1e9)),
      minExpires: fc.option(fc.constantFrom(0, 3600, 1e9)),
    }),
  )
  const check = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    bench = new Bench()
    bench.keeper.start()
    let asked = 0
    for (const one of steps) {
      if (one.name === 'open' && bench.keeper.state === 'connecting') bench.open()
      if (one.name === 'drop') bench.drop()
      if (one.name === 'probe') bench.keeper.probe()
      if (one.name === 'alive') bench.keeper.alive()
      if (one.name === 'doubt') bench.keeper.doubtful()
      if ('status' in one && bench.requests.length > asked) {
        asked = bench.requests.length
        bench.say(one.status, one)
      }
      expect(bench.env.pending).toBeLessThanOrEqual(1)
    }
    const [requests, connects] = [bench.requests.length, bench.connects]
    await bench.env.pass(400)
    expect(bench.requests.length + bench.connects).toBe(requests + connects)
    // Whatever happened, somebody is at work: a timer, a socket, a REGISTER, or the owner.
    const busy = ['connecting', 'registering', 'refreshing', 'refused'].includes(bench.keeper.state)
    expect(busy || bench.env.pending === 1).toBe(true)
  })
  await fc.assert(check, { numRuns: 300 })
})
