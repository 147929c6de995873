/**
 * Loaded into a program before its own code, in place of DNS and of servers at port 443: `NAMES`, as JSON,
 * leads names to ports of this machine, and there are no others. Certificates are checked for the name.
 */
import tls from 'node:tls'

const names = JSON.parse(process.env.NAMES)
const { connect } = tls

tls.connect = (options, ...rest) => {
  const { host, port } = options
  if (port !== 443) return connect(options, ...rest)
  if (host in names) return connect({ ...options, host: '127.0.0.1', port: names[host] }, ...rest)
  const lookup = (_name, _options, answer) =>
    answer(Object.assign(new Error(`There is no ${host}`), { code: 'ENOTFOUND' }))
  return connect({ ...options, lookup }, ...rest)
}
