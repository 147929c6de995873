import { type MsrpDescription, SipError } from './events.ts'
import { readFileDescription, writeFileDescription } from './file-description.ts'
import { sdpOf } from './file-multipart.ts'
import { MEDIA_MAX, MESSAGE_MAX, PATH_MAX, URI_MAX } from './limits.ts'

/** A media line of a peer's SDP, as needed to answer it: an answer repeats each (RFC 3264 §6). */
export interface MediaLine {
  /** `audio 5004 RTP/AVP 0 8`, without `m=`. */
  readonly line: string
  readonly isChat: boolean
  /** Attributes that are repeated where a file is refused (RFC 5547 §8.1). */
  readonly mirrored?: readonly string[]
}

/** What a whole SDP says to us. */
export interface SdpReading {
  readonly chat: MsrpDescription
  /** Every media line in order; exactly one is the chat. */
  readonly media: readonly MediaLine[]
}

/** What of an SDP is not about the stream. */
export interface SdpFrame {
  /** `o=`: decimal, the same for all descriptions of one session. */
  readonly sessionId: string
  /** `o=`: grows by one when the description changes. */
  readonly version: number
  /** `o=`: host; a name under `.invalid` where the own address is not known. */
  readonly origin: string
  /** The media lines of the offer that this answers; absent in an offer of one stream. */
  readonly media?: readonly MediaLine[]
}

/**
 * Writes an offer or answer (RFC 4975 §8), in the order in which deployed clients do. The
 * connection line and the port are those of the own URI, the last of the path, whether or not relays
 * precede it: Blink expects it so, and nobody connects by them.
 *
 * @throws TypeError if the path or a value cannot be written as SDP
 */
export function writeSdp(description: MsrpDescription, frame: SdpFrame): string {
  const own = /^msrps?:\/\/(?:[^@/\s]*@)?(\[[\da-fA-F:.]+\]|[^:/;\s[\]]+)(?::(\d+))?/.exec(
    description.path.at(-1) ?? '',
  )
  if (own === null) throw new TypeError('path: the last URI is not an MSRP URI')
  const chat = chatLines(description, own[2] ?? '2855')
  const media = frame.media ?? [{ line: '', isChat: true }]
  const lines = [
    'v=0',
    `o=- ${frame.sessionId} ${frame.version} IN ${host(frame.origin)}`,
    's=-',
    `c=IN ${host(own[1]!)}`,
    't=0 0',
    ...media.flatMap(({ line, isChat, mirrored = [] }) =>
      isChat ? chat : [`m=${refused(line)}`, ...mirrored],
    ),
  ]
  for (const line of lines) {
    if (/[\r\n\0]/.test(line)) throw new TypeError('a value of the description breaks its line')
  }
  return `${lines.join('\r\n')}\r\n`
}

/**
 * @throws SipError `SIP_NOT_ACCEPTABLE` if there is no chat in it, `SIP_MALFORMED` if it is not SDP
 *   or the chat lacks what RFC 4975 §8 demands
 */
export function readSdp(text: string): MsrpDescription {
  return readMedia(text).chat
}

/** Like {@link readSdp}, with what an answer must repeat. A chat is preferred to a file. */
export function readMedia(body: string): SdpReading {
  if (body.length > MESSAGE_MAX) throw new SipError('SIP_MALFORMED', 'The SDP is too long.')
  const lines = sdpOf(body).split(/\r\n|\n|\r/)
  if (!/^v=0\s*$/.test(lines[0]!)) throw new SipError('SIP_MALFORMED', 'This is not SDP.')
  const sections = split(lines)
  if (sections.length > 1 + MEDIA_MAX) {
    throw new SipError('SIP_MALFORMED', 'The SDP has too many media.')
  }
  const [session, ...media] = sections
  const chatAt = media.findIndex(isChat)
  const at = chatAt < 0 ? media.findIndex(isFile) : chatAt
  if (at < 0) throw new SipError('SIP_NOT_ACCEPTABLE', 'The other side offers no chat.')
  return {
    chat: readChat(media[at]!, session!),
    media: media.map((section, index) => ({
      line: section[0]!.slice('m='.length).trim(),
      isChat: index === at,
      ...(index !== at && isFile(section) && { mirrored: section.filter(isMirrored) }),
    })),
  }
}

/**
 * The media of a later offer that takes one of them away (RFC 3264 §8.2), as its answer repeats them.
 *
 * @param at - which, counted from 0; it keeps its place in all offers of a session
 * @returns `null` if it is still there
 */
export function readWithdrawal(body: string, at: number): readonly MediaLine[] | null {
  const media = sdpOf(body.slice(0, MESSAGE_MAX)).match(/^m=.*/gm) ?? []
  if (!/^m=\S+\s+0+(?:\/\d+)?\s/.test(media[at] ?? '')) return null
  return media
    .slice(0, MEDIA_MAX)
    .map((line) => ({ line: line.slice('m='.length).trim(), isChat: false }))
}

/** True for an SDP that is about chat, or another use of `m=message`, and nothing else. */
export function isChatOnly(text: string): boolean {
  const media = text.slice(0, MESSAGE_MAX).match(/^m=.*/gm) ?? []
  return media.length > 0 && media.every((line) => /^m=message\s/i.test(line))
}

