import { isUtf8 } from 'node:buffer'
import type { RawData, WebSocket } from 'ws'
import { type EdgeEnv, randomToken } from './env.ts'
import type { SipFlow } from './flow.ts'
import { SIP_BURST, SIP_FAULTS_MAX, SIP_RATE_PER_S, SOCKET_BACKLOG_MAX } from './limits.ts'
import type { Log } from './log.ts'
import { RateLimit } from './rate-limit.ts'
import type { SipDomain } from './sip-domain.ts'
import { answer } from './sip-fields.ts'
import { parseSip, SipFault, type SipMessage, serialiseSip } from './sip-message.ts'

/**
 * Makes a browser's WebSocket a flow of the domain (RFC 7118): one SIP message per WebSocket
 * message, CRLF keep-alive answered (RFC 5626 §3.5.1), a peer that only talks nonsense shown out.
 */
export function connectSip(
  socket: WebSocket,
  remoteAddress: string,
  domain: SipDomain,
  env: EdgeEnv,
  log: Log,
): void {
  const rate = new RateLimit(SIP_BURST, SIP_RATE_PER_S, env)
  let faults = 0

  const flow: SipFlow = {
    id: randomToken(env),
    remoteAddress,
    send: (message) => send(socket, message),
  }
  domain.flowOpened(flow)
  socket.on('close', () => domain.flowClosed(flow))
  socket.on('message', (data) => {
    const bytes = toBytes(data)
    if (isKeepAlive(bytes)) {
      if (bytes.length > 2) socket.send('\r\n')
    } else if (!rate.take('')) showOut(1008, 'too many messages')
    else receive(bytes)
  })

  function receive(bytes: Uint8Array): void {
    try {
      domain.receive(parseSip(bytes), flow)
    } catch (error) {
      if (!(error instanceof SipFault)) {
        // A fault of ours. It costs this browser its socket, not everybody the server.
        log({ event: 'sip/bug', error: error instanceof Error ? error.name : '', flow: flow.id })
        return showOut(1011, 'internal error')
      }
      log({ event: 'sip/fault', code: error.code, flow: flow.id })
      const { request } = error
      if (request !== null && request.method !== 'ACK') {
        flow.send(answer(request, 400, randomToken(env)))
      }
      if (++faults >= SIP_FAULTS_MAX) showOut(1008, 'not SIP')
    }
  }

  /** Nobody is to wait for one who is leaving: the closing handshake may take its time. */
  function showOut(code: number, reason: string): void {
    log({ event: 'sip/closed', code, reason, flow: flow.id })
    socket.close(code, reason)
    domain.flowClosed(flow)
  }
}

/** Text where it can be text, as browsers like it; anything else must be binary (RFC 7118 §5). */
function send(socket: WebSocket, message: SipMessage): void {
  if (socket.readyState !== socket.OPEN) return
  const bytes = serialiseSip(message)
  socket.send(bytes, { binary: !isUtf8(bytes) })
  // Whoever does not read is not there.
  if (socket.bufferedAmount > SOCKET_BACKLOG_MAX) socket.terminate()
}

/** Nothing but CRLF: a ping of RFC 5626, or a stray line end. */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 0x0d || byte === 0x0a)
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
