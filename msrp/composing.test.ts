import { describe, expect, test } from 'vitest'
import { readComposing, writeComposing } from './composing.ts'
import { readImdn, writeImdn } from './imdn.ts'
import { XML_MAX } from './limits.ts'
import { readXml } from './xml.ts'

const NS = 'xmlns="urn:ietf:params:xml:ns:im-iscomposing"'

describe('is-composing', () => {
  test.each([
    { active: true, refresh: 60 },
    { active: false, refresh: null },
  ])('%j, both ways', (composing) => {
    expect(readComposing(writeComposing(composing))).toEqual(composing)
  })

  test('as RFC 3994 §2.1 draws it', () => {
    const document = `<?xml version="1.0" encoding="UTF-8"?>
      <isComposing ${NS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
          xsi:schemaLocation="urn:ietf:params:xml:ns:im-composing iscomposing.xsd">
        <state>active</state>
        <contenttype>text/plain</contenttype>
        <refresh>90</refresh>
      </isComposing>`
    expect(readComposing(document)).toEqual({ active: true, refresh: 90 })
  })

  test.each([
    [
      'Blink',
      `<?xml version='1.0' encoding='UTF-8'?>\n<isComposing ${NS}><state>idle</state><contenttype>text</contenttype><refresh>30</refresh></isComposing>`,
      { active: false, refresh: 30 },
    ],
    [
      'a prefix',
      '<c:isComposing xmlns:c="urn:ietf:params:xml:ns:im-iscomposing"><c:state>active</c:state></c:isComposing>',
      { active: true, refresh: null },
    ],
    [
      'an unknown state',
      `<isComposing ${NS}><state>thinking</state></isComposing>`,
      { active: false, refresh: null },
    ],
    [
      'a refresh beyond reason',
      `<isComposing ${NS}><state>active</state><refresh>999999</refresh></isComposing>`,
      { active: true, refresh: 600 },
    ],
    [
      'a refresh of nothing',
      `<isComposing ${NS}><state>active</state><refresh>-1</refresh></isComposing>`,
      { active: true, refresh: null },
    ],
  ])('%s', (_, document, composing) => expect(readComposing(document)).toEqual(composing))

  test.each([
    ['text', 'hello'],
    ['OTR', '?OTR:AAMD'],
    ['another namespace', '<isComposing xmlns="urn:x"><state>active</state></isComposing>'],
    ['no state', `<isComposing ${NS}></isComposing>`],
    [
      'a state of another namespace',
      `<isComposing ${NS}><x:state xmlns:x="urn:x">active</x:state></isComposing>`,
    ],
  ])('%s is none', (_, document) => expect(readComposing(document)).toBeNull())
})

describe('IMDN', () => {
  test.each(['delivered', 'displayed'] as const)('%s, both ways', (status) => {
    const document = writeImdn('34jk<324j>&', '2008-04-04T12:16:49-05:00', status)
    expect(readImdn(document)).toEqual({
      messageId: '34jk<324j>&',
      dateTime: '2008-04-04T12:16:49-05:00',
      notification: status === 'delivered' ? 'delivery-notification' : 'display-notification',
      status,
    })
  })

  test('as RFC 5438 §9.1 draws it', () => {
    const document = `<?xml version="1.0" encoding="UTF-8"?>
      <imdn xmlns="urn:ietf:params:xml:ns:imdn">
        <message-id>34jk324j</message-id>
        <datetime>2008-04-04T12:16:49-05:00</datetime>
        <recipient-uri>im:bob@example.com</recipient-uri>
        <original-recipient-uri>im:bob@example.com</original-recipient-uri>
        <delivery-notification><status><failed/></status></delivery-notification>
      </imdn>`
    expect(readImdn(document)).toMatchObject({ messageId: '34jk324j', status: 'failed' })
  })

  test.each([
    [
      'displayed cannot be said of delivery',
      '<delivery-notification><status><displayed/></status></delivery-notification>',
    ],
    ['nothing said', ''],
  ])('%s', (_, said) => {
    const document = `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>a</message-id>${said}</imdn>`
    expect(readImdn(document)).toBeNull()
  })
})

describe('XML', () => {
  test('what the formats need', () => {
    const document =
      '\ufeff<?xml version="1.0"?><!-- c --><a x="1" y=\'2\'><b/>&lt;&#65;&#x42;<c >d</c ></a>\n'
    expect(readXml(document)).toEqual({
      namespace: '',
      name: 'a',
      text: '<AB',
      children: [
        { namespace: '', name: 'b', text: '', children: [] },
        { namespace: '', name: 'c', text: 'd', children: [] },
      ],
    })
  })

  test.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity of its own', '<a>&b;</a>'],
    ['a bare &', '<a>b & c</a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['no end', '<a><b></b>'],
    ['another end', '<a></b>'],
    ['crossed ends', '<a><b></a></b>'],
    ['an end too many', '<a/></a>'],
    ['two roots', '<a/><b/>'],
    ['text beside the root', '<a/>b'],
    ['an attribute without quotes', '<a b=c/>'],
    ['no such character', '<a>&#9999999;</a>'],
    ['nothing', ''],
    ['too deep', '<a>'.repeat(9) + '</a>'.repeat(9)],
    ['too long', `<a>${' '.repeat(XML_MAX)}</a>`],
  ])('%s is not read', (_, document) => expect(readXml(document)).toBeNull())

  test('every prefix and every missing character gives an answer', () => {
    const document = writeImdn('a&b', '2008-04-04T12:16:49-05:00', 'displayed')
    for (let at = 0; at < document.length; at++) {
      expect(readImdn(document.slice(0, at))).toBeNull()
      readImdn(document.slice(0, at) + document.slice(at + 1))
    }
  })
})
