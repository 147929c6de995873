import { crc32, deflateSync } from 'node:zlib'

/** A file as a person has one on their disk. */
export interface SampleFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A PNG of one colour. */
export function png(name: string, width: number, height: number): SampleFile {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const line = Buffer.alloc(1 + 3 * width, 0x7f)
  line[0] = 0
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))
  const buffer = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return { name, mimeType: 'image/png', buffer }
}

export function text(name: string, content: string, mimeType = 'text/plain'): SampleFile {
  return { name, mimeType, buffer: Buffer.from(content) }
}

/** Bytes that do not compress, the same every time. */
export function noise(name: string, size: number): SampleFile {
  const buffer = Buffer.alloc(size)
  let state = 1
  for (let i = 0; i + 4 <= size; i += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    buffer.writeUInt32LE(state, i)
  }
  return { name, mimeType: 'application/octet-stream', buffer }
}

/** The JPEG with an Exif segment behind its beginning, in which this text stands. */
export function withExif(jpeg: Buffer, said: string): Buffer {
  const exif = Buffer.from(`Exif\0\0MM\0*\0\0\0\x08\0\0${said}`, 'latin1')
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)])
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(typed))
  return Buffer.concat([size, typed, check])
}
