import {
  createOtrEngine,
  type KeyRecord,
  type OtrCommand,
  type OtrEngine,
} from '../../otr/index.ts'

/** What is measured: of both implementations, in this program and in a page. */
export const TASKS = ['keygen', 'ake', 'smp', 'pingpong100', 'oneway100'] as const
export type Task = (typeof TASKS)[number]

const POLICY = {
  allowV2: true,
  allowV3: true,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: false,
  errorStartsAke: false,
}
const PROFILE = { fragmentAbove: null, padTo: 0, errors: true }

export const TEXT = 'x'.repeat(100)
const SEND: OtrCommand = { op: 'send', id: '1', text: TEXT }

/** Alice and Bob of ours, in one thread, each behind the room's door. */
export class Ours {
  readonly #engine: OtrEngine

  private constructor(engine: OtrEngine) {
    this.#engine = engine
  }

  /** Both have keys and a session. */
  static async meet(): Promise<Ours> {
    const ours = new Ours(engine())
    for (const account of ['alice', 'bob']) {
      await ours.#engine.open(account, { account, policy: POLICY, profile: PROFILE })
    }
    await ours.ake()
    return ours
  }

  async keygen(): Promise<void> {
    await this.#engine.renewIdentity('carol')
  }

  async ake(): Promise<void> {
    await this.#run('alice', { op: 'start' })
  }

  async smp(): Promise<void> {
    await this.#run('alice', { op: 'smpStart', secret: 's', question: 'q' })
    await this.#run('bob', { op: 'smpAnswer', secret: 's' })
  }

  /** One message there, one back. */
  async pingpong100(): Promise<void> {
    await this.#run('alice', SEND)
    await this.#run('bob', SEND)
  }

  async oneway100(): Promise<void> {
    await this.#run('alice', SEND)
  }

  /** Runs a command and carries what follows until nobody has anything to say. */
  async #run(who: 'alice' | 'bob', command: OtrCommand): Promise<void> {
    let to = who
    let texts = (await this.#engine.run(who, command)).wire
    while (texts.length > 0) {
      to = to === 'alice' ? 'bob' : 'alice'
      const answers = []
      for (const { text } of texts) {
        answers.push(...(await this.#engine.run(to, { op: 'receive', text })).wire)
      }
      texts = answers
    }
  }
}

function engine(): OtrEngine {
  const records = new Map<string, KeyRecord>()
  return createOtrEngine(
    { random: (length) => crypto.getRandomValues(new Uint8Array(length)), now: () => Date.now() },
    {
      load: async (account) => records.get(account) ?? null,
      save: async (account, record) => {
        records.set(account, record)
      },
    },
  )
}
