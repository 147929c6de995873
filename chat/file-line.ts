import type { MsrpFileEnd } from '../msrp/index.ts'
import type {
  FileDescription,
  MsrpDescription,
  SipAgentDoor,
  SipEvent,
  SipPeer,
} from '../sip/index.ts'
import type { Sink } from './events.ts'
import { FileLeg, type FileLegEvent, type FileWires } from './file-leg.ts'

/** Someone offers a file: take it, refuse it, or hear that it was withdrawn. */
export interface FileInvitation {
  readonly peer: SipPeer
  readonly remote: MsrpDescription & { readonly file: FileDescription }
  take(carried: MsrpFileEnd, sink: Sink<FileLegEvent>): FileLeg
  /** 603: the person does not want it. 488: it cannot be taken. 486: not now. */
  refuse(status: 480 | 486 | 488 | 603): void
}

export type FileLineEvent =
  | { readonly type: 'fileOffered'; readonly invitation: FileInvitation }
  | { readonly type: 'fileWithdrawn'; readonly invitation: FileInvitation }

/** The calls of an account that are about files, beside those that are about conversations. */
export class FileLine {
  readonly #agent: SipAgentDoor
  readonly #wires: FileWires
  readonly #sink: Sink<FileLineEvent>
  readonly #legs = new Map<string, FileLeg>()
  readonly #invitations = new Map<string, FileInvitation>()

  constructor(
    agent: SipAgentDoor,
    env: Pick<FileWires, 'reserve' | 'after'>,
    sink: Sink<FileLineEvent>,
  ) {
    this.#agent = agent
    this.#sink = sink
    this.#wires = {
      reserve: (events, file) => env.reserve(events, file),
      after: (ms, task) => env.after(ms, task),
      invite: (leg, peer, offer) => {
        const call = agent.invite(peer, offer)
        this.#legs.set(call, leg)
        return call
      },
      answer: (call, answer) => agent.accept(call, answer),
      hangUp: (call, cause) => {
        this.#legs.delete(call)
        agent.end(call, cause)
      },
    }
  }

  offer(peer: string, file: FileDescription, sink: Sink<FileLegEvent>): FileLeg {
    return FileLeg.offer(this.#wires, peer, file, sink)
  }

  /** @returns whether the event was about a file */
  hear(event: SipEvent): boolean {
    switch (event.type) {
      case 'incoming':
        return this.#onIncoming(event.call, event.peer, event.remote)
      case 'established': {
        const leg = this.#legs.get(event.call)
        leg?.established(event.peer, event.remote, event.active)
        return leg !== undefined
      }
      case 'ended': {
        const leg = this.#legs.get(event.call)
        const invitation = this.#invitations.get(event.call)
        this.#legs.delete(event.call)
        this.#invitations.delete(event.call)
        if (invitation) this.#sink({ type: 'fileWithdrawn', invitation })
        leg?.ended(event.by, event.error)
        return leg !== undefined || invitation !== undefined
      }
      default:
        return false
    }
  }

  #onIncoming(call: string, peer: SipPeer, remote: MsrpDescription): boolean {
    const { file } = remote
    if (file === undefined) return false
    const invitation: FileInvitation = {
      peer,
      remote: { ...remote, file },
      take: (carried, sink) => {
        this.#invitations.delete(call)
        const leg = FileLeg.answer(this.#wires, call, remote, carried, sink)
        this.#legs.set(call, leg)
        return leg
      },
      refuse: (status) => {
        this.#invitations.delete(call)
        this.#agent.refuse(call, status)
      },
    }
    this.#invitations.set(call, invitation)
    this.#sink({ type: 'fileOffered', invitation })
    return true
  }
}
