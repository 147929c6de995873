import { MsrpConnection } from '../connection.ts'
import type { MsrpSessionSetup, MsrpSessionStart } from '../doors.ts'
import type { MsrpMessage, MsrpSessionEvent } from '../events.ts'
import type { MsrpSession } from '../session.ts'
import { newSessionUri } from '../uri.ts'
import type { Wire } from '../wire.ts'
import { type TestEnv, type TestWire, testEnv, wirePair } from './wire-pair.ts'

/** One end of a conversation in memory. */
export interface End {
  readonly wire: TestWire
  readonly connection: MsrpConnection
  readonly session: MsrpSession
  readonly uri: string
  readonly events: MsrpSessionEvent[]
  /** The events without messages: what became of what this end sent. */
  readonly outcomes: () => MsrpSessionEvent[]
  /** Bodies of the messages received, as text. */
  readonly received: () => string[]
}

interface Options {
  readonly framing?: Wire['framing']
  readonly alice?: Partial<MsrpSessionSetup & MsrpSessionStart>
  readonly bob?: Partial<MsrpSessionSetup & MsrpSessionStart>
}

/** Two ends on one wire, Alice active and Bob passive, not started. */
export function openPair({ framing = 'message', alice, bob }: Options = {}) {
  const env = testEnv()
  const [left, right] = wirePair(framing)
  return { env, alice: openEnd(left, env, alice), bob: openEnd(right, env, bob) }
}

/** The same, started, with what the binding did forgotten. */
export function boundPair(options: Options = {}) {
  const { env, alice, bob } = openPair(options)
  bob.session.start({ remotePath: [alice.uri], active: false, ...options.bob })
  alice.session.start({ remotePath: [bob.uri], active: true, ...options.alice })
  for (const end of [alice, bob]) {
    end.events.length = 0
    end.wire.sent.length = 0
  }
  return { env, alice, bob }
}

/** One end bound to a peer that the test plays: it takes what is sent, and answers when it likes. */
export function boundAlone(options: Options = {}) {
  const { env, alice, bob } = openPair(options)
  bob.wire.onBytes = () => {}
  alice.session.start({ remotePath: [bob.uri], active: true, ...options.alice })
  const say = (text: string) => bob.wire.send(new TextEncoder().encode(text))
  const answer = (status: number, request = alice.wire.sent.at(-1)!) =>
    say(response(request, status))
  answer(200)
  alice.events.length = 0
  alice.wire.sent.length = 0
  return { env, alice, peer: { uri: bob.uri, wire: bob.wire, say, answer } }
}

export const text = (id: string, body: string): MsrpMessage => ({
  id,
  contentType: 'text/plain',
  body: new TextEncoder().encode(body),
})

/** The response that a peer would write to a request. */
export function response(request: string, status: number): string {
  const transaction = request.split(' ')[1]!
  const [to, from] = [/To-Path: (.*)/.exec(request)![1], /From-Path: (.*)/.exec(request)![1]]
  return frame(`${transaction} ${status} Comment`, from!, to!)
}

/** A frame as text: start line without `MSRP`, paths, headers, body. */
export function frame(
  start: string,
  to: string,
  from: string,
  headers: readonly string[] = [],
  body: string | null = null,
  flag = '$',
): string {
  return [
    `MSRP ${start}`,
    `To-Path: ${to}`,
    `From-Path: ${from}`,
    ...headers,
    ...(body === null ? [] : ['Content-Type: text/plain', '', body]),
    `-------${start.split(' ')[0]}${flag}`,
    '',
  ].join('\r\n')
}

function openEnd(wire: TestWire, env: TestEnv, setup?: Partial<MsrpSessionSetup>): End {
  const connection = new MsrpConnection(wire, env)
  const uri = setup?.uri ?? newSessionUri(env.random)
  const events: MsrpSessionEvent[] = []
  const session = connection.open({ usePath: [], ...setup, uri }, (event) => events.push(event))
  return {
    wire,
    connection,
    session,
    uri,
    events,
    outcomes: () => events.filter((event) => event.type !== 'message'),
    received: () =>
      events.flatMap((event) =>
        event.type === 'message' ? [new TextDecoder().decode(event.message.body)] : [],
      ),
  }
}
