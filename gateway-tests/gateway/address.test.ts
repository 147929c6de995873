import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jidOf, sipOf } from './address.ts'

test.each([
  ['sip:f%C3%BC@sip.example', 'fü@sip.example'],
  ["sip:o'malley@sip.example", 'o\\27malley@sip.example'],
  ['sip:foo@sip.example;gr=bar', 'foo@sip.example/bar'],
  ['sip:bob%40xmpp.example@gw.example', 'bob\\40xmpp.example@gw.example'],
  ['sips:Foo:secret@SIP.Example:5061;transport=tls', 'foo@sip.example'],
  ['sip:a;b?c@sip.example', 'a;b?c@sip.example'],
])('SIP %s is JID %s (RFC 7247 §5.2)', (sip, jid) => expect(jidOf(sip)).toBe(jid))

test.each([
  ['m\\26m@xmpp.example', 'sip:m&m@xmpp.example'],
  ['tschüss@xmpp.example', 'sip:tsch%C3%BCss@xmpp.example'],
  ['baz@xmpp.example/qux', 'sip:baz@xmpp.example;gr=qux'],
  ['a#b%c[d]@xmpp.example', 'sip:a%23b%25c%5Bd%5D@xmpp.example'],
])('JID %s is SIP %s (RFC 7247 §5.3)', (jid, sip) => expect(sipOf(jid)).toBe(sip))

test.each(['tel:+123', 'sip:example.org', 'sip:%20a@b', 'sip:%ff@b'])('no JID: %s', (sip) =>
  expect(jidOf(sip)).toBeNull(),
)

test('from JID to SIP and back is the identity', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.toLowerCase())
  fc.assert(
    fc.property(name, fc.option(fc.string({ minLength: 1 }), { nil: undefined }), (user, gr) => {
      fc.pre(user.toLowerCase() === user && !/^ | $/.test(user))
      const sip = `sip:${encodeURIComponent(user)}@sip.example`
      const jid = `${jidOf(sip)}${gr === undefined ? '' : `/${gr}`}`
      expect(jidOf(sipOf(jid))).toBe(jid)
    }),
  )
})
