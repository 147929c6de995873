import { describe, expect, test } from 'vitest'
import { writeXml } from '../clients/xml.ts'
import { conditionOf, statusOf } from './errors.ts'
import { plainOf, xhtmlOf } from './xhtml.ts'

describe('refusals (RFC 7247 §6)', () => {
  test.each([
    [301, 'gone'],
    [302, 'redirect'],
    [399, 'redirect'],
    [400, 'bad-request'],
    [403, 'forbidden'],
    [404, 'item-not-found'],
    [408, 'remote-server-timeout'],
    [413, 'policy-violation'],
    [415, 'not-acceptable'],
    [480, 'recipient-unavailable'],
    [486, 'recipient-unavailable'],
    [499, 'bad-request'],
    [500, 'internal-server-error'],
    [502, 'remote-server-not-found'],
    [603, 'recipient-unavailable'],
    [604, 'item-not-found'],
  ])('SIP %i is %s', (status, condition) => expect(conditionOf(status)).toBe(condition))

  test.each([
    ['item-not-found', 404],
    ['recipient-unavailable', 480],
    ['service-unavailable', 403],
    ['remote-server-timeout', 408],
    ['undefined-condition', 400],
    ['no-such-thing', 400],
  ])('%s is %i', (condition, status) => expect(statusOf(condition)).toBe(status))
})

describe('markup (XEP-0071)', () => {
  const inside = (html: string) =>
    writeXml(xhtmlOf(html)).replace(/^<html[^>]*><body[^>]*>|<\/body><\/html>$/g, '')

  test.each([
    ['<b>a</b>&amp;<i>b</i>', '<strong>a</strong>&#38;<em>b</em>', 'a&b'],
    ['<p>a<br>b', '<p>a<br/>b</p>', 'a\nb'],
    ['<b><i>a</b>b</i>', '<strong><em>a</em></strong>b', 'ab'],
    ['</p>a<', 'a&#60;', 'a<'],
    ['<script>alert(1)</script>a<!-- <b> -->', 'a', 'a'],
    ['<a href="javascript:x" onclick="y">a</a>', '<a>a</a>', 'a'],
    [
      '<a href="https://example.org/?a&amp;b">a</a>',
      '<a href="https://example.org/?a&#38;b">a</a>',
      'a',
    ],
    ['1 < 2 && 3 > 2', '1 &#60; 2 &#38;&#38; 3 &#62; 2', '1 < 2 && 3 > 2'],
    ['&#x41;&eacute;&#0;', 'A&#38;eacute;', 'A&eacute;'],
  ])('%s', (html, xhtml, plain) => {
    expect(inside(html)).toBe(xhtml)
    expect(plainOf(html)).toBe(plain)
  })
})
