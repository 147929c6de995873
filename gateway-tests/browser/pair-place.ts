import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEdge } from '../edge.ts'
import { ending } from '../ending.ts'
import { KAMAILIO_DOMAIN, passwordOf, startKamailio } from '../kamailio.ts'
import type { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
/** They have accounts. */
const NAMES = ['alice', 'bob', 'carol']
const PASSWORD = 'correct horse'

/** Where two people meet: a page to open, and the server between them. */
export interface PairPlace extends AsyncDisposable {
  /** Of the page. */
  readonly url: string
  readonly domain: string
  signIn(person: Person): Promise<void>
  /** At a browser that knows the account, and its server with it. */
  signInAgain(person: Person): Promise<void>
  /** The server ends; pages that are open stay so. */
  stop(): Promise<void>
  /** It comes back. */
  start(): Promise<void>
}

/** The embedded edge is page, registrar and relay in one. */
export async function edgePlace(): Promise<PairPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))
  const serve = (port: number) => startEdge({ port, dataDir, webRoot: WEB })
  let edge = await serve(0)
  const { url, domain } = edge
  for (const name of NAMES) await edge.enrol(name, PASSWORD)
  return {
    url,
    domain,
    signIn: (person) => person.signIn(PASSWORD),
    signInAgain: (person) => person.signIn(PASSWORD),
    stop: () => edge.close(),
    async start() {
      edge = await serve(Number(new URL(url).port))
    },
    [Symbol.asyncDispose]: () => edge.close(),
  }
}

/** An edge serves the page and no more; the account is at a Kamailio, which stops as a power cut stops it. */
export async function kamailioPlace(): Promise<PairPlace> {
  const edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  let server = await startKamailio().catch(ending(() => edge.close()))
  const { port, url } = server
  const enter = (person: Person, at: string | null) =>
    person.signInAs(`${person.name}@${KAMAILIO_DOMAIN}`, passwordOf(person.name), at)
  return {
    url: edge.url,
    domain: KAMAILIO_DOMAIN,
    signIn: (person) => enter(person, url),
    signInAgain: (person) => enter(person, null),
    stop: () => server.kill(),
    async start() {
      server = await startKamailio({ port })
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await edge.close()
    },
  }
}
