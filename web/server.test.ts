import { expect, test } from 'vitest'
import { enrol, fetchConfig, ownSocket } from './server.ts'

const answers = (status: number, body: unknown): typeof fetch => {
  return async () => new Response(JSON.stringify(body), { status })
}
const fails: typeof fetch = async () => {
  throw new TypeError('network')
}

test('the configuration says the domain and whether there are new accounts', async () => {
  expect(await fetchConfig(answers(200, { domain: 'a.example', enrolment: true, x: 1 }))).toEqual({
    domain: 'a.example',
    enrolment: true,
    providers: [],
  })
  const providers = ['sip2sip.info', 7]
  expect(await fetchConfig(answers(200, { domain: 'a.example', providers }))).toMatchObject({
    providers: ['sip2sip.info'],
  })
  expect(await fetchConfig(answers(200, { domain: 'a.example' }))).toMatchObject({
    enrolment: false,
  })
})

test.each([
  ['no answer', fails],
  ['a refusal', answers(500, { domain: 'a.example' })],
  ['no domain', answers(200, {})],
  ['no object', answers(200, null)],
  ['another page', (async () => new Response('<html>')) as typeof fetch],
])('%s is no server of ours', async (_, fetcher) => {
  expect(await fetchConfig(fetcher)).toBeNull()
})

test('an account is made with a name and a password, and nothing else', async () => {
  let sent: unknown
  const fetcher: typeof fetch = async (_, init) => {
    sent = JSON.parse(String(init?.body))
    return Response.json({ address: 'sip:alice@a.example' }, { status: 201 })
  }
  expect(await enrol(fetcher, 'alice', 'pw')).toEqual({ ok: true, address: 'sip:alice@a.example' })
  expect(sent).toEqual({ name: 'alice', password: 'pw' })
})

test('a refusal comes with the server’s own sentence; silence with none', async () => {
  expect(await enrol(answers(409, { code: 'X', sentence: 'Taken.' }), 'a', 'b')).toEqual({
    ok: false,
    refusal: { code: 'X', sentence: 'Taken.' },
  })
  expect(await enrol(fails, 'a', 'b')).toEqual({ ok: false, refusal: null })
  expect(await enrol(answers(200, { address: 'x' }), 'a', 'b')).toMatchObject({ ok: false })
})

test('the socket is on the page’s own host, secure if the page is', () => {
  expect(ownSocket({ protocol: 'https:', host: 'a.example' })).toBe('wss://a.example/ws')
  expect(ownSocket({ protocol: 'http:', host: 'localhost:8020' })).toBe('ws://localhost:8020/ws')
})
