import type { MsrpFrame } from './frame.ts'

const utf8 = new TextEncoder()

const IDENT = /^[A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}$/
const METHOD = /^[A-Z_]+$/

/**
 * Writes one frame as RFC 4975 §9 draws it: paths first, Content-Type last. Whatever
 * {@link parseFrame} gives can be written. That the transaction id does not occur in the body is the
 * caller's care; see {@link newTransaction}.
 *
 * @throws RangeError if a field would break out of its line, or a body has no Content-Type
 */
export function encodeFrame(frame: MsrpFrame): Uint8Array {
  let head = `${startLine(frame)}To-Path: ${path(frame.toPath)}\r\nFrom-Path: ${path(frame.fromPath)}\r\n`
  for (const [name, value] of frame.headers) head += `${headerName(name)}: ${line(value)}\r\n`
  const body = frame.kind === 'request' ? frame.body : null
  const type = frame.kind === 'request' ? frame.contentType : null
  if (type !== null) head += `Content-Type: ${line(type)}\r\n`
  const endLine = `-------${frame.transaction}${frame.flag}\r\n`
  return body === null ? utf8.encode(head + endLine) : join(`${head}\r\n`, body, `\r\n${endLine}`)
}

function startLine(frame: MsrpFrame): string {
  if (!IDENT.test(frame.transaction)) throw new RangeError('transaction id is not an ident')
  if (frame.kind === 'request') {
    if (!METHOD.test(frame.method)) throw new RangeError('method is not upper-case letters')
    return `MSRP ${frame.transaction} ${frame.method}\r\n`
  }
  if (!(frame.status >= 100 && frame.status <= 999)) throw new RangeError('status has not 3 digits')
  const comment = frame.comment === '' ? '' : ` ${line(frame.comment)}`
  return `MSRP ${frame.transaction} ${frame.status}${comment}\r\n`
}

function path(uris: readonly string[]): string {
  if (uris.length === 0) throw new RangeError('empty path')
  return line(uris.length === 1 ? uris[0]! : uris.join(' '))
}

function headerName(name: string): string {
  if (name === '' || name.includes(':')) throw new RangeError('not a header name')
  return line(name)
}

function line(value: string): string {
  if (value.includes('\n') || value.includes('\r')) throw new RangeError('line break in a header')
  return value
}

/** Writes into one array, sized for the ASCII that nearly every head is. */
function join(head: string, body: Uint8Array, tail: string): Uint8Array {
  let bytes = new Uint8Array(head.length + body.length + tail.length)
  let at = utf8.encodeInto(head, bytes).written
  if (at !== head.length) {
    const encoded = utf8.encode(head)
    bytes = new Uint8Array(encoded.length + body.length + tail.length)
    bytes.set(encoded)
    at = encoded.length
  }
  bytes.set(body, at)
  at += body.length
  for (let i = 0; i < tail.length; i++) bytes[at + i] = tail.charCodeAt(i)
  return bytes
}
