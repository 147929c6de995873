import { afterAll, beforeAll, expect } from 'vitest'
import type { Edge } from '../edge/index.ts'
import { AgentProcess } from './agent-process.ts'
import { chain } from './chain.ts'
import { startEdge } from './edge.ts'

/** The contract of docs/agent.md between two processes that know nothing else of each other. */
const PASSWORD = 'correct horse'
const ALICE = 'sip:alice@sotto.test'
const BOB = 'sip:bob@sotto.test'

let edge: Edge
let alice: AgentProcess
let bob: AgentProcess
const test = chain()

beforeAll(async () => {
  edge = await startEdge({ port: 0, domain: 'sotto.test', dataDir: null, webRoot: null })
  for (const name of ['alice', 'bob']) await edge.enrol(name, PASSWORD)
  const server = edge.wsUrl
  alice = await AgentProcess.start({ account: ALICE, password: PASSWORD, server })
  bob = await AgentProcess.start({ account: BOB, password: PASSWORD, server })
})

afterAll(async () => {
  await Promise.all([alice?.quit(), bob?.quit()])
  await edge?.close()
})

test('a wrong password is told once and for good', async () => {
  const server = edge.wsUrl
  const stranger = AgentProcess.spawn({ account: ALICE, password: 'wrong horse', server })
  const line = await stranger.expect({ event: 'register-failed' })
  expect(line).toMatchObject({ code: 'SIP_WRONG_PASSWORD', final: true })
  expect(line['sentence']).toMatch(/password/)
  expect(await stranger.quit()).toBe(0)
})

test('a stranger’s session is incoming, and opens when it is accepted', async () => {
  alice.do({ do: 'send', peer: BOB, text: 'may I?' })
  const sent = await alice.expect({ event: 'message', direction: 'out' })
  expect(sent).toMatchObject({ text: 'may I?', contentType: 'text/plain', encrypted: null })
  await alice.expect({ event: 'delivery', id: sent['id'], state: 'queued' })
  await bob.expect({ event: 'incoming', peer: ALICE, accepted: false })
  bob.do({ do: 'accept', peer: ALICE })
  await bob.expect({ event: 'opened', peer: ALICE, room: false })
  const otr = await bob.expect({ event: 'otr', state: 'encrypted' })
  expect(otr).toMatchObject({ version: 3, verified: false, changed: false })
  expect(otr['ownFingerprint']).toMatch(/^[0-9a-f]{40}$/)
  expect(otr['peerFingerprint']).toMatch(/^[0-9a-f]{40}$/)
  await bob.expect({ event: 'message', direction: 'in', id: sent['id'], encrypted: true })
  await alice.expect({ event: 'delivery', id: sent['id'], state: 'delivered', encrypted: true })
})

test('writing is told, and that it stopped', async () => {
  bob.do({ do: 'composing', peer: ALICE, active: true })
  await alice.expect({ event: 'composing', peer: BOB, active: true })
  bob.do({ do: 'composing', peer: ALICE, active: false })
  await alice.expect({ event: 'composing', peer: BOB, active: false })
})

test('an aborted verification says who aborted it', async () => {
  alice.do({ do: 'verify', peer: BOB, secret: 'red', question: 'Which door?' })
  await bob.expect({ event: 'smp', state: 'asked', question: 'Which door?' })
  bob.do({ do: 'abort', peer: ALICE })
  await bob.expect({ event: 'smp', state: 'aborted', by: 'us' })
  await alice.expect({ event: 'smp', state: 'aborted', by: 'peer', answered: false })
})

test('compared fingerprints are trusted', async () => {
  const { lines } = alice
  const otr = lines.findLast((line) => line.event === 'otr' && line['peer'] === BOB)
  alice.do({ do: 'trust', peer: BOB, fingerprint: otr?.['peerFingerprint'] })
  await alice.expect({ event: 'otr', state: 'encrypted', verified: true })
})

