import { randomFillSync, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { type ChatEnv, type Diagnosis, diagnose, parseAddress } from '../chat/index.ts'
import { AgentProcess } from './agent-process.ts'
import { startEdge } from './edge.ts'
import { passwordOf, startKamailio } from './kamailio.ts'
import { startProvider } from './provider.ts'

const env: ChatEnv = {
  connect: (url, protocol) => new NodeWebSocket(url, protocol) as unknown as WebSocket,
  random: (length) => randomFillSync(new Uint8Array(length)),
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

/** How a check of alice's account ends. */
function check(server: string): Promise<Diagnosis> {
  return new Promise((resolve) => {
    diagnose({
      account: {
        address: parseAddress('alice@test.local'),
        password: passwordOf('alice'),
        server,
        displayName: null,
        instanceId: randomUUID(),
      },
      env,
      instanceId: randomUUID(),
      sink: (diagnosis) => {
        if (diagnosis.isOver) resolve(diagnosis)
      },
    })
  })
}

const told = ({ steps }: Diagnosis) => steps.map(({ step, state }) => `${step} ${state}`)
const ALL_WELL = ['socket ok', 'name ok', 'tls ok', 'registration ok', 'relay ok', 'echo ok']

test('a message to oneself comes back through Kamailio, while the account is signed in', async () => {
  await using server = await startKamailio()
  const account = { account: 'sip:alice@test.local', password: passwordOf('alice') }
  await using alice = await AgentProcess.start({ ...account, server: server.url })
  const before = alice.lines.length
  expect(told(await check(server.url))).toEqual(ALL_WELL.with(2, 'tls skipped'))
  expect(alice.lines.slice(before)).toEqual([])
})

test('and through a tunnel to a provider, by its own relay, or ours where it has none', async () => {
  await using provider = await startProvider()
  for (const [relay, relayKind] of [
    [true, 'provider'],
    [false, 'edge'],
  ] as const) {
    const edge = await startEdge({
      port: 0,
      dataDir: null,
      webRoot: null,
      ...provider.tunnels(relay),
    })
    const server = `${edge.wsUrl.replace(/\/ws$/, '')}/tunnel/sips/${provider.domain}`
    const diagnosis = await check(server)
    await edge.close()
    expect(told(diagnosis)).toEqual(ALL_WELL)
    expect(diagnosis.route).toMatchObject({ kind: 'tunnel', relayKind })
  }
})

test('a provider that is away is named, and what lies behind it is not tried', async () => {
  const provider = await startProvider()
  const edge = await startEdge({ port: 0, dataDir: null, webRoot: null, ...provider.tunnels() })
  await provider[Symbol.asyncDispose]()
  const diagnosis = await check(`${edge.wsUrl.replace(/\/ws$/, '')}/tunnel/sips/${provider.domain}`)
  await edge.close()
  expect(told(diagnosis)).toEqual([
    'socket ok',
    'name ok',
    'tls failed',
    'registration skipped',
    'relay skipped',
    'echo skipped',
  ])
  expect(diagnosis.steps[2]!.fault!.code).toBe('TUNNEL_UNREACHABLE')
})
