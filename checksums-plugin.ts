import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Plugin } from 'vitest/config'

/**
 * Publishes what a build consists of: `NAME.sha256` beside the folder `NAME`, as `sha256sum --check`
 * reads it there. The same sources make the same files, so that everybody can compare.
 */
export function checksums(): Plugin {
  let folder = ''
  return {
    name: 'sotto-checksums',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir)
    },
    closeBundle: {
      order: 'post',
      handler: () => writeFileSync(`${folder}.sha256`, sums(folder)),
    },
  }
}

function sums(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
  const lines = paths.sort().map((path) => {
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex')
    return `${hash}  ${basename(folder)}${path.slice(folder.length)}\n`
  })
  return lines.join('')
}
