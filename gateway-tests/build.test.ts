import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'sotto-build-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Builds the committed and uncommitted sources in a folder of their own. @returns its `dist` */
function buildIn(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const left = new Set(['.git', '.sotto', 'dist', 'node_modules'].map((name) => join(root, name)))
  cpSync(root, folder, { recursive: true, filter: (path) => !left.has(path) })
  execFileSync('cp', ['-al', join(root, 'node_modules'), folder])
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js')
  for (const config of ['vite.config.ts', 'vite.embed.ts']) {
    const args = [vite, 'build', '--config', config, '--logLevel', 'warn']
    execFileSync(process.execPath, args, { cwd: folder, stdio: 'pipe' })
  }
  return join(folder, 'dist')
}

test('two builds in different places give the same files, and say so', () => {
  const [one, other] = [buildIn(join(scratch, 'here')), buildIn(join(scratch, 'else', 'where'))]
  for (const file of ['web.sha256', 'embed.sha256']) {
    execFileSync('sha256sum', ['--check', '--quiet', '--strict', file], { cwd: one })
    const sums = readFileSync(join(one, file), 'utf8')
    expect(sums.split('\n').length).toBeGreaterThan(10)
    expect(sums).toBe(readFileSync(join(other, file), 'utf8'))
  }
  const licences = readFileSync(join(one, 'web', 'licences.md'), 'utf8')
  for (const name of ['lit', 'sip.js', '@noble/ciphers', '@noble/hashes', 'idb', 'qr']) {
    expect(licences).toMatch(new RegExp(`^## ${name} - [\\d.]+ \\(.+\\)$`, 'm'))
  }
})
