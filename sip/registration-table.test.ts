import { expect, test } from 'vitest'
import {
  REGISTRATION,
  type RegistrationAction,
  type RegistrationInput,
  type RegistrationState,
} from './registration-table.ts'

/** Every cell that does something, with the reason why; all others do nothing. */
const SPEC: readonly [
  RegistrationState,
  RegistrationInput,
  RegistrationAction,
  RegistrationState,
  string,
][] = [
  ['idle', 'start', 'connect', 'connecting', 'the owner wants to be reached'],
  ['connecting', 'opened', 'register', 'registering', 'RFC 5626 §4.2: a binding for each flow'],
  ['connecting', 'lost', 'wait', 'waiting', 'RFC 5626 §4.5: back off'],
  ['connecting', 'stop', 'close', 'idle', 'nothing is bound'],
  ['registering', 'accepted', 'keep', 'registered', 'RFC 3261 §10.2.4'],
  ['registering', 'deferred', 'pause', 'pausing', 'RFC 5626 §4.2.1: keep a flow that answers'],
  ['registering', 'refused', 'giveUp', 'refused', 'RFC 3261 §22.2: the same again is refused too'],
  ['registering', 'silence', 'abandon', 'waiting', 'a flow that does not answer is dead'],
  ['registering', 'lost', 'wait', 'waiting', 'RFC 5626 §4.5'],
  ['registering', 'probe', 'ping', 'registering', 'RFC 5626 §4.4.1'],
  ['registering', 'stop', 'unregister', 'leaving', 'the registrar may have bound us'],
  ['registered', 'due', 'register', 'refreshing', 'RFC 3261 §10.2.4: refresh before it expires'],
  ['registered', 'doubt', 'register', 'refreshing', 'every server answers a REGISTER'],
  ['registered', 'lost', 'wait', 'waiting', 'RFC 5626 §4.5'],
  ['registered', 'probe', 'ping', 'registered', 'RFC 5626 §4.4.1'],
  ['registered', 'stop', 'unregister', 'leaving', 'RFC 3261 §10.2.2'],
  ['refreshing', 'accepted', 'keep', 'registered', 'RFC 3261 §10.2.4'],
  ['refreshing', 'deferred', 'pause', 'pausing', 'RFC 5626 §4.2.1'],
  ['refreshing', 'refused', 'giveUp', 'refused', 'the password was changed'],
  ['refreshing', 'silence', 'abandon', 'waiting', 'a flow that does not answer is dead'],
  ['refreshing', 'lost', 'wait', 'waiting', 'RFC 5626 §4.5'],
  ['refreshing', 'probe', 'ping', 'refreshing', 'RFC 5626 §4.4.1'],
  ['refreshing', 'stop', 'unregister', 'leaving', 'RFC 3261 §10.2.2'],
  ['pausing', 'due', 'register', 'registering', 'the time the server asked for is over'],
  ['pausing', 'lost', 'wait', 'waiting', 'RFC 5626 §4.5'],
  ['pausing', 'probe', 'ping', 'pausing', 'not a REGISTER: the server asked for patience'],
  ['pausing', 'stop', 'unregister', 'leaving', 'an older binding may stand'],
  ['waiting', 'due', 'connect', 'connecting', 'RFC 5626 §4.5'],
  ['waiting', 'probe', 'connect', 'connecting', 'the network may be back'],
  ['waiting', 'start', 'connect', 'connecting', 'the owner is impatient'],
  ['waiting', 'stop', 'close', 'idle', 'there is no flow'],
  ['refused', 'start', 'connect', 'connecting', 'the owner says that the account is good now'],
  ['refused', 'stop', 'close', 'idle', 'nothing is bound'],
  ['leaving', 'accepted', 'close', 'idle', 'RFC 3261 §10.2.2'],
  ['leaving', 'deferred', 'close', 'idle', 'the binding will expire'],
  ['leaving', 'refused', 'close', 'idle', 'the binding will expire'],
  ['leaving', 'silence', 'close', 'idle', 'the binding will expire'],
  ['leaving', 'lost', 'close', 'idle', 'the registrar removes it with the flow'],
  ['leaving', 'due', 'close', 'idle', 'nobody waits longer'],
]

test.each(SPEC)('%s + %s: %s, then %s: %s', (state, input, action, next) => {
  expect(REGISTRATION[state][input]).toEqual([action, next])
})

test('everything else does nothing and stays', () => {
  const meant = new Set(SPEC.map(([state, input]) => `${state} ${input}`))
  for (const [state, row] of Object.entries(REGISTRATION)) {
    for (const [input, cell] of Object.entries(row)) {
      if (!meant.has(`${state} ${input}`))
        expect(cell, `${state} ${input}`).toEqual(['nothing', state])
    }
  }
})
