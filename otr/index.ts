/**
 * Off-the-Record messaging, versions 2 and 3: text in, wire text and events out. The core has no
 * I/O, no clock and no randomness of its own. A page runs it in a worker, a program in process.
 * @module
 */
export {
  type DsaPrivateKey,
  type DsaPublicKey,
  fingerprint,
  formatFingerprint,
} from './dsa.ts'
export { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
export type {
  KeyRecord,
  KeyStore,
  KeyWatch,
  OtrCommand,
  OtrEngine,
  OtrEnv,
  OtrIdentity,
  OtrSessionSetup,
  PeerProfile,
} from './engine.ts'
export type {
  OtrErrorCode,
  OtrEvent,
  OtrOutput,
  OtrPolicy,
  OtrState,
  OtrVersion,
  OtrWire,
  SmpStep,
} from './events.ts'
export {
  FILE_KEY_USE,
  FILE_SEGMENT,
  FILE_TAG,
  type FileBinding,
  FileCipher,
  sealedSize,
  segmentsOf,
} from './file-cipher.ts'
export {
  type LibotrAccount,
  type LibotrFingerprint,
  type LibotrInstanceTag,
  type LibotrKey,
  readFingerprints,
  readInstanceTags,
  readPrivateKeys,
  writeFingerprints,
  writeInstanceTags,
  writePrivateKeys,
} from './libotr-files.ts'
export { createOtrEngine } from './local-engine.ts'
export { readPkcs8, writePkcs8 } from './pkcs8.ts'
export type {
  FoundKey,
  NamedBytes,
  OpenedBackup,
  Vault,
  VaultState,
} from './vault.ts'
export { VaultError, type VaultErrorCode } from './vault-error.ts'
export { startOtrWorker } from './worker-client.ts'
