import type { Message } from './events.ts'

/**
 * True if a message is kept in the store as it is now: own ones until the peer has them. All others
 * live in memory, so that nothing encrypted is left behind on this device by itself.
 */
export function isKept(message: Message): boolean {
  return message.author === 'us' && message.delivery !== 'delivered'
}
