import { configureLocalization } from '@lit/localize'
import { type allLocales, sourceLocale, targetLocales } from './languages/locale-codes.ts'

export type Language = (typeof allLocales)[number]

/** Every language by its own name, in the order in which they are offered. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  da: 'Dansk',
  nl: 'Nederlands',
  es: 'Español',
  ar: 'العربية',
} as const satisfies Record<Language, string>

const RIGHT_TO_LEFT: readonly Language[] = ['ar']

/** A language is fetched when somebody wants it. English is in the words themselves. */
const MODULES = {
  de: () => import('./languages/de.ts'),
  da: () => import('./languages/da.ts'),
  nl: () => import('./languages/nl.ts'),
  es: () => import('./languages/es.ts'),
  ar: () => import('./languages/ar.ts'),
} as const satisfies Record<(typeof targetLocales)[number], () => Promise<unknown>>

const { getLocale, setLocale } = configureLocalization({
  sourceLocale,
  targetLocales,
  loadLocale: (language) => MODULES[language as keyof typeof MODULES](),
})

/** The language of the words on the screen. */
export function language(): Language {
  return getLocale() as Language
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr'
}

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(LANGUAGES, value)
}

/**
 * Speaks the chosen language from now on, `auto` being the first of `preferred` that there is. What
 * is on the screen is drawn again.
 *
 * @param preferred - BCP 47 tags, best first, as a browser gives them
 * @returns the language that is spoken now: the one before if it could not be fetched
 */
export async function speak(
  choice: Language | 'auto',
  preferred: readonly string[],
): Promise<Language> {
  try {
    await setLocale(choice === 'auto' ? firstOf(preferred) : choice)
  } catch {
    // Offline, and this language was never fetched.
  }
  return language()
}

/** The tag for dates and numbers: the reader's own country where it speaks this language. */
export function region(
  preferred: readonly string[] = globalThis.navigator?.languages ?? [],
): string {
  return preferred.find((tag) => languageOf(tag) === language()) ?? language()
}

function firstOf(preferred: readonly string[]): Language {
  return preferred.map(languageOf).find(isLanguage) ?? sourceLocale
}

function languageOf(tag: string): string {
  return tag.split('-')[0]!.toLowerCase()
}
