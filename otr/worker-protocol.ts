import type { OtrCommand, OtrEngine, OtrIdentity, OtrSessionSetup } from './engine.ts'
import type { OtrOutput } from './events.ts'

/** Page to worker: one call of an {@link OtrEngine}. Each is answered exactly once, by its id. */
export type OtrRequest = { readonly id: number } & (
  | { readonly op: 'identity'; readonly account: string }
  | { readonly op: 'renewIdentity'; readonly account: string }
  | { readonly op: 'open'; readonly session: string; readonly setup: OtrSessionSetup }
  | { readonly op: 'run'; readonly session: string; readonly command: OtrCommand }
  | { readonly op: 'close'; readonly session: string }
)

/** Worker to page. Long-term keys have no representation in this type: they cannot be sent. */
export type OtrReply =
  | { readonly id: number; readonly ok: true; readonly value: OtrIdentity | OtrOutput | null }
  | {
      readonly id: number
      readonly ok: false
      /** `RangeError` and `TypeError` are the caller's fault, and thrown as such on the page. */
      readonly name: string
      readonly message: string
    }

/** What both ends need of a `Worker`, of a worker's global scope, and of a test's `MessagePort`. */
export interface Port {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** The worker's end: runs the calls that come through `port`. */
export function serveEngine(engine: OtrEngine, port: Port): void {
  port.addEventListener('message', (event) => {
    const request = event.data as OtrRequest
    call(engine, request).then(
      (value) => reply(port, { id: request.id, ok: true, value }),
      (error: unknown) => reply(port, { id: request.id, ok: false, ...describe(error) }),
    )
  })
}

function reply(port: Port, message: OtrReply): void {
  port.postMessage(message)
}

async function call(
  engine: OtrEngine,
  request: OtrRequest,
): Promise<OtrIdentity | OtrOutput | null> {
  switch (request.op) {
    case 'identity':
      return engine.identity(request.account)
    case 'renewIdentity':
      return engine.renewIdentity(request.account)
    case 'open':
      await engine.open(request.session, request.setup)
      return null
    case 'run':
      return engine.run(request.session, request.command)
    case 'close':
      await engine.close(request.session)
      return null
  }
}

function describe(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: 'the OTR worker failed' }
}

type Call = OtrRequest extends infer Each
  ? Each extends OtrRequest
    ? Omit<Each, 'id'>
    : never
  : never

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The page's end: an engine whose work is done at the other end of `port`. */
export class RemoteEngine implements OtrEngine {
  readonly #port: Port
  readonly #onDispose: () => void
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #failure: Error | null = null

  constructor(port: Port, onDispose: () => void) {
    this.#port = port
    this.#onDispose = onDispose
    port.addEventListener('message', (event) => this.#take(event.data as OtrReply))
  }

  identity(account: string): Promise<OtrIdentity> {
    return this.#call({ op: 'identity', account })
  }

  renewIdentity(account: string): Promise<OtrIdentity> {
    return this.#call({ op: 'renewIdentity', account })
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

  // The reply to an op is of that op's type: `call` above is the other half of this cast.
  #call<Value>(request: Call): Promise<Value> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#port.postMessage({ id, ...request } satisfies OtrRequest)
    })
  }

  #take(reply: OtrReply): void {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (reply.ok) pending?.resolve(reply.value)
    else pending?.reject(revive(reply))
  }
}

function revive({ name, message }: { name: string; message: string }): Error {
  if (name === 'RangeError') return new RangeError(message)
  if (name === 'TypeError') return new TypeError(message)
  return new Error(message)
}
