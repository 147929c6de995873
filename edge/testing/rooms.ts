import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { ConferenceFocus } from '../focus.ts'
import { SipDomain } from '../sip-domain.ts'
import type { SipResponse } from '../sip-message.ts'
import { connectSip } from '../sip-socket.ts'
import type { RawMsrp } from './raw-msrp.ts'
import { type Member, REALM, startRelay } from './relay.ts'
import { PASSWORD, type SentRequest, SipPhone } from './sip-phone.ts'

/** A guest in a room: a telephone, and a client of the relay. */
export interface Guest extends Member {
  readonly phone: SipPhone
  readonly sent: SentRequest
  readonly ok: SipResponse
  /** To-Path of everything it says. */
  readonly toPath: string
  /** Sends one message/cpim; `headers` go before Content-Type. */
  say(cpim: string, headers?: readonly string[]): void
  /** The CPIM object of the next SEND that is not empty. */
  hear(): Promise<string>
}

export const HOST = `conference.${REALM}`
export const ROOM = `sip:tea@${HOST}`

/** A local domain with rooms and nothing else, and one clock for all of it. */
export async function startRooms() {
  const relay = await startRelay()
  const { env } = relay
  const accounts = {
    has: () => true,
    ha1: (user: string, algorithm: string) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(`${user}:${REALM}:${PASSWORD}`)
        .digest('hex'),
  }
  const sip = new SipDomain({ domain: REALM, accounts, env, log: () => {}, secure: false })
  const focus = new ConferenceFocus({ host: HOST, sip, relay: relay.relay, env })
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  server.on('connection', (socket) => connectSip(socket, '127.0.0.1', sip, env, () => {}))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function phone(user: string): Promise<SipPhone> {
    const made = await new SipPhone(url, user, REALM).open()
    await made.register()
    return made
  }

  /** @param lines - attributes of the chat beside path and accept-types */
  async function invite(user: string, lines: readonly string[] = [], room = ROOM) {
    const [made, member] = [await phone(user), await relay.join(user)]
    const sdp = offerOf(`${member.granted} ${member.uri}`, lines)
    const sent = made.request('INVITE', room, ['Content-Type: application/sdp'], sdp)
    return { phone: made, member, sent, ok: await made.takeFinal('INVITE') }
  }

  /** Goes all the way into the room. */
  async function enter(user: string, lines: readonly string[] = [], room = ROOM): Promise<Guest> {
    const { phone, member, sent, ok } = await invite(user, lines, room)
    phone.ack(sent, ok)
    const path = /a=path:(.+)\r/.exec(Buffer.from(ok.body).toString())![1]!
    const toPath = `${member.granted} ${path}`
    const { client, uri } = member
    client.send(
      'MSRP bind SEND',
      `To-Path: ${toPath}`,
      `From-Path: ${uri}`,
      'Message-ID: bind',
      'Byte-Range: 1-0/0',
      '-------bind$',
    )
    await client.next() // 200
    answerSends(client, uri)
    let said = 0
    return {
      ...member,
      phone,
      sent,
      ok,
      toPath,
      say(cpim, headers = []) {
        client.send(
          'MSRP said SEND',
          `To-Path: ${toPath}`,
          `From-Path: ${uri}`,
          `Message-ID: said${++said}`,
          `Byte-Range: 1-${Buffer.byteLength(cpim)}/${Buffer.byteLength(cpim)}`,
          ...headers,
          'Content-Type: message/cpim',
          '',
          cpim,
          '-------said$',
        )
      },
      async hear() {
        for (;;) {
          const frame = await client.next()
          if (!frame[0]!.endsWith(' SEND') || !frame.includes('')) continue
          return frame.slice(frame.indexOf('') + 1, -1).join('\r\n')
        }
      },
    }
  }

  async function stop(): Promise<void> {
    for (const socket of server.clients) socket.terminate()
    server.close()
    await relay.stop()
  }

  return { focus, relay, env, phone, invite, enter, stop }
}

export type Rooms = Awaited<ReturnType<typeof startRooms>>

/** Answers every SEND, as endpoints do. */
function answerSends(client: RawMsrp, uri: string): void {
  client.socket.on('message', (data: Buffer) => {
    const [, transaction, from] =
      /^MSRP (\S+) SEND\r\n.*\r\nFrom-Path: (\S+)/.exec(data.toString('latin1')) ?? []
    if (transaction === undefined) return
    client.send(
      `MSRP ${transaction} 200 OK`,
      `To-Path: ${from}`,
      `From-Path: ${uri}`,
      `-------${transaction}$`,
    )
  })
}

/** A chat as a client offers it. */
export function offerOf(path: string, lines: readonly string[]): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 a.invalid',
    's=-',
    'c=IN IP4 a.invalid',
    't=0 0',
    'm=message 2855 TCP/MSRP *',
    `a=path:${path}`,
    'a=accept-types:message/cpim text/plain',
    ...lines,
    '',
  ].join('\r\n')
}

/** A message/cpim object as a client writes it. */
export function cpim(from: string, to: string, text: string, type = 'text/plain'): string {
  return [`From: <${from}>`, `To: <${to}>`, '', `Content-Type: ${type}`, '', text].join('\r\n')
}
