import { MsrpError, type MsrpErrorCode } from '../msrp/index.ts'
import { SipError, type SipErrorCode } from '../sip/index.ts'
import type { ChatFault } from './events.ts'
import { KnownFault } from './known-fault.ts'
import { vaultFaultOf } from './vault-faults.ts'

/**
 * What this room itself cannot do.
 *
 * - `CHAT_SIGNED_IN`, `CHAT_SIGNED_OUT`: the call needs the other of the two.
 * - `CHAT_UNKNOWN_PEER`, `CHAT_UNKNOWN_MESSAGE`, `CHAT_UNKNOWN_KEY`, `CHAT_NOT_INVITED`: there is no
 *   such contact, message, key or invitation.
 * - `CHAT_NOT_OPEN`, `CHAT_NOT_ENCRYPTED`, `CHAT_ROOM`: the conversation is not in a state for it.
 * - `CHAT_NOT_A_ROOM`: only rooms have nicknames, members and private messages.
 * - `CHAT_NICKNAME_…`: the room refuses a nickname (RFC 7701 §7.2): `OFF` 403, `MALFORMED` 424, `TAKEN`
 *   425, `UNKNOWN` 501, which is a room that knows no nicknames, `REFUSED` anything else.
 * - `CHAT_NO_PRIVATE`: this room lets nobody write privately.
 * - `CHAT_NO_GAP`: there is no such gap, or it has been asked for.
 * - `CHAT_ROOM_UNEXPECTED`: someone who could encrypt answers as a room now.
 * - `CHAT_ALWAYS_OTR`: this contact is never written to in clear.
 * - `CHAT_KEY_UNDECIDED`: the changed key comes first. `CHAT_KEY_IN_USE`: it cannot be forgotten.
 * - `CHAT_VERIFICATION_REST`: a verification failed so shortly ago that another would be a guess.
 * - `CHAT_NO_QUESTION`: no verification runs, or it is not our turn. `CHAT_EMPTY`, `CHAT_TOO_LONG`: of a text or a secret.
 * - `CHAT_SENT`: it has left and cannot be taken back.
 * - `CHAT_UNKNOWN_FILE`, `CHAT_FILES_MAX`: there is no such transfer, or there are too many.
 * - `CHAT_FILE_…`: why a transfer failed; see the sentences.
 * - `CHAT_STORE`: the storage refuses. `CHAT_DEFECT`: a fault of this program.
 */
export type ChatFaultCode = keyof typeof SENTENCES

const SENTENCES = {
  CHAT_SIGNED_IN: 'You are signed in already.',
  CHAT_SIGNED_OUT: 'Sign in first.',
  CHAT_UNKNOWN_PEER: 'There is no such contact.',
  CHAT_UNKNOWN_MESSAGE: 'There is no such message.',
  CHAT_UNKNOWN_KEY: 'This contact has not used that key.',
  CHAT_NOT_INVITED: 'There is no invitation from this address any more.',
  CHAT_NOT_OPEN: 'This conversation is not open.',
  CHAT_NOT_ENCRYPTED: 'This needs an encrypted conversation. Start encryption first.',
  CHAT_ROOM: 'Rooms are not encrypted: everyone in the room and its server can read along.',
  CHAT_NOT_A_ROOM: 'This is not a room, or you are not in it now.',
  CHAT_NICKNAME_OFF: 'This room does not allow nicknames.',
  CHAT_NICKNAME_MALFORMED: 'The room does not take this as a nickname. Try letters and digits.',
  CHAT_NICKNAME_TAKEN: 'Someone else has this nickname, or it is reserved. Choose another one.',
  CHAT_NICKNAME_UNKNOWN: 'This room does not know nicknames.',
  CHAT_NICKNAME_REFUSED: 'The room did not take the nickname. Try again later.',
  CHAT_NO_PRIVATE: 'This room does not allow private messages.',
  CHAT_NO_GAP: 'You have asked for this message already.',
  CHAT_ROOM_UNEXPECTED:
    'This contact answers as a room now, where nothing is encrypted. Nothing was sent.',
  CHAT_ALWAYS_OTR:
    'Messages to this contact are always encrypted. Change that in the contact’s settings first.',
  CHAT_KEY_UNDECIDED: 'Decide first whether to accept the changed identity.',
  CHAT_KEY_IN_USE: 'This key is in use now. End the conversation before you forget it.',
  CHAT_VERIFICATION_REST: 'The last answers did not match. Wait a little before the next try.',
  CHAT_NO_QUESTION: 'There is no verification to answer or to stop.',
  CHAT_EMPTY: 'There is nothing in it.',
  CHAT_TOO_LONG: 'The question is too long. 1,000 characters are the most.',
  CHAT_SENT: 'This message has left already and cannot be taken back.',
  CHAT_UNKNOWN_FILE: 'There is no such file any more, or it does not wait for that.',
  CHAT_FILE_ROOM: 'Files cannot be sent to a room.',
  CHAT_FILE_ALWAYS_OTR:
    'Files for this contact are always encrypted, and that cannot be done with their app now.',
  CHAT_FILE_UNPROTECTED:
    'The encryption of this conversation ended or changed, so the file was stopped.',
  CHAT_FILE_UNREACHED: 'Nobody took the file in time. Try again when they are there.',
  CHAT_FILE_UNSUPPORTED: 'Their app does not take this file.',
  CHAT_FILE_TOO_LARGE: 'This file is too large for the way or for their app.',
  CHAT_FILES_MAX: 'There are too many files with this contact already. Wait until one is done.',
  CHAT_FILE_UNREADABLE: 'The file cannot be read any more, or has changed.',
  CHAT_FILE_UNWRITABLE: 'There is no room for the file, or it cannot be stored.',
  CHAT_FILE_DAMAGED: 'The file arrived damaged and was thrown away.',
  CHAT_FILE_STALLED: 'Nothing of the file moved for a minute.',
  CHAT_FILE_LOST: 'The connection was lost while the file was on its way.',
  CHAT_STORE:
    'The storage of this device refuses to keep what is new. Messages go on, but may be gone after a restart.',
  CHAT_DEFECT: 'Something went wrong inside the program. Open the conversation again.',
} as const

