import { parseUri } from '../msrp/index.ts'
import type { RequestHead } from './msrp-relay-answers.ts'
import type { Grant, Grants } from './msrp-relay-grants.ts'
import type { Hop } from './msrp-relay-hop.ts'

/** Where a request goes, and what its paths are then. */
export type Route =
  | (Moved & { readonly to: 'client'; readonly grant: Grant })
  | (Moved & { readonly to: 'elsewhere'; readonly uri: MsrpUri; readonly grant: Grant })
  | { readonly to: 'nowhere'; readonly status: number; readonly comment: string }

export type MsrpUri = ReturnType<typeof parseUri>

/** The paths of a request as it leaves. */
export interface Moved {
  readonly toPath: readonly string[]
  readonly fromPath: readonly string[]
  /** Our URIs that were moved, the last one first, as they now stand in From-Path. */
  readonly ours: readonly string[]
}

/**
 * Decides about a request by RFC 4976 §6.4: it comes from the owner of a grant and may go anywhere,
 * or it goes to the owner of a grant; there is no third way, and so the relay is never open.
 *
 * A WebSocket is a client's (RFC 7977 §7): it speaks through its own grants only. What one client
 * sends to another looks as if the relay had sent it to itself, but no connection is made.
 */
export function route(request: RequestHead, from: Hop, grants: Grants): Route {
  const [first, ...rest] = request.toPath as [string, ...string[]]
  const grant = grants.find(first)
  // Whether a token exists is not for others to learn: the same answer to all of them.
  if (grant === null) return NO_SESSION
  if (grant.owner !== from) {
    if (from.kind === 'websocket') return NO_SESSION
    return inbound(grant, rest, request.fromPath, [first])
  }
  if (!isSamePath(request.fromPath, grant.clientPath)) return NOT_THE_SENDER
  const [second, ...further] = rest
  if (second === undefined) return NO_SESSION
  const peer = grants.find(second)
  if (peer !== null) return inbound(peer, further, request.fromPath, [second, first])
  if (grants.isOurs(second)) return NO_SESSION // It has ended; dialling it would reach ourselves.
  const uri = tryParse(second)
  if (uri === null) return BAD_URI
  const ours = [first]
  return { to: 'elsewhere', uri, grant, toPath: rest, fromPath: [first, ...request.fromPath], ours }
}

/** The rest of the way, when it leads to the owner of `grant`. */
function inbound(
  grant: Grant,
  toPath: readonly string[],
  fromPath: readonly string[],
  ours: readonly string[],
): Route {
  if (!isSamePath(toPath, grant.clientPath)) return NO_SESSION
  return { to: 'client', grant, toPath, fromPath: [...ours, ...fromPath], ours }
}

const NO_SESSION = { to: 'nowhere', status: 481, comment: 'No such session' } as const
const NOT_THE_SENDER = { to: 'nowhere', status: 481, comment: 'Not the URI of the AUTH' } as const
const BAD_URI = { to: 'nowhere', status: 400, comment: 'Unreadable To-Path' } as const

function isSamePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((uri, index) => uri === right[index])
}

function tryParse(uri: string): MsrpUri | null {
  try {
    return parseUri(uri)
  } catch {
    return null
  }
}
