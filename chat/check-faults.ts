import type { ChatFault } from './events.ts'

/** What a check of the connection finds by itself; everything else is a fault of what it uses. */
export type CheckFaultCode = keyof typeof SENTENCES

const SENTENCES = {
  CHECK_ADDRESS: 'This page may not use that server address. It should begin with wss:.',
  CHECK_UNREACHABLE:
    'The server cannot be reached; the browser does not say why. Check the network, the server address, and that its certificate is for that name.',
  CHECK_TIMEOUT: 'There was no answer in time. Check the network, and try again later.',
  CHECK_ENDED:
    'The message to yourself did not come back. The server may not let an account call itself.',
} as const

export function checkFault(code: CheckFaultCode): ChatFault {
  return { code, sentence: SENTENCES[code] }
}
