import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'

/** Whoever looks at what a run leaves behind asks for one, which may stay until it is killed. */
const STAYS = process.env['STAYS']

test('whoever runs tests has a temporary folder of the run’s own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-left-'))
  writeFileSync(join(folder, 'file'), 'that nobody removes')
  expect(tmpdir()).toMatch(/\/sotto-run-[^/]+$/)
  process.stdout.write('left something\n')
  if (STAYS === 'yes') await setTimeout(60_000)
})

test.each([
  ['by itself', 'no'],
  ['by SIGKILL', 'yes'],
])('a run that ends %s leaves nothing in the system’s', async (_how, stays) => {
  const system = mkdtempSync(join(tmpdir(), 'sotto-system-'))
  const file = 'gateway-tests/temporary-folder.test.ts'
  const child = spawn('npx', ['vitest', 'run', file, '-t', 'whoever runs tests'], {
    env: { ...process.env, TMPDIR: system, STAYS: stays },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('left something')) break
  }
  const left = () => readdirSync(system).filter((name) => name.startsWith('sotto-')) // Of ours.
  expect(left()).toHaveLength(1)
  if (stays === 'yes') process.kill(-child.pid!, 'SIGKILL')
  await ended
  await expect.poll(left).toEqual([])
})
