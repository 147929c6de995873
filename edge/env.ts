import { randomBytes } from 'node:crypto'

/** What the outside world lends the edge, so that tests own time and dice. */
export interface EdgeEnv {
  /** Milliseconds since the epoch. */
  now(): number
  /** Fresh bytes from a CSPRNG. */
  random(length: number): Uint8Array
  /** Runs `task` after `ms` milliseconds; the result cancels it. */
  after(ms: number, task: () => void): () => void
}

export const systemEnv: EdgeEnv = {
  now: () => Date.now(),
  random: (length) => randomBytes(length),
  after(ms, task) {
    const timer = setTimeout(task, ms).unref()
    return () => clearTimeout(timer)
  },
}

/** A token that nobody can guess: 96 bits unless told, in base64url. */
export function randomToken(env: EdgeEnv, bytes = 12): string {
  return Buffer.from(env.random(bytes)).toString('base64url')
}
