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
  | { readonly do: 'state' | 'quit' }

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
        question: fields.has('question') ? fields.text('question') : null,
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
    case 'state':
    case 'quit':
      return { do: verb }
    default:
      throw new CommandError('AGENT_UNKNOWN_COMMAND', 'There is no command of that name.')
  }
}

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
