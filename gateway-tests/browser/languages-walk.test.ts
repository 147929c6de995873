import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** From choosing a language to a verified contact, whose own window is English all the time. */
interface Words {
  readonly lang: string
  readonly settings: string
  readonly vault: string
  readonly addContact: string
  readonly nameOrAddress: string
  readonly add: string
  readonly message: string
  readonly unverified: string
  readonly verify: string
  readonly question: string
  readonly yourQuestion: string
  readonly expected: string
  readonly start: string
  readonly verified: string
  readonly talking: string
  readonly keys: string
  readonly asks: string
}

const LANGUAGES: Readonly<Record<string, Words>> = {
  Deutsch: {
    lang: 'de',
    settings: 'Einstellungen',
    vault: 'Schlüssel und Sicherung',
    addContact: 'Kontakt hinzufügen',
    nameOrAddress: 'Name oder Adresse',
    add: 'Hinzufügen',
    message: 'Nachricht',
    unverified: 'Verschlüsselung: Verschlüsselt, nicht überprüft',
    verify: 'bob überprüfen …',
    question: 'Frage',
    yourQuestion: 'Deine Frage',
    expected: 'Die Antwort, die du erwartest',
    start: 'Überprüfung starten',
    verified: 'Verschlüsselung: Überprüft',
    talking: 'Überprüft. Du sprichst mit bob.',
    keys: 'Schlüssel …',
    asks: 'An welchem See waren wir?',
  },
  Dansk: {
    lang: 'da',
    settings: 'Indstillinger',
    vault: 'Nøgler og sikkerhedskopi',
    addContact: 'Tilføj kontakt',
    nameOrAddress: 'Navn eller adresse',
    add: 'Tilføj',
    message: 'Besked',
    unverified: 'Kryptering: Krypteret, ikke bekræftet',
    verify: 'Bekræft bob …',
    question: 'Spørgsmål',
    yourQuestion: 'Dit spørgsmål',
    expected: 'Det svar, du venter',
    start: 'Start bekræftelse',
    verified: 'Kryptering: Bekræftet',
    talking: 'Bekræftet. Du taler med bob.',
    keys: 'Nøgler …',
    asks: 'Hvilken sø var vi ved?',
  },
  Nederlands: {
    lang: 'nl',
    settings: 'Instellingen',
    vault: 'Sleutels en back-up',
    addContact: 'Contact toevoegen',
    nameOrAddress: 'Naam of adres',
    add: 'Toevoegen',
    message: 'Bericht',
    unverified: 'Versleuteling: Versleuteld, niet geverifieerd',
    verify: 'bob verifiëren…',
    question: 'Vraag',
    yourQuestion: 'Je vraag',
    expected: 'Het antwoord dat je verwacht',
    start: 'Verificatie starten',
    verified: 'Versleuteling: Geverifieerd',
    talking: 'Geverifieerd. Je praat met bob.',
    keys: 'Sleutels…',
    asks: 'Bij welk meer waren we?',
  },
  Español: {
    lang: 'es',
    settings: 'Ajustes',
    vault: 'Claves y copia de seguridad',
    addContact: 'Añadir contacto',
    nameOrAddress: 'Nombre o dirección',
    add: 'Añadir',
    message: 'Mensaje',
    unverified: 'Cifrado: Cifrado, sin verificar',
    verify: 'Verificar a bob…',
    question: 'Pregunta',
    yourQuestion: 'Tu pregunta',
    expected: 'La respuesta que esperas',
    start: 'Empezar la verificación',
    verified: 'Cifrado: Verificado',
    talking: 'Verificado. Estás hablando con bob.',
    keys: 'Claves…',
    asks: '¿En qué lago estuvimos?',
  },
}

let browser: Browser
let edge: Edge
let bob: Person
const complaints: string[] = []

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: null,
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  bob = await arrive('bob')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  const person = await Person.arrive(context, edge.url, name)
  await person.createAccount()
  await person.online()
  return person
}

test.each(Object.entries(LANGUAGES))(
  '%s: all the way, and the question is asked as it was typed',
  async (ownName, words) => {
    const asker = await arrive(`asker-${words.lang}`)
    const { page } = asker
    await bob.addContact(asker.name)
    await asker.press('Settings')
    await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: ownName })
    await page.getByRole('heading', { name: words.settings }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(words.lang)
    expect(await accessibilityFindings(page)).toEqual([])
    await asker.press(new RegExp(`^${words.vault}`))
    await page.getByRole('dialog', { name: words.vault }).waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: words.addContact }).first().click()
    await page.getByRole('textbox', { name: words.nameOrAddress }).fill('bob')
    await page.getByRole('button', { name: words.add, exact: true }).click()
    await page.getByRole('textbox', { name: words.message }).fill(words.asks)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: words.unverified, exact: true }).click()
    await page.getByRole('menuitem', { name: words.verify }).click()
    await page.getByRole('radio', { name: words.question }).click()
    await page.getByRole('textbox', { name: words.yourQuestion }).fill(words.asks)
    await page.getByRole('textbox', { name: words.expected }).fill('Wörthersee')
    expect(await accessibilityFindings(page)).toEqual([])
    await page.getByRole('button', { name: words.start }).click()

    await bob.turnTo(asker.name)
    await bob.verificationSays(`${asker.name} wants to verify you.`)
    await bob.verification.getByText(words.asks, { exact: true }).waitFor()
    await bob.answer('Wörthersee')
    await page.getByText(words.talking).first().waitFor()
    await page.getByRole('button', { name: words.verified, exact: true }).click()
    await page.getByRole('menuitem', { name: words.keys }).click()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.setViewportSize({ width: 320, height: 700 })
    const overhang = () =>
      page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
    await expect.poll(overhang).toBe(0)
    await page.getByRole('textbox', { name: words.message }).waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.context().close()
  },
)

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})
