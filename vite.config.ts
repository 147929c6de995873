import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: 'web',
  publicDir: 'public',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
  test: {
    projects: [
      {
        root: import.meta.dirname,
        test: {
          name: 'unit',
          include: ['*.test.ts', '{otr,msrp,sip,chat,web,agent,edge}/**/*.test.ts'],
          testTimeout: 20_000,
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
          fileParallelism: false,
        },
      },
      {
        root: import.meta.dirname,
        test: {
          name: 'gateway',
          include: ['gateway-tests/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
