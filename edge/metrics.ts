import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** What the edge tells of itself, with what it means. Names never change: alarms go by them. */
const FAMILIES = {
  accounts: ['gauge', 'Accounts of the local domain.'],
  conference_participants: ['gauge', 'Sessions in rooms.'],
  conference_rooms: ['gauge', 'Rooms with somebody in them.'],
  event_loop_delay_seconds: ['gauge', 'How late the event loop was since the last look.'],
  http_responses_total: ['counter', 'Answers to HTTP requests, by status.'],
  msrp_body_bytes_total: ['counter', 'Bytes of message bodies that the relay passed on.'],
  msrp_connections: ['gauge', 'Connections of the relay, of clients and of peers elsewhere.'],
  msrp_forwarded_total: ['counter', 'Requests that the relay passed on.'],
  msrp_malformed_total: ['counter', 'Frames that were not MSRP.'],
  msrp_refused_total: ['counter', 'Requests that the relay refused, by status.'],
  msrp_reports_total: [
    'counter',
    'Messages that the relay accepted and reported as not delivered.',
  ],
  msrp_sessions: ['gauge', 'Grants in force: one for each end of a conversation.'],
  resident_memory_bytes: ['gauge', 'Memory of the process.'],
  sip_flows: ['gauge', 'Connections that speak SIP.'],
  sip_registered_users: ['gauge', 'Users with at least one registration.'],
  sip_transactions_waiting: ['gauge', 'SIP requests that wait for an answer.'],
  sockets: ['gauge', 'Open WebSockets, by kind.'],
  sockets_opened_total: ['counter', 'WebSockets opened, by kind.'],
  tunnels: ['gauge', 'Open tunnels to providers.'],
  upgrades_refused_total: ['counter', 'WebSockets refused, by HTTP status.'],
} as const satisfies Record<string, readonly ['counter' | 'gauge', string]>

export type Family = keyof typeof FAMILIES

/** One value; its label is `['status', 200]` of a family that tells values apart by one. */
export type Figure = readonly [
  family: Family,
  value: number,
  label?: readonly [name: string, value: string | number],
]

/** Figures for the operator, in Prometheus' text format. They tell how many, never who. */
export class Metrics {
  readonly #counts = new Map<Family, Map<string, number>>()
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 })

  constructor() {
    this.#delay.enable()
  }

  /** Adds one to a counter. */
  count(family: Family, label?: Figure[2]): void {
    const values = this.#counts.get(family) ?? new Map<string, number>()
    const key = written(label)
    this.#counts.set(family, values.set(key, (values.get(key) ?? 0) + 1))
  }

  /** @param figures - what others count, read now */
  write(figures: readonly Figure[]): string {
    const lines = new Map<Family, string[]>()
    const add = (family: Family, label: string, value: number): void => {
      const [type, help] = FAMILIES[family]
      const name = `sotto_${family}`
      const known = lines.get(family) ?? [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
      lines.set(family, [...known, `${name}${label} ${value}`])
    }
    for (const [family, values] of this.#counts) {
      for (const [label, value] of values) add(family, label, value)
    }
    for (const [family, value, label] of figures) add(family, written(label), value)
    for (const quantile of [0.5, 0.99, 1]) {
      const label = written(['quantile', quantile])
      add('event_loop_delay_seconds', label, this.#delay.percentile(quantile * 100) / 1e9)
    }
    this.#delay.reset()
    add('resident_memory_bytes', '', process.memoryUsage.rss())
    return `${[...lines.values()].flat().join('\n')}\n`
  }

  close(): void {
    this.#delay.disable()
  }
}

function written(label: Figure[2]): string {
  return label === undefined ? '' : `{${label[0]}="${label[1]}"}`
}
