import type { OtrEngine } from '../otr/index.ts'
import type { Archive } from './archive.ts'
import type { ChatEnv } from './client-door.ts'
import type { ContactBook } from './contact-book.ts'
import type { Address, ChatEvent, Sink } from './events.ts'
import { type ChatFaultCode, chatFault } from './faults.ts'
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
  /** A fresh Message-ID; also names notices. */
  readonly newId: () => string
}

export function notice(
  context: ChatContext,
  peer: Address,
  form: NoticeName,
  detail: NoticeFacts['detail'] = '',
): void {
  const facts = { name: context.contacts.nameOf(peer), detail }
  const said = phrase(form, facts)
  const at = context.env.now()
  context.emit({ type: 'notice', notice: { id: context.newId(), peer, at, ...said } })
}

export function refuse(context: ChatContext, peer: Address | null, code: ChatFaultCode): void {
  context.emit({ type: 'fault', peer, fault: chatFault(code) })
}
