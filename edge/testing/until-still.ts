/** How often a figure is looked at before it counts as still, and how far apart, in milliseconds. */
const LOOKS = 15
const APART_MS = 10

/**
 * Waits until a figure has stopped changing. It is looked at often rather than once after a long while:
 * where the machine lets the process sleep through that while, nothing had a chance to change.
 */
export async function untilStill(figure: () => number): Promise<void> {
  let before = Number.NaN
  for (let same = 0; same < LOOKS; ) {
    await new Promise((resolve) => setTimeout(resolve, APART_MS))
    same = figure() === before ? same + 1 : 0
    before = figure()
  }
}
