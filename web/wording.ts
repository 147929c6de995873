import { language, region } from './language.ts'

/**
 * A table of words in the language of the moment. Whoever reads an entry while drawing gets it in
 * the language that is spoken then; the table is written anew when that has changed.
 *
 * @param write - calls `msg` for each entry; the same keys every time
 */
export function wordsOf<Table extends object>(write: () => Table): Readonly<Table> {
  let written = write()
  let writtenIn = language()
  const entry = (key: string) => {
    if (writtenIn !== language()) {
      written = write()
      writtenIn = language()
    }
    return written[key as keyof Table]
  }
  const getters = Object.keys(written).map(
    (key) => [key, { enumerable: true, get: () => entry(key) }] as const,
  )
  return Object.defineProperties({}, Object.fromEntries(getters)) as Readonly<Table>
}

/** A sentence for every plural category of CLDR; Arabic has all six, English two of them. */
export type PluralForms = Readonly<Record<Intl.LDMLPluralRule, string>>

/** The form that goes with `count`, 0 or more. */
export function plural(count: number, forms: PluralForms): string {
  return forms[new Intl.PluralRules(language()).select(count)]
}

/** A number as the reader's language writes it. */
export function number(value: number): string {
  return new Intl.NumberFormat(region()).format(value)
}

/** Several things that hold together: "a, b, c". */
export function list(parts: readonly string[]): string {
  return new Intl.ListFormat(region(), { type: 'unit', style: 'short' }).format(parts)
}

/** Whole sentences, one after the other. */
export function sentences(...all: readonly (string | null)[]): string {
  return all.filter((sentence) => sentence !== null).join(' ')
}
