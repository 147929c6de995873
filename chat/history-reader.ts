import { userOf } from './address.ts'
import type { Archive } from './archive.ts'
import type { HistoryExport } from './client-door.ts'
import type { Address, Contact, Message, Protection } from './events.ts'
import { FOUND_MAX, READ_PAGE } from './limits.ts'

/** What was said in conversations, stored or in memory, as far back as it goes. */
export class HistoryReader {
  readonly #archive: Archive
  /** Messages in memory, oldest first. */
  readonly #inMemory: (peer: Address) => readonly Message[]

  constructor(archive: Archive, inMemory: (peer: Address) => readonly Message[]) {
    this.#archive = archive
    this.#inMemory = inMemory
  }

  /** @returns messages that contain the text, newest first */
  async search(text: string, peers: readonly Address[]): Promise<readonly Message[]> {
    const wanted = folded(text.trim())
    if (wanted === '') return []
    const found: Message[] = []
    for (const peer of peers) {
      let inPeer = 0
      for await (const message of this.#newestFirst(peer)) {
        if (!folded(message.text).includes(wanted)) continue
        found.push(message)
        if (++inPeer === FOUND_MAX) break
      }
    }
    return found.sort((a, b) => b.at - a.at).slice(0, FOUND_MAX)
  }

  async export(account: Address, contact: Contact, at: number): Promise<HistoryExport> {
    const { peer, name } = contact
    const messages: Message[] = []
    for await (const message of this.#newestFirst(peer)) messages.push(message)
    messages.sort((a, b) => a.at - b.at) // What is in memory alone belongs in between.
    const text = messages.map((message) => lineOf(message, account, name)).join('')
    return { account, peer, name, at, messages, text }
  }

  /** Each message once: those in memory as they are now, then what only the store has. */
  async *#newestFirst(peer: Address): AsyncGenerator<Message> {
    const known = this.#inMemory(peer)
    const keys = new Set(known.map(keyOf))
    yield* [...known].reverse()
    let oldest: Message | null = null
    do {
      const page: readonly Message[] = await this.#archive.before(peer, oldest, READ_PAGE)
      yield* page.filter((message) => !keys.has(keyOf(message))).reverse()
      oldest = page[0] ?? null
    } while (oldest !== null)
  }
}

function keyOf({ author, id }: Message): string {
  return `${author} ${id}`
}

/** Without case, accents and compatibility forms: what somebody types who looks for something. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
}

const PROTECTIONS: Readonly<Record<Protection, string>> = {
  none: 'not encrypted',
  unverified: 'encrypted, not verified',
  verified: 'encrypted, verified',
}

/** `2026-11-22 05:32:33Z  alice: hello  [encrypted, verified]`; further lines of a text are indented. */
function lineOf(message: Message, account: Address, name: string): string {
  const time = new Date(message.at).toISOString().replace('T', ' ').replace(/\.\d+/, '')
  const writer = message.author === 'us' ? userOf(account) : (message.nickname ?? name)
  const to = message.privately && message.author === 'us' ? ` to ${message.privately.name}` : ''
  const text = message.text.replaceAll(/\r?\n/g, '\n  ')
  return `${time}  ${writer}${to}: ${text}  [${PROTECTIONS[message.protection]}]\n`
}
