import { describe, expect, test } from 'vitest'
import { readComposing } from './composing.ts'
import { MsrpConnection } from './connection.ts'
import { unwrapCpim } from './cpim.ts'
import type { MsrpSessionEvent } from './events.ts'
import type { MsrpFrame, MsrpRequest } from './frame.ts'
import { StreamParser } from './stream-parser.ts'
import { recorded, streams } from './testing/vectors.ts'
import { testEnv, wirePair } from './testing/wire-pair.ts'

/**
 * Takes the place of one end of a recorded conversation: what was sent to it then is sent to our
 * session now.
 */
function replay(name: string, toUs: string) {
  const [[, theirs], [, ours]] = [...streams(recorded(name))].sort(([a]) =>
    a.endsWith(toUs) ? -1 : 1,
  ) as [[string, Uint8Array[]], [string, Uint8Array[]]]
  const first = parse(theirs).find((frame) => isSend(frame)) as MsrpRequest

  const [wire, peer] = wirePair('stream')
  const answers: Uint8Array[] = []
  peer.onBytes = (bytes) => answers.push(bytes)
  const connection = new MsrpConnection(wire, testEnv())
  const events: MsrpSessionEvent[] = []
  const uri = first.toPath[0]!
  const session = connection.open({ uri, usePath: [], acceptTypes: ['message/cpim'] }, (event) => {
    events.push(event)
    if (event.type === 'message') session.report(event.message.id, 200)
  })
  session.start({ remotePath: [first.fromPath.at(-1)!], active: false })
  for (const read of theirs) peer.send(read)
  const messages = events.flatMap((event) => (event.type === 'message' ? [event.message] : []))
  return {
    events,
    messages: messages.map(({ body }) => unwrapCpim(body)),
    ours: parse(answers).map(summary),
    theirs: parse(ours).map(summary),
  }
}

function parse(reads: readonly Uint8Array[]): MsrpFrame[] {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => frames.push(frame))
  for (const read of reads) parser.push(read)
  return frames
}

const isSend = (frame: MsrpFrame) => frame.kind === 'request' && frame.method === 'SEND'

/** What counts of an answer: a response by its transaction, a REPORT by what it is about. */
function summary(frame: MsrpFrame): string {
  if (frame.kind === 'response') {
    return `${frame.transaction} ${frame.status} ${frame.toPath.join(' ')}`
  }
  const about = frame.headers.filter(([name]) => name !== 'X').map(([, value]) => value)
  return `${frame.method} ${frame.toPath.join(' ')} ${about.sort().join(' ')}`
}

const answersOnly = (summaries: readonly string[]) =>
  summaries.filter((line) => !/^(?:SEND|NICKNAME|AUTH)/.test(line)).sort()

describe('we answer as the recorded program did: the same responses, the same REPORTs', () => {
  test.each([
    ['Blink, active end', 'blink-session', '127.0.0.1:41084'],
    ['Blink, passive end', 'blink-session', '127.0.0.1:34119'],
    ['a user in SylkServer’s room', 'sylk-room', '127.0.0.1:51544'],
    ['SylkServer’s gateway', 'sylk-gateway', '127.0.0.1:34401'],
    ['Blink behind msrprelay', 'msrprelay', '127.0.0.1:51810'],
  ])('%s', (_, name, toUs) => {
    const { events, ours, theirs } = replay(name, toUs)
    expect(events[0]).toEqual({ type: 'bound' })
    expect(events.filter(({ type }) => type === 'violation' || type === 'closed')).toEqual([])
    expect(answersOnly(ours)).toEqual(answersOnly(theirs))
    expect(answersOnly(ours).length, 'something was answered').toBeGreaterThan(0)
  })
})

test('what Blink said: OTR in every body, composing and markup too, with their types outside', () => {
  const ends = ['127.0.0.1:34119', '127.0.0.1:41084'].map((end) => replay('blink-session', end))
  for (const { messages } of ends) {
    const bodies = messages.map(({ body }) => new TextDecoder().decode(body))
    expect(bodies[0]).toMatch(/^\?OTRv3\?/)
    expect(bodies.filter((body) => body.startsWith('?OTR:AAM')).length).toBeGreaterThan(5)
  }
  const types = ends.flatMap(({ messages }) => messages.map(({ contentType }) => contentType))
  expect(new Set(types)).toEqual(
    new Set([
      'text/plain',
      'text/plain; charset="utf8"',
      'text/html; charset="utf8"',
      'application/im-iscomposing+xml',
    ]),
  )
})

test('what SylkServer’s gateway said: text of an XMPP user, and that he writes no more', () => {
  const { messages } = replay('sylk-gateway', '127.0.0.1:47648')
  const composing = messages.filter(({ contentType }) => contentType.includes('iscomposing'))
  expect(composing.length).toBeGreaterThan(0)
  for (const { body } of composing) {
    expect(readComposing(new TextDecoder().decode(body))).toEqual({ active: false, refresh: 30 })
  }
})
