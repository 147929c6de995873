/**
 * The headless face of the client: JSON lines for bots and monitoring, and the practice buddy.
 * @module
 */
export { Agent, type AgentSetup } from './agent.ts'
export { type BuddySetup, startBuddy } from './buddy.ts'
export { FileStore, FileStoreError } from './file-store.ts'
export type { AgentLine } from './lines.ts'
