import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Address,
  type Contact,
  isUnsent,
  type KeyStore,
  type Message,
  type Store,
  type StoredAccount,
} from '../chat/index.ts'
import { HistoryFiles } from './history-files.ts'
import { replaceFile } from './replace-file.ts'

/** The store's folder or a file in it cannot be used; nothing was overwritten. */
export class FileStoreError extends Error {
  override readonly name = 'FileStoreError'
  readonly code = 'AGENT_STORE'
}

/**
 * One account's data in a folder of its own, readable by its owner only: `contacts.json`,
 * `outbox.json`, `keys.json`, `installation.json`. Each change replaces a whole file. What was said is
 * in the folder `history`, see {@link HistoryFiles}.
 */
export class FileStore implements Store {
  readonly #folder: string
  readonly #contacts: Map<Address, Contact>
  readonly #unsent: Map<string, Message>
  readonly #history: HistoryFiles
  /** The long-term key and instance tag: `keys.json`. */
  readonly keys: KeyStore
  /** UUID of this installation (`+sip.instance`, RFC 5626 §4.1). */
  readonly instanceId: string
  #writing: Promise<void> = Promise.resolve()

  private constructor(folder: string, history: HistoryFiles, kept: Kept) {
    this.#folder = folder
    this.#history = history
    this.#contacts = new Map(kept.contacts.map((contact) => [contact.peer, contact]))
    this.#unsent = new Map(kept.messages.map((message) => [keyOf(message), message]))
    this.keys = this.#keyStore(new Map(Object.entries(kept.keys)))
    this.instanceId = kept.instanceId
  }

  /** @throws FileStoreError if the folder cannot be made or a file in it cannot be read */
  static async open(directory: string, account: string): Promise<FileStore> {
    const folder = join(directory, encodeURIComponent(account))
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const installation = await readJson(join(folder, 'installation.json'), {
        instanceId: randomUUID(),
      })
      const history = await HistoryFiles.open(join(folder, 'history'))
      const store = new FileStore(folder, history, {
        instanceId: installation.instanceId,
        contacts: await readJson<Contact[]>(join(folder, 'contacts.json'), []),
        messages: await readJson<Message[]>(join(folder, 'outbox.json'), []),
        keys: await readJson<Kept['keys']>(join(folder, 'keys.json'), {}),
      })
      await store.#write('installation.json', { instanceId: store.instanceId })
      return store
    } catch (error) {
      throw new FileStoreError(
        `The store in ${folder} cannot be used: ${error instanceof Error ? error.message : error}.`,
      )
    }
  }

  async load(newest = Number.POSITIVE_INFINITY): Promise<StoredAccount> {
    await this.#writing
    const contacts = [...this.#contacts.values()]
    const messages: Message[] = []
    for (const { peer } of contacts) {
      const said = await this.#history.read(peer)
      // One that a crash left in both has been said.
      for (const message of said) this.#unsent.delete(keyOf(message))
      messages.push(...said.slice(-newest))
    }
    return { contacts, messages: [...messages, ...this.#unsent.values()] }
  }

  async loadMessages(
    peer: Address,
    before: Message | null,
    count: number,
  ): Promise<readonly Message[]> {
    await this.#writing
    const all = await this.#history.read(peer)
    if (before === null) return all.slice(-count)
    const place = all.findIndex((message) => keyOf(message) === keyOf(before))
    const older = place < 0 ? all.filter(({ at }) => at < before.at) : all.slice(0, place)
    return older.slice(-count)
  }

  async putContact(contact: Contact): Promise<void> {
    this.#contacts.set(contact.peer, contact)
    await this.#write('contacts.json', [...this.#contacts.values()])
  }

  async deleteContact(peer: Address): Promise<void> {
    this.#contacts.delete(peer)
    for (const [key, message] of this.#unsent) if (message.peer === peer) this.#unsent.delete(key)
    await this.#inTurn(() => this.#history.clear(peer))
    await this.#writeUnsent()
    await this.#write('contacts.json', [...this.#contacts.values()])
  }

  async putMessage(message: Message): Promise<void> {
    if (isUnsent(message)) {
      this.#unsent.set(keyOf(message), message)
      await this.#writeUnsent()
      // It may have counted as sent for good before.
      if (message.delivery === 'failed') await this.#forget(message)
    } else {
      await this.#inTurn(() => this.#history.append(message))
      if (this.#unsent.delete(keyOf(message))) await this.#writeUnsent()
    }
  }

  async deleteMessage(peer: Address, id: string, author: Message['author'] = 'us'): Promise<void> {
    await this.#forget({ peer, author, id })
    if (this.#unsent.delete(keyOf({ peer, author, id }))) await this.#writeUnsent()
  }

  async pruneMessages(peer: Address, keeps: (message: Message) => boolean): Promise<void> {
    await this.#inTurn(() => this.#history.prune(peer, keeps))
  }

  #forget({ peer, author, id }: Pick<Message, 'peer' | 'author' | 'id'>): Promise<void> {
    return this.#inTurn(() => this.#history.delete(peer, { author, id }))
  }

  #writeUnsent(): Promise<void> {
    return this.#write('outbox.json', [...this.#unsent.values()])
  }

  #keyStore(keys: Map<string, KeptKey>): KeyStore {
    return {
      load: async (account) => {
        const kept = keys.get(account)
        if (kept === undefined) return null
        return { key: Buffer.from(kept.key, 'base64'), instanceTag: kept.instanceTag }
      },
      save: async (account, { key, instanceTag }) => {
        keys.set(account, { key: Buffer.from(key).toString('base64'), instanceTag })
        await this.#write('keys.json', Object.fromEntries(keys))
      },
    }
  }

  /** One write at a time, in the order of the calls, so that an older state never wins. */
  #write(name: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value, null, 1)
    return this.#inTurn(() => replaceFile(join(this.#folder, name), text))
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(task)
    this.#writing = done.catch(() => {}) // The caller of this one is told; the next may succeed.
    return done
  }
}

interface KeptKey {
  readonly key: string
  readonly instanceTag: number
}

interface Kept {
  readonly instanceId: string
  readonly contacts: readonly Contact[]
  readonly messages: readonly Message[]
  readonly keys: Readonly<Record<string, KeptKey>>
}

function keyOf({ peer, author, id }: Pick<Message, 'peer' | 'author' | 'id'>): string {
  return `${peer} ${author} ${id}`
}

async function readJson<Value>(path: string, absent: Value): Promise<Value> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent
    throw error
  }
}
