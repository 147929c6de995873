import { bigintToBytes, fromHex, toHex } from './bytes.ts'
import {
  assemble,
  type DataFields,
  decrypt,
  findDataMessages,
  findDeniable,
  forge,
  macKeyOf,
  modify,
  sessionKeys,
  verifies,
} from './toolkit-forge.ts'
import { describe, findMessages } from './toolkit-layout.ts'

/*
 * The forging toolkit. Whoever has seen a conversation can make one that looks as genuine: these
 * commands show how, so that no log of OTR messages proves anything. The first six take and print what
 * libotr's `otr_parse`, `otr_sesskeys` and so on do.
 */

export interface ToolkitResult {
  readonly stdout: string
  readonly stderr: string
  /** Exit status: 0, or 1 if nothing could be done. */
  readonly status: 0 | 1
}

interface Command {
  readonly arguments: string
  readonly purpose: string
  readonly run: (args: readonly string[], log: string) => string | Partial<ToolkitResult>
  readonly count: readonly [least: number, most: number]
  /** The conversation comes on standard input. */
  readonly readsLog?: true
}

const COMMANDS: Record<string, Command> = {
  parse: {
    arguments: '',
    purpose: 'Shows the fields of every OTR message on standard input.',
    count: [0, 0],
    readsLog: true,
    run: (_, log) => findMessages(log).map(describe).join(''),
  },
  sesskeys: {
    arguments: 'our_privkey their_pubkey',
    purpose: 'Shows our public key and the keys that a D-H agreement gives.',
    count: [2, 2],
    run: ([secret, theirs]) => showSessionKeys(hex(secret!), hex(theirs!)),
  },
  mackey: {
    arguments: 'aeskey',
    purpose: 'Shows the MAC key that belongs to an AES key.',
    count: [1, 1],
    run: ([key]) => {
      const aesKey = hex(key!, 16)
      return `AES key: ${toHex(aesKey)}\nMAC key: ${toHex(macKeyOf(aesKey))}\n`
    },
  },
  readforge: {
    arguments: 'aeskey [new_message]',
    purpose: 'Decrypts the first data message on standard input; or gives it another text.',
    count: [1, 2],
    readsLog: true,
    run: ([key, newText], log) => readForge(hex(key!, 16), firstDataMessage(log), newText),
  },
  modify: {
    arguments: 'mackey old_text new_text offset',
    purpose: 'Replaces guessed text in the first data message, knowing the MAC key alone.',
    count: [4, 4],
    readsLog: true,
    run: ([key, was, becomes, offset], log) => {
      const message = firstDataMessage(log)
      const macKey = hex(key!, 20)
      const texts = sameLength(was!, becomes!)
      if (!verifies(macKey, message)) throw new RangeError('MAC does not verify: wrong MAC key?')
      return `${modify(macKey, message, ...texts, decimal(offset!))}\n`
    },
  },
  remac: {
    arguments:
      'mackey sender_instance receiver_instance flags snd_keyid rcp_keyid pubkey counter encdata revealed_mackeys',
    purpose: 'Makes a data message from its parts.',
    count: [10, 10],
    run: (args) => `${remac(args)}\n`,
  },
  'forge-transcript': {
    arguments: '[number old_text new_text [offset]]',
    purpose:
      'Says which data messages of a conversation anybody can forge with the MAC keys that the conversation itself reveals; or prints it with one of them forged.',
    count: [0, 4],
    readsLog: true,
    run: (args, log) => (args.length === 0 ? listDeniable(log) : forgeTranscript(args, log)),
  },
}

/**
 * Runs one command.
 *
 * @param args - its name, then its arguments
 * @param readLog - gives standard input, as text; called only by commands that take a conversation
 */
export async function runToolkit(
  args: readonly string[],
  readLog: () => Promise<string>,
): Promise<ToolkitResult> {
  const [name = '', ...rest] = args
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null
  if (command === null) return failure(usage())
  const [least, most] = command.count
  if (rest.length < least || rest.length > most) return failure(usageOf(name, command))
  const log = command.readsLog ? await readLog() : ''
  try {
    const result = command.run(rest, log)
    const streams = typeof result === 'string' ? { stdout: result } : result
    return { stdout: '', stderr: '', status: 0, ...streams }
  } catch (error) {
    if (error instanceof RangeError) return failure(`${error.message}\n`)
    throw error
  }
}

