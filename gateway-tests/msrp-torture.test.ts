import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Edge, startEdge } from '../edge/index.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'

/** What relays make of `msrp/torture/`, each message alone on a WebSocket that has not authenticated. */
const FOLDER = join(import.meta.dirname, '..', 'msrp', 'torture')
const RECORD = join(FOLDER, 'relays.md')
const FILES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.msrp'))
  .sort()

let edge: Edge
let kamailio: Kamailio
beforeAll(async () => {
  edge = await startEdge({ port: 0, dataDir: null, webRoot: null })
  kamailio = await startKamailio()
})
afterAll(async () => {
  await kamailio?.[Symbol.asyncDispose]()
  await edge?.close()
})

describe.each([
  ['our edge', () => edge.wsUrl],
  ['Kamailio', () => kamailio.url],
])('%s', (relay, url) => {
  test('survives every one, and does what the record says', async () => {
    const did: string[] = []
    for (const file of FILES) did.push(await reactionTo(readFileSync(join(FOLDER, file)), url()))
    const column = relay === 'Kamailio' ? 2 : 1
    if (process.env['UPDATE_DOCS']) record(column, did)
    expect(recorded().map((row) => row[column])).toEqual(did)
    // And it is still there for those who speak properly: it asks who they are.
    expect(await reactionTo(Buffer.from(AUTH), url())).toMatch(/^40[13] /)
  })
})

const AUTH = [
  'MSRP 49fh AUTH',
  'To-Path: msrp://127.0.0.1:2855;ws',
  'From-Path: msrp://alice.invalid:2855/98cjs;ws',
  '-------49fh$',
  '',
].join('\r\n')

/** @returns the first line of the answer without its transaction, how it hung up, or `nothing` */
async function reactionTo(bytes: Buffer, url: string): Promise<string> {
  const socket = new WebSocket(url, 'msrp')
  socket.on('error', () => {})
  try {
    await once(socket, 'open')
    const answered = new Promise<string>((resolve) => {
      socket.once('message', (data: Buffer) => resolve(firstLine(data.toString('latin1'))))
      socket.once('close', (code) => resolve(`hangs up: ${code}`))
      // Whatever comes of it has come before this, which is answered in turn.
      socket.once('pong', () => setTimeout(resolve, 100, 'nothing'))
    })
    socket.send(bytes)
    socket.ping()
    return await answered
  } finally {
    socket.terminate()
  }
}

function firstLine(frame: string): string {
  return frame.split('\r\n')[0]!.replace(/^MSRP \S+ /, '')
}

/** File, edge, Kamailio. */
function recorded(): string[][] {
  const lines = readFileSync(RECORD, 'utf8').split('\n')
  const rows = lines.filter((line) => line.startsWith('| `'))
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function record(column: number, did: readonly string[]): void {
  const before = new Map(recorded().map((row) => [row[0]!, row]))
  const rows = FILES.map((file, i) => {
    const name = `\`${file.slice(0, -'.msrp'.length)}\``
    const row = [name, ...(before.get(name)?.slice(1) ?? ['', ''])]
    row[column] = did[i]!
    return `| ${row.join(' | ')} |\n`
  })
  const head = readFileSync(RECORD, 'utf8').split('|---|---|---|\n')[0]!
  writeFileSync(RECORD, `${head}|---|---|---|\n${rows.join('')}`)
}
