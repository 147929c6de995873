import { open, rename } from 'node:fs/promises'

/** Replaces a whole file: a crash leaves the old one or the new one, never half of each. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}
