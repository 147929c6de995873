import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeFileName } from './file-name.ts'
import { FILE_NAME_BYTES } from './limits.ts'

test.each([
  ['My cool picture.jpg', 'My cool picture.jpg'],
  ['Grüße 👋 世界.txt', 'Grüße 👋 世界.txt'],
  ['/etc/passwd', 'passwd'],
  ['..\\..\\Windows\\System32\\evil.dll', 'evil.dll'],
  ['C:autoexec.bat', 'autoexec.bat'],
  ['file.txt:stream', 'stream'],
  ['..', 'file'],
  ['.bashrc', 'bashrc'],
  ['   ', 'file'],
  ['', 'file'],
  ['a/', 'file'],
  ['CON', '_CON'],
  ['nul.tar.gz', '_nul.tar.gz'],
  ['com¹.txt', '_com¹.txt'],
  ['conference.txt', 'conference.txt'],
  ['name. ', 'name'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['\u2066a\u2069\u200b\u200e\ufeffb', 'ab'],
  ['a\u0000b\nc\u007f\u0085d', 'abcd'],
  ['tag\u{e0041}', 'tag'],
  ['half\ud800', 'half'],
  ['<b>"?*|', '_b_____'],
  ['می\u200cخواهم.txt', 'می\u200cخواهم.txt'],
  ['👩\u200d🚀.png', '👩\u200d🚀.png'],
  ['e\u0301.txt', '\u00e9.txt'],
])('%j is called %j', (offered, name) => {
  expect(safeFileName(offered)).toBe(name)
})

test('a long name keeps its extension', () => {
  expect(safeFileName(`${'ü'.repeat(300)}.jpeg`)).toBe(`${'ü'.repeat(125)}.jpeg`)
  expect(safeFileName(`x.${'y'.repeat(300)}`)).toHaveLength(FILE_NAME_BYTES)
})

test('whatever is offered, a name comes out, and is its own safe name', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: fc.constantFrom(...'./\\: \u202eÄ😀con\0') }),
  )
  fc.assert(
    fc.property(anything, (offered) => {
      const name = safeFileName(offered)
      expect(name).not.toMatch(/^$|^[. ]|[. ]$|[/\\:"*<>?|\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(FILE_NAME_BYTES)
      expect(safeFileName(name)).toBe(name)
    }),
  )
})
