#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { parseAddress } from '../chat/index.ts'
import { Agent } from './agent.ts'
import { FileStore } from './file-store.ts'
import { findServer } from './find-server.ts'
import type { AgentLine } from './lines.ts'

const USAGE = `Usage: npm run -s agent -- --account sip:NAME@DOMAIN --password-file FILE
         --store DIR [--server ws(s)://HOST/…] [--via http(s)://HOST/] [--ca FILE] [--display NAME]
Commands are read from standard input, one JSON object a line; see docs/agent.md.
`

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 2
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  const found = options.server === undefined ? await findServer(options, writeLine) : null
  const server = options.server ?? found?.url
  if (server === undefined) throw new RangeError('No server for this address was found.')
  const store = await FileStore.open(options.store, options.address)
  const agent = new Agent({
    account: {
      address: options.address,
      password: options.password,
      server,
      ...(found && { found: found.kind }),
      displayName: options.displayName,
    },
    store,
    ca: options.ca,
    filesFolder: join(options.store, encodeURIComponent(options.address), 'files'),
    write: writeLine,
  })
  const input = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => input.close())
  for await (const line of input) {
    if (line.trim() !== '' && !agent.run(line)) break
  }
  await agent.stop()
  // The client has ended all it began; a socket that will not close must not keep us.
  process.exit()
}

function writeLine(line: AgentLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      account: { type: 'string' },
      'password-file': { type: 'string' },
      server: { type: 'string' },
      via: { type: 'string' },
      store: { type: 'string' },
      ca: { type: 'string' },
      display: { type: 'string' },
    },
  })
  const { account, server, store, via } = values
  const passwordFile = values['password-file']
  if (account === undefined || passwordFile === undefined) return null
  if (store === undefined) return null
  if (server !== undefined && !/^wss?:\/\//.test(server)) {
    throw new RangeError('--server must be a ws: or wss: address, such as wss://chat.example/ws.')
  }
  return {
    address: parseAddress(account),
    password: readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, ''),
    server,
    via: via ?? null,
    store,
    ca: values.ca === undefined ? null : readFileSync(values.ca, 'utf8'),
    displayName: values.display ?? null,
  }
}
