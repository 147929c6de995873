import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address, Contact, KeyStore, Message, Store, StoredAccount } from '../chat/index.ts'

/** The store's folder or a file in it cannot be used; nothing was overwritten. */
export class FileStoreError extends Error {
  override readonly name = 'FileStoreError'
  readonly code = 'AGENT_STORE'
}

/**
 * One account's data in a folder of its own, readable by its owner only: `contacts.json`,
 * `outbox.json`, `keys.json`, `installation.json`. Each change replaces a whole file by `rename`,
 * so that a crash leaves the old one or the new one, never half of each.
 */
export class FileStore implements Store {
  readonly #folder: string
  readonly #contacts: Map<Address, Contact>
  readonly #messages: Map<string, Message>
  /** The long-term key and instance tag: `keys.json`. */
  readonly keys: KeyStore
  /** UUID of this installation (`+sip.instance`, RFC 5626 §4.1). */
  readonly instanceId: string
  #writing: Promise<void> = Promise.resolve()

  private constructor(folder: string, kept: Kept) {
    this.#folder = folder
    this.#contacts = new Map(kept.contacts.map((contact) => [contact.peer, contact]))
    this.#messages = new Map(kept.messages.map((message) => [keyOf(message), message]))
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
      const store = new FileStore(folder, {
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

  async load(): Promise<StoredAccount> {
    return { contacts: [...this.#contacts.values()], messages: [...this.#messages.values()] }
  }

  async putContact(contact: Contact): Promise<void> {
    this.#contacts.set(contact.peer, contact)
    await this.#write('contacts.json', [...this.#contacts.values()])
  }

  async deleteContact(peer: Address): Promise<void> {
    this.#contacts.delete(peer)
    await this.#write('contacts.json', [...this.#contacts.values()])
  }

  async putMessage(message: Message): Promise<void> {
    this.#messages.set(keyOf(message), message)
    await this.#write('outbox.json', [...this.#messages.values()])
  }

  async deleteMessage(peer: Address, id: string): Promise<void> {
    if (!this.#messages.delete(keyOf({ peer, id }))) return
    await this.#write('outbox.json', [...this.#messages.values()])
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
    const written = this.#writing.then(() => replaceFile(join(this.#folder, name), text))
    this.#writing = written.catch(() => {}) // The caller of this write is told; the next may succeed.
    return written
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

function keyOf(message: Pick<Message, 'peer' | 'id'>): string {
  return `${message.peer} ${message.id}`
}

async function readJson<Value>(path: string, absent: Value): Promise<Value> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent
    throw error
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}
