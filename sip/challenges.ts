import { knowsAlgorithm } from './digest.ts'

/**
 * A 401 or 407 with the challenge that is to be met, and no other of its header. A server lists what it
 * takes with the best first (RFC 8760 §2.4), but sip.js sees the last, which is the weakest.
 *
 * @param message - of SIP, with its empty line
 */
export function withOneChallenge(message: string): string {
  if (!/^SIP\/2\.0 40[17] /.test(message)) return message
  const end = message.indexOf('\r\n\r\n')
  const fields = message.slice(0, end).split(/\r\n(?![ \t])/)
  const chosen = new Set(
    ['www-authenticate', 'proxy-authenticate'].map((name) => {
      const listed = fields.filter((field) => nameOf(field) === name)
      return listed.find(canBeMet) ?? listed.at(-1)
    }),
  )
  const kept = fields.filter((field) => chosen.has(field) || !/-authenticate$/.test(nameOf(field)))
  return kept.join('\r\n') + message.slice(end)
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':')).trimEnd().toLowerCase()
}

function canBeMet(field: string): boolean {
  if (!/^[^:]*:\s*Digest\s/i.test(field)) return false
  return knowsAlgorithm(/[\s,]algorithm\s*=\s*"?([\w-]+)/i.exec(field)?.[1] ?? 'MD5')
}
