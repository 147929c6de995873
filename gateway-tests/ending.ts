/**
 * For `catch`, where something was begun before the promise that failed: that ends, and the error goes on.
 *
 * @param end - of what was begun
 */
export function ending(end: () => unknown): (error: unknown) => Promise<never> {
  return async (error) => {
    await end()
    throw error
  }
}
