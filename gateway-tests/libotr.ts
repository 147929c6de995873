/**
 * libotr 4.1.1, the reference implementation, as a peer in this process: Debian's `libotr5`, called
 * through koffi.
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi, { type TypeObject } from 'koffi'

/** libotr's policy bits. `tags`: both versions, and whitespace tags are sent and answered. */
export const LIBOTR_POLICY = { v2: 0x02, v3: 0x04, both: 0x06, tags: 0x36 } as const

/** What libotr told its application, in order. */
export type LibotrEvent =
  | { readonly type: 'secure' }
  | { readonly type: 'stillSecure' }
  | { readonly type: 'newFingerprint'; readonly fingerprint: string }
  | { readonly type: 'smp'; readonly event: SmpEvent; readonly question: string | null }
  /** A number of libotr's `OtrlMessageEvent`. */
  | { readonly type: 'message'; readonly event: number }
  | { readonly type: 'extraKey'; readonly use: number; readonly data: string; readonly key: string }

const SMP_EVENTS = [
  'none',
  'error',
  'abort',
  'cheated',
  'askForAnswer',
  'askForSecret',
  'inProgress',
  'success',
  'failure',
] as const
type SmpEvent = (typeof SMP_EVENTS)[number]

const PROTOCOL = 'msrp'
/** `OTRL_INSTAG_BEST` and `OTRL_FRAGMENT_SEND_ALL` of libotr's headers. */
const BEST_INSTANCE = 1
const SEND_ALL_FRAGMENTS = 1
const TLV_DISCONNECTED = 1

type Pointer = unknown

/** One user of libotr, who talks to one peer. */
export class LibotrPeer {
  readonly account: string
  readonly fingerprint: string
  readonly events: LibotrEvent[] = []
  /** Texts for the network, not yet taken. */
  outbox: string[] = []
  /** What people read. */
  readonly texts: string[] = []
  ended = false
  readonly #peer: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'libotr-'))
  readonly #keyFile: string
  readonly #user: Pointer
  readonly #operations: Pointer
  readonly #callbacks: bigint[] = []
  #context: Pointer = null

