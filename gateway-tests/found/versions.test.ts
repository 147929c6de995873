import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { XMPP_CLIENTS } from '../clients/all.ts'
import { installedVersion, upstreamVersion } from './installed.ts'

/** What the first table of the README says of one package: `kamailio` 5.6.3. */
interface Stated {
  readonly name: string
  readonly version: string
  readonly how: 'exactly' | 'of' | 'or later'
}

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
const TABLE = README.slice(README.indexOf('| peer '), README.indexOf('\n\nTwo of our own'))
const STATED: readonly Stated[] = TABLE.split('\n').flatMap((row) => {
  const found = (row.split('|')[2] ?? '').matchAll(/`([\w.+-]+)` (of )?(\d[\w.-]*)( or later)?/g)
  return [...found].map(([, name, of, version, later]) => ({
    name: name!,
    version: version!,
    how: of ? 'of' : later ? 'or later' : 'exactly',
  }))
})

test('every peer of the table has a version', () => {
  const peers = TABLE.split('\n').slice(2)
  expect(STATED.length).toBeGreaterThanOrEqual(peers.length)
  expect(peers.filter((row) => !STATED.some(({ name }) => row.includes(`\`${name}\``)))).toEqual([])
})

test.each(STATED)('$name is $version, $how', ({ name, version, how }) => {
  const installed = installedVersion(name)
  expect(installed, `${name} is not installed as a package`).not.toBeNull()
  const upstream = upstreamVersion(installed!)
  if (how === 'exactly') expect(upstream).toBe(version)
  else if (how === 'of') expect(upstream).toContain(version.replaceAll('-', ''))
  else expect(parseInt(upstream, 10)).toBeGreaterThanOrEqual(parseInt(version, 10))
})

test.each(XMPP_CLIENTS)('$name is called as the table has it', ({ name, packages }) => {
  const versions = STATED.filter(
    (stated) => packages.includes(stated.name) && stated.how !== 'or later',
  )
  expect(versions).not.toEqual([])
  expect(versions.filter(({ version }) => !name.includes(version))).toEqual([])
})
