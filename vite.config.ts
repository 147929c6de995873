import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'
import { appShell } from './app-shell-plugin.ts'
import { checksums } from './checksums-plugin.ts'

/**
 * The development server has the edge inside, with the practice buddy, as `npm start` does. It is
 * imported while running, so that a change of the edge's code does not restart Vite itself.
 */
function edgeInside(): Plugin {
  let stop = async () => {}
  return {
    name: 'sotto-edge',
    apply: 'serve',
    async config({ server }) {
      if (process.env['VITEST'] !== undefined) return undefined
      const { tsImport } = await import('tsx/esm/api')
      const { serve }: typeof import('./serve.ts') = await tsImport('./serve.ts', import.meta.url)
      const port = server?.port ?? 5173
      const served = await serve({
        port: 0,
        dataDir: '.sotto/edge',
        webRoot: null,
        providers: ['sip2sip.info'],
        origins: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
      })
      stop = served.stop
      const target = served.edge.url
      const paths = ['^/ws$', '^/tunnel/', '^/config\\.json$', '^/accounts$']
      const proxy = Object.fromEntries(
        paths.map((path) => [path, { target, ws: /ws|tunnel/.test(path) }]),
      )
      return { server: { port, strictPort: true, proxy } }
    },
    configureServer: ({ httpServer }) => void httpServer?.once('close', () => void stop()),
  }
}

export default defineConfig({
  root: 'web',
  publicDir: 'public',
  cacheDir: '../node_modules/.vite',
  plugins: [edgeInside(), appShell(join(import.meta.dirname, 'web', 'public')), checksums()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licences.md' },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // In kB: the names of all emoji in one language, fetched when somebody looks for one. What a visit
    // does fetch is weighed by `weight.test.ts`.
    chunkSizeWarningLimit: 640,
    rolldownOptions: {
      // Importing a room does nothing by itself: what a screen does not use is not in its chunk.
      treeshake: {
        moduleSideEffects: (id) => !/\/(?:chat|otr|msrp|sip)\/[\w-]+\.ts$/.test(id),
      },
    },
  },
  worker: { format: 'es' },
  test: {
    projects: [
      {
        root: import.meta.dirname,
        test: {
          name: 'unit',
          include: ['*.test.ts', '{otr,msrp,sip,chat,web,agent,edge}/**/*.test.ts'],
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        root: import.meta.dirname,
        test: {
          name: 'browser',
          bail: 1,
          include: ['gateway-tests/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
      {
        root: import.meta.dirname,
        test: {
          name: 'firefox',
          bail: 1,
          include: [
            'gateway-tests/firefox/*.test.ts',
            'gateway-tests/browser/{conversation,key-change}.test.ts',
          ],
          env: { SOTTO_BROWSER: 'firefox' },
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
      {
        root: import.meta.dirname,
        test: {
          name: 'gateway',
          include: [
            'gateway-tests/*.test.ts',
            'gateway-tests/{clients,gateway,matrix,xmpp}/*.test.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
})
