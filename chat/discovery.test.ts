import { describe, expect, test } from 'vitest'
import {
  type Clues,
  candidates,
  type DiscoveryStep,
  discover,
  type FoundServer,
  type PageServer,
} from './discovery.ts'
import { PROBE_MS } from './limits.ts'

const PAGE: PageServer = {
  domain: 'sotto.test',
  providers: ['sip2sip.info'],
  socket: 'wss://page.test/ws',
}
const NOTHING: Clues = { given: null, remembered: null, page: null }
const TUNNEL = 'wss://page.test/tunnel/sips/sip2sip.info'
const named: FoundServer = { kind: 'given', url: 'wss://named.test/x' }
const native: FoundServer = { kind: 'native', url: 'wss://sip.example.test/ws' }
const guesses = (domain: string) => [`wss://${domain}/ws`, `wss://sip.${domain}/ws`]

describe('where to look', () => {
  test.each<[string, string, Partial<Clues>, readonly string[]]>([
    ['named', 'sotto.test', { given: 'wss://x/', page: PAGE, remembered: named }, ['wss://x/']],
    ['the page’s own', 'sotto.test', { page: PAGE }, ['wss://page.test/ws']],
    [
      'own, before a find',
      'sotto.test',
      { page: PAGE, remembered: native },
      ['wss://page.test/ws'],
    ],
    ['named once', 'sotto.test', { page: PAGE, remembered: named }, [named.url, PAGE.socket]],
    ['behind a tunnel', 'sip2sip.info', { page: PAGE }, [TUNNEL, ...guesses('sip2sip.info')]],
    ['elsewhere', 'example.test', { page: PAGE }, guesses('example.test')],
    ['found before', 'example.test', { remembered: native }, guesses('example.test').reverse()],
    [
      'a tunnel of before',
      'example.test',
      { remembered: { kind: 'tunnel', url: TUNNEL } },
      guesses('example.test'),
    ],
    ['without a page', 'example.test', {}, guesses('example.test')],
  ])('%s', (_, domain, clues, urls) => {
    expect(candidates(domain, { ...NOTHING, ...clues }).map(({ url }) => url)).toEqual(urls)
  })

  test('a tunnel is for its provider’s very name', () => {
    for (const domain of ['sip2sip.info.evil.test', 'evil.sip2sip.info', 'info']) {
      const kinds = candidates(domain, { ...NOTHING, page: PAGE }).map(({ kind }) => kind)
      expect(kinds).toEqual(['native', 'native'])
    }
  })
})

/** What a host does with a connection: opens with what it speaks, refuses, or is silent. */
type Host = readonly string[] | 'refuses' | 'silent' | { readonly tunnel: string | number }

/** A network, and who was called in it. */
function network(hosts: Record<string, Host>) {
  const calls: string[] = []
  const sent: unknown[] = []
  const timers = new Set<() => void>()
  const waits = new Set<number>()
  const connect = (url: string, protocol: string): WebSocket => {
    calls.push(`${protocol} ${url}`)
    const host = hosts[url] ?? 'refuses'
    if (url.startsWith('ws:')) throw new DOMException('mixed content', 'SecurityError')
    const target = new EventTarget()
    const socket = Object.assign(target, {
      protocol: '',
      onopen: null as null | (() => void),
      onclose: null as null | (() => void),
      onerror: null,
      send: (data: unknown) => void sent.push(data),
      close: () => {},
    })
    queueMicrotask(() => {
      if (host === 'silent') return
      if (host === 'refuses') return socket.onclose?.()
      if ('tunnel' in host) return void socket.dispatchEvent(said(host.tunnel))
      socket.protocol = host.includes(protocol) ? protocol : ''
      if (socket.protocol === '') socket.onclose?.()
      else socket.onopen?.()
    })
    return socket as unknown as WebSocket
  }
  const after = (ms: number, task: () => void) => {
    waits.add(ms)
    timers.add(task)
    return () => timers.delete(task)
  }
  const lapse = () => {
    const due = [...timers]
    timers.clear()
    for (const task of due) task()
  }
  return { calls, sent, timers, waits, lapse, env: { connect, after } }
}

