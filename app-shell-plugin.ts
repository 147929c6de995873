import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vitest/config'

/**
 * Tells the service worker which files the app has. Their names carry a hash of what is in them, so
 * that the list is also the version: another file, another worker, and the browser sees an update.
 *
 * @param publicDir - files that are copied as they are, under their own names
 */
export function appShell(publicDir: string): Plugin {
  return {
    name: 'sotto-app-shell',
    apply: 'build',
    enforce: 'post',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'web/index.html', [WORKER]: `web/${WORKER}.ts` },
          output: {
            entryFileNames: ({ name }) =>
              name === WORKER ? `${WORKER}.js` : 'assets/[name]-[hash].js',
          },
        },
      },
    }),
    generateBundle(_, bundle) {
      const worker = bundle[`${WORKER}.js`]
      if (worker?.type !== 'chunk') throw new TypeError('the service worker was not built')
      const later: string[] = []
      const files = ['/']
      const version = createHash('sha256')
      for (const [name, part] of Object.entries(bundle)) {
        if (part === worker) continue
        if (name === 'index.html' && part.type === 'asset') {
          version.update(part.source) // It alone has no hash in its name.
          continue
        }
        const isOfOneLanguage =
          part.type === 'chunk' && /\/(languages|emojibase-data)\//.test(part.facadeModuleId ?? '')
        ;(isOfOneLanguage ? later : files).push(`/${name}`)
      }
      version.update(JSON.stringify([files, later]))
      for (const name of readdirSync(publicDir)) {
        files.push(`/${name}`)
        version.update(readFileSync(join(publicDir, name)))
      }
      const shell = { version: version.digest('hex').slice(0, 12), files, later }
      worker.code = worker.code.replaceAll('__SHELL__', JSON.stringify(shell))
    },
  }
}

/** One name, without a hash: browsers look for the new version under the old address. */
const WORKER = 'shell-worker'
