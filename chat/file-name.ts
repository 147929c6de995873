import { FILE_NAME_BYTES } from './limits.ts'

/**
 * A name that can be shown and stored under, from what a peer calls its file: no path, no control or
 * invisible characters, none that turn the direction of text, none that some system keeps for itself;
 * never empty, never hidden, at most 255 bytes. The extension is kept where there is one.
 */
export function safeFileName(offered: string): string {
  const last = offered
    .normalize('NFC')
    .split(/[/\\:]/)
    .at(-1)!
  const visible = last
    .replaceAll(MISLEADING, '')
    .replaceAll(/["*<>?|]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. ]+/, '')
    .replace(/[. ]+$/, '')
  const named = DEVICE.test(visible) ? `_${visible}` : visible
  return shortened(named === '' ? 'file' : named)
}

/**
 * Controls, halves of surrogate pairs, marks of direction (UAX #9) and characters without width, but
 * for the joiners that some scripts are written with.
 */
const MISLEADING =
  /[\p{Cc}\p{Cs}\u061c\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?: *\.|$)/i

function shortened(name: string): string {
  const extension = /\.[^. ]{1,16}$/.exec(name)?.[0] ?? ''
  let stem = name.slice(0, name.length - extension.length)
  const fits = () => new TextEncoder().encode(stem + extension).length <= FILE_NAME_BYTES
  if (fits()) return name
  const characters = [...stem].slice(0, FILE_NAME_BYTES)
  for (stem = characters.join(''); !fits(); stem = characters.join('')) characters.pop()
  return stem.replace(/[. ]+$/, '') + extension
}
