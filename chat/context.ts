import type { OtrEngine } from '../otr/index.ts'
import type { Archive } from './archive.ts'
import type { ChatEnv } from './client-door.ts'
import type { ContactBook } from './contact-book.ts'
import type { Address, ChatEvent, Sink } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
import type { FileKey } from './file-keys.ts'
import { type NoticeFacts, type NoticeName, phrase } from './notices.ts'

/** What the conversations of one signed-in account share. */
export interface ChatContext {
  readonly own: Address
  readonly displayName: string | null
  readonly env: ChatEnv
  readonly otr: OtrEngine
  readonly archive: Archive
  readonly contacts: ContactBook
  readonly emit: Sink<ChatEvent>
  /** Own fingerprint; `null` until the key is there. */
  readonly ownFingerprint: () => string | null
  /** Whether the person wants peers to hear what was displayed, and to hear it of them. */
  readonly receipts: () => boolean
  /** A fresh Message-ID; also names notices. */
  readonly newId: () => string
  /** A peer has announced an encrypted file inside OTR. */
  readonly fileAnnounced: (peer: Address, key: FileKey) => void
}

/**
 * Tells a line of the timeline.
 *
 * @param name - whom it is about, if not the contact
 * @returns its id
 */
export function notice(
  context: ChatContext,
  peer: Address,
  form: NoticeName,
  detail: NoticeFacts['detail'] = '',
  name = context.contacts.nameOf(peer),
): string {
  const facts = { name, detail }
  const said = phrase(form, facts)
  const at = context.env.now()
  const id = context.newId()
  context.emit({ type: 'notice', notice: { id, peer, at, ...said } })
  return id
}

export function refuse(context: ChatContext, peer: Address | null, code: ChatFaultCode): void {
  context.emit({ type: 'fault', peer, fault: chatFault(code) })
}
