import { defineConfig } from 'vitest/config'
import { checksums } from './checksums-plugin.ts'
import { tightStyles } from './tight-styles-plugin.ts'

/** Builds `<sotto-chat>` as a library into `dist/embed`: one module to import, its parts beside it. */
export default defineConfig({
  root: 'web',
  publicDir: false,
  base: './',
  plugins: [tightStyles(), checksums()],
  build: {
    outDir: '../dist/embed',
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licences.md' },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'web/embed.ts',
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'sotto.js' },
    },
  },
  worker: { format: 'es' },
})
