import { randomBytes } from 'node:crypto'

/** Somebody in a room, as its roster has it (RFC 4575 §5). */
export interface RosterEntry {
  readonly entity: string
  readonly nickname: string
}

interface Subscription {
  readonly request: string
  readonly tag: string
  cseq: number
}

const SECONDS = 600

/**
 * Tells SIP who is in one room (RFC 6665, RFC 4575): the one notifier that sip.js, which knows only
 * the other side of a subscription, leaves to us. Every roster is a whole one.
 */
export class RosterNotifier {
  readonly #room: string
  readonly #send: (message: string) => void
  readonly #host = `${randomBytes(8).toString('hex')}.invalid`
  #subscription: Subscription | null = null
  #version = 0

  /** @param room - its SIP address */
  constructor(room: string, send: (message: string) => void) {
    this.#room = room
    this.#send = send
  }

  /** Takes a SUBSCRIBE: the first, a refresh, or the last. A newer dialog replaces the older. */
  subscribe(request: string, roster: readonly RosterEntry[]): void {
    const seconds = Math.min(Number(header(request, 'Expires')[0] ?? SECONDS), SECONDS)
    const [to = ''] = header(request, 'To')
    const isRefresh = /;\s*tag=/.test(to)
    if (this.#subscription === null || !isRefresh) {
      this.#subscription = { request, tag: randomBytes(8).toString('hex'), cseq: 0 }
    }
    const { tag } = this.#subscription
    this.#send(
      [
        'SIP/2.0 200 OK',
        ...['Via', 'Record-Route', 'From'].flatMap((name) => copy(request, name)),
        `To: ${isRefresh ? to : `${to};tag=${tag}`}`,
        ...['Call-ID', 'CSeq'].flatMap((name) => copy(request, name)),
        `Contact: <${this.#contact}>`,
        `Expires: ${seconds}`,
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    )
    this.#notify(roster, seconds === 0 ? 'terminated;reason=timeout' : `active;expires=${seconds}`)
    if (seconds === 0) this.#subscription = null
  }

  changed(roster: readonly RosterEntry[]): void {
    this.#notify(roster, `active;expires=${SECONDS}`)
  }

  get #contact(): string {
    return `sip:roster@${this.#host};transport=ws`
  }

  #notify(roster: readonly RosterEntry[], state: string): void {
    if (this.#subscription === null) return
    const { request, tag } = this.#subscription
    const [contact = ''] = header(request, 'Contact')
    const body = write(this.#room, ++this.#version, roster)
    const branch = `z9hG4bK${randomBytes(8).toString('hex')}`
    this.#send(
      [
        `NOTIFY ${/<([^>]+)>/.exec(contact)?.[1] ?? contact} SIP/2.0`,
        `Via: SIP/2.0/WS ${this.#host};branch=${branch}`,
        'Max-Forwards: 70',
        ...header(request, 'Record-Route').map((route) => `Route: ${route}`),
        `From: ${header(request, 'To')[0]};tag=${tag}`,
        `To: ${header(request, 'From')[0]}`,
        `Call-ID: ${header(request, 'Call-ID')[0]}`,
        `CSeq: ${++this.#subscription.cseq} NOTIFY`,
        `Contact: <${this.#contact}>`,
        'Event: conference',
        `Subscription-State: ${state}`,
        'Content-Type: application/conference-info+xml',
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    )
  }
}

function header(message: string, name: string): string[] {
  const [head = ''] = message.split('\r\n\r\n', 1)
  return [...head.matchAll(new RegExp(`^${name}\\s*:\\s*(.*)$`, 'gim'))].map(([, value]) => {
    return value!.trim()
  })
}

function copy(message: string, name: string): string[] {
  return header(message, name).map((value) => `${name}: ${value}`)
}

function write(room: string, version: number, roster: readonly RosterEntry[]): string {
  const users = roster.map(
    ({ entity, nickname }) =>
      `<user entity="${entities(entity)}" state="full"><display-text>${entities(nickname)}</display-text>` +
      `<endpoint entity="${entities(entity)}"><status>connected</status>` +
      '<media id="1"><type>message</type></media></endpoint></user>',
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${entities(room)}" state="full" version="${version}">
<conference-state><user-count>${roster.length}</user-count></conference-state>
<users>${users.join('')}</users></conference-info>`
}

function entities(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
