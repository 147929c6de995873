import { type AddressInfo, isIPv6, type Server } from 'node:net'
import { EdgeError } from './errors.ts'

/**
 * Opens a server's port.
 *
 * @param option - what the operator calls the port, e.g. `--port`
 * @returns the port, which is another one where 0 was asked for
 * @throws EdgeError
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  option: string,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(startError(error, host, port, option))
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

/** Whether it stands for every address of this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** `host:port` as URIs have it. */
export function authorityOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function startError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  option: string,
): Error {
  switch (error.code) {
    case 'EADDRINUSE': {
      const sentence = `Port ${port} on ${host} is taken by another program. Choose another with ${option}.`
      return new EdgeError('EDGE_PORT_TAKEN', sentence)
    }
    case 'EACCES':
      return new EdgeError('EDGE_PORT_FORBIDDEN', `Port ${port} is reserved for the system.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new EdgeError('EDGE_HOST_UNKNOWN', `${host} is not an address of this machine.`)
    default:
      return error
  }
}
