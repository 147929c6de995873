/**
 * The embedded server: it serves the app, registers and connects the users of a local SIP domain,
 * relays their MSRP and tunnels to providers. It cannot read a message: it never imports `otr`.
 * @module
 */
export type { Enrolment } from './accounts.ts'
export { AccountsError } from './accounts.ts'
export { explain, readCommandLine, USAGE } from './command-line.ts'
export type { EdgeEnv } from './env.ts'
export { EdgeError } from './errors.ts'
export type { EdgeConfig } from './http-routes.ts'
export type { Log, LogEntry } from './log.ts'
export { type Edge, type EdgeOptions, startEdge } from './server.ts'
export { parseOverride } from './tunnel.ts'
