import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Address } from '../chat/index.ts'
import { fileOf, MemoryFiles } from '../chat/testing/memory-files.ts'
import { stage } from '../chat/testing/stage.ts'
import type { Edge } from '../edge/index.ts'
import { AgentProcess } from './agent-process.ts'
import { BlinkFilePeer } from './blink-file-peer.ts'
import { startEdge } from './edge.ts'
import { type Kamailio, passwordOf, startKamailio } from './kamailio.ts'

const PASSWORD = 'correct horse'

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

/** A file on the disk, of bytes that nobody has seen. */
function onDisk(name: string, size: number) {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-file-')), name)
  const bytes = randomBytes(size)
  writeFileSync(path, bytes)
  return { path, hash: sha1(bytes) }
}

/** One calls the other, who does not know them yet; it turns encrypted without anybody asking. */
async function meet(caller: AgentProcess, callee: AgentProcess): Promise<void> {
  caller.do({ do: 'open', peer: callee.account })
  await callee.expect({ event: 'incoming', peer: caller.account, accepted: false })
  callee.do({ do: 'accept', peer: caller.account })
  for (const one of [caller, callee]) await one.expect({ event: 'otr', state: 'encrypted' })
}

/** One sends a file, the other takes it. @returns where it is now */
async function hand(from: AgentProcess, to: AgentProcess, path: string): Promise<string> {
  from.do({ do: 'file-send', peer: to.account, path })
  const { id } = await to.expect({
    event: 'file',
    direction: 'in',
    state: 'asks',
    about: 'offered',
  })
  to.do({ do: 'file-accept', peer: from.account, id })
  const done = await to.expect({ event: 'file', id, state: 'done', encrypted: true })
  await from.expect({ event: 'file', direction: 'out', state: 'done', encrypted: true })
  return String(done['path'])
}

describe('two agents', () => {
  const [alice, bob] = ['sip:alice@sotto.test', 'sip:bob@sotto.test']
  let edge: Edge
  let a: AgentProcess
  let b: AgentProcess

  beforeAll(async () => {
    edge = await startEdge({ port: 0, domain: 'sotto.test', dataDir: null, webRoot: null })
    for (const name of ['alice', 'bob']) await edge.enrol(name, PASSWORD)
    const server = edge.wsUrl
    a = await AgentProcess.start({ account: alice, password: PASSWORD, server })
    b = await AgentProcess.start({ account: bob, password: PASSWORD, server })
    await meet(a, b)
  })
  afterAll(async () => {
    await Promise.all([a?.quit(), b?.quit()])
    await edge?.close()
  })

  test('hand each other files, which never take a name that is taken', async () => {
    const first = onDisk('Grüße.bin', 1_000_003)
    const second = onDisk('Grüße.bin', 70_000)
    const paths = [await hand(a, b, first.path), await hand(a, b, second.path)]
    const folder = join(b.store, encodeURIComponent(bob), 'files')
    expect(paths).toEqual([join(folder, 'Grüße.bin'), join(folder, 'Grüße (1).bin')])
    expect(paths.map((path) => sha1(readFileSync(path)))).toEqual([first.hash, second.hash])
    expect(readdirSync(folder).toSorted()).toEqual(['Grüße (1).bin', 'Grüße.bin'])
  })

  test('a file that is refused leaves nothing', async () => {
    const { path } = onDisk('no.bin', 1000)
    b.do({ do: 'file-send', peer: alice, path })
    const { id } = await a.expect({ event: 'file', direction: 'in', state: 'asks' })
    a.do({ do: 'file-cancel', peer: bob, id })
    await a.expect({ event: 'file', id, state: 'cancelled', by: 'us' })
    await b.expect({ event: 'file', direction: 'out', state: 'cancelled', by: 'peer' })
    expect(existsSync(join(a.store, encodeURIComponent(alice), 'files'))).toBe(false)
  })

  test('a file that is not there is an error, and nothing else', async () => {
    a.do({ do: 'file-send', peer: bob, path: '/nowhere' })
    await a.expect({ event: 'error', code: 'AGENT_BAD_FIELD' })
    a.do({ do: 'file-accept', peer: bob, id: 'nothing' })
    await a.expect({ event: 'error', code: 'CHAT_UNKNOWN_FILE' })
  })
})

