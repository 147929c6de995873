/**
 * What `npm start` runs once the app is built: the edge with its local domain, and in the same
 * process the practice buddy, as a client of it like any other.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FileStore, startBuddy } from './agent/index.ts'
import { explain, readCommandLine, startEdge, USAGE } from './edge/index.ts'

try {
  await start()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2))
  if (options === null) {
    process.stdout.write(`Usage: npm start -- [options]\n${USAGE}`)
    return
  }
  const edge = await startEdge(options)
  const folder = join(dirname(options.dataDir ?? '.sotto/edge'), 'buddy')
  const password = await buddyPassword(folder)
  await edge.enrol('buddy', password)
  const address = `sip:buddy@${edge.domain}`
  const buddy = startBuddy({
    account: { address, password, server: edge.wsUrl, displayName: 'Practice buddy' },
    store: await FileStore.open(folder, address),
    ...(options.tls === undefined ? {} : { certificate: String(options.tls.cert) }),
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
async function buddyPassword(folder: string): Promise<string> {
  const path = join(folder, 'password')
  try {
    return await readFile(path, 'utf8')
  } catch {
    const password = randomBytes(18).toString('base64url')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(path, password, { mode: 0o600, flag: 'wx' })
    return password
  }
}