function failure(stderr: string): ToolkitResult {
  return { stdout: '', stderr, status: 1 }
}

function usage(): string {
  const commands = Object.entries(COMMANDS).map(([name, command]) => usageOf(name, command))
  return `Usage: otr-toolkit COMMAND …\n\n${commands.join('\n')}`
}

function usageOf(name: string, { arguments: names, purpose }: Command): string {
  return `${`otr-toolkit ${name} ${names}`.trimEnd()}\n  ${purpose}\n`
}

function showSessionKeys(secret: Uint8Array, theirPublic: Uint8Array): string {
  const keys = sessionKeys(secret, theirPublic)
  return [
    '',
    `We are the ${keys.high ? 'high' : 'low'} end of this key exchange.`,
    '',
    `Our public key: ${toHex(bigintToBytes(keys.ourPublic))}`,
    '',
    `Session id: ${toHex(keys.sessionId)}`,
    '',
    `Sending   AES key: ${toHex(keys.sendingAes)}`,
    `Sending   MAC key: ${toHex(macKeyOf(keys.sendingAes))}`,
    `Receiving AES key: ${toHex(keys.receivingAes)}`,
    `Receiving MAC key: ${toHex(macKeyOf(keys.receivingAes))}`,
    '',
    '',
  ].join('\n')
}

function readForge(aesKey: Uint8Array, message: DataFields, newText: string | undefined) {
  const right = verifies(macKeyOf(aesKey), message)
  const forged =
    newText === undefined ? '' : `${forge(aesKey, message, new TextEncoder().encode(newText))}\n`
  if (!right) return { stdout: forged, stderr: 'MAC does not verify: wrong AES key?\n' }
  const [text] = new TextDecoder().decode(decrypt(aesKey, message)).split('\0')
  return `Plaintext: \`\`${text}''\n${forged}`
}

function remac(args: readonly string[]): string {
  const [macKey, sender, receiver, flags, senderKeyId, recipientKeyId] = args
  const [nextPublic, counter, ciphertext, revealedMacKeys] = args.slice(6)
  return assemble(hex(macKey!, 20), {
    senderInstance: decimal(sender!),
    receiverInstance: decimal(receiver!),
    flags: decimal(flags!, 0xff),
    senderKeyId: decimal(senderKeyId!),
    recipientKeyId: decimal(recipientKeyId!),
    nextPublic: hex(nextPublic!),
    counter: hex(counter!, 8),
    ciphertext: hex(ciphertext!),
    revealedMacKeys: hex(revealedMacKeys!),
  })
}

function listDeniable(log: string): string {
  const lines = findDeniable(log).map(({ number, revealed }) => {
    const what = revealed === null ? 'not revealed' : `revealed by ${revealed.by}, can be forged`
    return `Data Message ${number}: MAC key ${what}\n`
  })
  return lines.join('')
}

function forgeTranscript(args: readonly string[], log: string): string {
  const [number, was, becomes, offset = '0'] = args
  if (becomes === undefined) throw new RangeError('old_text and new_text are missing')
  const message = findDeniable(log)[decimal(number!) - 1]
  if (message === undefined) throw new RangeError('no such data message')
  if (message.revealed === null) throw new RangeError('its MAC key is not revealed')
  const texts = sameLength(was!, becomes)
  const forged = modify(message.revealed.macKey, message, ...texts, decimal(offset))
  return log.replace(message.text, () => forged)
}

function firstDataMessage(log: string): DataFields {
  const [message] = findDataMessages(log)
  if (message === undefined) throw new RangeError('No OTR Data Message found on stdin.')
  return message
}

function sameLength(a: string, b: string): [Uint8Array, Uint8Array] {
  const texts: [Uint8Array, Uint8Array] = [new TextEncoder().encode(a), new TextEncoder().encode(b)]
  if (texts[0].length === texts[1].length) return texts
  throw new RangeError('The old_text and new_text must be of the same length.')
}

function hex(argument: string, length?: number): Uint8Array {
  const bytes = fromHex(argument)
  if (length === undefined || bytes.length === length) return bytes
  throw new RangeError(`${bytes.length} B where ${length} B are needed`)
}

function decimal(argument: string, most = 0xffff_ffff): number {
  const value = Number(argument)
  if (/^\d+$/.test(argument) && value <= most) return value
  throw new RangeError(`not a number from 0 to ${most}`)
}
