/**
 * Conversations: the only code that knows both encryption and delivery. Contacts and what was
 * learned of their keys, what may be sent when, and the outbox. No DOM; runs in a page and in Node.
 * @module
 */

// The engine and where its keys live: hosts make one and lend it to the client.
export type { KeyRecord, KeyStore, OtrEngine } from '../otr/index.ts'
export { createOtrEngine, formatFingerprint, startOtrWorker } from '../otr/index.ts'
// Addresses as people write them.
export { domainOf, parseAddress, userOf } from './address.ts'
export { ChatClient } from './client.ts'
export type { ChatAccount, ChatClientDoor, ChatEnv, ChatSetup } from './client-door.ts'
// Everything that travels up.
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
  NoticeCode,
  Privacy,
  PrivacyState,
  Protection,
  Sink,
  TrustMethod,
  Verification,
} from './events.ts'
export type { Store, StoredAccount } from './store.ts'
