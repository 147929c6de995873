import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './links.ts'

const links = (text: string) =>
  piecesOf(text).flatMap((piece) => (piece.kind === 'link' ? [piece.url] : []))

test('finds addresses, and leaves the sentence its punctuation', () => {
  expect(piecesOf('See https://example.org/a?b=1, please.')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'link', text: 'https://example.org/a?b=1', url: 'https://example.org/a?b=1' },
    { kind: 'text', text: ', please.' },
  ])
  expect(links('(http://a.example) mailto:bob@example.org!')).toEqual([
    'http://a.example/',
    'mailto:bob@example.org',
  ])
})

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt://%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'java\tscript:alert(1)',
  'file:///etc/passwd',
  'https://',
])('makes no link of %j', (text) => {
  expect(links(text)).toEqual([])
})

test('an address ends before characters that turn or hide text', () => {
  expect(links('https://example.org/\u202egpj.exe')).toEqual(['https://example.org/'])
  expect(links('https://example.org/"onclick="x')).toEqual(['https://example.org/'])
})

test('loses no character, and every link is one that may be opened', () => {
  const part = fc.constantFrom('https://', 'http://a.b', 'mailto:', ' ', '.', ')', 'x', '\n', '<b>')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((all) => all.join('')),
      ),
      (text) => {
        const pieces = piecesOf(text)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        for (const url of links(text)) expect(url).toMatch(/^(https?|mailto):/)
      },
    ),
  )
})

test.each([
  ['xmpp:lunch@rooms.example?join', 'lunch@rooms.example'],
  ['xmpp:lunch@rooms.example/anna?join;password=x', 'lunch@rooms.example'],
  ['sip:lunch@conference.example.org', 'lunch@conference.example.org'],
  ['SIPS:lunch@Conference.example.org:5061;transport=tls', 'lunch@Conference.example.org:5061'],
  ['xmpp:lunch@conference.example.org', 'lunch@conference.example.org'],
])('%s is a room, %s', (text, room) => {
  expect(piecesOf(`Come to ${text}!`)[1]).toEqual({ kind: 'room', text, room })
})

test.each([
  'sip:bob@example.org',
  'xmpp:bob@example.org',
  'xmpp:bob@example.org?message;body=conference.example',
  'lunch@conference.example.org',
  'gossip:lunch@conference.example.org',
  'xmpp:rooms.example?join',
])('%s may be a person, or nothing, and stays text', (text) => {
  expect(piecesOf(text)).toEqual([{ kind: 'text', text }])
})
