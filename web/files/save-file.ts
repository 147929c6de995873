import { LINK_KEPT_MS } from '../limits.ts'

/** Chromium's; the DOM's types do not know it yet. */
interface SavePicker {
  showSaveFilePicker?(options: {
    readonly suggestedName: string
  }): Promise<{ createWritable(): Promise<WritableStream> }>
}

/**
 * Puts a file where the person wants it: asks where if the browser can, else downloads it. It is
 * never opened, and as a download it has no type that a browser would do something with.
 *
 * @returns false if the person thought better of it
 */
export async function saveFile(file: Blob, name: string): Promise<boolean> {
  const { showSaveFilePicker } = globalThis as SavePicker
  if (showSaveFilePicker === undefined) {
    download(file, name)
    return true
  }
  try {
    const target = await showSaveFilePicker({ suggestedName: name })
    await file.stream().pipeTo(await target.createWritable())
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false
    if (error instanceof DOMException && error.name === 'SecurityError') download(file, name)
    else throw error
    return true
  }
}

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file.slice(0, file.size, 'application/octet-stream'))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), LINK_KEPT_MS)
}
