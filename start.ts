/** What `npm start` runs once the app is built. */
import { explain, readCommandLine, USAGE } from './edge/index.ts'
import { serve } from './serve.ts'

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
  const { edge, stop } = await serve(options)
  process.stdout.write(`Sotto is ready: ${edge.url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(0)))
  }
}
