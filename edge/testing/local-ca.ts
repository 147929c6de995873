import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A CA of our own and what it signs, made with openssl in a folder that is gone afterwards. */
export interface LocalCa {
  /** PEM. */
  readonly ca: string
  /** A certificate for one DNS name. */
  issue(name: string): { readonly key: string; readonly cert: string }
  remove(): void
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']

/** Makes a fresh CA. Each call makes one that no other trusts. */
export function makeCa(): LocalCa {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-ca-'))
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  openssl(
    ...['req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test CA'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
  )
  return {
    ca: read('ca.pem'),
    issue(name) {
      openssl('req', ...KEY, '-keyout', 'srv.key', '-out', 'srv.csr', '-subj', '/CN=test')
      writeFileSync(join(folder, 'ext'), `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`)
      openssl(
        ...['x509', '-req', '-in', 'srv.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key'],
        ...['-CAcreateserial', '-days', '2', '-extfile', 'ext', '-out', 'srv.pem'],
      )
      return { key: read('srv.key'), cert: read('srv.pem') }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
