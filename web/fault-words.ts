import { msg } from '@lit/localize'
import {
  AddressError,
  type ChatFault,
  type FaultName,
  faultNameOf,
  type VaultError,
} from '../chat/index.ts'
import { WAY_FAULTS } from './doctor-words.ts'

/** What went wrong, in the reader's language. A code of a later version keeps its English sentence. */
export function faultSentence({ code, sentence }: ChatFault): string {
  return translated(code) ?? sentence
}

/** The same for a sentence that comes without its code. */
export function sentenceOfFault(sentence: string): string {
  const name = faultNameOf(sentence)
  return name === null ? sentence : FAULTS[name]()
}

/** Why the page's own server makes no account. */
export function refusalSentence({ code, sentence }: ChatFault): string {
  return REFUSALS[code]?.() ?? sentence
}

/** Why what was typed is no address. */
export function addressSentence(error: RangeError): string {
  return error instanceof AddressError ? ADDRESS[error.code]() : error.message
}

function translated(code: string): string | null {
  if (Object.hasOwn(FAULTS, code)) return FAULTS[code as FaultName]()
  if (Object.hasOwn(WAY_FAULTS, code)) return WAY_FAULTS[code as keyof typeof WAY_FAULTS]()
  if (Object.hasOwn(VAULT_FAULTS, code)) return VAULT_FAULTS[code as VaultError['code']]()
  return code.startsWith('MSRP_') ? FAULTS.MSRP_BROKEN() : null
}

const FAULTS = {
  CHAT_SIGNED_IN: () => msg('You are signed in already.'),
  CHAT_SIGNED_OUT: () => msg('Sign in first.'),
  CHAT_UNKNOWN_PEER: () => msg('There is no such contact.'),
  CHAT_UNKNOWN_MESSAGE: () => msg('There is no such message.'),
  CHAT_UNKNOWN_KEY: () => msg('This contact has not used that key.'),
  CHAT_NOT_INVITED: () => msg('There is no invitation from this address any more.'),
  CHAT_NOT_OPEN: () => msg('This conversation is not open.'),
  CHAT_NOT_ENCRYPTED: () => msg('This needs an encrypted conversation. Start encryption first.'),
  CHAT_ROOM: () =>
    msg('Rooms are not encrypted: everyone in the room and its server can read along.'),
  CHAT_NOT_A_ROOM: () => msg('This is not a room, or you are not in it now.'),
  CHAT_NICKNAME_OFF: () => msg('This room does not allow nicknames.'),
  CHAT_NICKNAME_MALFORMED: () =>
    msg('The room does not take this as a nickname. Try letters and digits.'),
  CHAT_NICKNAME_TAKEN: () =>
    msg('Someone else has this nickname, or it is reserved. Choose another one.'),
  CHAT_NICKNAME_UNKNOWN: () => msg('This room does not know nicknames.'),
  CHAT_NICKNAME_REFUSED: () => msg('The room did not take the nickname. Try again later.'),
  CHAT_NO_PRIVATE: () => msg('This room does not allow private messages.'),
  CHAT_NO_GAP: () => msg('You have asked for this message already.'),
  CHAT_ROOM_UNEXPECTED: () =>
    msg('This contact answers as a room now, where nothing is encrypted. Nothing was sent.'),
  CHAT_ALWAYS_OTR: () =>
    msg(
      'Messages to this contact are always encrypted. Change that in the contact’s settings first.',
    ),
  CHAT_KEY_UNDECIDED: () => msg('Decide first whether to accept the changed identity.'),
  CHAT_KEY_IN_USE: () => msg('This key is in use now. End the conversation before you forget it.'),
  CHAT_VERIFICATION_REST: () =>
    msg('The last answers did not match. Wait a little before the next try.'),
  CHAT_NO_QUESTION: () => msg('There is no verification to answer or to stop.'),
  CHAT_EMPTY: () => msg('There is nothing in it.'),
  CHAT_TOO_LONG: () => msg('The question is too long. 1,000 characters are the most.'),
  CHAT_SENT: () => msg('This message has left already and cannot be taken back.'),
  CHAT_UNKNOWN_FILE: () => msg('There is no such file any more, or it does not wait for that.'),
  CHAT_FILE_ROOM: () => msg('Files cannot be sent to a room.'),
  CHAT_FILE_ALWAYS_OTR: () =>
    msg('Files for this contact are always encrypted, and that cannot be done with their app now.'),
  CHAT_FILE_UNPROTECTED: () =>
    msg('The encryption of this conversation ended or changed, so the file was stopped.'),
  CHAT_FILE_UNREACHED: () => msg('Nobody took the file in time. Try again when they are there.'),
  CHAT_FILE_UNSUPPORTED: () => msg('Their app does not take this file.'),
  CHAT_FILE_TOO_LARGE: () => msg('This file is too large for the way or for their app.'),
  CHAT_FILES_MAX: () =>
    msg('There are too many files with this contact already. Wait until one is done.'),
  CHAT_FILE_UNREADABLE: () => msg('The file cannot be read any more, or has changed.'),
  CHAT_FILE_UNWRITABLE: () => msg('There is no room for the file, or it cannot be stored.'),
  CHAT_FILE_DAMAGED: () => msg('The file arrived damaged and was thrown away.'),
  CHAT_FILE_STALLED: () => msg('Nothing of the file moved for a minute.'),
  CHAT_FILE_LOST: () => msg('The connection was lost while the file was on its way.'),
  CHAT_STORE: () =>
    msg(
      'The storage of this device refuses to keep what is new. Messages go on, but may be gone after a restart.',
    ),
  CHAT_DEFECT: () => msg('Something went wrong inside the program. Open the conversation again.'),
  SIP_WRONG_PASSWORD: () => msg('The server does not accept this name and password.'),
  SIP_UNKNOWN_PEER: () => msg('There is nobody with this address.'),
  SIP_PEER_OFFLINE: () => msg('They are not online now.'),
  SIP_DECLINED: () => msg('They do not want to chat now.'),
  SIP_NOT_ACCEPTABLE: () => msg('Their app does not take chat sessions.'),
  SIP_FORBIDDEN: () => msg('The server does not allow this conversation.'),
  SIP_CANCELLED: () => msg('The invitation was withdrawn.'),
  SIP_SERVER: () => msg('The server could not set up the conversation. Try again later.'),
  SIP_TIMEOUT: () => msg('There was no answer in time.'),
  SIP_UNREACHABLE: () =>
    msg('The server cannot be reached. Check the network and the server address.'),
  SIP_CONNECTION_LOST: () => msg('The connection to the server was lost.'),
  SIP_MALFORMED: () => msg('Their app sent something that cannot be understood.'),
  MSRP_AUTH_REFUSED: () => msg('The message server does not accept this name and password.'),
  MSRP_AUTH_FAILED: () => msg('The message server could not prove itself.'),
  MSRP_TIMEOUT: () => msg('The message server did not answer in time.'),
  MSRP_CONNECTION_LOST: () => msg('The connection for messages was lost.'),
  MSRP_BROKEN: () => msg('The message server broke the protocol.'),
} as const satisfies Record<FaultName, () => string>

