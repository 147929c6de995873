/**
 * Conversations: the only code that knows both encryption and delivery. Contacts and what was
 * learned of their keys, what may be sent when, and the outbox. No DOM; runs in a page and in Node.
 * @module
 */
export type { ChatAccount, ChatEnv, ChatSetup } from './client-door.ts'
export type {
  AccountState,
  Address,
  ChatEvent,
  ChatFault,
  Contact,
  Delivery,
  KnownKey,
  Message,
  Notice,
  Privacy,
  PrivacyState,
  Protection,
  Sink,
  Verification,
} from './events.ts'
export type { Store, StoredAccount } from './store.ts'
