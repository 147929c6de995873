/** Above this, everything is forgotten: some hundreds of megabytes. */
const MOST = 300_000

/** `compute`, but what it gave for the same arguments before is given again. */
export function remembered<Arguments extends readonly unknown[], Value>(
  compute: (...args: Arguments) => Value,
  keyOf: (...args: Arguments) => string,
): (...args: Arguments) => Value {
  const values = new Map<string, Value>()
  return (...args) => {
    const key = keyOf(...args)
    const known = values.get(key)
    if (known !== undefined) return known
    const value = compute(...args)
    if (values.size >= MOST) values.clear()
    values.set(key, value)
    return value
  }
}
