/** Counters that only grow, by name. */
export class Metrics {
  readonly #counts = new Map<string, number>()

  /** @param name - with its labels, as Prometheus writes them: `http_requests_total{status="200"}` */
  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** Prometheus text format: the counters, and gauges that are read now. */
  write(gauges: Readonly<Record<string, number>>): string {
    const lines: string[] = []
    const typed = new Set<string>()
    const add = (name: string, value: number, type: 'counter' | 'gauge'): void => {
      const family = `sotto_${name.split('{', 1)[0]}`
      if (!typed.has(family)) lines.push(`# TYPE ${family} ${type}`)
      typed.add(family)
      lines.push(`sotto_${name} ${value}`)
    }
    for (const [name, value] of [...this.#counts].toSorted()) add(name, value, 'counter')
    for (const [name, value] of Object.entries(gauges)) add(name, value, 'gauge')
    return `${lines.join('\n')}\n`
  }
}
