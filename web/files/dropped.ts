/** What was dropped or pasted, as far as it can be sent. */
export interface Dropped {
  readonly files: readonly File[]
  /** Folders, which cannot. */
  readonly folders: number
}

/** True while files are dragged, not text or a link. What they are is told only when they are dropped. */
export function hasFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes('Files') === true
}

/** Must be called while the event is handled: the browser forgets it afterwards. */
export function droppedOf(transfer: DataTransfer): Dropped {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const files: File[] = []
  let folders = 0
  for (const item of items) {
    const file = item.getAsFile()
    if (item.webkitGetAsEntry?.()?.isDirectory === true) folders += 1
    else if (file !== null) files.push(file)
  }
  return { files, folders }
}

/** A file that misses its place must not take the page's: a browser would open it there. */
export function refuseDrops(page: EventTarget): void {
  for (const type of ['dragover', 'drop'])
    page.addEventListener(type, (event) => {
      const { dataTransfer } = event as DragEvent
      if (event.defaultPrevented || !hasFiles(dataTransfer)) return
      event.preventDefault()
      dataTransfer.dropEffect = 'none'
    })
}
