/**
 * The service worker: it keeps the files of the app, so that it starts without a network, and nothing
 * else. What a server says (accounts, settings, sockets, tunnels) never passes through here.
 * @module
 */

/** Put in by the build, see `app-shell-plugin.ts`: paths from the root, `/` for the page itself. */
declare const __SHELL__: {
  readonly version: string
  /** Stored at once. */
  readonly files: readonly string[]
  /** Stored when somebody wants them: the languages. */
  readonly later: readonly string[]
}

/** What of a service worker's scope is used here; TypeScript's DOM types have none of it. */
interface Scope {
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  skipWaiting(): Promise<void>
}
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends LifeEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

const scope = globalThis as unknown as Scope
const { version, files, later } = __SHELL__
const NAME = `sotto-shell ${version}`
/** Tabs may still run the version before, and fetch its parts. */
const VERSIONS_KEPT = 2

scope.addEventListener('install', (event) => {
  event.waitUntil(store())
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldOnes())
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (files.includes(pathname) || later.includes(pathname) || pathname.startsWith('/assets/'))
    event.respondWith(answer(request, pathname))
})

/** The person wants the new version now: see `app-shell.ts`. */
scope.addEventListener('message', ({ data }) => {
  if (data === 'use') void scope.skipWaiting()
})

/** All or nothing: a version that is not whole does not come into use. */
async function store(): Promise<void> {
  const cache = await caches.open(NAME)
  await cache.addAll(files.map((path) => new Request(path, { cache: 'no-cache' })))
}

async function forgetOldOnes(): Promise<void> {
  const ours = (await caches.keys()).filter((name) => name.startsWith('sotto-shell '))
  await Promise.all(ours.slice(0, -VERSIONS_KEPT).map((name) => caches.delete(name)))
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(NAME)
  const kept = (await cache.match(path)) ?? (await caches.match(path))
  if (kept !== undefined) return kept
  const fresh = await fetch(request)
  if (fresh.ok && later.includes(path)) await cache.put(path, fresh.clone())
  return fresh
}
