import { runToolkit } from './toolkit.ts'

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const { stdout, stderr, status } = await runToolkit(process.argv.slice(2), readStandardInput)
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = status
