import { sha256 } from '@noble/hashes/sha2.js'
import { bigintToBytes, bytesToBigint, equalBytes, fromHex, Writer } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import { OtrError } from './errors.ts'
import type { SmpStep } from './events.ts'
import { type FixedBase, inverse, longBase, mulP, pow } from './group.ts'
import { GROUP_BITS, SMP_QUESTION_BYTES_MAX } from './limits.ts'
import { encodeSmp, parseSmp, type SmpMessage } from './smp-messages.ts'
import {
  agreeBases,
  type Bases,
  type Coordinates,
  checkCoordinates,
  checkEqualLogs,
  checkExponentProof,
  drawExponent,
  type EqualLogs,
  proveCoordinates,
  proveEqualLogs,
  proveExponent,
} from './smp-proofs.ts'
import { SMP, type SmpAction, type SmpInput, type SmpPhase } from './smp-table.ts'
import type { Tlv } from './tlv.ts'

/** Where a run stands, with the values that this phase needs. The letters are the specification's. */
type SmpState =
  | { readonly phase: 'expect1' }
  | {
      readonly phase: 'awaitingSecret'
      readonly question: string | null
      readonly g2a: bigint
      readonly g3a: bigint
    }
  | { readonly phase: 'expect2'; readonly x: bigint; readonly a2: bigint; readonly a3: bigint }
  | {
      readonly phase: 'expect3'
      readonly provesPeer: boolean
      readonly g3a: bigint
      readonly b3: bigint
      readonly bases: Bases
      readonly pb: bigint
      readonly qb: bigint
    }
  | {
      readonly phase: 'expect4'
      readonly a3: bigint
      readonly g3b: bigint
      readonly pab: bigint
      readonly qab: FixedBase
    }

type In<Phase extends SmpPhase> = Extract<SmpState, { phase: Phase }>

// The data and the table name the same phases, or this does not compile.
true satisfies [SmpPhase, SmpState['phase']] extends [SmpState['phase'], SmpPhase] ? true : false

/** Who verifies whom, in which session. */
export interface SmpContext {
  readonly random: OtrEnv['random']
  /** 40 hex digits each. */
  readonly ourFingerprint: string
  readonly theirFingerprint: string
  readonly ssid: Uint8Array
}

/** What one input led to: messages for the peer, each in a data message of its own, and news. */
export interface SmpOutcome {
  readonly send: readonly Tlv[]
  readonly steps: readonly SmpStep[]
}

/**
 * The Socialist Millionaires' Protocol (OTRv3, "Authentication"): both find out whether the other knows
 * the same secret, and nothing else. One run at a time.
 */
export class Smp {
  readonly #context: SmpContext
  #state: SmpState = { phase: 'expect1' }

  constructor(context: SmpContext) {
    this.#context = context
  }

  get phase(): SmpPhase {
    return this.#state.phase
  }

