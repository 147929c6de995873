/**
 * What `npm start` runs once the app is built: the edge with its local domain, and in the same
 * process the practice buddy, as a client of it like any other.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FileStore, startBuddy } from './agent/index.ts'
import { startEdge } from './edge/index.ts'

const USAGE = `Usage: npm start -- [--host 127.0.0.1] [--port 8020] [--domain sotto.localhost] [--data .sotto]
`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8020' },
    domain: { type: 'string', default: 'sotto.localhost' },
    data: { type: 'string', default: '.sotto' },
  },
})

try {
  await start()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const edge = await startEdge({
    host: values.host,
    port: Number(values.port),
    domain: values.domain,
    dataDir: join(values.data, 'edge'),
    webRoot: join(import.meta.dirname, 'dist', 'web'),
  })
  const address = `sip:buddy@${edge.domain}`
  const password = await buddyPassword()
  await edge.enrol('buddy', password)
  const buddy = startBuddy({
    account: { address, password, server: edge.wsUrl, displayName: 'Practice buddy' },
    store: await FileStore.open(join(values.data, 'buddy'), address),
  })
  process.stdout.write(`Sotto is ready: ${edge.url}\n`)

  const stop = async () => {
    await buddy.stop()
    await edge.close()
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** Made once; the account in the edge's data keeps it from then on. */
async function buddyPassword(): Promise<string> {
  const path = join(values.data, 'buddy', 'password')
  try {
    return await readFile(path, 'utf8')
  } catch {
    const password = randomBytes(18).toString('base64url')
    await mkdir(join(values.data, 'buddy'), { recursive: true, mode: 0o700 })
    await writeFile(path, password, { mode: 0o600, flag: 'wx' })
    return password
  }
}
