import { describe, expect, test } from 'vitest'
import type { RelayGrant } from './doors.ts'
import { MsrpError, type MsrpErrorCode } from './events.ts'
import { GRANT_MARGIN_S, RENEWAL_RETRY_S } from './limits.ts'
import { keepGrant } from './renewal.ts'

const PATH = ['msrp://relay.test:2855/granted;tcp']
const granted = (expires: number, usePath = PATH): RelayGrant => ({ usePath, expires })

/** What a relay answers, and the seconds at which it was asked and the grant was given up. */
async function kept(
  expires: number,
  answers: readonly (RelayGrant | MsrpErrorCode)[],
  seconds: number,
) {
  let now = 0
  const tasks = new Map<object, { readonly at: number; readonly run: () => void }>()
  const asked: number[] = []
  const lapsed: number[] = []
  const env = {
    after(ms: number, run: () => void) {
      const task = {}
      tasks.set(task, { at: now + ms / 1000, run })
      return () => void tasks.delete(task)
    },
  }
  const ask = async () => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push(now)
    if (typeof answer !== 'string') return answer
    if (answer === 'MSRP_TIMEOUT') await new Promise<void>((resolve) => env.after(30_000, resolve))
    throw new MsrpError(answer, '')
  }
  const stop = keepGrant(granted(expires), ask, env, () => lapsed.push(now))
  for (let more = true; more && now < seconds; ) {
    const [key, next] = [...tasks].sort(([, a], [, b]) => a.at - b.at)[0] ?? []
    more = next !== undefined && next.at <= seconds
    if (!more) break
    tasks.delete(key!)
    now = next!.at
    next!.run()
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  return { asked, lapsed, stop, waiting: () => tasks.size }
}

describe('a grant of 60 s', () => {
  test('is renewed every 30 s, for hours', async () => {
    const { asked, lapsed } = await kept(60, [granted(60)], 3 * 3600)
    expect(asked.slice(0, 3)).toEqual([30, 60, 90])
    expect(asked).toHaveLength((3 * 3600) / 30)
    expect(lapsed).toEqual([])
  })

  test('goes by what the relay grants the next time', async () => {
    expect((await kept(60, [granted(600), granted(60)], 400)).asked).toEqual([30, 330, 360, 390])
  })

  test('is asked for again when the answer was of no use', async () => {
    const { asked, lapsed } = await kept(60, ['MSRP_AUTH_FAILED', granted(60)], 60)
    expect(asked).toEqual([30, 30 + RENEWAL_RETRY_S])
    expect(lapsed).toEqual([])
  })

  test.each([
    ['the relay gives another path', granted(60, ['msrp://relay.test:2855/other;tcp']), 1],
    ['the password is no longer right', 'MSRP_AUTH_REFUSED', 1],
    ['the relay has trouble till the end', 'MSRP_AUTH_FAILED', 5],
  ] as const)('is given up in time if %s', async (_, answer, attempts) => {
    const { asked, lapsed } = await kept(60, [answer], 600)
    expect(asked).toHaveLength(attempts)
    expect(lapsed).toEqual([60 - GRANT_MARGIN_S])
  })

  test('is given up when the relay says nothing at all', async () => {
    const { asked, lapsed } = await kept(60, ['MSRP_TIMEOUT'], 600)
    expect([asked, lapsed]).toEqual([[30], [60]])
  })

  test('needs nothing more once the connection is gone, or the session over', async () => {
    expect(await kept(60, ['MSRP_CONNECTION_LOST'], 600)).toMatchObject({ asked: [30], lapsed: [] })
    const { stop, waiting } = await kept(60, [granted(60)], 100)
    expect(waiting()).toBe(1)
    stop()
    expect(waiting()).toBe(0)
  })
})

test('a grant of a year waits as long as a timer can', async () => {
  const { asked } = await kept(365 * 86_400, [granted(60)], 25 * 86_400)
  expect(asked[0]).toBeCloseTo((2 ** 31 - 1) / 1000)
})
