/**
 * Conversations: the only code that knows both encryption and delivery. Contacts and what was
 * learned of their keys, what may be sent when, and the outbox. No DOM; runs in a page and in Node.
 * @module
 */

// The engine and where its keys live: hosts make one and lend it to the client.
export type {
  FoundKey,
  KeyRecord,
  KeyStore,
  LibotrAccount,
  NamedBytes,
  OpenedBackup,
  OtrEngine,
  Vault,
  VaultState,
} from '../otr/index.ts'
export { createOtrEngine, formatFingerprint, startOtrWorker, VaultError } from '../otr/index.ts'
// For hosts that have a SIP connection of their own: what `ChatSetup.sipAgent` may give.
export { attachToUserAgent, type HostAccount } from '../sip/index.ts'
// Addresses as people write them.
export { AddressError, domainOf, parseAddress, userOf } from './address.ts'
// What is taken to another device, and brought from other programs.
export {
  type BackupContent,
  type MergeSummary,
  mergeContacts,
  readBackupContent,
  writeBackupContent,
} from './backup.ts'
export { ChatClient } from './client.ts'
export type {
  ChatAccount,
  ChatClientDoor,
  ChatEnv,
  ChatSetup,
  HistoryExport,
} from './client-door.ts'
// Where an account is served, and what is wrong if it is not.
export {
  type Clues,
  type DiscoveryStep,
  discover,
  type FoundServer,
  type PageServer,
  type ServerKind,
} from './discovery.ts'
export {
  type Diagnosis,
  type DoctorSetup,
  type DoctorStep,
  type DoctorStepName,
  diagnose,
} from './doctor.ts'
export { diagnosisReport } from './doctor-report.ts'
// Everything that travels up.
export type {
  AccountRoute,
  AccountState,
  Address,
  ChatEvent,
  ChatFault,
  Contact,
  Delivery,
  HistoryRule,
  KnownKey,
  Message,
  Notice,
  NoticeCode,
  Privacy,
  PrivacyState,
  Protection,
  Room,
  RoomMember,
  Sink,
  TrustMethod,
  Verification,
} from './events.ts'
// What the sentences are made of, for screens that speak another language.
export { type FaultName, faultNameOf, faultOf } from './faults.ts'
export type { FileCalls, FileHost, FileSink, FileToSend } from './file-door.ts'
export {
  contactsWith,
  type ForeignKnowledge,
  readForeignKnowledge,
  writeForeignKnowledge,
} from './foreign-contacts.ts'
export { isUnsent } from './history.ts'
export { FILE_SIZE_MAX, FILES_PER_PEER_MAX } from './limits.ts'
export { type NoticeName, type ReasonCode, reasonCodeOf } from './notices.ts'
export type { Store, StoredAccount } from './store.ts'
export type { Transfer, TransferState } from './transfer-events.ts'
