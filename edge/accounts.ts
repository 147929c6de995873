import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type DigestAlgorithm, digestHa1 } from './digest.ts'
import { ACCOUNTS_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN } from './limits.ts'

export type EnrolmentCode =
  | 'NAME_INVALID'
  | 'NAME_RESERVED'
  | 'NAME_TAKEN'
  | 'PASSWORD_SHORT'
  | 'PASSWORD_LONG'
  | 'ACCOUNTS_FULL'

export type Enrolment =
  /** `sip:NAME@DOMAIN`. */
  | { readonly ok: true; readonly address: string }
  /** The code is the contract; the sentence is for people. */
  | { readonly ok: false; readonly code: EnrolmentCode; readonly sentence: string }

/**
 * Why the account file cannot be used. It is left as it is.
 *
 * - `ACCOUNTS_UNREADABLE`: it cannot be opened.
 * - `ACCOUNTS_MALFORMED`: it is not what this program writes.
 * - `ACCOUNTS_OTHER_DOMAIN`: its passwords are for another domain and would never match.
 */
export type AccountsErrorCode =
  | 'ACCOUNTS_UNREADABLE'
  | 'ACCOUNTS_MALFORMED'
  | 'ACCOUNTS_OTHER_DOMAIN'

export class AccountsError extends Error {
  override readonly name = 'AccountsError'
  readonly code: AccountsErrorCode

  constructor(code: AccountsErrorCode, sentence: string) {
    super(sentence)
    this.code = code
  }
}

interface Account {
  readonly md5: string
  readonly sha256: string
}

/** The accounts of the local domain. Passwords are not kept; their HA1 digests are (RFC 7616 §3.4.2). */
export class Accounts {
  readonly #domain: string
  readonly #file: string | null
  readonly #accounts: Map<string, Account>
  #writing: Promise<void> = Promise.resolve()

  private constructor(domain: string, file: string | null, accounts: Map<string, Account>) {
    this.#domain = domain
    this.#file = file
    this.#accounts = accounts
  }

  /**
   * Reads `accounts.json` in `dataDir`, or starts empty where there is none.
   *
   * @param dataDir - `null` keeps accounts in memory only
   * @throws AccountsError
   */
  static async open(domain: string, dataDir: string | null): Promise<Accounts> {
    if (dataDir === null) return new Accounts(domain, null, new Map())
    const file = join(dataDir, 'accounts.json')
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return new Accounts(domain, file, await load(file, domain))
  }

  get size(): number {
    return this.#accounts.size
  }

  has(name: string): boolean {
    return this.#accounts.has(name)
  }

  /** `H(name:domain:password)` in hex; `null` if there is no such account. */
  ha1(name: string, algorithm: DigestAlgorithm): string | null {
    const account = this.#accounts.get(name)
    if (account === undefined) return null
    return algorithm === 'MD5' ? account.md5 : account.sha256
  }

  /** Makes an account; on disk before this resolves. @throws the file system's error */
  async enrol(name: string, password: string): Promise<Enrolment> {
    const refusal = this.#refusal(name, password)
    if (refusal !== null) return { ok: false, code: refusal, sentence: SENTENCES[refusal] }
    this.#accounts.set(name, {
      md5: digestHa1('MD5', name, this.#domain, password),
      sha256: digestHa1('SHA-256', name, this.#domain, password),
    })
    try {
      await this.#save()
    } catch (error) {
      this.#accounts.delete(name)
      throw error
    }
    return { ok: true, address: `sip:${name}@${this.#domain}` }
  }

  #refusal(name: string, password: string): EnrolmentCode | null {
    if (!NAME.test(name)) return 'NAME_INVALID'
    if (RESERVED.has(name)) return 'NAME_RESERVED'
    if ([...password].length < PASSWORD_MIN) return 'PASSWORD_SHORT'
    if ([...password].length > PASSWORD_MAX) return 'PASSWORD_LONG'
    if (this.#accounts.has(name)) return 'NAME_TAKEN'
    return this.#accounts.size >= ACCOUNTS_MAX ? 'ACCOUNTS_FULL' : null
  }

  /** One write after the other; each writes all there is, so the last one is right. */
  #save(): Promise<void> {
    const file = this.#file
    if (file === null) return Promise.resolve()
    const write = this.#writing.then(() => {
      const accounts = Object.fromEntries(this.#accounts)
      const text = JSON.stringify({ version: 1, domain: this.#domain, accounts }, null, 1)
      return replaceFile(file, `${text}\n`)
    })
    this.#writing = write.catch(() => {})
    return write
  }
}

const NAME = new RegExp(`^[a-z0-9][a-z0-9._-]{0,${NAME_MAX - 1}}$`)

/** Names that would be taken for the server, or for somebody who speaks for it. */
const RESERVED = new Set(
  'abuse admin administrator all anonymous conference edge everyone focus help helpdesk hostmaster info moderator operator postmaster registrar relay root security server service sotto support system webmaster'.split(
    ' ',
  ),
)

const SENTENCES: Record<EnrolmentCode, string> = {
  NAME_INVALID: `A name has 1 to ${NAME_MAX} characters: a to z, 0 to 9, dot, hyphen and underscore, and begins with a letter or digit.`,
  NAME_RESERVED: 'This name is kept for the server itself. Please choose another.',
  NAME_TAKEN: 'Somebody already has this name. Please choose another.',
  PASSWORD_SHORT: `The password needs at least ${PASSWORD_MIN} characters.`,
  PASSWORD_LONG: `The password has more than ${PASSWORD_MAX} characters.`,
  ACCOUNTS_FULL: 'This server takes no more accounts.',
}

async function load(file: string, domain: string): Promise<Map<string, Account>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw new AccountsError('ACCOUNTS_UNREADABLE', `${file} cannot be read.`)
  }
  const content = parseJson(text)
  if (!isRecord(content) || content['version'] !== 1 || !isRecord(content['accounts'])) {
    throw new AccountsError('ACCOUNTS_MALFORMED', `${file} is not an account file of version 1.`)
  }
  if (content['domain'] !== domain) {
    const sentence = `${file} belongs to the domain ${content['domain']}, not to ${domain}.`
    throw new AccountsError('ACCOUNTS_OTHER_DOMAIN', sentence)
  }
  const accounts = new Map<string, Account>()
  for (const [name, account] of Object.entries(content['accounts'])) {
    if (!NAME.test(name) || !isAccount(account)) {
      throw new AccountsError('ACCOUNTS_MALFORMED', `${file}: account ${accounts.size + 1}.`)
    }
    accounts.set(name, { md5: account.md5, sha256: account.sha256 })
  }
  return accounts
}

/** Written beside, flushed and renamed: after a crash there is the old file or the new, never half. */
async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.new`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAccount(value: unknown): value is Account {
  return (
    isRecord(value) &&
    typeof value['md5'] === 'string' &&
    /^[\da-f]{32}$/.test(value['md5']) &&
    typeof value['sha256'] === 'string' &&
    /^[\da-f]{64}$/.test(value['sha256'])
  )
}
