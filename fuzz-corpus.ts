import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FuzzTarget } from './fuzz-engine.ts'
import { fromLatin1, latin1 } from './fuzz-mutations.ts'

/** Every target there is, by room. */
export async function targets(): Promise<FuzzTarget[]> {
  const found: FuzzTarget[] = []
  for (const room of ['msrp', 'sip', 'otr', 'chat', 'edge']) {
    for (const file of readdirSync(join(import.meta.dirname, room)).sort()) {
      if (!file.endsWith('.fuzz.ts')) continue
      const module = (await import(join(import.meta.dirname, room, file))) as {
        readonly fuzzTargets: readonly FuzzTarget[]
      }
      found.push(...module.fuzzTargets)
    }
  }
  return found
}

/** Inputs that earlier runs found, each reaching what no other does: a line for each. */
export function readCorpus(name: string): Uint8Array[] {
  const file = join(folderOf(name), 'corpus.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => fromLatin1(JSON.parse(line) as string))
}

/** Largest input that a corpus keeps, in bytes: many are mostly repetition. */
const KEPT_MAX = 2048

export function writeCorpus(name: string, corpus: readonly Uint8Array[]): void {
  const kept = corpus.filter(({ length }) => length <= KEPT_MAX)
  const lines = kept.map((input) => `${JSON.stringify(latin1(input))}\n`)
  mkdirSync(folderOf(name), { recursive: true })
  writeFileSync(join(folderOf(name), 'corpus.jsonl'), lines.join(''))
}

/** What once broke something, by the name of what it broke: exact bytes, a file for each. */
export function fixturesOf(name: string): (readonly [string, Uint8Array])[] {
  if (!existsSync(folderOf(name))) return []
  return readdirSync(folderOf(name))
    .filter((file) => file.endsWith('.bin'))
    .map((file) => [file, new Uint8Array(readFileSync(join(folderOf(name), file)))] as const)
}

/** @returns the path of the new fixture, which somebody should give a name */
export function writeFixture(name: string, file: string, input: Uint8Array): string {
  mkdirSync(folderOf(name), { recursive: true })
  const path = join(folderOf(name), file)
  writeFileSync(path, input)
  return path
}

function folderOf(name: string): string {
  const [room, what] = name.split('.') as [string, string]
  return join(import.meta.dirname, room, 'vectors', 'fuzz', what)
}
