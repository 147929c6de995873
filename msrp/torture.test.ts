import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeFrame } from './encode.ts'
import { MsrpError } from './events.ts'
import type { MsrpFrame } from './frame.ts'
import { parseFrame } from './parse.ts'
import { StreamParser } from './stream-parser.ts'

const FOLDER = join(import.meta.dirname, 'torture')

/** The tables of the README: name, what is made of it as a message, and in a stream. */
const ROWS = [
  ...readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(/^\| `(.+?)` \|.*$/gm),
].map(([row, name]) => {
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim())
  return [name!, cells.at(-3)!, cells.at(-2)!] as const
})

test('every file is in the README, once', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.msrp'))
  expect(ROWS.map(([name]) => `${name}.msrp`)).toEqual(files.sort())
})

describe.each(ROWS)('%s', (name, asMessage, inStream) => {
  const bytes = new Uint8Array(readFileSync(join(FOLDER, `${name}.msrp`)))

  test(`as a message: ${asMessage}`, () => {
    expect(codeOf(() => parseFrame(bytes)) ?? 'taken').toBe(asMessage)
    if (asMessage !== 'taken') return
    const frame = parseFrame(bytes)
    expect(parseFrame(encodeFrame(frame)), 'written and read again').toEqual(frame)
  })

  test(`in a stream, split anywhere: ${inStream}`, () => {
    const whole = inReads(bytes, [])
    expect(said(whole)).toBe(inStream)
    // Reads of one byte, and for those that are not of kilobytes every place between two reads.
    expect(inReads(bytes, [...bytes.keys()])).toEqual(whole)
    for (const at of bytes.length < 2_000 ? bytes.keys() : [1, 8192, 16_384]) {
      expect(inReads(bytes, [at]), `split at ${at}`).toEqual(whole)
    }
    if (asMessage === 'taken') expect(whole.frames, 'the same frame').toEqual([parseFrame(bytes)])
  })
})

interface Reading {
  readonly frames: readonly MsrpFrame[]
  readonly code: string | null
}

/** @param ends - where one read ends and the next begins */
function inReads(bytes: Uint8Array, ends: readonly number[]): Reading {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => frames.push(frame))
  let from = 0
  const code = codeOf(() => {
    for (const end of [...ends, bytes.length]) {
      parser.push(bytes.subarray(from, end))
      from = end
    }
  })
  return { frames, code }
}

function said({ frames, code }: Reading): string {
  const taken =
    frames.length === 0 ? [] : [frames.length === 1 ? 'taken' : `${frames.length} taken`]
  return [...taken, ...(code === null ? [] : [code])].join(', then ') || 'waits'
}

function codeOf(read: () => unknown): string | null {
  try {
    read()
    return null
  } catch (error) {
    if (error instanceof MsrpError) return error.code
    throw error
  }
}