function chatLines(description: MsrpDescription, port: string): string[] {
  const { acceptWrappedTypes, direction, setup, maxSize, chatroom, features = [] } = description
  const { file } = description
  return [
    `m=message ${port} ${description.protocol} *`,
    `a=path:${description.path.join(' ')}`,
    // Blink takes a stream only if it is sendrecv, which is what absence means.
    ...(direction === 'sendrecv' ? [] : [`a=${direction}`]),
    `a=accept-types:${description.acceptTypes.join(' ')}`,
    ...(acceptWrappedTypes.length === 0
      ? []
      : [`a=accept-wrapped-types:${acceptWrappedTypes.join(' ')}`]),
    ...(maxSize === null ? [] : [`a=max-size:${maxSize}`]),
    ...(setup === null ? [] : [`a=setup:${setup}`]),
    ...(chatroom === null
      ? []
      : [`a=${['chatroom', chatroom.join(' ')].filter(Boolean).join(':')}`]),
    ...(features.length === 0 ? [] : [`a=sotto-features:${features.join(' ')}`]),
    ...(file === undefined ? [] : writeFileDescription(file)),
  ]
}

/** The media line again, with port 0: not wanted (RFC 3264 §6). */
function refused(line: string): string {
  return line.replace(/^(\S+)\s+\S+/, '$1 0')
}

function host(name: string): string {
  return name.startsWith('[') ? `IP6 ${name.slice(1, -1)}` : `IP4 ${name}`
}

/** The lines of the session, then those of each medium, its `m=` first. */
function split(lines: readonly string[]): string[][] {
  const sections: string[][] = [[]]
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([])
    sections.at(-1)!.push(line)
  }
  return sections
}

/** MSRP, not refused, and not a file transfer (RFC 5547), which is another thing to a person. */
function isChat(section: readonly string[]): boolean {
  return MESSAGE_LINE.test(section[0]!) && attribute(section, 'file-selector') === null
}

function isFile(section: readonly string[]): boolean {
  return MESSAGE_LINE.test(section[0]!) && readFileDescription(inSection(section)) !== null
}

function isMirrored(line: string): boolean {
  return /^a=file-(?:selector|transfer-id):/i.test(line)
}

function inSection(section: readonly string[]): (name: string) => string | null {
  return (name) => attribute(section, name)
}

/** Tolerates the proxies that name the WebSocket; RFC 7977 §5 keeps `TCP/TLS/MSRP`. */
const MESSAGE_LINE =
  /^m=message\s+(?!0+(?:\/\d+)?\s)\d{1,5}(?:\/\d+)?\s+TCP\/(?:(TLS|WSS)\/|WS\/)?MSRP(?:\s|$)/i

function readChat(section: readonly string[], session: readonly string[]): MsrpDescription {
  const path = words(attribute(section, 'path'))
  if (path.length === 0 || path.length > PATH_MAX || !path.every(isMsrpUri)) {
    throw new SipError('SIP_MALFORMED', 'The chat has no usable path.')
  }
  const acceptTypes = words(attribute(section, 'accept-types'))
  if (acceptTypes.length === 0) {
    throw new SipError('SIP_MALFORMED', 'The chat accepts no type of message.')
  }
  const chatroom = attribute(section, 'chatroom')
  const features = words(attribute(section, 'sotto-features'))
  const file = isChat(section) ? null : readFileDescription(inSection(section))
  return {
    protocol: MESSAGE_LINE.exec(section[0]!)![1] === undefined ? 'TCP/MSRP' : 'TCP/TLS/MSRP',
    path,
    acceptTypes,
    acceptWrappedTypes: words(attribute(section, 'accept-wrapped-types')),
    setup: oneOf(SETUPS, attribute(section, 'setup')),
    direction: direction(section) ?? direction(session) ?? 'sendrecv',
    maxSize: readSize(attribute(section, 'max-size')),
    chatroom: chatroom === null ? null : words(chatroom),
    ...(features.length > 0 && { features }),
    ...(file !== null && { file }),
  }
}

const SETUPS = ['active', 'passive', 'actpass'] as const
const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const

/** The first `a=name` or `a=name:value` of the section; `''` without value, `null` without either. */
function attribute(section: readonly string[], name: string): string | null {
  for (const line of section) {
    if (
      line.length >= name.length + 2 &&
      line.slice(0, name.length + 2).toLowerCase() === `a=${name}`
    ) {
      const rest = line.slice(name.length + 2)
      if (rest.trim() === '') return ''
      if (rest.startsWith(':')) return rest.slice(1).trim()
    }
  }
  return null
}

function direction(section: readonly string[]): MsrpDescription['direction'] | null {
  return DIRECTIONS.find((name) => attribute(section, name) !== null) ?? null
}

function words(value: string | null): string[] {
  return value?.split(/\s+/).filter((word) => word !== '') ?? []
}

function oneOf<Name extends string>(names: readonly Name[], value: string | null): Name | null {
  return names.find((name) => name === value?.toLowerCase()) ?? null
}

function isMsrpUri(uri: string): boolean {
  return uri.length <= URI_MAX && /^msrps?:\/\/[^\s/;]+(?:\/[^\s;]*)?;[a-z\d]+(?:;\S*)?$/i.test(uri)
}

function readSize(value: string | null): number | null {
  if (value === null || !/^\d+$/.test(value)) return null
  const size = Number(value)
  return Number.isSafeInteger(size) ? size : null
}
