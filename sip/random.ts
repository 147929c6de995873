import type { SipClock } from './agent-door.ts'

/** Lower-case hexadecimal of `length` random octets: safe in any SIP token, host label or tag. */
export function randomToken(env: SipClock, length = 10): string {
  return Array.from(env.random(length), (octet) => octet.toString(16).padStart(2, '0')).join('')
}

/** Uniform in 0..1, in steps of 2^-16: enough to spread timers. */
export function randomFraction(env: SipClock): number {
  const [high = 0, low = 0] = env.random(2)
  return (high * 256 + low) / 65_536
}