  /**
   * Asks the peer to prove that it knows `secret`, which is taken byte by byte in UTF-8.
   *
   * @throws RangeError if the question contains NUL or is longer than `SMP_QUESTION_BYTES_MAX`
   */
  start(secret: string, question: string | null): SmpOutcome {
    checkQuestion(question)
    const [action] = this.#look('start')
    const [a2, a3] = [drawExponent(this.#context.random), drawExponent(this.#context.random)]
    const g2 = proveExponent(1, a2, this.#context.random)
    const g3 = proveExponent(2, a3, this.#context.random)
    this.#state = { phase: 'expect2', x: this.#secret(secret, 'us'), a2, a3 }
    const begun = outcome([{ type: 'message1', question, g2, g3 }], [{ step: 'started', question }])
    if (action === 'sendMessage1') return begun
    return {
      send: [encodeSmp({ type: 'abort' }), ...begun.send],
      steps: [{ step: 'aborted', by: 'us' }, ...begun.steps],
    }
  }

  /** Answers the peer; nothing happens if its question is gone by now. */
  answer(secret: string): SmpOutcome {
    const [action] = this.#look('answer')
    if (action === 'ignore') return NOTHING
    const { g2a, g3a, question } = this.#state as In<'awaitingSecret'>
    const { random } = this.#context
    const [b2, b3] = [drawExponent(random), drawExponent(random)]
    const g2 = proveExponent(3, b2, random)
    const g3 = proveExponent(4, b3, random)
    const bases = agreeBases({ g2: g2a, g3: g3a }, { a2: b2, a3: b3 })
    const coordinates = proveCoordinates(5, bases, this.#secret(secret, 'them'), random)
    const { p: pb, q: qb } = coordinates
    const provesPeer = question === null // Else the peer knew the answer to its own question.
    this.#state = { phase: 'expect3', provesPeer, g3a, b3, bases, pb, qb }
    return outcome([{ type: 'message2', g2, g3, coordinates }], [{ step: 'working' }])
  }

  giveUp(): SmpOutcome {
    const [action] = this.#look('giveUp')
    return action === 'sendAbort' ? this.#abort({ step: 'aborted', by: 'us' }) : NOTHING
  }

  /** The session ends or gets new keys: whatever runs is over. */
  reset(by: 'us' | 'peer'): readonly SmpStep[] {
    if (this.#state.phase === 'expect1') return []
    this.#state = { phase: 'expect1' }
    return [{ step: 'aborted', by }]
  }

  /**
   * Takes a TLV of the peer's; `null` if it is not of the SMP. A message that is malformed, out of range
   * or does not prove what it claims ends the run.
   */
  receive(tlv: Tlv): SmpOutcome | null {
    try {
      const message = parseSmp(tlv)
      return message === null ? null : this.#receive(message)
    } catch (error) {
      if (!(error instanceof OtrError)) throw error
      return this.#abort({ step: 'cheated' })
    }
  }

  #receive(message: SmpMessage): SmpOutcome {
    const [action] = this.#look(message.type)
    switch (action) {
      case 'ask':
        return this.#ask(message as Message<'message1'>)
      case 'sendMessage3':
        return this.#compare(this.#state as In<'expect2'>, message as Message<'message2'>)
      case 'sendMessage4':
        return this.#conclude(this.#state as In<'expect3'>, message as Message<'message3'>)
      case 'finish':
        return this.#finish(this.#state as In<'expect4'>, message as Message<'message4'>)
      case 'sendAbort': {
        // The person hears of it only if a run was on.
        const news = this.#state.phase !== 'expect1'
        const aborted = this.#abort({ step: 'aborted', by: 'us' })
        return news ? aborted : { ...aborted, steps: [] }
      }
      case 'reset':
        this.#state = { phase: 'expect1' }
        return outcome([], [{ step: 'aborted', by: 'peer' }])
      default:
        return NOTHING
    }
  }

  #ask({ question, g2, g3 }: Message<'message1'>): SmpOutcome {
    checkExponentProof(1, g2)
    checkExponentProof(2, g3)
    this.#state = { phase: 'awaitingSecret', question, g2a: g2.g, g3a: g3.g }
    return outcome([], [{ step: 'asked', question }])
  }

  #compare({ x, a2, a3 }: In<'expect2'>, message: Message<'message2'>): SmpOutcome {
    const { random } = this.#context
    checkExponentProof(3, message.g2)
    checkExponentProof(4, message.g3)
    const bases = agreeBases({ g2: message.g2.g, g3: message.g3.g }, { a2, a3 })
    checkCoordinates(5, bases, message.coordinates)
    const coordinates = proveCoordinates(6, bases, x, random)
    const { pab, qab } = quotient(coordinates, message.coordinates)
    const equal = proveEqualLogs(7, qab, a3, random)
    this.#state = { phase: 'expect4', a3, g3b: message.g3.g, pab, qab }
    return outcome([{ type: 'message3', coordinates, equal }], [{ step: 'working' }])
  }

  #conclude(state: In<'expect3'>, { coordinates, equal }: Message<'message3'>): SmpOutcome {
    const { g3a, b3, bases, pb, qb, provesPeer } = state
    checkCoordinates(6, bases, coordinates)
    const { pab, qab } = quotient(coordinates, { p: pb, q: qb })
    checkEqualLogs(7, g3a, qab, equal)
    const ours = proveEqualLogs(8, qab, b3, this.#context.random)
    this.#state = { phase: 'expect1' }
    // The last message goes out whatever the result: the peer wants to know it too.
    return outcome([{ type: 'message4', equal: ours }], [result(equal, b3, pab, provesPeer)])
  }

  #finish({ a3, g3b, pab, qab }: In<'expect4'>, { equal }: Message<'message4'>): SmpOutcome {
    checkEqualLogs(8, g3b, qab, equal)
    this.#state = { phase: 'expect1' }
    return outcome([], [result(equal, a3, pab, true)])
  }

  #abort(step: SmpStep): SmpOutcome {
    this.#state = { phase: 'expect1' }
    return outcome([{ type: 'abort' }], [step])
  }

  #look(input: SmpInput): readonly [SmpAction, SmpPhase] {
    return SMP[this.#state.phase][input]
  }

  /** x or y: the secret bound to this session and to who asked whom. */
  #secret(secret: string, initiator: 'us' | 'them'): bigint {
    const { ourFingerprint, theirFingerprint, ssid } = this.#context
    const ours = fromHex(ourFingerprint)
    const theirs = fromHex(theirFingerprint)
    const [first, second] = initiator === 'us' ? [ours, theirs] : [theirs, ours]
    const bytes = new Writer().byte(1).bytes(first).bytes(second).bytes(ssid)
    return bytesToBigint(sha256(bytes.bytes(new TextEncoder().encode(secret)).finish()))
  }
}

type Message<Type extends SmpMessage['type']> = Extract<SmpMessage, { type: Type }>

const NOTHING: SmpOutcome = { send: [], steps: [] }

function outcome(send: readonly SmpMessage[], steps: readonly SmpStep[]): SmpOutcome {
  return { send: send.map(encodeSmp), steps }
}

function checkQuestion(question: string | null): void {
  if (question === null) return
  const length = new TextEncoder().encode(question).length
  if (question.includes('\0')) throw new RangeError('question contains U+0000')
  if (length > SMP_QUESTION_BYTES_MAX) throw new RangeError(`question of ${length} B`)
}

/**
 * Pa/Pb and Qa/Qb. Equal P or Q would make a quotient of 1, which proves anything.
 *
 * @throws OtrError `OTR_BAD_PROOF`
 */
function quotient(
  a: Pick<Coordinates, 'p' | 'q'>,
  b: Pick<Coordinates, 'p' | 'q'>,
): { pab: bigint; qab: FixedBase } {
  if (a.p === b.p || a.q === b.q) throw new OtrError('OTR_BAD_PROOF', 'equal coordinates')
  return { pab: mulP(a.p, inverse(b.p)), qab: longBase(mulP(a.q, inverse(b.q))) }
}

/** The secrets are equal if R^a3, or R^b3, is Pa/Pb. */
function result({ r }: EqualLogs, exponent: bigint, pab: bigint, provesPeer: boolean): SmpStep {
  const width = GROUP_BITS / 8
  const equal = equalBytes(bigintToBytes(pow(r, exponent), width), bigintToBytes(pab, width))
  return equal ? { step: 'succeeded', provesPeer } : { step: 'failed' }
}
