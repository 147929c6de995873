import { spawnSync } from 'node:child_process'

/** The version of a Debian package as it is installed: `5.6.3-2`. @returns `null` if it is not */
export function installedVersion(name: string): string | null {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' })
  if (!/^Status: \S+ \S+ installed$/m.test(stdout ?? '')) return null
  return /^Version: (.*)$/m.exec(stdout)?.[1] ?? null
}

/** What its makers call this version: without what Debian adds in front and at the end. */
export function upstreamVersion(debianVersion: string): string {
  return debianVersion.replace(/^\d+:/, '').replace(/(?:esr)?-[^-]*$/, '')
}
