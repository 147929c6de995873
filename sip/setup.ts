import type { MsrpDescription } from './events.ts'

/** `a=setup` of one side; `null` if absent or unknown, as `holdconn` is (RFC 6135 §4.2). */
export type Setup = MsrpDescription['setup']

/**
 * What to answer to an offer, RFC 6135 §4.2.2.
 *
 * @param reachable - true if a peer can open a connection to our path; a browser's own URI cannot
 *   be connected to, but an MSRP relay's can
 */
export function answerSetup(offer: Setup, reachable = false): 'active' | 'passive' {
  switch (offer) {
    case 'actpass':
      return reachable ? 'passive' : 'active'
    case 'passive': // Illegal in an offer, and clear all the same.
      return 'active'
    default: // An offerer that says nothing is a plain RFC 4975 endpoint, which connects.
      return 'passive'
  }
}

/** True if this side opens the connection and sends the first SEND. */
export function activeRole(side: 'offerer' | 'answerer', offer: Setup, answer: Setup): boolean {
  return CONNECTS[offer ?? 'none'][answer ?? 'none'] === side
}

type Said = NonNullable<Setup> | 'none'

/** Who connects, by what the offer and what the answer said. */
export const CONNECTS = {
  actpass: { active: 'answerer', passive: 'offerer', actpass: 'offerer', none: 'offerer' },
  active: { active: 'offerer', passive: 'offerer', actpass: 'offerer', none: 'offerer' },
  // Never sent by us. An answerer that ignores `setup` (RFC 4975) waits, so that we connect.
  passive: { active: 'answerer', passive: 'offerer', actpass: 'answerer', none: 'offerer' },
  // The offerer does not know `setup`, so that it connects whatever it is told.
  none: { active: 'offerer', passive: 'offerer', actpass: 'offerer', none: 'offerer' },
} as const satisfies Record<Said, Record<Said, 'offerer' | 'answerer'>>
