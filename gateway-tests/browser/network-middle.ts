import type { BrowserContext, WebSocketRoute } from 'playwright-core'
import {
  encodeFrame,
  formatByteRange,
  header,
  MSRP_SUBPROTOCOL,
  type MsrpRequest,
  newIdent,
  newTransaction,
  parseFrame,
  unwrapCpim,
  wrapCpim,
} from '../../msrp/index.ts'
import type { Middle, Passing } from '../gateway/middle.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const utf8 = new TextDecoder()

/**
 * Puts somebody onto the network of one browser, between its pages and their relay: the OTR in every
 * MSRP message passes through `middle`, for whom this browser is the XMPP side and the rest of the
 * world the SIP side. SIP and everything else goes on as it came.
 */
export async function overhear(context: BrowserContext, middle: Middle): Promise<void> {
  await context.routeWebSocket(/^wss?:/, (page) => {
    const relay = page.connectToServer()
    if (!page.protocols().includes(MSRP_SUBPROTOCOL)) return
    let work = Promise.resolve()
    const join = (from: Side, to: Side, read: (text: string) => Promise<Passing>) =>
      from.socket.onMessage((data) => {
        work = work.then(() => pass(Buffer.from(data as string), from, to, read))
      })
    const here: Side = { socket: page, texts: ({ toXmpp }) => toXmpp }
    const there: Side = { socket: relay, texts: ({ toSip }) => toSip }
    join(here, there, (text) => middle.fromXmpp(text))
    join(there, here, (text) => middle.fromSip(text))
  })
}

interface Side {
  readonly socket: WebSocketRoute
  /** What of a passing goes this way. */
  texts(passing: Passing): readonly string[]
}

/**
 * The first text that goes on takes the place of the one that came, so that answers and reports find
 * their way; all others are messages of their own, of which nobody wants to hear.
 */
async function pass(
  data: Uint8Array,
  from: Side,
  to: Side,
  read: (text: string) => Promise<Passing>,
): Promise<void> {
  const frame = parseFrame(data)
  const text = frame.kind === 'request' && frame.method === 'SEND' ? otrOf(frame) : null
  if (frame.kind === 'response' || text === null) return to.socket.send(Buffer.from(data))
  const passing = await read(text)
  const [first, ...more] = to.texts(passing)
  if (first !== undefined) send(to, withText(frame, first))
  for (const text of more) send(to, anew(withText(frame, text)))
  for (const text of from.texts(passing)) send(from, anew(turned(withText(frame, text))))
}

function send({ socket }: Side, frame: MsrpRequest): void {
  socket.send(Buffer.from(encodeFrame(frame)))
}

/** @returns `null` if it holds no OTR */
function otrOf({ body, contentType }: MsrpRequest): string | null {
  if (body === null || contentType !== 'message/cpim') return null
  const text = utf8.decode(unwrapCpim(body).body)
  return text.startsWith('?OTR') ? text : null
}

function withText(frame: MsrpRequest, text: string): MsrpRequest {
  const envelope = unwrapCpim(frame.body!)
  const body = wrapCpim({ ...envelope, body: Buffer.from(text) })
  const range = formatByteRange({ start: 1, end: body.length, total: body.length })
  return { ...frame, headers: replaced(frame, [['Byte-Range', range]]), body }
}

function anew(frame: MsrpRequest): MsrpRequest {
  const headers = replaced(frame, [
    ['Message-ID', newIdent(random)],
    ['Success-Report', 'no'],
    ['Failure-Report', 'no'],
  ])
  return { ...frame, transaction: newTransaction(random), headers }
}

/** From the one it was for, to the one it was from. */
function turned(frame: MsrpRequest): MsrpRequest {
  const envelope = unwrapCpim(frame.body!)
  const { from, to } = envelope
  return {
    ...frame,
    toPath: frame.fromPath,
    fromPath: frame.toPath,
    body: wrapCpim({ ...envelope, from: to, to: from }),
  }
}

function replaced({ headers }: MsrpRequest, by: MsrpRequest['headers']): MsrpRequest['headers'] {
  const kept = headers.filter(([name]) => header({ headers: by }, name) === null)
  return [...kept, ...by]
}
