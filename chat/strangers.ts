import type { Invitation } from './account-connection.ts'
import type { ChatEnv } from './client-door.ts'
import type { Address, ChatEvent, Sink } from './events.ts'
import { INVITATION_MAX_MS, STRANGER_PAGES_MAX, STRANGERS_MAX } from './limits.ts'

/** What someone who is no contact has sent and waits to be let in with. */
export interface Request {
  readonly invitation: Invitation | null
  readonly name: string | null
  readonly pages: readonly Page[]
  /** The contact who asks to enter this room. */
  readonly by?: Address
}

export interface Page {
  readonly contentType: string
  readonly body: string
}

/** Who knocks: one request per address, few at a time, and not for ever. */
export class Strangers {
  readonly #env: ChatEnv
  readonly #emit: Sink<ChatEvent>
  readonly #requests = new Map<Address, Request & { readonly cancel: () => void }>()

  constructor(env: ChatEnv, emit: Sink<ChatEvent>) {
    this.#env = env
    this.#emit = emit
  }

  invited(peer: Address, invitation: Invitation): void {
    const before = this.#requests.get(peer)
    if (!before && this.#requests.size >= STRANGERS_MAX) return invitation.refuse(486)
    before?.invitation?.refuse(486)
    this.#put(peer, { invitation, name: invitation.peer.displayName, pages: before?.pages ?? [] })
  }

  /** A contact asks us to come into a room. */
  referred(room: Address, by: Address): void {
    if (this.#requests.has(room) || this.#requests.size >= STRANGERS_MAX) return
    this.#put(room, { invitation: null, name: null, pages: [], by })
  }

  paged(peer: Address, name: string | null, page: Page): void {
    const before = this.#requests.get(peer)
    if (!before && this.#requests.size >= STRANGERS_MAX) return
    const pages = [...(before?.pages ?? []), page].slice(0, STRANGER_PAGES_MAX)
    this.#put(peer, { invitation: before?.invitation ?? null, name, pages })
  }

  /** The caller has hung up. */
  withdrawn(invitation: Invitation): void {
    for (const [peer, request] of this.#requests) {
      if (request.invitation !== invitation) continue
      if (request.pages.length > 0) this.#put(peer, { ...request, invitation: null })
      else this.#drop(peer, 'remote')
    }
  }

  isWaiting(peer: Address): boolean {
    return this.#requests.has(peer)
  }

  /** The person has decided, and takes over what was asked; `null` if nobody asks any more. */
  admit(peer: Address): Request | null {
    const request = this.#requests.get(peer) ?? null
    request?.cancel()
    this.#requests.delete(peer)
    return request
  }

  /** @returns false if nobody asks any more */
  turnAway(peer: Address): boolean {
    const request = this.admit(peer)
    if (request === null) return false
    request.invitation?.refuse(603)
    this.#emit({ type: 'closed', peer, by: 'local', fault: null })
    return true
  }

  dispose(): void {
    for (const request of this.#requests.values()) {
      request.cancel()
      request.invitation?.refuse(480)
    }
    this.#requests.clear()
  }

  #put(peer: Address, request: Request): void {
    const before = this.#requests.get(peer)
    before?.cancel()
    const cancel = this.#env.after(INVITATION_MAX_MS, () => {
      request.invitation?.refuse(480)
      this.#drop(peer, 'local')
    })
    this.#requests.set(peer, { ...request, cancel })
    // A stranger who insists is told of once.
    if (before) return
    const { name, by, invitation } = request
    const isRoom = by !== undefined || invitation?.peer.isFocus === true
    this.#emit({
      type: 'invited',
      peer,
      name,
      ...(isRoom ? { room: true } : {}),
      ...(by === undefined ? {} : { by }),
    })
  }

  #drop(peer: Address, by: 'local' | 'remote'): void {
    this.#requests.get(peer)?.cancel()
    if (this.#requests.delete(peer)) this.#emit({ type: 'closed', peer, by, fault: null })
  }
}
