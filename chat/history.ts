import type { HistoryRule, Message } from './events.ts'

/** True for an own message that may have to go, or go again: it is stored whatever the rule says. */
export function isUnsent({ author, delivery, settled }: Message): boolean {
  if (author !== 'us' || settled) return false
  return delivery === 'queued' || delivery === 'sent' || delivery === 'failed'
}

/**
 * True if a message is kept in the store as it is now. By itself nothing that was encrypted on its way
 * is left behind on this device.
 */
export function isKept(message: Message, rule: HistoryRule): boolean {
  if (isUnsent(message)) return true
  return rule === 'keep' || (rule === 'automatic' && message.protection === 'none')
}
