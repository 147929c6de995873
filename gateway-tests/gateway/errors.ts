/** RFC 7247 §6: what a refusal on one side is on the other. */

/** Type that RFC 6120 §8.3.3 gives each condition. */
const TYPES = {
  'bad-request': 'modify',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'not-acceptable': 'modify',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'unexpected-request': 'wait',
  conflict: 'cancel',
  'jid-malformed': 'modify',
} as const

export type Condition = keyof typeof TYPES

export function errorTypeOf(condition: Condition): string {
  return TYPES[condition]
}

/** Statuses of one condition; those of no list fall back to their class. */
const CONDITIONS: readonly [Condition, readonly number[]][] = [
  ['redirect', [300, 302, 305]],
  ['gone', [301, 410]],
  ['not-acceptable', [380, 406, 415, 416, 421, 482, 483, 488, 505, 606]],
  ['not-authorized', [401]],
  ['forbidden', [403]],
  ['item-not-found', [404, 481, 484, 485, 604]],
  ['feature-not-implemented', [405, 420, 439, 501]],
  ['registration-required', [407]],
  ['remote-server-timeout', [408, 504]],
  ['policy-violation', [413, 414, 440, 489, 513]],
  ['resource-constraint', [423]],
  ['recipient-unavailable', [430, 480, 486, 487, 600, 603]],
  ['unexpected-request', [491]],
  ['remote-server-not-found', [502]],
]
const CLASSES: Readonly<Record<number, Condition>> = {
  3: 'redirect',
  4: 'bad-request',
  5: 'internal-server-error',
  6: 'recipient-unavailable',
}

/** @param status - SIP or MSRP, above 299 (RFC 7247 §6.2) */
export function conditionOf(status: number): Condition {
  const listed = CONDITIONS.find(([, statuses]) => statuses.includes(status))
  return listed?.[0] ?? CLASSES[Math.floor(status / 100)] ?? 'internal-server-error'
}

/** RFC 7247 §6.1, as far as a failure REPORT can say it. */
const STATUSES: Readonly<Record<string, number>> = {
  'feature-not-implemented': 405,
  forbidden: 403,
  gone: 410,
  'internal-server-error': 500,
  'item-not-found': 404,
  'not-acceptable': 406,
  'not-allowed': 403,
  'not-authorized': 401,
  'policy-violation': 403,
  'recipient-unavailable': 480,
  'registration-required': 407,
  'remote-server-not-found': 404,
  'remote-server-timeout': 408,
  'resource-constraint': 500,
  'service-unavailable': 403,
}

export function statusOf(condition: string): number {
  return STATUSES[condition] ?? 400
}
