import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfigFileAndWriteSchema } from '@lit/localize-tools/lib/config.js'
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { faultSentence } from './fault-words.ts'
import { directionOf, LANGUAGES, type Language, language, region, speak } from './language.ts'
import { targetLocales } from './languages/locale-codes.ts'
import { noticeSentence, reasonSentence } from './notice-words.ts'
import { notice } from './testing/cast.ts'
import { dividerOf } from './time-words.ts'
import { describeSecret, RESULT } from './verification-words.ts'
import { number, plural, wordsOf } from './wording.ts'
import { CONTACTS, PRIVACY_LABEL, SETTINGS } from './words.ts'

const HERE = import.meta.dirname
/** How to mend whatever is red here. */
const MEND = 'npm run words'

// Whoever draws listens at the window.
beforeAll(() => void vi.stubGlobal('window', new EventTarget()))
afterAll(() => speak('en', []))

describe('the catalogues', () => {
  const localizer = new RuntimeLitLocalizer(
    readConfigFileAndWriteSchema(join(HERE, '..', 'lit-localize.json')) as ConstructorParameters<
      typeof RuntimeLitLocalizer
    >[0],
  )
  const { messages, errors } = localizer.extractSourceMessages()
  const { translations } = localizer.readTranslationsSync()
  const catalogue = (locale: string) =>
    translations.get(locale as Parameters<typeof translations.get>[0]) ?? []

  test('can be read from the source: no two meanings share an id', () => {
    expect(errors.map(({ messageText }) => messageText)).toEqual([])
    expect(messages.length).toBeGreaterThan(300)
  })

  test.each(targetLocales)('%s has every message, no more, and the same placeholders', (locale) => {
    const translated = catalogue(locale)
    const ids = new Set(translated.map(({ name }) => name))
    const wanted = messages.map(({ name }) => name)
    const english = (name: string) =>
      messages
        .find((message) => message.name === name)
        ?.contents.map(String)
        .join('')
    expect(
      wanted.filter((id) => !ids.has(id)).map(english),
      `missing: ${MEND}, then translate`,
    ).toEqual([])
    expect(
      [...ids].filter((id) => !wanted.includes(id)),
      `stale: ${MEND}`,
    ).toEqual([])
    expect(localizer.validateTranslations().errors, 'placeholders').toEqual([])
  })

  test.each(targetLocales)('%s: the module is what the catalogue says', async (locale) => {
    const { templates } = await import(`./languages/${locale}.ts`)
    const built = templates as Readonly<Record<string, string | { strings: readonly string[] }>>
    const says = (id: string) => {
      const template = built[id]
      return typeof template === 'string' ? template : (template?.strings.join('·') ?? null)
    }
    for (const { name, contents } of catalogue(locale)) {
      const text = contents.map((part) => (typeof part === 'string' ? part : '·')).join('')
      expect(says(name), `${name}: ${MEND}`).toBe(text)
    }
    expect(Object.keys(built)).toHaveLength(catalogue(locale).length)
  })

  test('every element with words is drawn again when the language changes', () => {
    const folder = join(HERE, 'elements')
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8')
      if (/from '\.\.\/[\w-]*words\.ts'/.test(text))
        expect(text, file).not.toMatch(/extends LitElement/)
    }
  })
})

describe('speaking', () => {
  test('is English before anything is chosen, and for whoever reads none of ours', async () => {
    expect(await speak('auto', ['fr-FR', 'it'])).toBe('en')
    expect(SETTINGS.title).toBe('Settings')
  })

  test('takes the first of the browser’s languages that there is, whatever its country', async () => {
    expect(await speak('auto', ['fr', 'de-AT', 'en'])).toBe('de')
    expect(region(['fr', 'de-AT', 'en'])).toBe('de-AT')
    expect(PRIVACY_LABEL.unverified).toBe('Verschlüsselt, nicht überprüft')
  })

  test.each(Object.keys(LANGUAGES) as Language[])('%s by choice', async (chosen) => {
    expect(await speak(chosen, ['da'])).toBe(chosen)
    expect(language()).toBe(chosen)
    expect(directionOf(chosen)).toBe(chosen === 'ar' ? 'rtl' : 'ltr')
    expect(RESULT.asked('Bob')).toContain('Bob')
  })

  test('a name stands where the language wants it', async () => {
    await speak('de', [])
    expect(RESULT.verify('Bob')).toBe('Bob überprüfen')
    await speak('ar', [])
    expect(RESULT.asked('Bob')).toBe('يريد Bob التحقق منك.')
  })

  test('a table is written once for each language, not at every look', async () => {
    let written = 0
    const table = wordsOf(() => ({ count: ++written }))
    expect([table.count, table.count]).toEqual([1, 1])
    await speak('nl', [])
    expect([table.count, table.count]).toEqual([2, 2])
    expect(Object.keys(table)).toEqual(['count'])
  })
})