function said(how: string | number): Event {
  if (typeof how === 'string') return Object.assign(new Event('message'), { data: how })
  return Object.assign(new Event('close'), { code: how })
}

const connected = JSON.stringify({ note: 'connected', host: 'p', port: 1, lookupMs: 1, dialMs: 2 })
const BOTH = ['sip', 'msrp']

async function search(domain: string, hosts: Record<string, Host>, clues: Partial<Clues> = {}) {
  const net = network(hosts)
  const steps: DiscoveryStep[] = []
  const found = discover(domain, { ...NOTHING, ...clues }, net.env, (step) => steps.push(step))
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  net.lapse()
  const said = () =>
    steps.map(({ kind, state, fault }) => [kind, state, fault?.code].join(' ').trim())
  return { found: await found, steps: said(), ...net }
}

describe('looking', () => {
  test('takes the page’s own server without a try', async () => {
    const { found, steps, calls } = await search('sotto.test', {}, { page: PAGE })
    expect(found).toEqual({ kind: 'own', url: PAGE.socket })
    expect([steps, calls]).toEqual([['own trying', 'own found'], []])
  })

  test('takes a tunnel that says it has reached the provider', async () => {
    const hosts = { [TUNNEL]: { tunnel: connected } }
    const { found, steps, calls } = await search('sip2sip.info', hosts, { page: PAGE })
    expect(found).toEqual({ kind: 'tunnel', url: TUNNEL })
    expect(steps).toEqual(['tunnel trying', 'tunnel found'])
    expect(calls).toEqual([`sip ${TUNNEL}`])
  })

  test('says why a tunnel leads nowhere, and looks at the domain', async () => {
    const [guess] = guesses('sip2sip.info')
    const hosts = { [TUNNEL]: { tunnel: 4495 }, [guess!]: BOTH }
    const { found, steps } = await search('sip2sip.info', hosts, { page: PAGE })
    expect(found).toEqual({ kind: 'native', url: guess })
    expect(steps).toEqual([
      'tunnel trying',
      'tunnel failed TUNNEL_CERTIFICATE',
      'native trying',
      'native found',
    ])
  })

  test('finds what it found before, or looks anew where that is gone', async () => {
    const [first, second] = guesses('example.test') as [string, string]
    const clues = { remembered: native }
    expect(second).toBe(native.url)
    expect((await search('example.test', { [second]: BOTH }, clues)).found?.url).toBe(second)
    expect((await search('example.test', { [first]: BOTH }, clues)).found?.url).toBe(first)
  })

  test('has no use for a server that takes SIP alone', async () => {
    const [guess] = guesses('example.test') as [string]
    expect((await search('example.test', { [guess]: ['sip'] })).found).toBeNull()
  })

  test('waits for nobody for ever, and prefers the better guess', async () => {
    const [first, second] = guesses('example.test') as [string, string]
    const { found, steps, timers, waits } = await search('example.test', {
      [first]: 'silent',
      [second]: BOTH,
    })
    expect(found?.url).toBe(second)
    expect(steps).toEqual(['native trying', 'native failed', 'native trying', 'native found'])
    expect(timers.size).toBe(0)
    expect([...waits]).toEqual([PROBE_MS])
    const both = await search('example.test', { [first]: BOTH, [second]: BOTH })
    expect(both.found?.url).toBe(first)
  })

  test('says nothing to anybody', async () => {
    const hosts = { [TUNNEL]: { tunnel: connected }, [guesses('sip2sip.info')[0]!]: BOTH }
    const { sent, calls } = await search('sip2sip.info', hosts, { page: PAGE })
    expect([sent, calls.join().includes('@')]).toEqual([[], false])
  })
})
