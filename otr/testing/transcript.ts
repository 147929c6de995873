import { fromHex, toHex } from '../bytes.ts'
import { encodePrivateKey } from '../dsa-key-record.ts'
import type { OtrCommand, OtrEngine, OtrEnv, OtrSessionSetup } from '../engine.ts'
import type { OtrOutput } from '../events.ts'
import { createOtrEngine } from '../local-engine.ts'
import { KEYS, seeded } from './peers.ts'

/** What a real peer sent, what we answered, and the secrets that we answered with. */
export interface Transcript {
  /** Name and version of the peer's software. */
  readonly peer: string
  readonly setup: OtrSessionSetup
  /** By what it was for and in the order of its use there: the order among purposes may change. */
  readonly random: Record<Purpose, string[]>
  /** Commands, `receive` for all that came from the peer, and what they led to. */
  readonly steps: ({ readonly command: OtrCommand } & OtrOutput)[]
}

/** What we draw, told apart by its length in bytes. Whatever else is drawn does not show on the wire. */
const LENGTHS = { commitKeys: 16, nonceExtras: 32, dhExponents: 40, smpExponents: 192 } as const
type Purpose = keyof typeof LENGTHS
const PURPOSES = Object.keys(LENGTHS) as Purpose[]

const purposeOf = (length: number) => PURPOSES.find((purpose) => LENGTHS[purpose] === length)

/** Our end of a conversation with a real peer: Alice, with a key and tag that tests know. */
export class Recorder {
  readonly transcript: Transcript
  /** Texts for the network, not yet taken. */
  outbox: string[] = []
  readonly #engine: OtrEngine

  private constructor(peer: string, setup: OtrSessionSetup, random: OtrEnv['random']) {
    const drawn: Record<Purpose, string[]> = {
      commitKeys: [],
      nonceExtras: [],
      dhExponents: [],
      smpExponents: [],
    }
    this.transcript = { peer, setup, random: drawn, steps: [] }
    this.#engine = alice((length) => {
      const bytes = random(length)
      const purpose = purposeOf(length)
      if (purpose !== undefined) drawn[purpose].push(toHex(bytes))
      return bytes
    })
  }

  static async begin(
    peer: string,
    setup: OtrSessionSetup,
    random: OtrEnv['random'],
  ): Promise<Recorder> {
    const recorder = new Recorder(peer, setup, random)
    await recorder.#engine.open('recorded', setup)
    return recorder
  }

  async run(command: OtrCommand): Promise<void> {
    const { wire, events } = await this.#engine.run('recorded', command)
    this.transcript.steps.push({ command, wire, events })
    this.outbox.push(...wire.map(({ text }) => text))
  }
}

/** Runs the commands again with the recorded secrets. @returns what each leads to today */
export async function replay({ setup, random, steps }: Transcript): Promise<OtrOutput[]> {
  const left = structuredClone(random)
  const unseen = seeded('does not show')
  const engine = alice((length) => {
    const purpose = purposeOf(length)
    if (purpose === undefined) return unseen(length)
    const next = left[purpose].shift()
    if (next === undefined) throw new Error(`more ${purpose} are drawn than were recorded`)
    return fromHex(next)
  })
  await engine.open('replayed', setup)
  const outputs: OtrOutput[] = []
  for (const { command } of steps) outputs.push(await engine.run('replayed', command))
  const unused = PURPOSES.filter((purpose) => left[purpose].length > 0)
  if (unused.length > 0) throw new Error(`fewer ${unused} are drawn than were recorded`)
  return outputs
}

function alice(random: OtrEnv['random']): OtrEngine {
  const record = { key: encodePrivateKey(KEYS.alice), instanceTag: 0x1061 }
  // The clock stands still: no heartbeat depends on how fast the peer was.
  return createOtrEngine(
    { random, now: () => 1_800_000_000_000 },
    { load: async () => record, save: async () => {} },
  )
}
