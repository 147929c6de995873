import type { OtrEngine } from './engine.ts'
import type { Vault } from './vault.ts'
import { RemoteEngine } from './worker-protocol.ts'

/**
 * OTR in a worker of its own, for a page: the page does none of the arithmetic and never holds the
 * keys, of which the vault tells. If the worker fails, every call is rejected.
 */
export function startOtrWorker(): OtrEngine & { readonly vault: Vault } {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const engine = new RemoteEngine(worker, () => worker.terminate())
  worker.addEventListener('error', () => engine.fail(new Error('the OTR worker failed')))
  worker.addEventListener('messageerror', () => engine.fail(new Error('the OTR worker garbled')))
  return engine
}
