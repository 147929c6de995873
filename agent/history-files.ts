import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address, Message } from '../chat/index.ts'
import { replaceFile } from './replace-file.ts'

type Key = Pick<Message, 'author' | 'id'>

/**
 * What was said in each conversation: a file of lines for each, one message a line, in a folder that
 * only its owner reads. A message is appended, so that the ten-thousandth costs no more than the
 * first; of two lines for one message the later counts. Deleting writes the file anew.
 */
export class HistoryFiles {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<HistoryFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new HistoryFiles(folder)
  }

  /** Messages of one conversation, oldest first. A line that a crash cut off is left out. */
  async read(peer: Address): Promise<readonly Message[]> {
    const messages = new Map<string, Message>()
    for (const line of (await this.#text(peer)).split('\n')) {
      const message = parseLine(line)
      if (message !== null) messages.set(keyOf(message), message)
    }
    return [...messages.values()].sort((a, b) => a.at - b.at)
  }

  async append(message: Message): Promise<void> {
    const file = await open(this.#path(message.peer), 'a', 0o600)
    try {
      // Begins a line: the one before may have been cut off.
      await file.writeFile(`\n${JSON.stringify(message)}`)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  delete(peer: Address, key: Key): Promise<void> {
    return this.prune(peer, (message) => keyOf(message) !== keyOf(key))
  }

  /** Deletes what is not to be kept. */
  async prune(peer: Address, keeps: (message: Message) => boolean): Promise<void> {
    const messages = await this.read(peer)
    const rest = messages.filter(keeps)
    if (rest.length === messages.length) return
    if (rest.length === 0) return this.clear(peer)
    await replaceFile(this.#path(peer), rest.map((message) => JSON.stringify(message)).join('\n'))
  }

  async clear(peer: Address): Promise<void> {
    await rm(this.#path(peer), { force: true })
  }

  async #text(peer: Address): Promise<string> {
    try {
      return await readFile(this.#path(peer), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    }
  }

  #path(peer: Address): string {
    // An address may be longer than the name of a file.
    return join(this.#folder, `${createHash('sha256').update(peer).digest('hex')}.jsonl`)
  }
}

function parseLine(line: string): Message | null {
  try {
    return line === '' ? null : (JSON.parse(line) as Message)
  } catch {
    return null
  }
}

function keyOf({ author, id }: Key): string {
  return `${author} ${id}`
}
