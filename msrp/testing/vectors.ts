import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One read from a socket of a recorded conversation. */
export interface Segment {
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
}

/** A conversation between deployed programs, recorded on the wire: `vectors/<name>.jsonl`. */
export function recorded(name: string): readonly Segment[] {
  return readFileSync(join(import.meta.dirname, '..', 'vectors', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { from, to, data, b64 } = JSON.parse(line) as Record<string, string>
      const bytes = data === undefined ? Buffer.from(b64!, 'base64') : Buffer.from(data)
      return { from: from!, to: to!, bytes: new Uint8Array(bytes) }
    })
}

/** Everything that one side sent, in order, per direction of each connection. */
export function streams(segments: readonly Segment[]): Map<string, Uint8Array[]> {
  const streams = new Map<string, Uint8Array[]>()
  for (const { from, to, bytes } of segments) {
    const key = `${from} -> ${to}`
    streams.set(key, [...(streams.get(key) ?? []), bytes])
  }
  return streams
}
