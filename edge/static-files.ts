import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { EdgeError } from './errors.ts'

interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
  /** `null` where compression gains nothing. */
  readonly gzipped: Buffer | null
  readonly cacheControl: string
}

/**
 * The built app, read into memory once. A request can only name what was found then: there is no
 * path from a URL to the file system.
 */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>

  private constructor(files: ReadonlyMap<string, StaticFile>) {
    this.#files = files
  }

  /** @param root - folder of the built app, or `null` to serve none. @throws EdgeError */
  static async load(root: string | null): Promise<StaticFiles> {
    const files = new Map<string, StaticFile>()
    if (root === null) return new StaticFiles(files)
    for (const path of await list(root)) {
      const url = `/${path.split(sep).join('/')}`
      files.set(url, prepare(url, await readFile(join(root, path))))
    }
    const index = files.get('/index.html')
    if (index === undefined) {
      throw new EdgeError('EDGE_NO_APP', `There is no built app in ${root}: run "npm run build".`)
    }
    files.set('/', index)
    return new StaticFiles(files)
  }

  /**
   * Answers GET or HEAD for a file of the app.
   *
   * @param path - of the URL, without query
   * @returns false if there is no such file; nothing has been written then
   */
  serve(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const file = this.#files.get(path)
    if (file === undefined) return false
    const zip = file.gzipped !== null && acceptsGzip(request)
    const etag = zip ? `"${file.etag}-gz"` : `"${file.etag}"`
    response.setHeader('Cache-Control', file.cacheControl)
    response.setHeader('ETag', etag)
    if (file.gzipped !== null) response.setHeader('Vary', 'Accept-Encoding')
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304).end()
      return true
    }
    const body = zip ? file.gzipped : file.bytes
    response.setHeader('Content-Type', file.type)
    response.setHeader('Content-Length', body.length)
    if (zip) response.setHeader('Content-Encoding', 'gzip')
    response.writeHead(200)
    response.end(request.method === 'HEAD' ? undefined : body)
    return true
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Vite puts a hash of the content into the names of what it writes to `assets/`. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/

function prepare(url: string, bytes: Buffer): StaticFile {
  const type = TYPES[extname(url)] ?? 'application/octet-stream'
  const gzipped = /^text|json|javascript|svg|wasm/.test(type) ? gzipSync(bytes, { level: 9 }) : null
  return {
    type,
    bytes,
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    gzipped: gzipped !== null && gzipped.length < bytes.length ? gzipped : null,
    cacheControl: HASHED.test(url) ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}

async function list(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, sep).length))
  } catch {
    throw new EdgeError('EDGE_NO_APP', `There is no built app in ${root}: run "npm run build".`)
  }
}

function acceptsGzip(request: IncomingMessage): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  return /(^|,)\s?gzip\s?(;\s?q=(1|0\.\d*[1-9]))?\s?(,|$)/i.test(accepted)
}

function matches(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false
  if (condition.trim() === '*') return true
  return condition.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
