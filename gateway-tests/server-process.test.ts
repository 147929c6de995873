import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { makeCa } from '../edge/testing/local-ca.ts'
import { freePort, isListening } from './ports.ts'
import { serverProcess } from './server-process.ts'
import { startProsody } from './xmpp/prosody.ts'

const authority = makeCa()
const tls = JSON.stringify(authority.issue('localhost'))
authority.remove()

/** How another process starts each of them. */
const SERVERS = [
  ['prosody', './xmpp/prosody.ts', 'startProsody()'],
  ['ejabberd', './xmpp/ejabberd.ts', 'startEjabberd()'],
  ['kamailio', './kamailio.ts', 'startKamailio()'],
  ['nginx', './nginx.ts', `startNginx({ file: 'edge.conf', tls: ${tls}, replace: {} })`],
] as const

test.each(SERVERS)('%s is gone when the process that started it is', async (_name, file, start) => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-orphan-'))
  chmodSync(folder, 0o711) // The server's user has a folder in it.
  const code = `import('${new URL(file, import.meta.url)}').then(async (it) => {
    const { port } = await it.${start}
    process.stdout.write(port + '\\n')
  })`
  const env = { ...process.env, TMPDIR: folder }
  const child = spawn('npx', ['tsx', '-e', code], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const die = () => process.kill(-child.pid!, 'SIGKILL')
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) die()
    rmSync(folder, { recursive: true })
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
  const left = () => readdirSync(folder).filter((name) => name.startsWith('sotto-'))
  expect(await isListening(Number(line))).toBe(true)
  expect(left()).toHaveLength(1)
  die()
  await expect.poll(() => isListening(Number(line)), { timeout: 5_000 }).toBe(false)
  await expect.poll(left, { timeout: 5_000 }).toEqual([])
})

test.each([
  ['that ends when it is asked', 'trap exit TERM'],
  ['that does not', 'trap "" TERM'],
])('a server %s is stopped, and with it what it has started', async (_name, onTerm) => {
  const server = serverProcess('stubborn', 'nobody')
  await server.start(['sh', '-c', `${onTerm}; sleep 1000 & echo $!; wait`], [])
  await expect.poll(() => server.log()).toMatch(/\d+/)
  const started = Number(server.log())
  const isThere = () => existsSync(`/proc/${started}`)
  expect(isThere()).toBe(true)
  await server.stop()
  await expect.poll(isThere, { timeout: 5_000 }).toBe(false)
  expect(existsSync(server.folder)).toBe(false)
})

test('a server that does not start leaves nothing, and says why', async () => {
  const server = serverProcess('broken', 'nobody')
  const port = await freePort()
  const start = server.start(['sh', '-c', 'echo no such key; sleep 1000 & exit 3'], [port])
  await expect(start).rejects.toThrow(/^broken did not start: it ended with 3\nno such key/)
  expect(existsSync(server.folder)).toBe(false)
})

test('somebody else’s server is not taken for one’s own', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const start = startProsody({ port })
  await expect(start).rejects.toThrow(`another program has port ${port} of 127.0.0.1`)
})
