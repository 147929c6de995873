import type { Address, Contact, Message, Vault } from '../chat/index.ts'

/** A contact as it is stored: as it is, or sealed under a label that tells nothing. */
export type ContactRow = Contact | { readonly peer: string; readonly sealed: Uint8Array }

/** What a message is found by, marked where it has to be found among very many. */
interface MessagePlace {
  readonly peer: string
  readonly author: Message['author']
  readonly id: string
  readonly at: number
  readonly unsent?: 1
}

export type MessageRow =
  | (Message & { readonly unsent?: 1 })
  | (MessagePlace & { readonly sealed: Uint8Array })

/** How rows are written and read. */
export interface RowCoder {
  /** What rows of this peer are found by. */
  peer(peer: Address): Promise<string>
  id(peer: Address, id: string): Promise<string>
  contactRows(contacts: readonly Contact[]): Promise<readonly ContactRow[]>
  messageRows(
    messages: readonly Message[],
    unsent: readonly boolean[],
  ): Promise<readonly MessageRow[]>
  contacts(rows: readonly ContactRow[]): Promise<readonly Contact[]>
  messages(rows: readonly MessageRow[]): Promise<readonly Message[]>
}

/** Everything as it is. What was sealed cannot be read, and is left out. */
export const plainRows: RowCoder = {
  peer: async (peer) => peer,
  id: async (_, id) => id,
  contactRows: async (contacts) => contacts,
  messageRows: async (messages, unsent) =>
    messages.map((message, at) => (unsent[at] ? { ...message, unsent: 1 } : message)),
  contacts: async (rows) => rows.filter((row) => !isSealed(row)) as Contact[],
  messages: async (rows) =>
    rows.flatMap((row) => {
      if (isSealed(row)) return []
      const { unsent, ...message } = row
      return [message]
    }),
}

/**
 * Everything sealed: contacts and messages, and by whom they are. What stays to be seen is how many
 * messages there are with how many people, which are ours, when, and which are unsent. A row that does
 * not open rejects with `VAULT_DAMAGED`.
 *
 * @param isStrict - rows that are not sealed were put there by somebody else, and are left out
 */
export function sealedRows(
  vault: Pick<Vault, 'seal' | 'unseal' | 'label'>,
  account: Address,
  isStrict: boolean,
): RowCoder {
  const label = async (name: string) => (await vault.label(account, [name]))[0]!
  const plain = <Row extends object>(rows: readonly Row[]) =>
    isStrict ? [] : rows.filter((row) => !isSealed(row))

  async function seal(names: readonly string[], values: readonly unknown[]) {
    const records = names.map((name, at) => ({ name, bytes: toBytes(values[at]) }))
    return await vault.seal(account, records)
  }

  async function unseal(
    rows: readonly { readonly sealed: Uint8Array }[],
    names: readonly string[],
  ) {
    const records = rows.map(({ sealed }, at) => ({ name: names[at]!, bytes: sealed }))
    return (await vault.unseal(account, records)).map(fromBytes)
  }

  return {
    peer: (peer) => label(`peer ${peer}`),
    id: (peer, id) => label(`id ${peer} ${id}`),

    async contactRows(contacts) {
      const peers = await vault.label(
        account,
        contacts.map(({ peer }) => `peer ${peer}`),
      )
      const sealed = await seal(peers.map(contactName), contacts)
      return peers.map((peer, at) => ({ peer, sealed: sealed[at]! }))
    },

    async messageRows(messages, unsent) {
      const labels = await vault.label(
        account,
        messages.flatMap(({ peer, id }) => [`peer ${peer}`, `id ${peer} ${id}`]),
      )
      const places = messages.map(({ author, at }, index) => ({
        peer: labels[2 * index]!,
        author,
        id: labels[2 * index + 1]!,
        at,
        ...(unsent[index] ? { unsent: 1 as const } : {}),
      }))
      const sealed = await seal(places.map(messageName), messages)
      return places.map((place, at) => ({ ...place, sealed: sealed[at]! }))
    },

    async contacts(rows) {
      const sealed = rows.filter(isSealed)
      const names = sealed.map(({ peer }) => contactName(peer))
      return [
        ...(await plainRows.contacts(plain(rows))),
        ...((await unseal(sealed, names)) as Contact[]),
      ]
    },

    async messages(rows) {
      const sealed = rows.filter(isSealed)
      const opened = (await unseal(sealed, sealed.map(messageName))) as Message[]
      const byRow = new Map<MessageRow, Message>(sealed.map((row, at) => [row, opened[at]!]))
      const found: Message[] = []
      for (const row of rows) {
        const message = byRow.get(row)
        if (message !== undefined) found.push(message)
        else found.push(...(await plainRows.messages(plain([row]))))
      }
      return found
    },
  }
}

function contactName(peer: string): string {
  return `contact ${peer}`
}

/** Where it stands is bound to it: a row that is copied to another place does not open there. */
function messageName({ peer, author, id, at, unsent }: MessagePlace): string {
  return `message ${peer} ${author} ${id} ${at} ${unsent ?? 0}`
}

function isSealed<Row extends object>(
  row: Row,
): row is Extract<Row, { readonly sealed: Uint8Array }> {
  return 'sealed' in row
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
