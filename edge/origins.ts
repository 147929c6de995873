import { isIP } from 'node:net'

/**
 * Which names of this server are its own, and which pages may talk to it. A page elsewhere must not
 * reach it through its visitor's browser: not across sites (CSWSH, CSRF), and not by pointing a name
 * of its own at our address (DNS rebinding).
 */
export class Origins {
  readonly #names: readonly string[]
  readonly #extraHosts: ReadonlySet<string>

  /**
   * @param names - host names of ours; their subdomains are ours too
   * @param extra - further origins, e.g. of a reverse proxy: `https://chat.example.org`
   * @throws TypeError for an extra that is no URL
   */
  constructor(names: readonly string[], extra: readonly string[]) {
    this.#names = ['localhost', ...names.map((name) => name.toLowerCase())]
    this.#extraHosts = new Set(extra.map((origin) => new URL(origin).host))
  }

  /** Whether a request for this `Host` can be meant for us. An address cannot be rebound. */
  allowsHost(host: string | undefined): boolean {
    const url = parse(`http://${host ?? ''}`)
    if (host === undefined || url === null) return false
    const name = url.hostname
    return (
      this.#extraHosts.has(url.host) ||
      isIP(name.replaceAll(/^\[|\]$/g, '')) !== 0 ||
      this.#names.some((own) => name === own || name.endsWith(`.${own}`))
    )
  }

  /** Whether a page from `origin` may; what sends no Origin is not a browser. */
  allowsOrigin(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true
    const url = parse(origin)
    if (url === null || host === undefined || !/^https?:$/.test(url.protocol)) return false
    // Schemes may differ: a reverse proxy may end TLS before us.
    return this.#extraHosts.has(url.host) || url.host === parse(`${url.protocol}//${host}`)?.host
  }
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
