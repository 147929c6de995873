import { type AkeState, NO_AKE, receiveAke, startAke } from '../ake.ts'
import { DataKeys } from '../data-keys.ts'
import { authenticate, openData, sealData } from '../data-message.ts'
import { fingerprint } from '../dsa.ts'
import type { OtrVersion } from '../events.ts'
import { type Header, type OtrMessage, parseMessage } from '../messages.ts'
import { recognise, writeEncoded } from '../recognise.ts'
import { Smp, type SmpOutcome } from '../smp.ts'
import { encodePlaintext, parsePlaintext, type Tlv } from '../tlv.ts'
import { Clock, KEYS, Peer, seeded } from './peers.ts'

/** How far Alice has come with Eve. */
export interface Stage {
  readonly version: OtrVersion
  readonly ake: (typeof AKE_STAGES)[number]
  /** What Alice's SMP waits for; `null` outside `encrypted`. */
  readonly smp: (typeof SMP_STAGES)[number] | null
}

const AKE_STAGES = [
  'none',
  'awaitingKey',
  'awaitingReveal',
  'awaitingSignature',
  'encrypted',
  'finished',
] as const
const SMP_STAGES = ['expect1', 'awaitingSecret', 'expect2', 'expect3', 'expect4'] as const

/** Every stage of every version. */
export const STAGES: readonly Stage[] = ([2, 3] as const).flatMap((version) =>
  AKE_STAGES.flatMap((ake) =>
    (ake === 'encrypted' ? SMP_STAGES : [null]).map((smp) => ({ version, ake, smp })),
  ),
)

/** Both at that stage, to the byte the same each time. */
export function stage({ version, ake, smp }: Stage): { readonly alice: Peer; readonly eve: Eve } {
  const alice = new Peer('alice', new Clock(), { key: KEYS.alice })
  const eve = new Eve(alice, version)
  if (ake === 'none') return { alice, eve }
  if (ake === 'awaitingReveal') {
    eve.sayCommit()
    return { alice, eve }
  }
  eve.say(`?OTRv${version}?`)
  if (ake === 'awaitingKey') return { alice, eve }
  eve.sayNext()
  if (ake === 'awaitingSignature') return { alice, eve }
  eve.sayNext()
  if (ake === 'finished') eve.sayPlaintext({ type: 1, value: new Uint8Array() })
  if (smp === 'awaitingSecret' || smp === 'expect3') eve.ask()
  if (smp === 'expect3') alice.run({ op: 'smpAnswer', secret: 'what Alice knows' })
  if (smp === 'expect2' || smp === 'expect4') {
    alice.run({ op: 'smpStart', secret: 'what Alice knows', question: null })
  }
  eve.listen()
  if (smp === 'expect4') eve.answer()
  return { alice, eve }
}

/**
 * A peer of Alice's who keeps to the protocol, for as long as she is not told otherwise: she has keys,
 * and can put into data messages whatever she likes.
 */
export class Eve {
  readonly fingerprint = fingerprint(KEYS.bob)
  readonly said: string[] = []
  readonly heard: string[] = []
  /** What an honest peer would say now in the handshake. */
  next: string | null = null
  /** All that she may say for verification so far, the last not said yet. */
  readonly smpMessages: Tlv[] = []
  readonly #alice: Peer
  readonly #version: OtrVersion
  readonly #party = { random: seeded('eve'), now: () => 1_000_000, key: KEYS.bob }
  #ake: AkeState = NO_AKE
  #keys: DataKeys | null = null
  #smp: Smp | null = null

  constructor(alice: Peer, version: OtrVersion) {
    this.#alice = alice
    this.#version = version
  }

  say(text: string): void {
    this.said.push(text)
    this.#alice.receive(text)
    this.listen()
  }

  sayCommit(): void {
    const { state, send } = startAke(this.#ake, this.#header, this.#party)
    this.#ake = state
    this.say(writeEncoded(send!))
  }

  sayNext(): void {
    this.say(this.next!)
  }

  sayPlaintext(...tlvs: Tlv[]): void {
    this.say(this.seal(encodePlaintext({ text: '', tlvs }, 0)))
  }

  /** A data message with any plaintext, well-formed or not. */
  seal(plaintext: Uint8Array): string {
    if (this.#keys === null) throw new Error('there are no keys yet')
    const { random } = this.#party
    return writeEncoded(sealData(this.#header, plaintext, false, this.#keys, random).bytes)
  }

  ask(): void {
    this.#offer(this.#smp!.start('what Eve guesses', 'A question?'))
    this.sayPlaintext(this.smpMessages.at(-1)!)
  }

  answer(): void {
    this.#offer(this.#smp!.answer('what Eve guesses'))
    this.sayPlaintext(this.smpMessages.at(-1)!)
  }

  /** Takes what Alice has said. */
  listen(): void {
    for (const text of this.#alice.take()) {
      this.heard.push(text)
      const recognised = recognise(text)
      if (recognised.kind === 'encoded') this.#take(parseMessage(recognised.bytes))
    }
  }

  #take(message: OtrMessage): void {
    if (message.type === 'data') {
      const { plaintext } = openData(authenticate(message, this.#keys!), this.#keys!)
      for (const tlv of parsePlaintext(plaintext).tlvs) {
        const outcome = this.#smp!.receive(tlv)
        if (outcome !== null) this.#offer(outcome)
      }
      return
    }
    const { state, send, established } = receiveAke(this.#ake, message, this.#header, this.#party)
    this.#ake = state
    this.next = send === null ? null : writeEncoded(send)
    if (established === null) return
    this.#keys = new DataKeys(established)
    this.#smp = new Smp({
      random: seeded('eve verifies'),
      ourFingerprint: this.fingerprint,
      theirFingerprint: this.#alice.fingerprint,
      ssid: established.ssid,
    })
  }

  #offer({ send }: SmpOutcome): void {
    this.smpMessages.push(...send)
  }

  get #header(): Header {
    const [senderTag, receiverTag] = this.#version === 2 ? [0, 0] : [0x1065, 0x1061]
    return { version: this.#version, senderTag, receiverTag }
  }
}
