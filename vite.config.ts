import { join } from 'node:path'
import { defineConfig, type Plugin, type TestProjectInlineConfiguration } from 'vitest/config'
import { appShell } from './app-shell-plugin.ts'
import { checksums } from './checksums-plugin.ts'
import { tightStyles } from './tight-styles-plugin.ts'

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

/** Tests against programs. They wait for these, and one after the other, unless a lane says otherwise. */
const AGAINST_REALITY = {
  /** Has a failing test print the logs of what it ran against. */
  setupFiles: join(import.meta.dirname, 'gateway-tests', 'vitest-setup.ts'),
  /** What fails waits to its end, up to two minutes each: enough to see what is wrong, and no more. */
  bail: 10,
  testTimeout: 120_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
  fileParallelism: false,
} satisfies TestProjectInlineConfiguration['test']

/** Bitlbee insists on this port: its tests are never at the same time. */
const PORT_5222 = 'gateway-tests/{clients,matrix}/bitlbee.test.ts'
/** They read what the other lanes found, and so come last. */
const FOUND = ['gateway-tests/clients/all.test.ts', 'gateway-tests/matrix/document.test.ts']

export default defineConfig({
  root: 'web',
  publicDir: 'public',
  cacheDir: '../node_modules/.vite',
  plugins: [
    tightStyles(),
    edgeInside(),
    appShell(join(import.meta.dirname, 'web', 'public')),
    checksums(),
  ],
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
    globalSetup: join(import.meta.dirname, 'gateway-tests', 'temporary-folder.ts'),
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
          ...AGAINST_REALITY,
          name: 'browser',
          include: ['gateway-tests/browser/**/*.test.ts'],
        },
      },
      {
        root: import.meta.dirname,
        test: {
          ...AGAINST_REALITY,
          name: 'firefox',
          include: [
            'gateway-tests/firefox/*.test.ts',
            'gateway-tests/browser/{conversation,key-change}.test.ts',
          ],
          env: { SOTTO_BROWSER: 'firefox' },
        },
      },
      {
        root: import.meta.dirname,
        test: {
          ...AGAINST_REALITY,
          name: 'gateway',
          include: ['gateway-tests/{clients,found,gateway,matrix,xmpp}/*.test.ts'],
          exclude: [PORT_5222, ...FOUND],
          // A server, a port and a folder of their own each; of their time they compute a quarter.
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root: import.meta.dirname,
        test: {
          ...AGAINST_REALITY,
          name: 'gateway-alone',
          include: ['gateway-tests/*.test.ts', PORT_5222],
          sequence: { groupOrder: 2 },
        },
      },
      {
        root: import.meta.dirname,
        test: { name: 'matrix', include: FOUND, fileParallelism: false },
      },
    ],
  },
})