describe('numbers and days', () => {
  test('Arabic has six plurals, and each is said', async () => {
    await speak('ar', [])
    const forms = [0, 1, 2, 3, 11, 100].map((count) => CONTACTS.unread(count))
    expect(new Set(forms.map((form) => form.replaceAll(/\d+/g, '')))).toHaveProperty('size', 5)
    expect(CONTACTS.unread(2)).toBe('رسالتان غير مقروءتين (2)')
    expect(CONTACTS.unread(3)).toBe('3 رسائل غير مقروءة')
  })

  test('English has two, German writes thousands with a full stop', async () => {
    await speak('en', [])
    expect([CONTACTS.unread(1), CONTACTS.unread(2)]).toEqual([
      '1 unread message',
      '2 unread messages',
    ])
    const forms = { zero: 'z', one: 'o', two: 't', few: 'f', many: 'm', other: '*' }
    expect([0, 1, 2, 5].map((count) => plural(count, forms)).join('')).toBe('*o**')
    await speak('de', [])
    expect(number(12_345)).toBe('12.345')
  })

  test('days are called as the language calls them', async () => {
    const noon = new Date(2026, 4, 3, 12).getTime()
    await speak('es', [])
    expect(dividerOf(noon, noon)).toBe('Hoy')
    await speak('da', [])
    expect(dividerOf(noon - 86_400_000, noon)).toBe('I går')
    expect(describeSecret('Bla bla')?.shape).toMatch(/^7 tegn, store og små bogstaver/)
  })
})

describe('sentences that come from below', () => {
  const from = (said: Parameters<typeof noticeSentence>[0]['said']) =>
    noticeSentence({ ...notice('sip:b@c' as never, 'key-new', 'English.', 0).notice, said: said! })

  test('are said by their form and names', async () => {
    await speak('de', [])
    expect(from({ form: 'session-closed', name: 'Bob', detail: '' })).toBe(
      'Bob hat die Unterhaltung verlassen.',
    )
    expect(
      from({ form: 'session-failed', name: 'Bob', detail: 'There was no answer in time.' }),
    ).toBe('Es kam nicht rechtzeitig eine Antwort.')
  })

  test('what a peer or a room wrote is not translated', async () => {
    await speak('de', [])
    const detail = 'You have sent unencrypted data'
    expect(from({ form: 'peer-otr-error', name: 'Bob', detail })).toContain(`„${detail}“`)
    expect(from({ form: 'room-status', name: 'lunch', detail })).toBe(detail)
  })

  test('stay English where this version does not know them', async () => {
    await speak('de', [])
    expect(from({ form: 'of-tomorrow' as never, name: 'Bob', detail: '' })).toBe('English.')
    expect(faultSentence({ code: 'CHAT_OF_TOMORROW', sentence: 'English.' })).toBe('English.')
    expect(reasonSentence({ reason: 'English.' }, 'Bob')).toBe('English.')
  })

  test('why a message waits is known by its stored sentence', async () => {
    await speak('nl', [])
    const reason = 'Held until Bob’s app is ready to encrypt.'
    expect(reasonSentence({ reason }, 'Bob')).toBe('Wacht tot de app van Bob kan versleutelen.')
    expect(faultSentence({ code: 'MSRP_BAD_HEADER', sentence: 'x' })).toBe(
      'De berichtenserver hield zich niet aan het protocol.',
    )
    expect(reasonSentence({ reason: null }, 'Bob')).toBeNull()
  })
})
