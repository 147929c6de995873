import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import type { Person } from './person.ts'
import type { SampleFile } from './sample-files.ts'

/** The card of a file that came from a contact. */
export function fileFrom(person: Person, name: string, file: string): Locator {
  return person.page.getByRole('group', { name: `File from ${name}: ${file}` })
}

/** The card of an own file. */
export function ownFile(person: Person, file: string): Locator {
  return person.page.getByRole('group', { name: `File from you: ${file}` })
}

/** Chooses files in the system's dialog. */
export async function attach({ page }: Person, ...files: readonly SampleFile[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Attach files' }).click(),
  ])
  const folder = mkdtempSync(join(tmpdir(), 'sotto-files-'))
  const paths = files.map(({ name, buffer }) => {
    writeFileSync(join(folder, name), buffer)
    return join(folder, name)
  })
  await chooser.setFiles(paths)
}

export async function accept(person: Person, name: string, file: string): Promise<void> {
  await acceptButton(person, name, file).click()
}

export function acceptButton(person: Person, name: string, file: string): Locator {
  return fileFrom(person, name, file).getByRole('button', { name: 'Accept', exact: true })
}
