import { OtrConversation } from './conversation.ts'
import { type DsaPrivateKey, fingerprint } from './dsa.ts'
import { generateKey } from './dsa-generate.ts'
import { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
import type {
  KeyStore,
  OtrCommand,
  OtrEngine,
  OtrEnv,
  OtrIdentity,
  OtrSessionSetup,
} from './engine.ts'
import type { OtrOutput } from './events.ts'
import { INSTANCE_TAG_MIN } from './limits.ts'

/** An account's key, ready for use. */
interface Identity {
  readonly key: DsaPrivateKey
  readonly fingerprint: string
  readonly instanceTag: number
}

/** OTR in this very thread: for programs, and inside the worker of a page. */
export function createOtrEngine(env: OtrEnv, keys: KeyStore): OtrEngine {
  return new LocalEngine(env, keys)
}

class LocalEngine implements OtrEngine {
  readonly #env: OtrEnv
  readonly #keys: KeyStore
  /** One entry for each account, so that two callers at once do not make two keys. */
  readonly #identities = new Map<string, Promise<Identity>>()
  readonly #sessions = new Map<string, Promise<OtrConversation>>()

  constructor(env: OtrEnv, keys: KeyStore) {
    this.#env = env
    this.#keys = keys
  }

  async identity(account: string): Promise<OtrIdentity> {
    let created = false
    const identity = await this.#identity(account, () => {
      created = true
    })
    return { fingerprint: identity.fingerprint, created }
  }

  async renewIdentity(account: string): Promise<OtrIdentity> {
    const before = this.#identities.get(account)
    const renewed = (async () => {
      await before?.catch(() => {})
      const stored = await this.#keys.load(account)
      return this.#create(account, stored?.instanceTag ?? this.#drawInstanceTag())
    })()
    await this.#remember(account, renewed)
    return { fingerprint: (await renewed).fingerprint, created: true }
  }

  async open(session: string, { account, policy, profile }: OtrSessionSetup): Promise<void> {
    if (this.#sessions.has(session)) throw new RangeError('session is open already')
    const conversation = this.#identity(account).then(
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

  dispose(): void {
    for (const session of this.#sessions.keys()) this.close(session).catch(() => {})
  }

  #identity(account: string, onCreate = () => {}): Promise<Identity> {
    const known = this.#identities.get(account)
    if (known !== undefined) return known
    return this.#remember(account, this.#loadOrCreate(account, onCreate))
  }

  #remember(account: string, identity: Promise<Identity>): Promise<Identity> {
    this.#identities.set(account, identity)
    identity.catch(() => {
      if (this.#identities.get(account) === identity) this.#identities.delete(account)
    })
    return identity
  }

  async #loadOrCreate(account: string, onCreate: () => void): Promise<Identity> {
    const record = await this.#keys.load(account)
    if (record === null) {
      onCreate()
      return this.#create(account, this.#drawInstanceTag())
    }
    const key = decodePrivateKey(record.key)
    return { key, fingerprint: fingerprint(key), instanceTag: record.instanceTag }
  }

  async #create(account: string, instanceTag: number): Promise<Identity> {
    const key = generateKey(this.#env.random)
    await this.#keys.save(account, { key: encodePrivateKey(key), instanceTag })
    return { key, fingerprint: fingerprint(key), instanceTag }
  }

  #drawInstanceTag(): number {
    for (;;) {
      const tag = new DataView(this.#env.random(4).buffer).getUint32(0)
      if (tag >= INSTANCE_TAG_MIN) return tag
    }
  }
}
