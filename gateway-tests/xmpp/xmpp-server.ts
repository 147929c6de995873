import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An XMPP server of the tests: accounts, an archive, rooms, and a port for gateways. */
export interface XmppServer extends AsyncDisposable {
  readonly name: 'prosody' | 'ejabberd'
  readonly host: '127.0.0.1'
  /** Where clients connect; without TLS, passwords in the clear. */
  readonly port: number
  /** Where components connect (XEP-0114): one for each of `componentDomains`. */
  readonly componentPort: number
  readonly componentDomains: readonly string[]
  readonly componentSecret: string
  /** Its users are `name@domain`. */
  readonly domain: string
  /** Its rooms are `name@roomsDomain` (XEP-0045). Anyone makes one by entering it. */
  readonly roomsDomain: string
  addUser(name: string, password: string): Promise<void>
  /** Everything it has on its disk: archive, offline messages, rosters. For `not.toContain`. */
  kept(): string
  /** What it has logged so far. */
  log(): string
  stop(): Promise<void>
}

export interface XmppServerOptions {
  /** Default: any free one. Bitlbee connects to 5222 alone. */
  readonly port?: number
  /** Default: `xmpp.test`. */
  readonly domain?: string
  /** The domains of gateways. Default: `sip.test`. */
  readonly componentDomains?: readonly string[]
}

/** All files below, one after the other, bytes as Latin-1 where they are no UTF-8. */
export function allFiles(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return allFiles(path)
      return entry.isFile() ? readFileSync(path).toString() : ''
    })
    .join('\n')
}
