import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
export async function startKamailio({ port = 0 }: { port?: number } = {}) {
  port ||= 20_000 + (process.pid % 20_000)
  const dir = mkdtempSync('/tmp/kam-')
  copyFileSync('/tmp/sipkam/kamailio.cfg', `${dir}/kamailio.cfg`)
  const child = spawn('kamailio', ['-DD', '-E', '-f', `${dir}/kamailio.cfg`, '-Y', dir, '-w', dir, '-P', `${dir}/kam.pid`, '-m', '64', '-M', '8', '-A', `PORT=${port}`], { stdio: 'ignore', detached: true })
  for (let i = 0; ; i++) {
    const up = await new Promise((resolve) => { const s = connect(port, '127.0.0.1', () => { s.destroy(); resolve(true) }); s.on('error', () => resolve(false)) })
    if (up) break
    if (i > 100) throw new Error('no kamailio')
    await new Promise((r) => setTimeout(r, 100))
  }
  return { port, url: `ws://127.0.0.1:${port}/`, async [Symbol.asyncDispose]() { child.kill('SIGTERM'); await new Promise((r) => child.once('exit', r)) } }
}
