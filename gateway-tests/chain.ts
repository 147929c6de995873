import { test } from 'vitest'

/** Whoever is asked for alone has all those before it to do as well: 5 minutes. */
const PATIENCE_MS = 300_000

/** Takes whoever awaits it to the end of a step: does it, and those before it, unless they are done. */
export type Reached = () => Promise<void>

/**
 * Tests of which each goes on where the one before it ended, as `test` declares them. Asked for alone, one
 * is preceded by those before it; where one fails, those after it do not begin.
 *
 * @param before - of the chain that this one branches off
 */
export function chain(
  before: Reached = async () => {},
): (title: string, step: () => Promise<void> | void) => Reached {
  let last = before
  return (title, step) => {
    const previous = last
    let done: Promise<void> | null = null
    const go = async () => {
      await previous()
      await step()
    }
    const reached: Reached = () => {
      done ??= go()
      return done
    }
    test(title, { timeout: PATIENCE_MS }, reached)
    last = reached
    return reached
  }
}
