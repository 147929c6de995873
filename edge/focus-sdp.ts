/** The chat of an offer, as far as a room has to do with it (RFC 4975 §8, RFC 7701 §5). */
export interface RoomOffer {
  readonly path: readonly string[]
  /** Types that the participant takes inside CPIM. */
  readonly wrappedTypes: readonly string[]
  readonly setup: string | null
  /** Tokens of `a=chatroom`; `null`: it does not know what a room is. */
  readonly chatroom: readonly string[] | null
  /** Media lines of the offer, without `m=`; an answer repeats each. */
  readonly media: readonly string[]
  /** Which of them is the chat. */
  readonly at: number
}

/** @returns `null` if there is no chat in it that takes message/cpim: without that, no room */
export function readOffer(sdp: string): RoomOffer | null {
  const sections = sdp.split(/\r?\n(?=m=)/)
  const media = sections.slice(1).map((section) => section.split(/\r?\n/))
  const at = media.findIndex(([line]) => CHAT_LINE.test(line!))
  const chat = media[at]
  if (chat === undefined || media.length > MEDIA_MAX) return null
  const path = words(chat, 'path')
  const accepted = words(chat, 'accept-types').map((type) => type.toLowerCase())
  if (path.length === 0 || !path.every((uri) => /^msrps?:\/\/\S+$/i.test(uri))) return null
  if (!accepted.some((type) => type === 'message/cpim' || type === '*')) return null
  const wrapped = words(chat, 'accept-wrapped-types')
  const isRoomAware = chat.some((line) => /^a=chatroom(?::|$)/.test(line))
  return {
    path,
    wrappedTypes: wrapped.length === 0 ? accepted : wrapped.map((type) => type.toLowerCase()),
    setup: words(chat, 'setup')[0] ?? null,
    chatroom: isRoomAware ? words(chat, 'chatroom') : null,
    media: media.map(([line]) => line!.slice('m='.length)),
    at,
  }
}

/**
 * The answer of a room: message/cpim alone, whatever is inside it (RFC 7701 §5.2).
 *
 * @param id - decimal, the same for all answers of one session
 * @param path - relay first, the room last
 */
export function writeAnswer(offer: RoomOffer, id: string, path: readonly string[]): string {
  const transport = offer.media[offer.at]!.split(/\s+/)[2]!
  const chat = chatLines(transport, path, isActive(offer) ? 'active' : 'passive')
  // Everything but the chat is refused with port 0 (RFC 3264 §6).
  const media = offer.media.flatMap((line, index) =>
    index === offer.at ? chat : [`m=${line.replace(/^(\S+)\s+\S+/, '$1 0')}`],
  )
  return write(id, path, media)
}

/** What a room offers to whom it calls. */
export function writeOffer(id: string, path: readonly string[]): string {
  const transport = path[0]!.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP'
  return write(id, path, chatLines(transport, path, 'actpass'))
}

function chatLines(transport: string, path: readonly string[], setup: string): string[] {
  return [
    `m=message 2855 ${transport} *`,
    `a=path:${path.join(' ')}`,
    'a=accept-types:message/cpim',
    'a=accept-wrapped-types:*',
    `a=setup:${setup}`,
    'a=chatroom:nickname private-messages',
  ]
}

function write(id: string, path: readonly string[], media: readonly string[]): string {
  const host = /^msrps?:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/;]+)/i.exec(path[0]!)![1]!
  const origin = host.startsWith('[') ? `IP6 ${host.slice(1, -1)}` : `IP4 ${host}`
  const lines = ['v=0', `o=- ${id} 1 IN ${origin}`, 's=-', `c=IN ${origin}`, 't=0 0', ...media]
  return `${lines.join('\r\n')}\r\n`
}

/** Whether the room sends first: only to one who insists on waiting (RFC 6135 §4.2.2). */
export function isActive(offer: RoomOffer): boolean {
  return offer.setup === 'passive'
}

/** Whether the room, which has offered either, sends first: unless the other side does. */
export function isActiveOffering(answer: RoomOffer): boolean {
  return answer.setup !== 'active'
}

const CHAT_LINE = /^m=message\s+(?!0+\s)\d{1,5}\s+TCP\/(?:TLS\/)?MSRP(?:\s|$)/i
const MEDIA_MAX = 16

function words(section: readonly string[], name: string): string[] {
  const line = section.find((line) => line.startsWith(`a=${name}:`))
  return line === undefined
    ? []
    : line
        .slice(name.length + 3)
        .trim()
        .split(/\s+/)
        .filter(Boolean)
}
