import { afterEach, expect, test, vi } from 'vitest'
import { encodePrivateKey } from './dsa-key-record.ts'
import type { KeyRecord, OtrSessionSetup } from './engine.ts'
import { createOtrEngine } from './local-engine.ts'
import { KEYS, POLICY, PROFILE, seeded, sheet } from './testing/peers.ts'
import { startOtrWorker } from './worker-client.ts'
import { RemoteEngine, serveEngine } from './worker-protocol.ts'

const ACCOUNT = 'sip:alice@example.com'
const SETUP: OtrSessionSetup = { account: ACCOUNT, policy: POLICY, profile: PROFILE }

/** Page and worker with a real port between them, which clones what crosses as a worker's does. */
function connected() {
  const { port1, port2 } = new MessageChannel()
  const record: KeyRecord = { key: encodePrivateKey(KEYS.alice), instanceTag: 0x1234 }
  const engine = createOtrEngine(
    { random: seeded('worker'), now: () => 0 },
    { load: async () => record, save: async () => {} },
  )
  const crossed: unknown[] = []
  serveEngine(engine, port2)
  port1.addEventListener('message', (event) => crossed.push(event.data))
  const remote = new RemoteEngine(port1, () => port1.close())
  port1.start()
  port2.start()
  return { remote, crossed }
}

test('every call crosses and comes back', async () => {
  const { remote } = connected()
  expect(await remote.identity(ACCOUNT)).toEqual({
    fingerprint: sheet.dsa.alice.fingerprint,
    created: false,
  })
  await remote.open('s', SETUP)
  const { wire, events } = await remote.run('s', { op: 'receive', text: '?OTRv3?' })
  expect(wire[0]!.text).toMatch(/^\?OTR:AAMC/)
  expect(events).toEqual([{ type: 'offered', versions: [3] }, { type: 'akeStarted' }])
  await remote.close('s')
  expect((await remote.renewIdentity(ACCOUNT)).created).toBe(true)
  remote.dispose()
})

test('errors keep their blame', async () => {
  const { remote } = connected()
  await expect(remote.run('s', { op: 'start' })).rejects.toThrow(RangeError)
  await expect(remote.run('s', { op: 'start' })).rejects.toThrow('session is not open')
  remote.dispose()
})

test('calls take effect in their order', async () => {
  const { remote } = connected()
  const opened = remote.open('s', SETUP)
  const outputs = await Promise.all(
    ['1', '2', '3'].map((id) => remote.run('s', { op: 'send', id, text: id })),
  )
  await opened
  expect(outputs.map(({ wire }) => wire[0]!.carries)).toEqual(['1', '2', '3'])
  remote.dispose()
})

test('progress and cancelling cross, as numbers and as an AbortError', async () => {
  const { remote, crossed } = connected()
  const counts: number[] = []
  const cancel = new AbortController()
  const onProgress = (candidates: number) => {
    counts.push(candidates)
    if (candidates === 1) cancel.abort()
  }
  const renewing = remote.renewIdentity(ACCOUNT, { onProgress, signal: cancel.signal })
  await expect(renewing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  expect(counts.slice(0, 2)).toEqual([0, 1])
  expect(counts.length).toBeLessThan(8)
  expect(crossed.slice(0, 2)).toEqual([0, 1].map((candidates) => ({ id: 1, candidates })))
  await expect(remote.identity(ACCOUNT, { signal: cancel.signal })).rejects.toThrow('cancelled')
  const { fingerprint } = sheet.dsa.alice
  expect(await remote.identity(ACCOUNT)).toEqual({ fingerprint, created: false })
  remote.dispose()
})

test('no long-term key crosses, whatever is called', async () => {
  const { remote, crossed } = connected()
  await remote.identity(ACCOUNT)
  await remote.renewIdentity(ACCOUNT)
  await remote.open('s', SETUP)
  await remote.run('s', { op: 'start' })
  remote.dispose()
  expect(crossed.length).toBe(4)
  const fields = new Set(crossed.flatMap((reply) => fieldsOf(reply)))
  expect([...fields].toSorted()).toEqual(
    ['carries', 'created', 'events', 'fingerprint', 'id', 'ok', 'text', 'value', 'wire'].toSorted(),
  )
})

function fieldsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const names = Array.isArray(value) ? [] : Object.keys(value)
  return [...names, ...Object.values(value).flatMap(fieldsOf)]
}

test('after dispose, and after a failure, every call is rejected with the reason', async () => {
  const { remote } = connected()
  const waiting = remote.identity(ACCOUNT)
  remote.fail(new Error('the OTR worker failed'))
  await expect(waiting).rejects.toThrow('the OTR worker failed')
  await expect(remote.identity(ACCOUNT)).rejects.toThrow('the OTR worker failed')
  remote.dispose()
})

class BrokenWorker extends EventTarget {
  static last: BrokenWorker
  terminated = false
  readonly url: string

  constructor(url: URL) {
    super()
    this.url = url.pathname
    BrokenWorker.last = this
  }

  postMessage(): void {
    queueMicrotask(() => this.dispatchEvent(new Event('error')))
  }

  terminate(): void {
    this.terminated = true
  }
}

afterEach(() => vi.unstubAllGlobals())

test('a worker that crashes rejects what waits', async () => {
  vi.stubGlobal('Worker', BrokenWorker)
  const engine = startOtrWorker()
  expect(BrokenWorker.last.url).toMatch(/\/otr\/worker\.ts$/)
  await expect(engine.identity(ACCOUNT)).rejects.toThrow('the OTR worker failed')
  engine.dispose()
  expect(BrokenWorker.last.terminated).toBe(true)
})