export function chatFault(code: ChatFaultCode): ChatFault {
  return { code, sentence: SENTENCES[code] }
}

const SIP_SENTENCES = {
  SIP_WRONG_PASSWORD: 'The server does not accept this name and password.',
  SIP_UNKNOWN_PEER: 'There is nobody with this address.',
  SIP_PEER_OFFLINE: 'They are not online now.',
  SIP_DECLINED: 'They do not want to chat now.',
  SIP_NOT_ACCEPTABLE: 'Their app does not take chat sessions.',
  SIP_FORBIDDEN: 'The server does not allow this conversation.',
  SIP_CANCELLED: 'The invitation was withdrawn.',
  SIP_SERVER: 'The server could not set up the conversation. Try again later.',
  SIP_TIMEOUT: 'There was no answer in time.',
  SIP_UNREACHABLE: 'The server cannot be reached. Check the network and the server address.',
  SIP_CONNECTION_LOST: 'The connection to the server was lost.',
  SIP_MALFORMED: 'Their app sent something that cannot be understood.',
} as const satisfies Record<SipErrorCode, string>

const MSRP_SENTENCES = {
  MSRP_AUTH_REFUSED: 'The message server does not accept this name and password.',
  MSRP_AUTH_FAILED: 'The message server could not prove itself.',
  MSRP_TIMEOUT: 'The message server did not answer in time.',
  MSRP_CONNECTION_LOST: 'The connection for messages was lost.',
} as const satisfies Partial<Record<MsrpErrorCode, string>>

/** Every other code that begins with `MSRP_`. */
const MSRP_BROKEN = 'The message server broke the protocol.'

/** The faults that have a sentence of their own; `MSRP_BROKEN` stands for all others of MSRP. */
export type FaultName = ChatFaultCode | SipErrorCode | keyof typeof MSRP_SENTENCES | 'MSRP_BROKEN'

/** Which fault says so; `null` if none does. */
export function faultNameOf(sentence: string): FaultName | null {
  const all = { ...SENTENCES, ...SIP_SENTENCES, ...MSRP_SENTENCES, MSRP_BROKEN }
  const found = Object.entries(all).find(([, known]) => known === sentence)
  return found === undefined ? null : (found[0] as FaultName)
}

/** A fault from below in words for people. */
export function faultOf(error: unknown): ChatFault {
  if (error instanceof KnownFault) return error.fault
  if (error instanceof SipError) return { code: error.code, sentence: SIP_SENTENCES[error.code] }
  if (error instanceof MsrpError) {
    const sentences: Partial<Record<MsrpErrorCode, string>> = MSRP_SENTENCES
    return { code: error.code, sentence: sentences[error.code] ?? MSRP_BROKEN }
  }
  return vaultFaultOf(error) ?? chatFault('CHAT_DEFECT')
}
