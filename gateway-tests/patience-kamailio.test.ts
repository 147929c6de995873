import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Registration, SipEnv } from '../sip/index.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'
import { nodeEnv, registered, SipPhone } from './sip-phone.ts'

/** A clock that runs as the machine's does, and can be set forward. */
class Clock implements Pick<SipEnv, 'now' | 'after'> {
  #ahead = 0
  #timers = new Set<{ readonly at: number; readonly task: () => void; cancel: () => void }>()

  now(): number {
    return Date.now() + this.#ahead
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.now() + ms, task, cancel: () => {} }
    const cancel = nodeEnv.after(ms, () => this.#run(timer))
    timer.cancel = () => {
      cancel()
      this.#timers.delete(timer)
    }
    this.#timers.add(timer)
    return timer.cancel
  }

  skip(seconds: number): void {
    this.#ahead += seconds * 1000
    const due = [...this.#timers].filter(({ at }) => at <= this.now())
    for (const timer of due.sort((a, b) => a.at - b.at)) this.#run(timer)
  }

  #run(timer: { readonly task: () => void; cancel: () => void }): void {
    timer.cancel()
    timer.task()
  }
}

/** Kamailio as it is shipped, with these settings of its registrar. */
function registrar(...settings: readonly `${string} ${number}`[]): Promise<Kamailio> {
  const lines = settings.map((setting) => {
    const [name, value] = setting.split(' ')
    return `modparam("registrar", "${name}", ${value})`
  })
  return startChanged(/^modparam\("registrar", "max_expires".*$/m, (line) =>
    [line, ...lines].join('\n'),
  )
}

/** Kamailio that answers REGISTER as it is told to, before it has asked for a password. */
function overloaded(): Promise<Kamailio> {
  return startChanged(/^route\[REGISTER\] \{$/m, (line) =>
    [
      'modparam("htable", "htable", "busy=>size=2;")',
      line,
      'if ($sht(busy=>status) != $null) {',
      '  append_to_reply("Retry-After: $sht(busy=>patience) (one moment, please)\\r\\n");',
      '  sl_send_reply("$sht(busy=>status)", "Later");',
      '  exit;',
      '}',
    ].join('\n'),
  )
}

function startChanged(at: RegExp, by: (line: string) => string): Promise<Kamailio> {
  return startKamailio({
    change(configuration) {
      if (!at.test(configuration)) throw new Error(`kamailio.cfg has no ${at}`)
      return configuration.replace(at, by)
    },
  })
}

let clock: Clock
let server: Kamailio
const phones: SipPhone[] = []
afterEach(async () => {
  await Promise.all(phones.splice(0).map(({ agent }) => agent.stop()))
})

function phone(user: string): SipPhone {
  clock = new Clock()
  const one = new SipPhone({ ...accountOf(user), server: server.url }, clock)
  phones.push(one)
  return one
}

/** Of each REGISTER that was sent, how long it asked to last. */
function asked({ sent }: SipPhone): number[] {
  const registers = sent.filter((text) => text.startsWith('REGISTER'))
  return registers.map((text) => Number(/^Expires: (\d+)/m.exec(text)![1]))
}

function statuses({ heard }: SipPhone): number[] {
  return heard.flatMap((text) => /^SIP\/2\.0 (\d+)/.exec(text)?.[1] ?? []).map(Number)
}

async function registration({ events }: SipPhone, state: Registration['state']) {
  const latest = () => events.findLast((event) => event.type === 'registration')?.registration
  await expect.poll(() => latest()?.state, { timeout: 10_000 }).toBe(state)
  return latest()
}

/** Whatever was going to be sent by now has been: the server has answered somebody else since. */
async function noMoreThan(one: SipPhone, registers: number): Promise<void> {
  const other = new SipPhone({ ...accountOf('carol'), server: server.url })
  other.agent.start()
  await expect.poll(() => statuses(other)).not.toEqual([])
  await other.agent.stop()
  expect(asked(one)).toHaveLength(registers)
}

function accountOf(user: string) {
  return { address: `sip:${user}@test.local`, password: passwordOf(user) }
}

describe('a registrar to which ten minutes are too brief', () => {
  beforeAll(async () => {
    server = await registrar('min_expires 1200', 'min_expires_mode 1')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('is asked for the interval that it named, at once and ever after', async () => {
    const alice = phone('alice')
    await alice.signIn()
    expect(statuses(alice)).toEqual([401, 423, 401, 200])
    expect(alice.heard[1]).toMatch(/^Min-Expires: 1200\r$/m)
    expect(asked(alice)).toEqual([600, 600, 1200, 1200])
    expect(await registration(alice, 'registered')).toMatchObject({ expires: 1200 })
    const [, left] = /Expires: (\d+)/.exec(server.ask('ul.lookup', 'location', 'alice'))!
    expect(Number(left)).toBeGreaterThan(1100)

    clock.skip(600) // Half of it: nothing to do yet.
    await noMoreThan(alice, 4)
    clock.skip(400)
    await expect.poll(() => statuses(alice).filter((status) => status === 200)).toHaveLength(2)
    expect(new Set(asked(alice).slice(4))).toEqual(new Set([1200]))
    expect(statuses(alice).slice(4)).not.toContain(423)
  })
})

describe('a registrar that has no place', () => {
  beforeAll(async () => {
    server = await registrar('max_contacts 1', 'retry_after 300')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('is asked again when it said, and not before', async () => {
    const first = phone('alice')
    await first.signIn()
    const second = phone('alice')
    second.agent.start()
    const { error, retryInMs } = (await registration(second, 'offline')) as Offline
    expect(statuses(second)).toEqual([401, 503])
    expect(second.heard[1]).toMatch(/^Retry-After: 300\r$/m)
    expect(error).toMatchObject({ code: 'SIP_SERVER', status: 503 })
    expect(Math.ceil(retryInMs / 1000)).toBe(300)

    await first.agent.stop()
    clock.skip(290)
    await noMoreThan(second, 2)
    clock.skip(10)
    await registered(second.events)
    expect(server.ask('ul.lookup', 'location', 'alice')).toContain('AoR: alice')
  })
})

type Offline = Extract<Registration, { state: 'offline' }>

describe('a server that asks for patience', () => {
  beforeAll(async () => {
    server = await overloaded()
  })
  beforeEach(() => beWell())
  afterAll(() => server?.[Symbol.asyncDispose]())

  const be = (status: number, patience: number) => {
    server.ask('htable.seti', 'busy', 'status', `${status}`)
    server.ask('htable.seti', 'busy', 'patience', `${patience}`)
  }
  const beWell = () => void server.ask('htable.delete', 'busy', 'status')

  test.each([503, 500, 480])('%i at sign-in', async (status) => {
    be(status, 900)
    const alice = phone('alice')
    alice.agent.start()
    const { error, retryInMs } = (await registration(alice, 'offline')) as Offline
    expect([error.status, Math.ceil(retryInMs / 1000)]).toEqual([status, 900])
    expect(alice.heard[0]).toMatch(/^Retry-After: 900 \(one moment, please\)\r$/m)
    beWell()
    clock.skip(890)
    alice.agent.probe() // Somebody is looking; that is no reason to hurry.
    await noMoreThan(alice, 1)
    clock.skip(10)
    await registered(alice.events)
    expect(statuses(alice)).toEqual([status, 401, 200])
  })

  test('while registered, and the connection is cut meanwhile', async () => {
    const alice = phone('alice')
    await alice.signIn()
    be(503, 900)
    clock.skip(500) // 10 min are renewed before 8 min have passed.
    await registration(alice, 'offline')
    alice.cut()
    const lost = { state: 'offline', error: { code: 'SIP_CONNECTION_LOST' } }
    await expect.poll(() => alice.events.at(-1)).toMatchObject({ registration: lost })
    beWell()
    clock.skip(880)
    alice.agent.probe()
    await noMoreThan(alice, 3)
    clock.skip(20)
    await registered(alice.events, 2)
  })
})
