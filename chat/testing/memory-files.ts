import type { FileHost, FileSink, FileToSend } from '../file-door.ts'
import type { Transfer } from '../transfer-events.ts'

/** Files in memory, and what became of each. */
export class MemoryFiles implements FileHost {
  readonly received = new Map<
    string,
    { readonly bytes: Uint8Array; state: 'part' | 'whole' | 'gone' }
  >()
  /** Called before each write; may wait, or throw. */
  onWrite: (transfer: Transfer, offset: number) => Promise<void> = async () => {}

  async create(transfer: Transfer): Promise<FileSink> {
    const bytes = new Uint8Array(transfer.size)
    const file = { bytes, state: 'part' as 'part' | 'whole' | 'gone' }
    this.received.set(transfer.name, file)
    return {
      write: async (offset, piece) => {
        await this.onWrite(transfer, offset)
        bytes.set(piece, offset)
      },
      read: async (offset, length) => bytes.slice(offset, offset + length),
      finish: async () => {
        file.state = 'whole'
      },
      abort: async () => {
        file.state = 'gone'
      },
    }
  }
}

/** A file of bytes that look random and are the same in every run. */
export function fileOf(
  name: string,
  size: number,
  contentType = 'image/png',
): FileToSend & {
  readonly bytes: Uint8Array
} {
  const bytes = new Uint8Array(size)
  let state = size + 1
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 16
  }
  const read = async (offset: number, length: number) => bytes.slice(offset, offset + length)
  return { name, size, contentType, read, bytes }
}
