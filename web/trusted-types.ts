/**
 * The page runs under `require-trusted-types-for 'script'`: no text becomes script by itself. The
 * one thing that needs an address to become code is the OTR worker, which the bundler writes as
 * `new Worker(url)`. This policy lets through a script of our own build and nothing else.
 */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown
}

/** Called once, before anything starts a worker. Does nothing where Trusted Types are unknown. */
export function allowOwnWorkers(page: Location): void {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => {
      const { origin, pathname } = new URL(url, page.href)
      if (origin === page.origin && OWN_SCRIPT.test(pathname)) return url
      throw new TypeError('not a script of this app')
    },
  })
}

/** A hashed asset of the build, its service worker, or a source file of the development server. */
const OWN_SCRIPT = /\/(?:assets\/worker-[\w-]+\.js|shell-worker\.js|otr\/worker\.ts)$/
