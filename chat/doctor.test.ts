import { randomFillSync, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { type Edge, startEdge } from '../edge/index.ts'
import type { ChatEnv } from './client-door.ts'
import { type Diagnosis, diagnose } from './doctor.ts'
import { diagnosisReport } from './doctor-report.ts'
import type { Address } from './events.ts'
import { CHECK_MS, CHECK_RELAY_MS } from './limits.ts'
import { stage } from './testing/stage.ts'

const PASSWORD = 'correct horse'
let edge: Edge

beforeAll(async () => {
  edge = await startEdge({
    port: 0,
    domain: 'sotto.test',
    dataDir: null,
    webRoot: null,
    providers: ['nobody.invalid'],
  })
  await edge.enrol('alice', PASSWORD)
})
afterAll(() => edge.close())

const env: ChatEnv = {
  connect: (url, protocol) => new NodeWebSocket(url, protocol) as unknown as WebSocket,
  random: (length) => randomFillSync(new Uint8Array(length)),
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

interface Case {
  readonly address?: string
  readonly password?: string
  readonly server?: string
  readonly env?: ChatEnv
}

/** The last of what a check says. */
function check(options: Case = {}): Promise<Diagnosis> {
  return new Promise((resolve) => {
    diagnose({
      account: {
        address: (options.address ?? 'sip:alice@sotto.test') as Address,
        password: options.password ?? PASSWORD,
        server: options.server ?? edge.wsUrl,
        displayName: null,
        instanceId: randomUUID(),
      },
      env: options.env ?? env,
      instanceId: randomUUID(),
      sink: (diagnosis) => {
        if (diagnosis.isOver) resolve(diagnosis)
      },
    })
  })
}

const told = ({ steps }: Diagnosis) =>
  steps.map(({ step, state, fault }) => [step, state, ...(fault ? [fault.code] : [])].join(' '))

describe('a check', () => {
  test('goes the whole way: a message to oneself comes back', async () => {
    const diagnosis = await check()
    expect(told(diagnosis)).toEqual([
      'socket ok',
      'name ok',
      'tls skipped', // The test’s server is plain.
      'registration ok',
      'relay ok',
      'echo ok',
    ])
    const host = new URL(edge.url).host
    expect(diagnosis.route).toMatchObject({ server: host, relay: host, relayKind: 'server' })
    for (const { step, ms } of diagnosis.steps) {
      if (step !== 'name' && step !== 'tls') expect(ms, step).toBeTypeOf('number')
    }
  })

  test.each<[string, Case, readonly string[]]>([
    [
      'a wrong password',
      { password: 'wrong' },
      ['name ok', 'tls skipped', 'registration failed SIP_WRONG_PASSWORD', 'relay skipped'],
    ],
    [
      'nobody at the address of the server',
      { server: 'ws://127.0.0.1:1/ws' },
      ['socket failed CHECK_UNREACHABLE', 'name skipped', 'registration skipped'],
    ],
    [
      'an address that the page may not use',
      {
        env: {
          ...env,
          connect: () => {
            throw new DOMException('mixed content', 'SecurityError')
          },
        },
      },
      ['socket failed CHECK_ADDRESS'],
    ],
  ])('names the step that fails: %s', async (_, options, expected) => {
    expect(told(await check(options))).toEqual(expect.arrayContaining([...expected]))
  })

  test.each([
    ['nobody.invalid', 'name failed TUNNEL_NOT_FOUND'],
    ['elsewhere.test', 'name failed TUNNEL_NOT_ALLOWED'],
  ])('a tunnel to %s says what is wrong behind it', async (domain, expected) => {
    const server = `${edge.wsUrl.replace(/\/ws$/, '')}/tunnel/sips/${domain}`
    const said = told(await check({ server, address: `sip:alice@${domain}` }))
    expect(said.slice(0, 3)).toEqual(['socket ok', expected, 'tls skipped'])
  })

  test.each([
    ['socket', CHECK_MS],
    ['relay', CHECK_RELAY_MS],
  ])('does not wait for ever: %s', async (step, limit) => {
    const after: ChatEnv['after'] = (ms, task) => {
      if (ms !== limit) return env.after(ms, task)
      queueMicrotask(task)
      return () => {}
    }
    expect(told(await check({ env: { ...env, after } }))).toContain(`${step} failed CHECK_TIMEOUT`)
  })

  test('that is stopped says no more, and leaves nothing open', async () => {
    const open = new Set<NodeWebSocket>()
    const connect: ChatEnv['connect'] = (url, protocol) => {
      const socket = new NodeWebSocket(url, protocol)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket as unknown as WebSocket
    }
    let heard = 0
    const registering = new Promise<void>((resolve) => {
      const stop = diagnose({
        account: {
          address: 'sip:alice@sotto.test' as Address,
          password: PASSWORD,
          server: edge.wsUrl,
          displayName: null,
          instanceId: randomUUID(),
        },
        env: { ...env, connect },
        instanceId: randomUUID(),
        sink: ({ steps }) => {
          heard++
          if (steps[3]?.state !== 'running') return
          stop()
          resolve()
        },
      })
    })
    await registering
    const before = heard
    await expect.poll(() => open.size).toBe(0)
    expect(heard).toBe(before)
  })
})

test('a window of the account that is signed in hears nothing of a check', async () => {
  await using theatre = await stage()
  const alice = await theatre.actor('alice')
  const diagnosis = await check({ address: alice.address, server: theatre.edge.wsUrl })
  expect(told(diagnosis).at(-1)).toBe('echo ok')
  expect(alice.events.filter(({ type }) => type === 'invited' || type === 'fault')).toEqual([])
})

describe('the report', () => {
  const facts = { at: 0, software: 'Sotto', address: 'sip:alice@sotto.test' as Address }

  test('says what failed and never with which password', async () => {
    const report = diagnosisReport({
      ...facts,
      diagnosis: await check({ password: 'hunter2 hunter2' }),
      masked: false,
    })
    expect(report).toContain('time: 1970-01-01T00:00:00.000Z')
    expect(report).toContain('account: (hidden)@sotto.test')
    expect(report).toMatch(/registration: failed \d+ ms SIP_WRONG_PASSWORD: /)
    expect(report).not.toMatch(/hunter2|alice/)
  })

  test('keeps hosts to itself when it is asked to', async () => {
    const report = diagnosisReport({ ...facts, diagnosis: await check(), masked: true })
    expect(report).toMatch(/server: \w+ \(hidden\)/)
    expect(report).not.toMatch(/alice|sotto\.test|127\.0\.0\.1|localhost/)
  })
})
