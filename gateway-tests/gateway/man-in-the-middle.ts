import {
  createOtrEngine,
  type KeyRecord,
  type KeyStore,
  type OtrCommand,
  type OtrEngine,
  type OtrEvent,
} from '../../otr/index.ts'
import type { Middle, Passing } from './middle.ts'

type Side = 'sip' | 'xmpp'

/**
 * A server that reads along, as mod_otr did on ejabberd in 2007: towards either side it speaks OTR as
 * if it were the other, with keys of its own. It cannot know the secret of a verification.
 */
export class ManInTheMiddle implements Middle {
  /** All that was said, decrypted, in order. */
  readonly read: { readonly from: Side; readonly text: string }[] = []
  /** What either side sees as the other's. */
  readonly fingerprints: Readonly<Record<Side, string>>
  readonly #engines: Readonly<Record<Side, OtrEngine>>
  /** A query has gone this way, or come. */
  readonly #isAsked = { sip: false, xmpp: false }
  readonly #isSecret = { sip: false, xmpp: false }
  /** Texts that wait until the other side is encrypted too. */
  readonly #held: Record<Side, string[]> = { sip: [], xmpp: [] }
  #isGone = false

  private constructor(
    engines: Readonly<Record<Side, OtrEngine>>,
    fingerprints: Readonly<Record<Side, string>>,
  ) {
    this.#engines = engines
    this.fingerprints = fingerprints
  }

  /** Makes two keys. */
  static async create(): Promise<ManInTheMiddle> {
    const engines = { sip: engine(), xmpp: engine() }
    const fingerprints = {
      sip: (await engines.sip.identity('sip')).fingerprint,
      xmpp: (await engines.xmpp.identity('xmpp')).fingerprint,
    }
    for (const side of ['sip', 'xmpp'] as const) {
      await engines[side].open(side, { account: side, policy: POLICY, profile: PROFILE })
    }
    return new ManInTheMiddle(engines, fingerprints)
  }

  fromSip(text: string): Promise<Passing> {
    return this.#from('sip', text)
  }

  fromXmpp(text: string): Promise<Passing> {
    return this.#from('xmpp', text)
  }

  /** What comes after this is read by nobody, and passed on to nobody. */
  dispose(): void {
    this.#isGone = true
    this.#engines.sip.dispose()
    this.#engines.xmpp.dispose()
  }

  async #from(side: Side, text: string): Promise<Passing> {
    const out: Record<Side, string[]> = { sip: [], xmpp: [] }
    await this.#run(side, { op: 'receive', text }, out)
    return { toSip: out.sip, toXmpp: out.xmpp }
  }

  async #run(side: Side, command: OtrCommand, out: Record<Side, string[]>): Promise<void> {
    if (this.#isGone) return
    const { wire, events } = await this.#engines[side].run(side, command)
    out[side].push(...wire.map(({ text }) => text))
    for (const event of events) await this.#on(side, event, out)
  }

  async #on(side: Side, event: OtrEvent, out: Record<Side, string[]>): Promise<void> {
    const other = side === 'sip' ? 'xmpp' : 'sip'
    if (event.type === 'offered') {
      const wasAsked = this.#isAsked[other]
      this.#isAsked.sip = this.#isAsked.xmpp = true
      if (!wasAsked) await this.#run(other, { op: 'start' }, out)
    } else if (event.type === 'state') {
      this.#isSecret[side] = event.state === 'encrypted'
      if (event.state !== 'encrypted') this.#isAsked[side] = false
      if (event.state === 'finished') await this.#run(other, { op: 'end' }, out)
      for (const text of this.#isSecret[side] ? this.#held[side].splice(0) : []) {
        await this.#say(side, text, out)
      }
    } else if (event.type === 'text') {
      this.read.push({ from: side, text: event.text })
      const isAhead = this.#isSecret[side] && !this.#isSecret[other]
      if (isAhead) this.#held[other].push(event.text)
      else await this.#say(other, event.text, out)
    } else if (event.type === 'smp' && event.step === 'asked') {
      // It asks the other the same, and hopes. Nobody's secret is this one.
      const { question } = event
      await this.#run(other, { op: 'smpStart', secret: 'a guess', question }, out)
      await this.#run(side, { op: 'smpAnswer', secret: 'a guess' }, out)
    }
  }

  #say(side: Side, text: string, out: Record<Side, string[]>): Promise<void> {
    return this.#run(side, { op: 'send', id: 'passing', text }, out)
  }
}

const POLICY = {
  allowV2: true,
  allowV3: true,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: true,
  errorStartsAke: false,
} as const
const PROFILE = { fragmentAbove: null, padTo: 0, errors: false } as const

function engine(): OtrEngine {
  let kept: KeyRecord | null = null
  const store: KeyStore = {
    load: async () => kept,
    save: async (_, record) => {
      kept = record
    },
  }
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  return createOtrEngine({ random, now: () => Date.now() }, store)
}
