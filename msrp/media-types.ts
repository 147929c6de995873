/**
 * True if a media type is among those of an `a=accept-types` (RFC 4975 §8.6): itself, `type/*` or
 * `*`. Parameters do not count.
 */
export function acceptsType(acceptTypes: readonly string[], contentType: string): boolean {
  const type = essence(contentType)
  const group = `${type.slice(0, type.indexOf('/'))}/*`
  return acceptTypes.some((entry) => {
    const accepted = essence(entry)
    return accepted === '*' || accepted === '*/*' || accepted === type || accepted === group
  })
}

/** The type without parameters, in lower case. */
export function essence(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}
