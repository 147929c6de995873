import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..', 'web')

/** `web/gallery.html`, built and served: each state of the window by itself, without a server. */
export class Gallery {
  readonly #folder: string
  readonly #server: PreviewServer
  readonly #url: string

  private constructor(folder: string, server: PreviewServer) {
    this.#folder = folder
    this.#server = server
    const { port } = server.httpServer.address() as AddressInfo
    this.#url = `http://localhost:${port}/gallery.html`
  }

  static async open(): Promise<Gallery> {
    const outDir = mkdtempSync(join(tmpdir(), 'sotto-gallery-'))
    const shared = { configFile: false, root: ROOT, logLevel: 'error' } as const
    await build({
      ...shared,
      worker: { format: 'es' },
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2022',
        minify: false,
        rolldownOptions: { input: join(ROOT, 'gallery.html') },
      },
    })
    const server = await preview({ ...shared, build: { outDir }, preview: { port: 0 } })
    return new Gallery(outDir, server)
  }

  /** The names of all scenes. */
  async scenes(page: Page): Promise<readonly string[]> {
    await page.goto(this.#url)
    await page.getByRole('link').first().waitFor()
    return await page.getByRole('link').allTextContents()
  }

  /** Shows a scene in English, with what it opens. */
  async show(page: Page, scene: string): Promise<void> {
    await page.goto(`${this.#url}?scene=${scene}&language=en`)
    await page.waitForFunction(() => 'ready' in document.documentElement.dataset)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
