import { SipError, type SipErrorCode } from './events.ts'

/** What was asked when the answer came: the same status means different things. */
export type Asked = 'register' | 'invite' | 'ringing'

/** @param status - a final SIP response that is not a success, 300 to 699 */
export function refusal(status: number, asked: Asked): SipError {
  const [code, sentence] = meaning(status, asked)
  return new SipError(code, sentence, status)
}

/** True if asking again later cannot help: the account, not the server, is at fault. */
export function isPermanent(status: number): boolean {
  return PERMANENT.has(status)
}

const PERMANENT: ReadonlySet<number> = new Set([401, 403, 404, 407, 410, 416, 484, 604, 606])

type Meaning = readonly [SipErrorCode, string]

function meaning(status: number, asked: Asked): Meaning {
  if (asked === 'register') return REGISTER[status] ?? server(status)
  if (status === 408 && asked === 'ringing') return UNANSWERED
  return INVITE[status] ?? server(status)
}

const WRONG_PASSWORD: Meaning = [
  'SIP_WRONG_PASSWORD',
  'The server does not accept this user name and password.',
]
const UNKNOWN_PEER: Meaning = ['SIP_UNKNOWN_PEER', 'There is nobody at this address.']
const UNANSWERED: Meaning = ['SIP_PEER_OFFLINE', 'Nobody answered.']
const OFFLINE: Meaning = ['SIP_PEER_OFFLINE', 'This person is not online now.']
const BUSY: Meaning = ['SIP_DECLINED', 'This person is busy.']
const DECLINED: Meaning = ['SIP_DECLINED', 'This person declined.']
const NO_CHAT: Meaning = ['SIP_NOT_ACCEPTABLE', 'The other side cannot chat this way.']
const TIMEOUT: Meaning = ['SIP_TIMEOUT', 'No answer came in time.']

const REGISTER: Readonly<Record<number, Meaning>> = {
  401: WRONG_PASSWORD,
  403: WRONG_PASSWORD,
  404: ['SIP_UNKNOWN_PEER', 'The server does not know this account.'],
  407: WRONG_PASSWORD,
  408: ['SIP_TIMEOUT', 'The server does not answer.'],
  410: ['SIP_UNKNOWN_PEER', 'This account no longer exists.'],
}

const INVITE: Readonly<Record<number, Meaning>> = {
  401: WRONG_PASSWORD,
  403: ['SIP_FORBIDDEN', 'The server does not allow this.'],
  404: UNKNOWN_PEER,
  406: NO_CHAT,
  407: WRONG_PASSWORD,
  408: TIMEOUT,
  410: ['SIP_UNKNOWN_PEER', 'This address is no longer in use.'],
  415: NO_CHAT,
  430: OFFLINE,
  480: OFFLINE,
  484: ['SIP_UNKNOWN_PEER', 'This address is not complete.'],
  486: BUSY,
  487: ['SIP_CANCELLED', 'The call was taken back.'],
  488: NO_CHAT,
  600: BUSY,
  603: DECLINED,
  604: UNKNOWN_PEER,
  606: NO_CHAT,
}

const server = (status: number): Meaning => [
  'SIP_SERVER',
  `The server could not do this (code ${status}).`,
]