describe('through the relay of Kamailio', () => {
  let server: Kamailio
  let a: AgentProcess
  let b: AgentProcess

  beforeAll(async () => {
    server = await startKamailio()
    const agent = (user: string) =>
      AgentProcess.start({
        account: `sip:${user}@test.local`,
        password: passwordOf(user),
        server: server.url,
      })
    a = await agent('alice')
    b = await agent('bob')
    await meet(a, b)
  })
  afterAll(async () => {
    await Promise.all([a?.quit(), b?.quit()])
    await server?.[Symbol.asyncDispose]()
  })

  test('5 MB arrive, in frames that it takes', async () => {
    const file = onDisk('film.bin', 5_000_000)
    expect(sha1(readFileSync(await hand(a, b, file.path)))).toBe(file.hash)
    const empty = onDisk('empty.bin', 0)
    expect(sha1(readFileSync(await hand(b, a, empty.path)))).toBe(empty.hash)
    const refusals = (await server.metrics()).match(/kamailio_msrp_refusals\{status="501"\} (\d+)/)
    expect(Number(refusals?.[1] ?? 0)).toBe(0)
  })
})

describe('a desktop client that does as Blink does', () => {
  test('takes our file, in clear after the person said so, and gives us its own', async () => {
    await using on = await stage({ msrpOutgoing: { allowPrivate: true, allowPlain: true } })
    const files = new MemoryFiles()
    const alice = await on.actor('alice', { files, speed: 30 })
    await on.edge.enrol('blink', PASSWORD)
    const blink = await BlinkFilePeer.start(on.edge, 'blink', PASSWORD)
    const peer = blink.address as Address
    try {
      alice.client.addContact(peer, null)
      alice.client.open(peer)
      await alice.privacy(peer, 'unsupported')
      const file = fileOf('Grüße "100%".png', 300_000)
      const id = alice.client.sendFile(peer, file)
      const is = (step: string) => (event: { type: string }) =>
        event.type === 'transfer' && JSON.stringify(event).includes(`"step":"${step}"`)
      await alice.until(is('asks'))
      alice.client.approveUnencrypted(peer, id)
      await alice.until(is('done'))
      expect(blink.files.get('Grüße _100%_.png')?.sha1).toBe(sha1(file.bytes))
      expect(blink.contentTypes).toEqual(new Set(['image/png']))

      // Another client, which takes files in message/cpim only, and none above 200,000 bytes.
      blink.takes = { maxSize: 200_000, types: ['message/cpim'] }
      const offer = async (size: number, then: string) => {
        const at = alice.events.length
        const next = alice.client.sendFile(peer, fileOf('wrapped.png', size))
        await alice.until(is('asks'), at)
        alice.client.approveUnencrypted(peer, next)
        return JSON.stringify(await alice.until(is(then), at))
      }
      expect(await offer(300_000, 'failed')).toContain('CHAT_FILE_TOO_LARGE')
      await offer(100_000, 'done')
      const wrapped = blink.files.get('wrapped.png')!.bytes
      expect(wrapped.toString('latin1', 0, 1000)).toMatch(
        /^From: .*\r\nTo: .*\r\nDateTime: .*\r\n\r\nContent-Type: image\/png\r\n\r\n/,
      )
      expect(sha1(wrapped.subarray(-100_000))).toBe(sha1(fileOf('', 100_000).bytes))

      blink.takes = { maxSize: null, types: ['*'] }
      const from = alice.events.length
      const theirs = randomBytes(200_001)
      blink.sendFile(alice.address, 'theirs.png', theirs)
      const offered = await alice.until(is('asks'), from)
      if (offered.type !== 'transfer') throw new Error('no transfer')
      expect(offered.transfer).toMatchObject({ protection: 'none', size: 200_001 })
      alice.client.acceptFile(peer, offered.transfer.id)
      await alice.until(is('done'), from)
      expect(sha1(files.received.get('theirs.png')!.bytes)).toBe(sha1(theirs))
      await expect.poll(() => blink.delivered).toEqual(['theirs.png'])
    } finally {
      await blink.stop()
    }
  })
})
