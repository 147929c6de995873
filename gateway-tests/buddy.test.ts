import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FileStore, startBuddy } from '../agent/index.ts'
import type { Edge } from '../edge/index.ts'
import { AgentProcess } from './agent-process.ts'
import { startEdge } from './edge.ts'

const BUDDY = 'sip:buddy@sotto.test'
const PASSWORD = 'correct horse'

let edge: Edge
let buddy: { stop(): Promise<void> }
let alice: AgentProcess

beforeAll(async () => {
  edge = await startEdge({ port: 0, domain: 'sotto.test', dataDir: null, webRoot: null })
  await edge.enrol('buddy', PASSWORD)
  await edge.enrol('alice', PASSWORD)
  buddy = startBuddy({
    account: {
      address: BUDDY,
      password: PASSWORD,
      server: edge.wsUrl,
      displayName: 'Practice buddy',
    },
    store: await FileStore.open(mkdtempSync(join(tmpdir(), 'sotto-buddy-')), BUDDY),
  })
  alice = await AgentProcess.start({
    account: 'sip:alice@sotto.test',
    password: PASSWORD,
    server: edge.wsUrl,
  })
})

afterAll(async () => {
  await alice?.quit()
  await buddy?.stop()
  await edge?.close()
})

test('greets over OTR and tells the secret to use', async () => {
  alice.do({ do: 'open', peer: BUDDY })
  await alice.expect({ event: 'opened', peer: BUDDY, room: false })
  const otr = await alice.expect({ event: 'otr', state: 'encrypted' })
  expect(otr).toMatchObject({ version: 3, verified: false, changed: false })
  await alice.expect({ event: 'message', direction: 'in', encrypted: true, text: /blue heron/ })
})

test('repeats what it is told, and reports that it was read', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'Grüße, 世界 👋' })
  const sent = await alice.expect({ event: 'message', direction: 'out' })
  await alice.expect({ event: 'delivery', id: sent['id'], state: 'delivered', encrypted: true })
  await alice.expect({ event: 'message', direction: 'in', text: 'Grüße, 世界 👋', encrypted: true })
})

test('takes a small file, encrypted, and says what it got', async () => {
  // What the file becomes and what the buddy says go different ways: either may be first.
  const becomes = (state: object) =>
    expect
      .poll(() => alice.lines)
      .toContainEqual(expect.objectContaining({ event: 'file', direction: 'out', ...state }))
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-file-')), 'notes.txt')
  writeFileSync(path, 'the plan is in here')
  alice.do({ do: 'file-send', peer: BUDDY, path })
  const sha1 = createHash('sha1').update('the plan is in here').digest('hex')
  const text = `I got notes.txt: 19 bytes, SHA-1 ${sha1}. I keep nothing of it.`
  await alice.expect({ event: 'message', direction: 'in', text, encrypted: true })
  await becomes({ state: 'done', encrypted: true })
  writeFileSync(path, new Uint8Array(1_000_001))
  alice.do({ do: 'file-send', peer: BUDDY, path })
  await alice.expect({ event: 'message', direction: 'in', text: /1 MB at most/ })
  await becomes({ state: 'cancelled', by: 'peer' })
})

/** After a wrong answer nobody may guess again for 10 s. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 10_000))

test('answers a verification with its secret', async () => {
  alice.do({ do: 'verify', peer: BUDDY, secret: 'not the secret' })
  await alice.expect({ event: 'smp', state: 'failed', attempts: 1 })
  await alice.expect({ event: 'message', direction: 'in', text: /did not match/ })
  await rest()
  alice.do({ do: 'verify', peer: BUDDY, secret: 'blue heron' })
  await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: true })
  await alice.expect({ event: 'otr', state: 'encrypted', verified: true })
})

test('after a failure waits to be told a code that was made in the window', async () => {
  alice.do({ do: 'verify', peer: BUDDY, secret: '271828' })
  await alice.expect({ event: 'smp', state: 'failed' })
  await rest()
  alice.do({ do: 'verify', peer: BUDDY, secret: '314159' })
  await alice.expect({ event: 'message', direction: 'in', text: /write it here now/ })
  alice.do({ do: 'send', peer: BUDDY, text: '314159' })
  await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: true })
})

test('takes a code that it was told before', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'code 123456' })
  await alice.expect({ event: 'message', direction: 'in', text: /with that code/ })
  alice.do({ do: 'verify', peer: BUDDY, secret: '123456' })
  await alice.expect({ event: 'smp', state: 'succeeded' })
})

test('starts a verification of its own when asked, without and with a question', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'ask me' })
  await alice.expect({ event: 'smp', state: 'asked', question: null })
  alice.do({ do: 'answer', peer: BUDDY, secret: 'blue heron' })
  await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: true })

  alice.do({ do: 'send', peer: BUDDY, text: 'question' })
  await alice.expect({ event: 'smp', state: 'asked', question: /practice secret/ })
  alice.do({ do: 'answer', peer: BUDDY, secret: 'blue heron' })
  await alice.expect({ event: 'smp', state: 'succeeded', provesPeer: false })
})

test('ends encryption on request; nothing is sent until the person chooses', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'end' })
  await alice.expect({ event: 'otr', state: 'finished' })
  alice.do({ do: 'send', peer: BUDDY, text: 'still private?' })
  const held = await alice.expect({ event: 'message', direction: 'out', text: 'still private?' })
  alice.do({ do: 'otr', peer: BUDDY, set: 'start' })
  await alice.expect({ event: 'otr', state: 'encrypted' })
  await alice.expect({ event: 'delivery', id: held['id'], state: 'delivered', encrypted: true })
})

test('changes its key on request, and a verified contact is not silently replaced', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'new key' })
  const changed = await alice.expect({ event: 'key-changed', peer: BUDDY, blocks: true })
  alice.do({ do: 'send', peer: BUDDY, text: 'who are you?' })
  const held = await alice.expect({ event: 'message', direction: 'out', text: 'who are you?' })
  alice.do({ do: 'trust', peer: BUDDY, fingerprint: changed['fingerprint'] })
  await alice.expect({ event: 'otr', state: 'encrypted', verified: true, changed: true })
  await alice.expect({ event: 'delivery', id: held['id'], state: 'delivered', encrypted: true })
})

test('writes, tells its secret and leaves on request, and comes back when written to', async () => {
  alice.do({ do: 'send', peer: BUDDY, text: 'type' })
  await alice.expect({ event: 'composing', peer: BUDDY, active: true })
  alice.do({ do: 'send', peer: BUDDY, text: 'secret' })
  await alice.expect({ event: 'message', direction: 'in', text: 'My secret is: blue heron' })
  alice.do({ do: 'send', peer: BUDDY, text: 'bye' })
  await alice.expect({ event: 'closed', peer: BUDDY, by: 'remote' })
  alice.do({ do: 'send', peer: BUDDY, text: 'are you back?' })
  await alice.expect({ event: 'message', direction: 'in', text: 'are you back?', encrypted: true })
})

test.each([
  ['not json', 'AGENT_NOT_JSON'],
  ['{"do":"dance"}', 'AGENT_UNKNOWN_COMMAND'],
  ['{"do":"send","peer":"sip:buddy@sotto.test"}', 'AGENT_BAD_FIELD'],
  ['{"do":"open","peer":"not an address at all"}', 'AGENT_BAD_FIELD'],
])('answers %s with an error line', async (line, code) => {
  alice.raw(line)
  const error = await alice.expect({ event: 'error' })
  expect(error['code']).toBe(code)
  expect(error['sentence']).toMatch(/\.$/)
})
