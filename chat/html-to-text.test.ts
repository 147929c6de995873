import fc from 'fast-check'
import { expect, test } from 'vitest'
import { htmlToText } from './html-to-text.ts'

test.each([
  ['plain', 'plain'],
  ['<p>one</p><p>two</p>', 'one\ntwo'],
  ['one<br>two<br/>three', 'one\ntwo\nthree'],
  ['a &lt; b &amp;&amp; c &gt; d', 'a < b && c > d'],
  ['a < b', 'a < b'],
  ['&#65;&#x42;&euro;&nbsp;&unknown;', 'AB€ &unknown;'],
  ['&#0;&#xD800;&#1114112;', '\ufffd\ufffd\ufffd'],
  ['<b>bold</b> and <i>it</i>', 'bold and it'],
  ['  many \n  spaces  ', 'many spaces'],
  ['<script>alert(1)</script>seen<style>p{}</style>', 'seen'],
  ['<!-- a > b -->text', 'text'],
  ['<img src=x onerror="alert(1)">', ''],
  ['before<unfinished', 'before'],
  // As Blink Qt sends it: a whole Qt document.
  [
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN"><html><head><meta name="qrichtext" />' +
      '<style type="text/css">\np, li { white-space: pre-wrap; }\n</style></head>' +
      '<body style=" font-family:Sans;">\n<p style="margin:0;">Hello <b>Bob</b></p></body></html>',
    'Hello Bob',
  ],
  // As Pidgin sends it under OTR.
  ['<FONT COLOR="#000000">you &amp; me</FONT>', 'you & me'],
])('%j', (html, text) => {
  expect(htmlToText(html)).toBe(text)
})

test('text that is escaped comes back, white space aside', () => {
  const escaped = (text: string) =>
    text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const once = text.replace(/[ \t\r\n\f]+/g, ' ').trim()
      expect(htmlToText(escaped(text))).toBe(once)
    }),
  )
})