  /**
   * Makes a key, which takes libotr up to half a second, unless there is one.
   *
   * @param policy - bits of {@link LIBOTR_POLICY}
   * @param fragmentAbove - characters; 0 for no fragments
   * @param keyFile - where its key is or will be, and stays. Default: one that ends with this object
   */
  constructor(
    account: string,
    peer: string,
    policy: number,
    fragmentAbove = 0,
    keyFile: string | null = null,
  ) {
    this.account = account
    this.#peer = peer
    this.#keyFile = keyFile ?? join(this.#folder, 'key')
    this.#user = library().createUser()
    this.#operations = koffi.alloc(OPERATIONS, 1)
    koffi.encode(this.#operations, OPERATIONS, this.#implement(policy, fragmentAbove))
    if (existsSync(this.#keyFile)) this.#readKeys()
    else this.generateKey(account)
    const digits = Buffer.alloc(45)
    library().fingerprint(this.#user, digits, account, PROTOCOL)
    this.fingerprint = digits.toString('latin1', 0, 44).replaceAll(' ', '').toLowerCase()
  }

  [Symbol.dispose](): void {
    library().freeUser(this.#user)
    for (const callback of this.#callbacks) koffi.unregister(callback)
    koffi.free(this.#operations)
    rmSync(this.#folder, { recursive: true })
  }

  /** Makes a key for an account of this user, in place of the one that it has. */
  generateKey(account: string): void {
    library().generateKey(this.#user, this.#keyFile, account, PROTOCOL)
  }

  #readKeys(): void {
    const failed = library().readKeys(this.#user, this.#keyFile)
    if (failed !== 0) throw new Error(`otrl_privkey_read: ${failed}`)
  }

  /** Asks for OTR, as an application does when its user presses the button. */
  start(): void {
    this.send('?OTR?') // libotr puts its own query in place of this one.
  }

  send(text: string): void {
    const message: Pointer[] = [null]
    const context: Pointer[] = [null]
    const failed = library().sending(
      this.#user,
      this.#operations,
      null,
      this.account,
      PROTOCOL,
      this.#peer,
      BEST_INSTANCE,
      text,
      null,
      message,
      SEND_ALL_FRAGMENTS,
      context,
      null,
      null,
    )
    if (failed !== 0) throw new Error(`otrl_message_sending: ${failed}`)
    this.#context = context[0] ?? this.#context
    if (message[0]) library().freeMessage(message[0])
  }

  receive(text: string): void {
    const replacement: Pointer[] = [null]
    const tlvs: Pointer[] = [null]
    const context: Pointer[] = [null]
    const internal = library().receiving(
      this.#user,
      this.#operations,
      null,
      this.account,
      PROTOCOL,
      this.#peer,
      text,
      replacement,
      tlvs,
      context,
      null,
      null,
    )
    this.#context = context[0] ?? this.#context
    if (internal === 0) this.texts.push(replacement[0] ? readString(replacement[0]) : text)
    if (replacement[0]) library().freeMessage(replacement[0])
    if (tlvs[0]) {
      this.ended ||= library().findTlv(tlvs[0], TLV_DISCONNECTED) !== null
      library().freeTlvs(tlvs[0])
    }
  }

  verify(secret: string, question: string | null): void {
    const bytes = Buffer.from(secret)
    const rest = [bytes, bytes.length] as const
    if (question === null) {
      library().startSmp(this.#user, this.#operations, null, this.#context, ...rest)
    } else {
      library().startSmpQuestion(
        this.#user,
        this.#operations,
        null,
        this.#context,
        question,
        ...rest,
      )
    }
  }

  answer(secret: string): void {
    const bytes = Buffer.from(secret)
    library().answerSmp(this.#user, this.#operations, null, this.#context, bytes, bytes.length)
  }

  abort(): void {
    library().abortSmp(this.#user, this.#operations, null, this.#context)
  }

  /** Sends TLV 8. @returns the extra symmetric key, in hex */
  useExtraKey(use: number, data: string): string {
    const bytes = Buffer.from(data)
    const key = Buffer.alloc(32)
    library().extraKey(
      this.#user,
      this.#operations,
      null,
      this.#context,
      use,
      bytes,
      bytes.length,
      key,
    )
    return key.toString('hex')
  }

  end(): void {
    library().disconnect(this.#user, this.#operations, null, this.account, PROTOCOL, this.#peer)
  }

  /** Takes what is waiting for the network. */
  take(): string[] {
    return this.outbox.splice(0)
  }

  get secure(): boolean {
    return this.events.some(({ type }) => type === 'secure')
  }

  /** The key that the conversation is encrypted with, as libotr shows it; `null` before there is one. */
  get peerFingerprint(): string | null {
    if (this.#context === null) return null
    const { active_fingerprint: active } = koffi.decode(this.#context, CONTEXT) as Context
    if (active === null) return null
    const { fingerprint } = koffi.decode(active, FINGERPRINT) as { readonly fingerprint: Pointer }
    return readHex(fingerprint, 20)
  }

  get smp(): string[] {
    return this.events.flatMap((event) => (event.type === 'smp' ? [event.event] : []))
  }

  /** `OtrlMessageAppOps`, libotr's questions to its application. */
  #implement(policy: number, fragmentAbove: number): Record<string, bigint | null> {
    const is = (type: TypeObject, callback: (...args: never[]) => unknown): bigint => {
      const pointer = koffi.register(callback, koffi.pointer(type))
      this.#callbacks.push(pointer)
      return pointer
    }
    const tell = (event: LibotrEvent) => {
      this.events.push(event)
    }
    return {
      ...Object.fromEntries(OPERATION_NAMES.map((name) => [name, null])),
      policy: is(CALLBACK.policy, () => policy),
      is_logged_in: is(CALLBACK.isLoggedIn, () => 1),
      inject_message: is(
        CALLBACK.inject,
        (_: Pointer, _account: string, _protocol: string, _to: string, text: string) => {
          this.outbox.push(text)
        },
      ),
      update_context_list: is(CALLBACK.plain, () => {}),
      new_fingerprint: is(
        CALLBACK.newFingerprint,
        (_: Pointer, _u: Pointer, _a: string, _p: string, _peer: string, bytes: Pointer) =>
          tell({ type: 'newFingerprint', fingerprint: readHex(bytes, 20) }),
      ),
      write_fingerprints: is(CALLBACK.plain, () => {}),
      gone_secure: is(CALLBACK.context, (_: Pointer, context: Pointer) => {
        this.#context = context
        tell({ type: 'secure' })
      }),
      gone_insecure: is(CALLBACK.context, () => {}),
      still_secure: is(CALLBACK.stillSecure, () => tell({ type: 'stillSecure' })),
      max_message_size: is(CALLBACK.maxSize, () => fragmentAbove),
      received_symkey: is(
        CALLBACK.symkey,
        (
          _: Pointer,
          _context: Pointer,
          use: number,
          data: Pointer,
          length: number | bigint,
          key: Pointer,
        ) =>
          tell({
            type: 'extraKey',
            use,
            data: Buffer.from(readHex(data, Number(length)), 'hex').toString(),
            key: readHex(key, 32),
          }),
      ),
      handle_smp_event: is(
        CALLBACK.smp,
        (
          _: Pointer,
          event: number,
          context: Pointer,
          _progress: number,
          question: string | null,
        ) => {
          this.#context = context
          tell({ type: 'smp', event: SMP_EVENTS[event]!, question })
        },
      ),
      handle_msg_event: is(CALLBACK.message, (_: Pointer, event: number) =>
        tell({ type: 'message', event }),
      ),
      create_instag: is(CALLBACK.account, (_: Pointer, account: string, protocol: string) => {
        library().makeInstanceTag(this.#user, join(this.#folder, 'tags'), account, protocol)
      }),
      timer_control: is(CALLBACK.timer, () => {}),
    }
  }
}

function readHex(pointer: Pointer, length: number): string {
  return Buffer.from(koffi.decode(pointer, 'uint8_t', length) as number[]).toString('hex')
}

function readString(pointer: Pointer): string {
  return koffi.decode(pointer, 'char', -1) as string
}

/** `ConnContext` and `Fingerprint` of libotr's `context.h`, as far as they are read here. */
interface Context {
  readonly active_fingerprint: Pointer
}
const CONTEXT = koffi.struct('ConnContext', {
  links: koffi.array('void *', 3),
  names: koffi.array('void *', 3),
  related: koffi.array('void *', 4),
  our_instance: 'uint32_t',
  their_instance: 'uint32_t',
  msgstate: 'int',
  auth: koffi.array('uint64_t', 32), // `OtrlAuthInfo`, as long as it is on 64-bit machines.
  fingerprint_root: koffi.array('void *', 5),
  active_fingerprint: 'void *',
})
const FINGERPRINT = koffi.struct('Fingerprint', {
  links: koffi.array('void *', 2),
  fingerprint: 'void *',
})

const OPERATION_NAMES = [
  'policy',
  'create_privkey',
  'is_logged_in',
  'inject_message',
  'update_context_list',
  'new_fingerprint',
  'write_fingerprints',
  'gone_secure',
  'gone_insecure',
  'still_secure',
  'max_message_size',
  'account_name',
  'account_name_free',
  'received_symkey',
  'otr_error_message',
  'otr_error_message_free',
  'resent_msg_prefix',
  'resent_msg_prefix_free',
  'handle_smp_event',
  'handle_msg_event',
  'create_instag',
  'convert_msg',
  'convert_free',
  'timer_control',
] as const

const OPERATIONS = koffi.struct(
  'OtrlMessageAppOps',
  Object.fromEntries(OPERATION_NAMES.map((name) => [name, 'void *'])),
)

const CALLBACK = {
  policy: koffi.proto('unsigned int otr_policy(void *o, void *context)'),
  account: koffi.proto('void otr_account(void *o, const char *account, const char *protocol)'),
  isLoggedIn: koffi.proto(
    'int otr_logged_in(void *o, const char *a, const char *p, const char *r)',
  ),
  inject: koffi.proto(
    'void otr_inject(void *o, const char *a, const char *p, const char *to, const char *text)',
  ),
  plain: koffi.proto('void otr_plain(void *o)'),
  newFingerprint: koffi.proto(
    'void otr_fingerprint(void *o, void *us, const char *a, const char *p, const char *u, void *f)',
  ),
  context: koffi.proto('void otr_context(void *o, void *context)'),
  stillSecure: koffi.proto('void otr_still(void *o, void *context, int isReply)'),
  maxSize: koffi.proto('int otr_max(void *o, void *context)'),
  symkey: koffi.proto(
    'void otr_symkey(void *o, void *context, unsigned int use, void *data, size_t n, void *key)',
  ),
  smp: koffi.proto(
    'void otr_smp(void *o, int event, void *context, unsigned short progress, const char *question)',
  ),
  message: koffi.proto(
    'void otr_message(void *o, int event, void *context, const char *message, unsigned int error)',
  ),
  timer: koffi.proto('void otr_timer(void *o, unsigned int interval)'),
}

const US_OPS = 'void *us, void *ops, void *o'
const WHO = 'const char *account, const char *protocol'

type Library = ReturnType<typeof load>
let loaded: Library | undefined

/** @throws Error if `libotr.so.5` is not installed */
function library(): Library {
  loaded ??= load()
  return loaded
}

function load() {
  const shared = koffi.load('libotr.so.5')
  const init = shared.func('int otrl_init(unsigned int, unsigned int, unsigned int)')
  if (init(4, 1, 1) !== 0) throw new Error('libotr is older than 4.1.1')
  return {
    createUser: shared.func('void *otrl_userstate_create()'),
    freeUser: shared.func('void otrl_userstate_free(void *us)'),
    generateKey: shared.func(
      `unsigned int otrl_privkey_generate(void *us, const char *file, ${WHO})`,
    ),
    readKeys: shared.func('unsigned int otrl_privkey_read(void *us, const char *file)'),
    fingerprint: shared.func(
      `void *otrl_privkey_fingerprint(void *us, _Out_ char *digits, ${WHO})`,
    ),
    makeInstanceTag: shared.func(
      `unsigned int otrl_instag_generate(void *us, const char *file, ${WHO})`,
    ),
    sending: shared.func(
      `unsigned int otrl_message_sending(${US_OPS}, ${WHO}, const char *to, unsigned int tag, const char *text, void *tlvs, _Out_ void **message, int fragments, _Out_ void **context, void *a, void *b)`,
    ),
    receiving: shared.func(
      `int otrl_message_receiving(${US_OPS}, ${WHO}, const char *from, const char *text, _Out_ void **replacement, _Out_ void **tlvs, _Out_ void **context, void *a, void *b)`,
    ),
    freeMessage: shared.func('void otrl_message_free(void *message)'),
    findTlv: shared.func('void *otrl_tlv_find(void *tlvs, unsigned short type)'),
    freeTlvs: shared.func('void otrl_tlv_free(void *tlvs)'),
    startSmp: shared.func(
      `void otrl_message_initiate_smp(${US_OPS}, void *context, const uint8_t *secret, size_t n)`,
    ),
    startSmpQuestion: shared.func(
      `void otrl_message_initiate_smp_q(${US_OPS}, void *context, const char *question, const uint8_t *secret, size_t n)`,
    ),
    answerSmp: shared.func(
      `void otrl_message_respond_smp(${US_OPS}, void *context, const uint8_t *secret, size_t n)`,
    ),
    abortSmp: shared.func(`void otrl_message_abort_smp(${US_OPS}, void *context)`),
    extraKey: shared.func(
      `unsigned int otrl_message_symkey(${US_OPS}, void *context, unsigned int use, const uint8_t *data, size_t n, _Out_ uint8_t *key)`,
    ),
    disconnect: shared.func(
      `void otrl_message_disconnect_all_instances(${US_OPS}, ${WHO}, const char *peer)`,
    ),
  }
}
