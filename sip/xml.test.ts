import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MESSAGE_MAX, XML_DEPTH_MAX, XML_NAMESPACES_MAX } from './limits.ts'
import { childrenOf, readXml, textOf } from './xml.ts'

describe('a document', () => {
  const ROOM = `\ufeff<?xml version="1.0" encoding="UTF-8"?>
<!-- who is here -->
<c:room xmlns:c='urn:room' xmlns:x="urn:extra" xmlns="urn:other" name="a &quot;b&quot;">
  <c:user x:nick='J&#252;r&#x67;en' nick="no"> One &lt;&amp;&gt; </c:user>
  <user>other</user><c:user/>
</c:room>
`
  const room = readXml(ROOM)!

  test('has names in namespaces, with and without prefix', () => {
    expect([room.namespace, room.name]).toEqual(['urn:room', 'room'])
    expect(room.children.map(({ namespace, name }) => [namespace, name])).toEqual([
      ['urn:room', 'user'],
      ['urn:other', 'user'],
      ['urn:room', 'user'],
    ])
    expect(childrenOf(room, 'user')).toHaveLength(2)
  })

  test('has attributes, in no namespace unless they have a prefix', () => {
    expect([...room.attributes]).toEqual([['name', 'a "b"']])
    expect([...room.children[0]!.attributes]).toEqual([
      ['{urn:extra}nick', 'Jürgen'],
      ['nick', 'no'],
    ])
  })

  test('has text, trimmed', () => {
    expect([textOf(room, 'user'), textOf(room, 'nobody')]).toEqual(['One <&>', null])
  })

  test('loses nothing by being cut but its meaning', () => {
    for (let length = 0; length < ROOM.trimEnd().length; length++) {
      expect(readXml(ROOM.slice(0, length)), `${length}`).toBeNull()
    }
  })
})

test.each([
  ['nothing', ''],
  ['text alone', 'text'],
  ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a/>'],
  ['CDATA', '<a><![CDATA[b]]></a>'],
  ['an entity of its own', '<a>&b;</a>'],
  ['an ampersand alone', '<a b="&"/>'],
  ['a character that is none', '<a>&#x110000;</a>'],
  ['two roots', '<a/><b/>'],
  ['text after the root', '<a/>b'],
  ['tags that cross', '<a><b></a></b>'],
  ['an end without start', '</a>'],
  ['a prefix that is not declared', '<a:b/>'],
  ['an attribute whose prefix is not declared', '<a b:c="d"/>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['an attribute without quotes', '<a b=c/>'],
])('%s is refused', (_, document) => {
  expect(readXml(document)).toBeNull()
})

test('what is too deep, too long or too much is refused', () => {
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`
  expect(readXml(nested(XML_DEPTH_MAX))).not.toBeNull()
  expect(readXml(nested(XML_DEPTH_MAX + 1))).toBeNull()
  expect(readXml(`<a>${' '.repeat(MESSAGE_MAX)}</a>`)).toBeNull()
  const declared = (count: number) =>
    `<a ${Array.from({ length: count }, (_, at) => `xmlns:n${at}="urn:n"`).join(' ')}/>`
  expect(readXml(declared(XML_NAMESPACES_MAX - 1))).not.toBeNull() // One is `xml`.
  expect(readXml(declared(XML_NAMESPACES_MAX))).toBeNull()
})

test('anything gives a document or none', () => {
  const piece = fc.constantFrom(
    '<a ',
    '<a>',
    '</a>',
    'b="',
    "c='",
    '>',
    '/>',
    '&',
    '&lt;',
    ' ',
    'x',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 40 }),
      (all) => {
        readXml(all.join(''))
      },
    ),
  )
})
