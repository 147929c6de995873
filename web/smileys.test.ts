import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './links.ts'
import { smileysIn } from './smileys.ts'

const drawn = (text: string) => smileysIn(text).map(({ piece }) => piece.emoji)

test.each([
  [':-)', '🙂'],
  [':)', '🙂'],
  [';-)', '😉'],
  [':-(', '🙁'],
  [':-D', '😀'],
  [':-P', '😛'],
  [":'(", '😢'],
  [':-*', '😘'],
  [':-|', '😐'],
  ['<3', '❤️'],
])('%s is drawn as %s', (form, emoji) => {
  expect(smileysIn(`a ${form}\nb`)).toEqual([
    { at: 2, piece: { kind: 'smiley', text: form, emoji } },
  ])
  expect(drawn(form)).toEqual([emoji])
})

test.each([
  'what (and why:)',
  'a:-)',
  ':-).',
  'x <3y',
  '1<3',
  '8) the eighth',
  'std::Pair',
  '`if (a) :)`',
  '` :) `',
  '``` :)\n:) ```',
  '``` never closed :)\n :)',
  '    indented :)',
  '\ttabbed :)',
  '-----BEGIN PGP PRIVATE KEY BLOCK-----\n :) \n-----END PGP PRIVATE KEY BLOCK-----',
  '-----BEGIN PRIVATE KEY-----\n :)',
  'https://example.org/ :)x',
])('none in %j', (text) => {
  expect(drawn(text)).toEqual([])
})

test('code and keys end, and one backtick begins none', () => {
  expect(drawn('`a :) b` :) ``` :) ``` :)')).toEqual(['🙂', '🙂'])
  expect(drawn('-----BEGIN X----- :) -----END X----- :)')).toEqual(['🙂'])
  expect(drawn('5` of arc :)\n:)')).toEqual(['🙂', '🙂'])
})

test('a link has none inside, and none at its end', () => {
  const text = 'https://example.org/:) https://example.org :) mailto:)'
  expect(piecesOf(text, true).map(({ kind, text }) => [kind, text])).toEqual([
    ['link', 'https://example.org/'],
    ['text', ':) '],
    ['link', 'https://example.org'],
    ['text', ' '],
    ['smiley', ':)'],
    ['text', ' mailto:)'],
  ])
})

test('none where nobody wants them', () => {
  expect(piecesOf('hello :)')).toEqual([{ kind: 'text', text: 'hello :)' }])
})

test('no character is lost, whatever stands where', () => {
  const part = fc.constantFrom(':)', '<3', ' ', '\n', '`', '```', 'http://a.b', '-----BEGIN ', 'x')
  fc.assert(
    fc.property(
      fc.array(part).map((all) => all.join('')),
      (text) => {
        const pieces = piecesOf(text, true)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
      },
    ),
  )
})
