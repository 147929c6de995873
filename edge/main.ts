import { explain, readCommandLine, USAGE } from './command-line.ts'
import { startEdge } from './server.ts'

/** The edge alone, for a server: `npm run edge -- OPTIONS`. Its log goes to standard error. */
async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2))
  if (options === null) {
    process.stdout.write(`Usage: npm run edge -- [options]\n${USAGE}`)
    return
  }
  const log = (entry: object) => void process.stderr.write(`${JSON.stringify(entry)}\n`)
  const edge = await startEdge({ ...options, log })
  process.stdout.write(`Sotto is at ${edge.url}\n`)
  const stop = (): void => void edge.close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
