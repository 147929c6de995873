import { expect, test } from 'vitest'
import type { OtrState } from './events.ts'
import { MESSAGE, type MessageAction, type MessageInput } from './message-table.ts'

const NEVER = 'Cannot happen: nothing is authentic outside ENCRYPTED.'
const UNREADABLE = 'Inform the user that an unreadable encrypted message was received.'
const SECURE = 'Transition msgstate to MSGSTATE_ENCRYPTED.'

/** Every cell, and on the right what the specification says about it. */
const SPEC: readonly [OtrState, MessageInput, MessageAction, OtrState, string][] = [
  ['plaintext', 'send', 'sendPlain', 'plaintext', 'Unless REQUIRE_ENCRYPTION, send it as it is.'],
  ['plaintext', 'data', 'reportUnreadable', 'plaintext', UNREADABLE],
  ['plaintext', 'disconnected', 'ignore', 'plaintext', NEVER],
  ['plaintext', 'established', 'takeKeys', 'encrypted', SECURE],
  ['plaintext', 'end', 'ignore', 'plaintext', 'Do nothing.'],

  ['encrypted', 'send', 'encrypt', 'encrypted', 'Encrypt the message, and send it.'],
  ['encrypted', 'data', 'decrypt', 'encrypted', 'Verify the MAC; if it verifies, decrypt.'],
  ['encrypted', 'disconnected', 'wipeKeys', 'finished', 'Transition msgstate to FINISHED.'],
  ['encrypted', 'established', 'takeKeys', 'encrypted', SECURE],
  ['encrypted', 'end', 'sayDisconnected', 'plaintext', 'Send TLV 1; transition to PLAINTEXT.'],

  ['finished', 'send', 'refuse', 'finished', 'Inform the user that it cannot be sent now.'],
  ['finished', 'data', 'reportUnreadable', 'finished', UNREADABLE],
  ['finished', 'disconnected', 'ignore', 'finished', NEVER],
  ['finished', 'established', 'takeKeys', 'encrypted', SECURE],
  ['finished', 'end', 'forget', 'plaintext', 'Transition msgstate to PLAINTEXT.'],
]

test.each(SPEC)('%s + %s -> %s, %s: %s', (state, input, action, next) => {
  expect(MESSAGE[state][input]).toEqual([action, next])
})

test('no cell is left out', () => {
  const cells = Object.values(MESSAGE).flatMap((row) => Object.keys(row))
  expect(new Set(SPEC.map(([state, input]) => `${state} ${input}`)).size).toBe(cells.length)
})
