import type { EdgeOptions } from '../edge/index.ts'
import { type LocalCa, makeCa } from '../edge/testing/local-ca.ts'
import { freePort, KAMAILIO_DOMAIN, type Kamailio, startKamailio } from './kamailio.ts'

/**
 * A SIP provider as the world has them: SIP over TLS and an MSRP relay over TLS, one Kamailio for
 * both, and no WebSocket. Its authority is one that nobody else knows.
 */
export interface Provider extends AsyncDisposable {
  readonly domain: string
  readonly port: number
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
  /** For an edge whose tunnels lead here; `relay` false: DNS knows no MSRP relay of it. */
  tunnels(relay?: boolean): Pick<EdgeOptions, 'providers' | 'providerOverrides' | 'providerCa'>
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again where it was, without any memory of before. */
  restart(): Promise<void>
  log(): string
}

export async function startProvider(): Promise<Provider> {
  const authority: LocalCa = makeCa()
  const tls = { ...authority.issue(KAMAILIO_DOMAIN), ca: authority.ca }
  const port = await freePort()
  let server: Kamailio = await startKamailio({ port, tls, webSockets: false })
  return {
    domain: KAMAILIO_DOMAIN,
    port,
    ca: authority.ca,
    tunnels(relay = true) {
      const services = relay ? ['_sips._tcp', '_msrps._tcp'] : ['_sips._tcp']
      const places = services.map(
        (name) => [`${name}.${KAMAILIO_DOMAIN}`, { host: '127.0.0.1', port }] as const,
      )
      return {
        providers: [KAMAILIO_DOMAIN],
        providerOverrides: new Map(places),
        providerCa: authority.ca,
      }
    },
    kill: () => server.kill(),
    async restart() {
      server = await startKamailio({ port, tls, webSockets: false })
    },
    log: () => server.log(),
    async [Symbol.asyncDispose]() {
      await server.kill() // Asked in its first second it does not end.
      authority.remove()
    },
  }
}
