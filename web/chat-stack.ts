/**
 * Everything that signs in and talks: SIP, MSRP and the conversations. Fetched behind the first
 * screen, which is drawn without it.
 * @module
 */

export { ChatClient, diagnose, discover, startOtrWorker } from '../chat/index.ts'
export { Keyring } from './keyring.ts'
