import { describe, expect, test } from 'vitest'
import { PeerWriting, writingOf } from './peer-markup.ts'

const KEY = 'a'.repeat(40)

describe('one text', () => {
  test.each([
    ['a &lt; b &amp; "c" &gt; d'], // Pidgin, of a person who typed: a < b & "c" > d
    ['&lt;b&gt;bold&lt;/b&gt;'],
    ['one<br>two'],
    ['<FONT COLOR="#ff0000">red</FONT>'],
    ['<a href="https://a.test/?b=1&c=2">a link</a>'],
    ['<div>a line</div>'],
    ['&quot;quoted&quot;'],
    ['&#39;&#x27;'],
  ])('%s was written by an app', (text) => expect(writingOf(text)).toBe('html'))

  test.each([
    ['a < b'],
    ['<3'],
    ['fish & chips'],
    ['https://a.test/?b=1&c=2'],
    ['the tag <b> begins bold text'],
    ['<b>and <i>not</b> nested</i>'],
    ['</b>'],
    ['<foo>of another language</foo>'],
    ['Array<string>'],
    ['&copy;'],
    ['&lt; is how < is written'],
    ['<b title=>'],
  ])('%s was typed as it is', (text) => expect(writingOf(text)).toBe('plain'))

  test.each([[''], ['hello'], ['a > b, "quoted"'], ['<b>bold</b>'], ['<i>a <b>b</b></i>']])(
    '%s says nothing',
    (text) => expect(writingOf(text)).toBeNull(),
  )

  test('is looked through in linear time, whatever it is', () => {
    for (const part of ['<a ', '<a b ', '<b a="', '<b>', '&lt;', '<b c   ', '&', '<a b = ']) {
      writingOf(part.repeat(200_000)) // Quadratic, this would take minutes.
    }
  })
})

describe('one text after another', () => {
  test('in doubt, tags are shown', () => {
    expect(new PeerWriting().isHtml('<b>bold</b>', KEY)).toBe(false)
  })

  test('an app that has shown to write HTML means bold by it', () => {
    const peer = new PeerWriting()
    expect(peer.isHtml('fish &amp; chips', KEY)).toBe(true)
    expect(peer.isHtml('<b>bold</b>', KEY)).toBe(true)
    expect(peer.isHtml('<b>bold</b>', 'b'.repeat(40))).toBe(false)
  })

  test('an app that has shown not to is believed for ever', () => {
    const peer = new PeerWriting()
    expect(peer.isHtml('&lt; is HTML', KEY)).toBe(true) // Nothing else was known.
    expect(peer.isHtml('a < b', KEY)).toBe(false)
    expect(peer.isHtml('&lt; is HTML', KEY)).toBe(false)
  })
})
