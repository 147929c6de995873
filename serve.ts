/** The edge with its local domain, and in the same process the practice buddy, its first client. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FileStore, startBuddy } from './agent/index.ts'
import { type Edge, type EdgeOptions, startEdge } from './edge/index.ts'

export interface Served {
  readonly edge: Edge
  stop(): Promise<void>
}

/** The buddy's key and password lie beside the edge's data. */
export async function serve(options: EdgeOptions): Promise<Served> {
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
  const stop = async () => {
    await buddy.stop()
    await edge.close()
  }
  return { edge, stop }
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
