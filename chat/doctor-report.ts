import { domainOf } from './address.ts'
import type { Diagnosis, DoctorStep } from './doctor.ts'
import type { Address } from './events.ts'

export interface ReportFacts {
  readonly diagnosis: Diagnosis
  readonly address: Address
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What the program and the browser call themselves. */
  readonly software: string
  /** Leaves out who the account is, and every host that tells it. */
  readonly masked: boolean
}

/**
 * A check as text, to pass on to whoever can help. It is made of names of steps, times, codes and our
 * own sentences: no password, token or message is known here.
 */
export function diagnosisReport(facts: ReportFacts): string {
  const { diagnosis, at, software, address, masked } = facts
  const { route, steps } = diagnosis
  const shown = (host: string | null) => (host === null ? '-' : masked ? '(hidden)' : host)
  return [
    'Sotto connection check',
    `time: ${new Date(at).toISOString()}`,
    `software: ${software}`,
    `account: ${masked ? '(hidden)' : `(hidden)@${domainOf(address)}`}`,
    ...(route === null
      ? []
      : [
          `server: ${route.kind} ${shown(route.server)}`,
          `sip: ${shown(route.sip)}`,
          `relay: ${route.relayKind ?? '-'} ${shown(route.relay)}`,
        ]),
    ...steps.map(line),
    '',
  ].join('\n')
}

function line({ step, state, ms, fault }: DoctorStep): string {
  const time = ms === null ? '' : ` ${ms} ms`
  return `${step}: ${state}${time}${fault === null ? '' : ` ${fault.code}: ${fault.sentence}`}`
}
