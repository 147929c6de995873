/**
 * A JPEG without what it tells besides the picture: place, time, camera, thumbnail, comments, editing
 * history, and whatever stands behind its end. Kept are the pixels, the colour profile, and which way
 * is up. The pixels are not coded anew.
 *
 * @returns `null` if the bytes are no JPEG that can be followed to its end; they are not changed then
 */
export function withoutMetadata(jpeg: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
  if (jpeg.length < 4 || view.getUint16(0) !== 0xffd8) return null
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)]
  let orientation = 1
  let at = 2
  while (at + 4 <= jpeg.length) {
    if (jpeg[at] !== 0xff) return null
    const marker = jpeg[at + 1]!
    if (marker === 0xff) {
      at += 1 // Markers may be filled up (ITU-T T.81 §B.1.1.2).
      continue
    }
    const end = at + 2 + view.getUint16(at + 2)
    if (end > jpeg.length || end < at + 4) return null
    const segment = jpeg.subarray(at, end)
    if (marker === 0xe1) orientation = orientationOf(segment) ?? orientation
    if (isPicture(marker, segment)) kept.push(segment)
    at = end
    if (marker !== 0xda) continue
    // Behind a scan's head come its coded pixels, up to the next marker that is none of theirs.
    const next = endOfScan(jpeg, at)
    if (next === null) return null
    kept.push(jpeg.subarray(at, next))
    at = next
    if (jpeg[at + 1] === END) return joined(kept, orientation)
  }
  return jpeg[at] === 0xff && jpeg[at + 1] === END ? joined(kept, orientation) : null
}

const END = 0xd9

/** All but application data and comments; of application data what decoders need for the colours. */
function isPicture(marker: number, segment: Uint8Array): boolean {
  if (marker === 0xe0) return startsWith(segment, 'JFIF\0')
  if (marker === 0xe2) return startsWith(segment, 'ICC_PROFILE\0')
  if (marker === 0xee) return startsWith(segment, 'Adobe')
  return !(marker >= 0xe1 && marker <= 0xef) && marker !== 0xfe
}

/** The offset of the marker that ends the coded pixels, or `null` if there is none. */
function endOfScan(jpeg: Uint8Array, from: number): number | null {
  for (let at = from; at + 1 < jpeg.length; at++) {
    if (jpeg[at] !== 0xff) continue
    const marker = jpeg[at + 1]!
    const isCoded = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)
    if (!isCoded) return at
  }
  return null
}

/** Tag 0x0112 of IFD0 (Exif 2.32 §4.6.4); `null` if the segment has none. */
function orientationOf(segment: Uint8Array): number | null {
  if (!startsWith(segment, 'Exif\0\0') || segment.length < 18) return null
  const tiff = new DataView(segment.buffer, segment.byteOffset + 10, segment.length - 10)
  const little = tiff.getUint16(0) === 0x4949
  const start = tiff.getUint32(4, little)
  if (start + 2 > tiff.byteLength) return null
  const count = tiff.getUint16(start, little)
  for (let i = 0; i < count; i++) {
    const at = start + 2 + 12 * i
    if (at + 12 > tiff.byteLength) return null
    if (tiff.getUint16(at, little) !== 0x0112) continue
    const value = tiff.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : null
  }
  return null
}

/** With an Exif segment that says which way is up and nothing else, if that is not the usual. */
function joined(kept: readonly Uint8Array[], orientation: number): Uint8Array<ArrayBuffer> {
  const exif =
    orientation === 1 ? [] : EXIF.map((byte, at) => (at === ORIENTATION_AT ? orientation : byte))
  const first = kept[1]?.[1] === 0xe0 ? 2 : 1 // JFIF stands before everything else.
  const parts = [
    ...kept.slice(0, first),
    Uint8Array.from(exif),
    ...kept.slice(first),
    Uint8Array.of(0xff, END),
  ]
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** APP1 of one IFD with one entry: 0x0112, SHORT, 1 value. Big-endian. */
// biome-ignore format: as the standard draws it
const EXIF = [
  0xff, 0xe1, 0, 34,
  0x45, 0x78, 0x69, 0x66, 0, 0,
  0x4d, 0x4d, 0, 42, 0, 0, 0, 8,
  0, 1,
  0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0,
  0, 0, 0, 0,
]
const ORIENTATION_AT = 29

function startsWith(segment: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (segment[4 + i] !== text.charCodeAt(i)) return false
  return true
}
