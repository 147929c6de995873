import { OtrConversation } from './conversation.ts'
import { type DsaPrivateKey, fingerprint } from './dsa.ts'
import { generateKeyInSlices } from './dsa-generate.ts'
import { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
import type {
  KeyStore,
  KeyWatch,
  OtrCommand,
  OtrEngine,
  OtrEnv,
  OtrIdentity,
  OtrSessionSetup,
} from './engine.ts'
import { cancelled } from './errors.ts'
import type { OtrOutput } from './events.ts'
import { drawInstanceTag } from './instance-tag.ts'
import { SharedWork } from './shared-work.ts'

/** An account's key, ready for use. */
interface Identity {
  readonly key: DsaPrivateKey
  readonly fingerprint: string
  readonly instanceTag: number
}

/** An engine whose keys may be replaced behind its back. */
export interface ForgetfulEngine extends OtrEngine {
  /** The account's key is another one now, or locked away: every open session is forgotten with it. */
  forget(account: string): void
}

/** OTR in this very thread: for programs, and inside the worker of a page. */
export function createOtrEngine(env: OtrEnv, keys: KeyStore): ForgetfulEngine {
  return new LocalEngine(env, keys)
}

class LocalEngine implements ForgetfulEngine {
  readonly #env: OtrEnv
  readonly #keys: KeyStore
  /** One entry for each account, so that two callers at once do not make two keys. */
  readonly #identities = new Map<string, SharedWork<Identity>>()
  /** New keys in the making; whoever needs a key meanwhile waits for what becomes of it. */
  readonly #renewals = new Map<string, SharedWork<Identity>>()
  /** Accounts whose key is new, which nobody who asked has been told yet. */
  readonly #untold = new Set<string>()
  readonly #sessions = new Map<string, Promise<OtrConversation>>()

  constructor(env: OtrEnv, keys: KeyStore) {
    this.#env = env
    this.#keys = keys
  }

  async identity(account: string, watch: KeyWatch = {}): Promise<OtrIdentity> {
    const { fingerprint } = await this.#identity(account, watch)
    return { fingerprint, created: this.#untold.delete(account) }
  }

  async renewIdentity(account: string, watch: KeyWatch = {}): Promise<OtrIdentity> {
    const before = this.#renewals.get(account)
    if (before?.isAbandoned) await before.settled
    const renewal = this.#renewals.get(account) ?? this.#renew(account)
    const { fingerprint } = await renewal.join(watch)
    return { fingerprint, created: true }
  }

  async open(session: string, { account, policy, profile }: OtrSessionSetup): Promise<void> {
    if (this.#sessions.has(session)) throw new RangeError('session is open already')
    const conversation = this.#identity(account, {}).then(
      ({ key, fingerprint, instanceTag }) =>
        new OtrConversation(
          { random: this.#env.random, now: this.#env.now, key, fingerprint, ownTag: instanceTag },
          { policy, profile },
        ),
    )
    this.#sessions.set(session, conversation)
    try {
      await conversation
    } catch (error) {
      if (this.#sessions.get(session) === conversation) this.#sessions.delete(session)
      throw error
    }
  }

  async run(session: string, command: OtrCommand): Promise<OtrOutput> {
    const conversation = this.#sessions.get(session)
    if (conversation === undefined) throw new RangeError('session is not open')
    // Those who wait for the same promise go on in the order in which they came: commands keep it.
    return (await conversation).run(command)
  }

  async close(session: string): Promise<void> {
    const conversation = this.#sessions.get(session)
    this.#sessions.delete(session)
    if (conversation !== undefined) (await conversation).forget()
  }

  forget(account: string): void {
    this.#identities.delete(account)
    this.#untold.delete(account)
    this.dispose()
  }

  dispose(): void {
    for (const session of this.#sessions.keys()) this.close(session).catch(() => {})
  }

  async #identity(account: string, watch: KeyWatch): Promise<Identity> {
    for (let other = this.#inTheWay(account); other; other = this.#inTheWay(account)) {
      await other.settled
    }
    return (this.#identities.get(account) ?? this.#loadOrCreate(account)).join(watch)
  }

  #inTheWay(account: string): SharedWork<Identity> | undefined {
    const current = this.#identities.get(account)
    return this.#renewals.get(account) ?? (current?.isAbandoned ? current : undefined)
  }

  #loadOrCreate(account: string): SharedWork<Identity> {
    const work = new SharedWork(async (watch) => {
      try {
        const record = await this.#keys.load(account)
        if (watch.signal.aborted) throw cancelled()
        if (record === null) {
          const created = await this.#create(account, drawInstanceTag(this.#env.random), watch)
          this.#untold.add(account)
          return created
        }
        const key = decodePrivateKey(record.key)
        return { key, fingerprint: fingerprint(key), instanceTag: record.instanceTag }
      } catch (error) {
        this.#identities.delete(account) // The next one asks again.
        throw error
      }
    })
    this.#identities.set(account, work)
    return work
  }

  #renew(account: string): SharedWork<Identity> {
    const before = this.#identities.get(account)
    const work: SharedWork<Identity> = new SharedWork(async (watch) => {
      try {
        await before?.settled
        const stored = await this.#keys.load(account)
        const tag = stored?.instanceTag ?? drawInstanceTag(this.#env.random)
        const created = await this.#create(account, tag, watch)
        this.#untold.delete(account)
        this.#identities.set(account, work)
        return created
      } finally {
        this.#renewals.delete(account)
      }
    })
    this.#renewals.set(account, work)
    return work
  }

  async #create(
    account: string,
    instanceTag: number,
    watch: Required<KeyWatch>,
  ): Promise<Identity> {
    const key = await generateKeyInSlices(this.#env.random, watch)
    await this.#keys.save(account, { key: encodePrivateKey(key), instanceTag })
    return { key, fingerprint: fingerprint(key), instanceTag }
  }
}
