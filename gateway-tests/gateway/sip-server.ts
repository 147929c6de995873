import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { type Kamailio, startKamailio } from '../kamailio.ts'

/** What a SIP server is to know of the gateway, and what it is asked to tell. */
export interface SipServerSetup {
  readonly domain: string
  /** The account as which the gateway registers, and the domains that are led to it. */
  readonly trunk: { readonly account: string; readonly domains: readonly string[] }
  /** Takes every MSRP frame that comes to the relay, where the relay shows them. */
  readonly onFrame: (frame: Uint8Array) => void
}

/** The SIP side of a stage: registrar, proxy and MSRP relay, over WebSocket. */
export interface SipServer {
  readonly domain: string
  readonly wsUrl: string
  /** Its pages, where it has any. */
  readonly url: string
  /** @throws if the edge has the account already */
  enrol(name: string, password: string): Promise<void>
  /** Ends as a power cut does, and comes up at the same place with the same accounts. */
  restart(): Promise<void>
  close(): Promise<void>
}

export type StartSipServer = (setup: SipServerSetup) => Promise<SipServer>

/** The embedded edge. @param webRoot - the built app, which it serves if it is given */
export function edgeWith(webRoot: string | null): StartSipServer {
  return async ({ domain, trunk, onFrame }) => {
    const accounts = new Map<string, string>()
    const start = (port: number) =>
      startEdge({
        port,
        domain,
        dataDir: null,
        webRoot,
        tap: (frame) => onFrame(frame.slice()),
        trunks: new Map(trunk.domains.map((name) => [name, trunk.account])),
      })
    let edge: Edge = await start(0)
    return {
      domain,
      wsUrl: edge.wsUrl,
      url: edge.url,
      async enrol(name, password) {
        await edge.enrol(name, password)
        accounts.set(name, password)
      },
      async restart() {
        await edge.close()
        edge = await start(Number(new URL(edge.url).port))
        for (const [name, password] of accounts) await edge.enrol(name, password)
      },
      close: () => edge.close(),
    }
  }
}

/** Kamailio as it is shipped in `docs/operations/kamailio`. Its relay shows nobody what passes. */
export const kamailioServer: StartSipServer = async ({ domain, trunk }) => {
  const accounts = new Map<string, string>()
  const start = (port: number) => startKamailio({ port, domain, gateway: trunk })
  let kamailio: Kamailio = await start(0)
  return {
    domain,
    wsUrl: kamailio.url,
    url: kamailio.url,
    async enrol(name, password) {
      kamailio.setAccount(name, password)
      accounts.set(name, password)
    },
    async restart() {
      await kamailio.kill()
      kamailio = await start(kamailio.port)
      for (const [name, password] of accounts) kamailio.setAccount(name, password)
    },
    close: async () => await kamailio[Symbol.asyncDispose](),
  }
}