/** By the codes of the edge, see `edge/accounts.ts`; another server may have more. */
const REFUSALS: Readonly<Record<string, () => string>> = {
  NAME_INVALID: () =>
    msg(
      'A name is short: a to z, 0 to 9, dot, hyphen and underscore, and it begins with a letter or digit.',
    ),
  NAME_RESERVED: () => msg('This name is kept for the server itself. Please choose another.'),
  NAME_TAKEN: () => msg('Somebody already has this name. Please choose another.'),
  PASSWORD_SHORT: () => msg('The password is too short. It needs at least 8 characters.'),
  PASSWORD_LONG: () => msg('The password is too long.'),
  ACCOUNTS_FULL: () => msg('This server takes no more accounts.'),
  TOO_MANY: () => msg('Too many new accounts. Please wait a minute.'),
}

const ADDRESS = {
  ADDRESS_MALFORMED: () => msg('That is not an address. One looks like alice@example.com.'),
  ADDRESS_WITHOUT_DOMAIN: () => msg('The address needs a domain, as in alice@example.com.'),
} as const satisfies Record<AddressError['code'], () => string>

/** Of keys, passphrases and backups. */
export const VAULT_FAULTS = {
  VAULT_LOCKED: () => msg('The keys of this account are locked. Enter your passphrase first.'),
  VAULT_NO_KEY: () => msg('This account has no key on this device yet.'),
  VAULT_WRONG_PASSPHRASE: () => msg('That is not the passphrase.'),
  VAULT_FOREIGN: () => msg('This is not a file of the right kind.'),
  VAULT_DAMAGED: () => msg('This is damaged: cut off, or changed by something or somebody.'),
  VAULT_NEWER: () => msg('This was made by a newer version of the app. Update this one first.'),
  VAULT_TOO_COSTLY: () =>
    msg('Opening this would take more memory or time than a file may ask for.'),
  VAULT_OTHER_ACCOUNT: () => msg('This belongs to another account.'),
} as const satisfies Record<VaultError['code'], () => string>
