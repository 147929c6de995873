import type { Language } from './language.ts'
import { EMOJI_FOUND_MAX, EMOJI_RECENT_MAX } from './limits.ts'

export interface Emoji {
  readonly unicode: string
  /** What it is called, in the language that it was loaded in. */
  readonly label: string
  readonly tags: readonly string[]
  readonly group: EmojiGroup
}

/** In the order in which they are offered. */
export const EMOJI_GROUPS = [
  'people',
  'nature',
  'food',
  'places',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const
export type EmojiGroup = (typeof EMOJI_GROUPS)[number]

/** As emojibase has them, by their numbers; 2 are parts of others, and are not offered. */
const GROUP_OF: Readonly<Record<number, EmojiGroup>> = {
  0: 'people',
  1: 'people',
  3: 'nature',
  4: 'food',
  5: 'places',
  6: 'activities',
  7: 'objects',
  8: 'symbols',
  9: 'flags',
}

/** One entry of emojibase's compact tables, as far as it is used. */
export interface EmojiRecord {
  readonly unicode: string
  readonly label: string
  readonly group?: number
  readonly order?: number
  readonly tags?: readonly string[]
}

type Table = Promise<{ readonly default: unknown }>

/** Of Arabic there is no table. */
const TABLES: Readonly<Record<Language, () => Table>> = {
  en: () => import('emojibase-data/en/compact.json'),
  de: () => import('emojibase-data/de/compact.json'),
  da: () => import('emojibase-data/da/compact.json'),
  nl: () => import('emojibase-data/nl/compact.json'),
  es: () => import('emojibase-data/es/compact.json'),
  ar: () => import('emojibase-data/en/compact.json'),
}

/** Every emoji that is offered, with its names in the language, or in English where it has none. */
export async function loadEmoji(language: Language): Promise<readonly Emoji[]> {
  const { default: records } = await TABLES[language]()
  return emojiOf(records as readonly EmojiRecord[])
}

export function emojiOf(records: readonly EmojiRecord[]): readonly Emoji[] {
  return [...records]
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .flatMap(({ unicode, label, group, tags = [] }) => {
      const known = group === undefined ? undefined : GROUP_OF[group]
      return known === undefined ? [] : [{ unicode, label, tags, group: known }]
    })
}

/** Whose name or keywords have words that begin with each of the words typed; names come first. */
export function findEmoji(all: readonly Emoji[], typed: string): readonly Emoji[] {
  const wanted = wordsIn(typed)
  if (wanted.length === 0) return []
  const hits = (texts: readonly string[]) => {
    const words = texts.flatMap(wordsIn)
    return wanted.every((one) => words.some((word) => word.startsWith(one)))
  }
  const named = all.filter(({ label }) => hits([label]))
  const tagged = all.filter((emoji) => !named.includes(emoji) && hits([emoji.label, ...emoji.tags]))
  return [...named, ...tagged].slice(0, EMOJI_FOUND_MAX)
}

/** Emoji that this browser's person used last, latest first. */
export class RecentEmoji {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
  }

  list(): readonly string[] {
    return this.#storage.getItem(KEY)?.split(' ').filter(Boolean) ?? []
  }

  add(unicode: string): void {
    const others = this.list().filter((one) => one !== unicode)
    try {
      this.#storage.setItem(KEY, [unicode, ...others].slice(0, EMOJI_RECENT_MAX).join(' '))
    } catch {
      // The quota is full: then it is not remembered.
    }
  }
}

const KEY = 'sotto.emoji'

/** Without case and accents. */
function wordsIn(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}
