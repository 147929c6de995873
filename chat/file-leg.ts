import type { MsrpFileEnd, MsrpSessionEvent } from '../msrp/index.ts'
import {
  answerSetup,
  type FileDescription,
  type MsrpDescription,
  SipError,
  type SipPeer,
} from '../sip/index.ts'
import type { Berth } from './channel.ts'
import type { ChatFault, Sink } from './events.ts'
import { faultOf } from './faults.ts'
import { FILE_FAREWELL_MS } from './limits.ts'

/** What a leg asks of the account's connection. */
export interface FileWires {
  /** As {@link Line.reserve}, for a session that carries a file. @throws MsrpError */
  reserve(sink: Sink<MsrpSessionEvent>, file: MsrpFileEnd): Promise<Berth>
  /** @returns the SIP call */
  invite(leg: FileLeg, peer: string, offer: MsrpDescription): string
  answer(call: string, answer: MsrpDescription): void
  /** @param cause - see `SipAgentDoor.end` */
  hangUp(call: string, cause?: number): void
  after(ms: number, task: () => void): () => void
}

export type FileLegEvent =
  /** The other side has answered: {@link FileLeg.carry} says what goes, or `close`. */
  | { readonly type: 'answered'; readonly peer: SipPeer; readonly remote: MsrpDescription }
  /** The last event; none follows {@link FileLeg.close}. */
  | {
      readonly type: 'ended'
      readonly by: 'remote' | 'network'
      readonly fault: ChatFault | null
      /** SIP status of a refusal, if it was one. */
      readonly status: number | null
    }

/** The SIP dialog and the MSRP session of one attempt at one file. */
export class FileLeg implements MsrpFileEnd {
  readonly #wires: FileWires
  readonly #sink: Sink<FileLegEvent>
  #berth: Berth | null = null
  #call: string | null = null
  #carried: MsrpFileEnd | null = null
  #isOver = false

  private constructor(wires: FileWires, sink: Sink<FileLegEvent>) {
    this.#wires = wires
    this.#sink = sink
  }

  /** Offers a file to a peer. */
  static offer(
    wires: FileWires,
    peer: string,
    file: FileDescription,
    sink: Sink<FileLegEvent>,
  ): FileLeg {
    const leg = new FileLeg(wires, sink)
    void leg.#reserve((path) => {
      leg.#call = wires.invite(leg, peer, describe(path, 'sendonly', 'actpass', file))
    })
    return leg
  }

  /** Takes an offered file. */
  static answer(
    wires: FileWires,
    call: string,
    remote: MsrpDescription,
    carried: MsrpFileEnd,
    sink: Sink<FileLegEvent>,
  ): FileLeg {
    const leg = new FileLeg(wires, sink)
    leg.#call = call
    leg.#carried = carried
    void leg.#reserve((path) => {
      // An answer repeats what was offered, and says nothing of dates (RFC 5547 §8.3).
      const file = { ...remote.file!, disposition: null, date: null }
      wires.answer(call, describe(path, 'recvonly', answerSetup(remote.setup), file))
    })
    return leg
  }

  /** What is carried from now on. In answer to `answered`, at once. */
  carry(end: MsrpFileEnd): void {
    this.#carried = end
  }

  /**
   * Ends it, in whatever stage it is. Does nothing if it has ended.
   *
   * @param isBroken - nobody wanted it: the other side may keep what it has
   */
  close(isBroken = false): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#call !== null) this.#wires.hangUp(this.#call, isBroken ? BROKEN : undefined)
    const berth = this.#berth
    // What is still under way is told why it is not wanted, rather than that there is no session.
    if (berth !== null) this.#wires.after(FILE_FAREWELL_MS, () => berth.session.close())
  }

  /** For the line: the call stands. */
  established(peer: SipPeer, remote: MsrpDescription, active: boolean): void {
    if (this.#isOver || this.#berth === null) return
    this.#sink({ type: 'answered', peer, remote })
    if (this.#isOver) return
    try {
      this.#berth.session.start({ remotePath: remote.path, active })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const sentence = 'no session in a=path'
      this.#end('remote', faultOf(new SipError('SIP_MALFORMED', sentence)), null)
    }
  }

  /** For the line: SIP has ended the call. */
  ended(by: 'local' | 'remote' | 'network', error: SipError | null): void {
    this.#call = null
    this.#end(
      by === 'network' ? 'network' : 'remote',
      error && faultOf(error),
      error?.status ?? null,
    )
  }

  // For the MSRP session.

  begin(request: Parameters<MsrpFileEnd['begin']>[0]): void {
    this.#carried?.begin(request)
  }

  accept(...send: Parameters<MsrpFileEnd['accept']>): void {
    this.#carried?.accept(...send)
  }

  onReport(...report: Parameters<MsrpFileEnd['onReport']>): void {
    this.#carried?.onReport(...report)
  }

  end(): void {
    this.#carried?.end()
  }

  async #reserve(next: (path: readonly string[]) => void): Promise<void> {
    try {
      const berth = await this.#wires.reserve((event) => this.#onMsrp(event), this)
      if (this.#isOver) return berth.session.close()
      this.#berth = berth
      next(berth.path)
    } catch (error) {
      this.#end('network', faultOf(error), null)
    }
  }

  #onMsrp(event: MsrpSessionEvent): void {
    if (event.type !== 'closed') return
    this.#end(event.by === 'remote' ? 'remote' : 'network', null, null)
  }

  #end(by: 'remote' | 'network', fault: ChatFault | null, status: number | null): void {
    if (this.#isOver) return
    this.close(true)
    this.#sink({ type: 'ended', by, fault, status })
  }
}

/** SIP status of a BYE after a failure; Blink gives the same one. */
const BROKEN = 500

function describe(
  path: readonly string[],
  direction: 'sendonly' | 'recvonly',
  setup: MsrpDescription['setup'],
  file: FileDescription,
): MsrpDescription {
  return {
    protocol: path[0]?.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    path,
    acceptTypes: ['*'], // As it is, not wrapped: what deployed clients say and do.
    acceptWrappedTypes: [],
    setup,
    direction,
    maxSize: null,
    chatroom: null,
    file,
  }
}
