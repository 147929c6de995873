import type { Address, ChatEvent, Privacy, Transfer } from '../chat/index.ts'

/** One line of standard output. `event` says which; `docs/agent.md` documents each. */
export interface AgentLine {
  readonly event: string
  readonly [field: string]: unknown
}

type OtrLineState = 'plaintext' | 'encrypted' | 'finished'

/**
 * Turns what happens in the client into the agent's lines. Remembers what it has said of each
 * conversation's encryption, so that a line comes only with news.
 */
export class LineWriter {
  readonly #otr = new Map<Address, string>()
  readonly #ours = new Set<Address>()
  readonly #changed = new Map<Address, string>()
  readonly #pathOf: (id: string) => string | null

  /** @param pathOf - where a received file is, once it is complete */
  constructor(pathOf: (id: string) => string | null = () => null) {
    this.#pathOf = pathOf
  }

  /** We asked for this conversation, so its opening is no news of an incoming one. */
  expect(peer: Address): void {
    this.#ours.add(peer)
  }

  lines(event: ChatEvent): readonly AgentLine[] {
    switch (event.type) {
      case 'account':
        return accountLines(event.account)
      case 'route': {
        const { kind, ...hosts } = event.route
        return [{ event: 'route', found: kind, ...hosts }]
      }
      case 'identity':
        return [{ event: 'identity', fingerprint: event.fingerprint, created: event.created }]
      case 'contact':
        return [
          {
            event: 'contact',
            peer: event.contact.peer,
            name: event.contact.name,
            alwaysOtr: event.contact.alwaysOtr,
            history: event.contact.history ?? 'automatic',
            muted: event.contact.muted ?? false,
            keys: event.contact.keys.map((key) => ({
              fingerprint: key.fingerprint,
              verified: key.verified?.method ?? null,
            })),
          },
        ]
      case 'contactRemoved':
        return [{ event: 'contact-removed', peer: event.peer }]
      case 'invited':
        this.expect(event.peer)
        return [
          {
            event: 'incoming',
            peer: event.peer,
            name: event.name,
            accepted: false,
            ...(event.room ? { room: true, by: event.by ?? null } : {}),
          },
        ]
      case 'opened':
        return this.#opened(event.peer, event.room)
      case 'closed':
        // Lost or not reached, it opens again because we want it, not because the peer calls.
        if (event.by === 'local' || event.by === 'remote') this.#ours.delete(event.peer)
        return [
          {
            event: 'closed',
            peer: event.peer,
            by: event.by,
            reason: event.fault?.sentence ?? null,
            code: event.fault?.code ?? null,
          },
        ]
      case 'privacy':
        return this.#privacy(event.peer, event.privacy)
      case 'verification':
        return smpLines(event.peer, event.verification)
      case 'message':
        return event.restored ? [] : messageLines(event.message)
      case 'delivery':
        return [deliveryLine(event)]
      case 'messageRemoved':
        return [{ event: 'message-removed', peer: event.peer, id: event.id }]
      case 'kept':
        return [{ event: 'kept', peer: event.peer, id: event.id }]
      case 'history': {
        const { peer, messages, isComplete } = event
        return [{ event: 'history', peer, messages: messages.map(describeMessage), isComplete }]
      }
      case 'historyCleared':
        return [{ event: 'history-cleared', peer: event.peer }]
      case 'room':
        return [{ event: 'room', ...event.room }]
      case 'roomInvitation': {
        const { peer, who, fault } = event
        const [code, sentence] = [fault?.code ?? null, fault?.sentence ?? null]
        return [{ event: 'room-invitation', peer, who, ok: fault === null, code, sentence }]
      }
      case 'notice':
        return [
          {
            event: 'notice',
            peer: event.notice.peer,
            id: event.notice.id,
            code: event.notice.code,
            sentence: event.notice.sentence,
          },
        ]
      case 'keyChanged':
        this.#changed.set(event.peer, event.fingerprint)
        return [
          {
            event: 'key-changed',
            peer: event.peer,
            fingerprint: event.fingerprint,
            previous: event.previous,
            blocks: event.blocks,
          },
        ]
      case 'composing':
        return [{ event: 'composing', peer: event.peer, active: event.active }]
      case 'transfer':
        return [fileLine(event.transfer, this.#pathOf(event.transfer.id))]
      case 'fault':
        return [{ event: 'error', peer: event.peer, ...event.fault }]
    }
  }

  #opened(peer: Address, room: boolean): readonly AgentLine[] {
    const incoming = { event: 'incoming', peer, name: null, accepted: true }
    const opened = { event: 'opened', peer, room }
    return this.#ours.has(peer) ? [opened] : [incoming, opened]
  }

  #privacy(peer: Address, privacy: Privacy): readonly AgentLine[] {
    const line = {
      event: 'otr',
      peer,
      state: otrState(privacy),
      version: privacy.version,
      ownFingerprint: privacy.ownFingerprint,
      peerFingerprint: privacy.peerFingerprint,
      verified: privacy.verified !== null,
      changed:
        privacy.peerFingerprint !== null && this.#changed.get(peer) === privacy.peerFingerprint,
      held: privacy.composer !== 'sends',
    }
    const said = JSON.stringify(line)
    if (this.#otr.get(peer) === said) return []
    this.#otr.set(peer, said)
    return [line]
  }
}

function otrState(privacy: Privacy): OtrLineState {
  switch (privacy.state) {
    case 'unverified':
    case 'verified':
    case 'keyChanged':
      return 'encrypted'
    case 'ended':
      return 'finished'
    default:
      return 'plaintext'
  }
}

function accountLines(account: Extract<ChatEvent, { type: 'account' }>['account']): AgentLine[] {
  switch (account.state) {
    case 'online':
      return [{ event: 'registered' }]
    case 'refused':
      return [{ event: 'register-failed', final: true, ...account.fault }]
    case 'offline':
      return [
        { event: 'register-failed', final: false, ...account.fault, retryInMs: account.retryInMs },
      ]
    default:
      return []
  }
}

type LineMessage = Extract<ChatEvent, { type: 'message' }>['message']

/** An own message says at once that it is queued, and only later how it was protected. */
function messageLines(message: LineMessage): AgentLine[] {
  const { delivery } = message
  const line = { event: 'message', ...describeMessage(message) }
  return delivery === null ? [line] : [line, deliveryLine({ ...message, delivery })]
}

/** A message as lines have it. */
export function describeMessage(message: LineMessage) {
  const { peer, id, text, contentType, protection, delivery, nickname, at } = message
  const isWaiting = delivery === 'queued'
  return {
    peer,
    direction: message.author === 'us' ? 'out' : 'in',
    id,
    text,
    contentType,
    encrypted: isWaiting ? null : protection !== 'none',
    verified: isWaiting ? null : protection === 'verified',
    nickname,
    at,
    ...(message.from === undefined ? {} : { from: message.from }),
    ...(message.privately === undefined ? {} : { privately: message.privately.address }),
    ...(message.earlier ? { earlier: true } : {}),
  }
}

function deliveryLine(message: Omit<Extract<ChatEvent, { type: 'delivery' }>, 'type'>): AgentLine {
  const { peer, id, delivery, protection, reason, resent } = message
  const encrypted = delivery === 'queued' ? null : protection !== 'none'
  return { event: 'delivery', peer, id, state: delivery, encrypted, reason, resent }
}

/** Whether it is encrypted is not known before it is decided. */
function fileLine(transfer: Transfer, path: string | null): AgentLine {
  const { peer, id, direction, name, size, contentType, protection, state } = transfer
  const isOpen = direction === 'out' && state.step === 'waiting' && protection === 'none'
  const { step, ...more } = state
  const fault = 'fault' in more ? { ...more.fault, resumable: more.resumable } : more
  return {
    event: 'file',
    peer,
    id,
    direction,
    name,
    size,
    contentType,
    encrypted: isOpen ? null : protection !== 'none',
    verified: isOpen ? null : protection === 'verified',
    state: step,
    ...fault,
    ...(path !== null && { path }),
  }
}

function smpLines(
  peer: Address,
  verification: Extract<ChatEvent, { type: 'verification' }>['verification'],
): AgentLine[] {
  switch (verification.step) {
    case 'asked':
      return [{ event: 'smp', peer, state: 'asked', question: verification.question }]
    case 'succeeded':
      return [{ event: 'smp', peer, state: 'succeeded', provesPeer: verification.provesPeer }]
    case 'failed':
      return [{ event: 'smp', peer, state: 'failed', attempts: verification.attempts }]
    case 'aborted':
      return [
        {
          event: 'smp',
          peer,
          state: 'aborted',
          by: verification.by,
          answered: verification.answered,
        },
      ]
    default:
      return []
  }
}
