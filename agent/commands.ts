import type { HistoryRule } from '../chat/index.ts'

/** What a program may ask of the agent: one JSON object a line on standard input. */
export type AgentCommand =
  | { readonly do: 'open' | 'accept' | 'decline' | 'abort' | 'close'; readonly peer: string }
  | { readonly do: 'send'; readonly peer: string; readonly text: string }
  | { readonly do: 'otr'; readonly peer: string; readonly set: 'start' | 'stop' }
  | { readonly do: 'contact'; readonly peer: string; readonly alwaysOtr: boolean }
  | {
      readonly do: 'verify'
      readonly peer: string
      readonly secret: string
      readonly question: string | null
    }
  | { readonly do: 'answer'; readonly peer: string; readonly secret: string }
  | { readonly do: 'trust'; readonly peer: string; readonly fingerprint: string }
  | { readonly do: 'composing'; readonly peer: string; readonly active: boolean }
  | { readonly do: 'nickname'; readonly peer: string; readonly nickname: string }
  | {
      readonly do: 'private'
      readonly peer: string
      readonly member: string
      readonly text: string
    }
  | { readonly do: 'invite'; readonly peer: string; readonly who: string }
  | { readonly do: 'displayed' | 'delete'; readonly peer: string; readonly id: string }
  | { readonly do: 'receipts'; readonly on: boolean }
  | {
      readonly do: 'resend'
      readonly peer: string
      readonly gap: string
      readonly text: string | null
    }
  | { readonly do: 'history'; readonly peer: string; readonly keep: HistoryRule }
  | { readonly do: 'mute'; readonly peer: string; readonly on: boolean }
  | { readonly do: 'earlier' | 'clear' | 'export'; readonly peer: string }
  | { readonly do: 'search'; readonly text: string; readonly in: string | null }
  | {
      readonly do: 'file-send'
      readonly peer: string
      readonly path: string
      readonly contentType: string
    }
  | {
      readonly do: 'file-accept' | 'file-cancel' | 'file-approve' | 'file-resume'
      readonly peer: string
      readonly id: string
    }
  | { readonly do: 'state' }
  | { readonly do: 'quit' }

/** The caller's fault: a line that is not a command. Names the field, never its content. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: 'AGENT_NOT_JSON' | 'AGENT_UNKNOWN_COMMAND' | 'AGENT_BAD_FIELD' | 'AGENT_TOO_LONG'

  constructor(code: CommandError['code'], sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** Longest line read, in UTF-16 units: a megabyte of text with its escapes. */
export const LINE_MAX = 4 * 1024 * 1024

const UNKNOWN_TYPE = 'application/octet-stream'

/**
 * Reads one line of standard input.
 * @throws CommandError
 */
export function parseCommand(line: string): AgentCommand {
  if (line.length > LINE_MAX) {
    throw new CommandError('AGENT_TOO_LONG', `A line may have ${LINE_MAX} characters at most.`)
  }
  const fields = new Fields(parseObject(line))
  const verb = fields.text('do')
  switch (verb) {
    case 'open':
    case 'accept':
    case 'decline':
    case 'abort':
    case 'close':
    case 'earlier':
    case 'clear':
    case 'export':
      return { do: verb, peer: fields.text('peer') }
    case 'send':
      return { do: verb, peer: fields.text('peer'), text: fields.text('text') }
    case 'otr':
      return { do: verb, peer: fields.text('peer'), set: fields.oneOf('set', ['start', 'stop']) }
    case 'contact':
      return { do: verb, peer: fields.text('peer'), alwaysOtr: fields.flag('alwaysOtr') }
    case 'verify':
      return {
        do: verb,
        peer: fields.text('peer'),
        secret: fields.text('secret'),
        question: fields.optional('question'),
      }
    case 'answer':
      return { do: verb, peer: fields.text('peer'), secret: fields.text('secret') }
    case 'trust':
      return {
        do: verb,
        peer: fields.text('peer'),
        fingerprint: fields.text('fingerprint').replaceAll(' ', '').toLowerCase(),
      }
    case 'composing':
      return { do: verb, peer: fields.text('peer'), active: fields.flag('active') }
    case 'nickname':
      return { do: verb, peer: fields.text('peer'), nickname: fields.optional('nickname') ?? '' }
    case 'private': {
      const [peer, member] = [fields.text('peer'), fields.text('member')]
      return { do: verb, peer, member, text: fields.text('text') }
    }
    case 'invite':
      return { do: verb, peer: fields.text('peer'), who: fields.text('who') }
    case 'displayed':
    case 'delete':
      return { do: verb, peer: fields.text('peer'), id: fields.text('id') }
    case 'receipts':
      return { do: verb, on: fields.flag('on') }
    case 'resend': {
      const [peer, gap] = [fields.text('peer'), fields.text('gap')]
      return { do: verb, peer, gap, text: fields.optional('text') }
    }
    case 'history':
      return { do: verb, peer: fields.text('peer'), keep: fields.oneOf('keep', RULES) }
    case 'mute':
      return { do: verb, peer: fields.text('peer'), on: fields.flag('on') }
    case 'search':
      return { do: verb, text: fields.text('text'), in: fields.optional('peer') }
    case 'file-send':
      return {
        do: verb,
        peer: fields.text('peer'),
        path: fields.text('path'),
        contentType: fields.has('contentType') ? fields.text('contentType') : UNKNOWN_TYPE,
      }
    case 'file-accept':
    case 'file-cancel':
    case 'file-approve':
    case 'file-resume':
      return { do: verb, peer: fields.text('peer'), id: fields.text('id') }
    case 'state':
    case 'quit':
      return { do: verb }
    default:
      throw new CommandError('AGENT_UNKNOWN_COMMAND', 'There is no command of that name.')
  }
}

const RULES = ['automatic', 'keep', 'session', 'never'] as const satisfies readonly HistoryRule[]

function parseObject(line: string): object {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new CommandError('AGENT_NOT_JSON', 'The line is not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CommandError('AGENT_NOT_JSON', 'The line is not a JSON object.')
  }
  return value
}

class Fields {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(object: object) {
    this.#values = new Map(Object.entries(object))
  }

  /** `null` counts as absent, as programs write it. */
  has(name: string): boolean {
    return (this.#values.get(name) ?? null) !== null
  }

  text(name: string): string {
    const value = this.#values.get(name)
    if (typeof value === 'string' && value !== '') return value
    throw new CommandError('AGENT_BAD_FIELD', `"${name}" must be a string that is not empty.`)
  }

  optional(name: string): string | null {
    return this.has(name) ? this.text(name) : null
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)
    if (typeof value === 'boolean') return value
    throw new CommandError('AGENT_BAD_FIELD', `"${name}" must be true or false.`)
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const choice = choices.find((candidate) => candidate === this.#values.get(name))
    if (choice !== undefined) return choice
    throw new CommandError('AGENT_BAD_FIELD', `"${name}" must be one of: ${choices.join(', ')}.`)
  }
}