test('always-OTR is kept, and clear text is refused from then on', async () => {
  alice.do({ do: 'contact', peer: BOB, alwaysOtr: true })
  await alice.expect({ event: 'contact', peer: BOB, alwaysOtr: true })
  alice.do({ do: 'otr', peer: BOB, set: 'stop' })
  await alice.expect({ event: 'error', code: 'CHAT_ALWAYS_OTR' })
})

test('the state is told when asked', async () => {
  alice.do({ do: 'state' })
  const state = await alice.expect({ event: 'state' })
  expect(state).toMatchObject({ account: ALICE, state: 'online' })
  expect(state['conversations']).toMatchObject([{ peer: BOB, privacy: 'verified' }])
})

test('displayed is told when the reader says so', async () => {
  alice.do({ do: 'send', peer: BOB, text: 'seen?' })
  const { id } = await bob.expect({ event: 'message', direction: 'in', text: 'seen?' })
  await alice.expect({ event: 'delivery', id, state: 'delivered' })
  bob.do({ do: 'displayed', peer: ALICE, id })
  await alice.expect({ event: 'delivery', id, state: 'displayed', encrypted: true })
})

test('history is kept when asked for, found, taken along and deleted', async () => {
  bob.do({ do: 'history', peer: ALICE, keep: 'keep' })
  await bob.expect({ event: 'contact', peer: ALICE, history: 'keep' })
  alice.do({ do: 'send', peer: BOB, text: 'Remember the tea' })
  await bob.expect({ event: 'message', text: 'Remember the tea' })
  bob.do({ do: 'search', text: 'TEA', peer: ALICE })
  const found = await bob.expect({ event: 'found' })
  expect(found['messages']).toMatchObject([{ text: 'Remember the tea', encrypted: true }])
  bob.do({ do: 'export', peer: ALICE })
  const taken = await bob.expect({ event: 'history-export', peer: ALICE })
  expect(taken['text']).toContain('alice: Remember the tea  [encrypted, not verified]\n')
  bob.do({ do: 'clear', peer: ALICE })
  await bob.expect({ event: 'history-cleared', peer: ALICE })
  bob.do({ do: 'earlier', peer: ALICE })
  expect(await bob.expect({ event: 'history' })).toMatchObject({ messages: [], isComplete: true })
})

test('in a room: a name of one’s own, a word in private, and somebody called in', async () => {
  const room = 'sip:tea@conference.sotto.test'
  alice.do({ do: 'open', peer: room })
  await alice.expect({ event: 'opened', peer: room, room: true })
  alice.do({ do: 'nickname', peer: room, nickname: 'Al' })
  await alice.expect({ event: 'room', nickname: 'Al' })
  alice.do({ do: 'invite', peer: room, who: 'bob' })
  await bob.expect({ event: 'incoming', peer: room, room: true })
  bob.do({ do: 'accept', peer: room })
  await bob.expect({ event: 'opened', peer: room, room: true })
  await alice.expect({ event: 'room-invitation', who: BOB, ok: true })
  alice.do({ do: 'private', peer: room, member: 'bob', text: 'psst' })
  await bob.expect({ event: 'message', peer: room, text: 'psst', privately: ALICE })
  for (const agent of [alice, bob]) agent.do({ do: 'close', peer: room })
  await alice.expect({ event: 'closed', peer: room, by: 'local' })
  await bob.expect({ event: 'closed', peer: room, by: 'local' })
})

test('a closed session is closed at both ends, and why', async () => {
  alice.do({ do: 'close', peer: BOB })
  await alice.expect({ event: 'closed', peer: BOB, by: 'local', reason: null })
  await bob.expect({ event: 'closed', peer: ALICE, by: 'remote', reason: null })
})

test('what is known comes back with the same store, and quitting ends with 0', async () => {
  expect(await alice.quit()).toBe(0)
  const { store } = alice
  const server = edge.wsUrl
  alice = await AgentProcess.start({ account: ALICE, password: PASSWORD, server, store })
  alice.do({ do: 'open', peer: BOB })
  await bob.expect({ event: 'incoming', peer: ALICE, accepted: true })
  await alice.expect({ event: 'otr', state: 'encrypted', verified: true, changed: false })
})
