/** A picture that the page may show, told by its own first bytes. */
export interface PictureKind {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif'
  /** In pixels, as the file's head promises. */
  readonly width: number
  readonly height: number
}

/**
 * What kind of picture begins with these bytes, whatever its name or its sender says; `null` for
 * everything else: SVG and HTML above all, which are programs.
 *
 * @param head - the beginning of the file; the size of a JPEG stands behind its metadata
 */
export function pictureKind(head: Uint8Array): PictureKind | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  for (const read of [readPng, readGif, readWebp, readJpeg, readAvif]) {
    const kind = read(view)
    if (kind !== null && kind.width > 0 && kind.height > 0) return kind
  }
  return null
}

/** PNG (Third Edition) §5.2 and §11.2.1. */
function readPng(view: DataView): PictureKind | null {
  if (!isAt(view, 0, '\x89PNG\r\n\x1a\n') || !isAt(view, 12, 'IHDR') || view.byteLength < 24)
    return null
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** GIF89a, "Logical Screen Descriptor". */
function readGif(view: DataView): PictureKind | null {
  if (!(isAt(view, 0, 'GIF87a') || isAt(view, 0, 'GIF89a')) || view.byteLength < 10) return null
  return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

/** RFC 9649 §2.5 to §2.7. */
function readWebp(view: DataView): PictureKind | null {
  if (!isAt(view, 0, 'RIFF') || !isAt(view, 8, 'WEBP') || view.byteLength < 30) return null
  const type = 'image/webp'
  if (isAt(view, 12, 'VP8X'))
    return { type, width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) }
  if (isAt(view, 12, 'VP8L') && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true)
    return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (!isAt(view, 12, 'VP8 ') || !isAt(view, 23, '\x9d\x01\x2a')) return null
  return {
    type,
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  }
}

/** ITU-T T.81 Annex B: segments, until the one that tells the frame's size. */
function readJpeg(view: DataView): PictureKind | null {
  if (!isAt(view, 0, '\xff\xd8\xff')) return null
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame)
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

/** ISO/IEC 23000-22 (MIAF): the largest `ispe` of a file of the brand `avif` or `avis`. */
function readAvif(view: DataView): PictureKind | null {
  const isAvif = isAt(view, 4, 'ftyp') && (isAt(view, 8, 'avif') || isAt(view, 8, 'avis'))
  if (!isAvif) return null
  let [width, height] = [0, 0]
  for (let at = 12; at + 16 <= view.byteLength; at++) {
    if (view.getUint32(at) !== ISPE) continue
    width = Math.max(width, view.getUint32(at + 8))
    height = Math.max(height, view.getUint32(at + 12))
  }
  return { type: 'image/avif', width, height }
}

const ISPE = 0x69737065

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}

function isAt(view: DataView, at: number, text: string): boolean {
  if (at + text.length > view.byteLength) return false
  for (let i = 0; i < text.length; i++)
    if (view.getUint8(at + i) !== text.charCodeAt(i)) return false
  return true
}
