/**
 * The SDP of a body: the body itself, or the part of a `multipart/related` that is SDP and comes with
 * the picture of a file (RFC 5547 §7). What is no multipart either is given back as it is.
 */
export function sdpOf(body: string): string {
  if (body.startsWith('v=0')) return body
  const boundary = /(?:^|\r?\n)--([^\r\n]{1,70})\r?\n/.exec(body)
  if (boundary === null) return body
  for (const part of body.split(`--${boundary[1]!.trimEnd()}`).slice(1)) {
    const head = /^[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n/.exec(part)
    if (head !== null && /^content-type:\s*application\/sdp\s*(?:;|$)/im.test(head[1]!)) {
      // The line break before the delimiter belongs to it (RFC 2046 §5.1.1).
      return part.slice(head[0].length).replace(/\r?\n$/, '')
    }
  }
  return body
}
