import type { KeyWatch, OtrCommand, OtrEngine, OtrIdentity, OtrSessionSetup } from './engine.ts'
import { cancelled } from './errors.ts'
import type { OtrOutput } from './events.ts'
import { VAULT_CALLS, type Vault } from './vault.ts'
import { VaultError, type VaultErrorCode } from './vault-error.ts'

/** Page to worker: one call of an {@link OtrEngine}. Each is answered exactly once, by its id. */
export type OtrCall = { readonly id: number } & (
  | { readonly op: KeyOp; readonly account: string; readonly tellProgress: boolean }
  | { readonly op: 'open'; readonly session: string; readonly setup: OtrSessionSetup }
  | { readonly op: 'run'; readonly session: string; readonly command: OtrCommand }
  | { readonly op: 'close'; readonly session: string }
  | { readonly op: 'vault'; readonly name: keyof Vault; readonly given: readonly unknown[] }
)

/** The call of that id is to give up; what it answers is the answer to this as well. */
export interface OtrCancel {
  readonly op: 'cancel'
  readonly id: number
}

type KeyOp = 'identity' | 'renewIdentity'

/** Worker to page. Long-term keys have no representation in it but the files of a {@link Vault}. */
export type OtrReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number
      readonly ok: false
      /**
       * `RangeError`, `TypeError` and `AbortError` are the caller's doing, and thrown as such; of a
       * `VaultError`, the message is the code. Others keep their name.
       */
      readonly name: string
      readonly message: string
    }

/** Worker to page, before the reply: how many candidates for a key have been tested. */
export interface OtrProgress {
  readonly id: number
  readonly candidates: number
}

/** What both ends need of a `Worker`, of a worker's global scope, and of a test's `MessagePort`. */
export interface Port {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** The worker's end: runs the calls that come through `port`. */
export function serveEngine(engine: OtrEngine, port: Port, vault: Vault | null = null): void {
  const cancels = new Map<number, AbortController>()
  const send = (message: OtrReply | OtrProgress) => port.postMessage(message)

  port.addEventListener('message', (event) => {
    const request = event.data as OtrCall | OtrCancel
    const { id } = request
    if (request.op === 'cancel') return cancels.get(id)?.abort()
    const watch = (tellProgress: boolean): KeyWatch => {
      const cancel = new AbortController()
      cancels.set(id, cancel)
      const onProgress = (candidates: number) => send({ id, candidates })
      return { signal: cancel.signal, ...(tellProgress && { onProgress }) }
    }
    call(engine, vault, request, watch)
      .then(
        (value) => send({ id, ok: true, value }),
        (error: unknown) => send({ id, ok: false, ...describe(error) }),
      )
      .finally(() => cancels.delete(id))
  })
}

async function call(
  engine: OtrEngine,
  vault: Vault | null,
  request: OtrCall,
  watch: (tellProgress: boolean) => KeyWatch,
): Promise<unknown> {
  switch (request.op) {
    case 'identity':
    case 'renewIdentity':
      return engine[request.op](request.account, watch(request.tellProgress))
    case 'open':
      await engine.open(request.session, request.setup)
      return null
    case 'run':
      return engine.run(request.session, request.command)
    case 'close':
      await engine.close(request.session)
      return null
    case 'vault': {
      if (vault === null) throw new RangeError('there is no vault')
      const run = vault[request.name] as (...given: unknown[]) => Promise<unknown>
      return run.call(vault, ...request.given)
    }
  }
}

function describe(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: 'the OTR worker failed' }
}

type Call = OtrCall extends infer Each ? (Each extends OtrCall ? Omit<Each, 'id'> : never) : never

interface Pending {
  readonly onProgress: KeyWatch['onProgress']
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The page's end: an engine whose work is done at the other end of `port`. */
export class RemoteEngine implements OtrEngine {
  /** That of the other end. */
  readonly vault: Vault
  readonly #port: Port
  readonly #onDispose: () => void
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #failure: Error | null = null

  constructor(port: Port, onDispose: () => void) {
    this.#port = port
    this.#onDispose = onDispose
    const calls = VAULT_CALLS.map((name) => {
      return [name, (...given: unknown[]) => this.#call({ op: 'vault', name, given })] as const
    })
    // A method for each name that `call` above runs.
    this.vault = Object.fromEntries(calls) as unknown as Vault
    port.addEventListener('message', (event) => this.#take(event.data as OtrReply | OtrProgress))
  }

  identity(account: string, watch: KeyWatch = {}): Promise<OtrIdentity> {
    return this.#callForKey('identity', account, watch)
  }

  renewIdentity(account: string, watch: KeyWatch = {}): Promise<OtrIdentity> {
    return this.#callForKey('renewIdentity', account, watch)
  }

  async open(session: string, setup: OtrSessionSetup): Promise<void> {
    await this.#call({ op: 'open', session, setup })
  }

  run(session: string, command: OtrCommand): Promise<OtrOutput> {
    return this.#call({ op: 'run', session, command })
  }

  async close(session: string): Promise<void> {
    await this.#call({ op: 'close', session })
  }

  dispose(): void {
    this.fail(new Error('the OTR engine was disposed of'))
    this.#onDispose()
  }

  /** The other end is gone: every call that waits or comes is rejected. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#pending.values()) reject(this.#failure)
    this.#pending.clear()
  }

  async #callForKey(op: KeyOp, account: string, watch: KeyWatch): Promise<OtrIdentity> {
    const { signal, onProgress } = watch
    if (signal?.aborted) throw cancelled()
    const id = this.#nextId
    const cancel = () => this.#post({ op: 'cancel', id })
    signal?.addEventListener('abort', cancel)
    try {
      const tellProgress = onProgress !== undefined
      return await this.#call({ op, account, tellProgress }, (count) => onProgress?.(count))
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  // The reply to an op is of that op's type: `call` above is the other half of this cast.
  #call<Value>(request: Call, onProgress?: (candidates: number) => void): Promise<Value> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress })
      this.#post({ id, ...request })
    })
  }

  #post(message: OtrCall | OtrCancel): void {
    this.#port.postMessage(message)
  }

  #take(message: OtrReply | OtrProgress): void {
    const pending = this.#pending.get(message.id)
    if ('candidates' in message) return pending?.onProgress?.(message.candidates)
    this.#pending.delete(message.id)
    if (message.ok) pending?.resolve(message.value)
    else pending?.reject(revive(message))
  }
}

function revive({ name, message }: { name: string; message: string }): Error {
  if (name === 'RangeError') return new RangeError(message)
  if (name === 'TypeError') return new TypeError(message)
  if (name === 'VaultError') return new VaultError(message as VaultErrorCode)
  if (name === 'AbortError') return new DOMException(message, name)
  const error = new Error(message)
  error.name = name
  return error
}
