import { describe, expect, test } from 'vitest'
import { parseNameAddr, parseUri, parseVia, tagIn } from './sip-fields.ts'
import {
  header,
  headers,
  parseSip,
  SipFault,
  type SipRequest,
  serialiseSip,
} from './sip-message.ts'

/*
 * Torture test messages of RFC 4475, by the names they have there: those that a proxy on a
 * WebSocket can meet. What is not the point of a message is shortened.
 */

const wire = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1')

/** The lines that every message needs and that few are about. */
function around(first: string, ...others: string[]): Buffer {
  const method = first.startsWith('SIP/') ? 'INVITE' : first.split(' ', 1)[0]!
  const usual = [
    'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKtorture',
    'Max-Forwards: 70',
    'From: <sip:caller@example.net>;tag=1',
    'To: <sip:user@example.com>',
    'Call-ID: torture@a.invalid',
    `CSeq: 1 ${method}`,
  ]
  const given = others.map((line) => line.split(':', 1)[0])
  return wire(first, ...usual.filter((l) => !given.includes(l.split(':', 1)[0])), ...others, '', '')
}

describe('valid', () => {
  test('wsinv (3.1.1.1): white space wherever it may be', () => {
    const message = parseSip(
      wire(
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
        'TO :',
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        '  ;',
        '  tag = 98asjd8',
        'MaX-fOrWaRdS: 0068',
        'Call-ID: wsinv.ndaksdj@192.0.2.1',
        'Content-Length   : 3',
        'cseq: 0009',
        '  INVITE',
        'Via  : SIP  /   2.0',
        ' /UDP',
        '    192.0.2.2;branch=390skdjuw',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
        'UnknownHeaderWithUnusualValue: ;;,,;;,;',
        'Route:',
        ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
        '  branch  =   z9hG4bK9ikj8  ,',
        ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
        ' z9hG4bK30239',
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
        '',
        'v=0',
      ),
    ) as SipRequest
    expect(headers(message, 'via').map((via) => parseVia(via))).toEqual([
      { transport: 'UDP', sentBy: '192.0.2.2', branch: '390skdjuw' },
      { transport: 'TCP', sentBy: 'spindle.example.com', branch: 'z9hG4bK9ikj8' },
      { transport: 'UDP', sentBy: '192.168.255.111', branch: 'z9hG4bK30239' },
    ])
    expect([tagIn(message, 'to'), tagIn(message, 'from')]).toEqual(['1918181833n', '98asjd8'])
    expect(parseNameAddr(header(message, 'from')!)?.uri).toBe('sip:jdrosen@example.com')
    expect([...parseNameAddr(header(message, 'contact')!)!.params]).toEqual([
      ['newparam', 'newvalue'],
      ['secondparam', ''],
      ['q', '0.33'],
    ])
    expect(header(message, 'unknownheaderwithunusualvalue')).toBe(';;,,;;,;')
    expect(parseSip(serialiseSip(message)).body).toHaveLength(3)
  })

  test('intmeth (3.1.1.2): every character that a method and a user part may have', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~"
    const user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    const uri = `sip:${user}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com`
    const message = parseSip(around(`${method} ${uri} SIP/2.0`))
    expect(message).toMatchObject({ method, uri })
    expect(parseUri(uri)).toMatchObject({ user, host: 'example.com' })
  })

  test('esc01, escnull (3.1.1.3, 3.1.1.4): escaped characters in a URI', () => {
    const esc = parseUri('sip:sips%3Auser%40example.com@example.net')
    expect(esc).toMatchObject({ user: 'sips:user@example.com', host: 'example.net' })
    expect(parseUri('sip:null-%00-null@example.com')?.user).toBe('null-\0-null')
  })

  test('esc02 (3.1.1.5): % in a method escapes nothing', () => {
    const message = parseSip(around('RE%47IST%45R sip:registrar.example.com SIP/2.0'))
    expect(message).toMatchObject({ method: 'RE%47IST%45R' })
  })

  test('lwsdisp (3.1.1.6): no white space between display name and <', () => {
    expect(parseNameAddr('caller<sip:caller@example.com>;tag=323')?.uri).toBe(
      'sip:caller@example.com',
    )
  })

  test('semiuri (3.1.1.9): a semicolon in the user part', () => {
    const uri = parseUri('sip:user;par=u%40example.net@example.com')
    expect(uri).toMatchObject({ user: 'user;par=u@example.net', host: 'example.com' })
  })

  test('transports (3.1.1.10): Via with transports that nobody knows', () => {
    expect(parseVia('SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK2d4790.5')).toMatchObject({
      transport: 'UNKNOWN',
    })
  })

  test('unreason, noreason (3.1.1.12, 3.1.1.13): a reason in Russian, or none', () => {
    const reason = Buffer.from('= 2**3 * 5**2 но сто девяносто девять - простое').toString('latin1')
    const message = parseSip(around(`SIP/2.0 200 ${reason}`))
    expect(message).toMatchObject({ status: 200, reason })
    expect(serialiseSip(message).toString()).toContain('простое')
    expect(parseSip(around('SIP/2.0 100 '))).toMatchObject({ status: 100, reason: '' })
  })
})

describe('invalid', () => {
  test.each([
    [
      'clerr (3.1.2.2)',
      around('INVITE sip:user@example.com SIP/2.0', 'Content-Length: 9999'),
      'SIP_LENGTH',
    ],
    [
      'ncl (3.1.2.3)',
      around('INVITE sip:user@example.com SIP/2.0', 'Content-Length: -999'),
      'SIP_LENGTH',
    ],
    [
      'dblreq (3.1.1.8), one frame holding two messages',
      wire(
        around('REGISTER sip:example.com SIP/2.0', 'Content-Length: 0').toString(),
        'INVITE sip:joe@example.com SIP/2.0',
      ),
      'SIP_LENGTH',
    ],
    [
      'scalar02 (3.1.2.4)',
      around('REGISTER sip:example.com SIP/2.0', 'CSeq: 36893488147419103232 REGISTER'),
      'SIP_MISSING_HEADER',
    ],
    ['lwsruri (3.1.2.8)', around('INVITE sip:user@example.com; lr SIP/2.0'), 'SIP_START_LINE'],
    ['lwsstart (3.1.2.9)', around('INVITE  sip:user@example.com  SIP/2.0'), 'SIP_START_LINE'],
    [
      'trws (3.1.2.10)',
      around('OPTIONS sip:remote-target@example.com SIP/2.0  '),
      'SIP_START_LINE',
    ],
    ['badvers (3.1.2.16)', around('OPTIONS sip:t.watson@example.org SIP/7.0'), 'SIP_START_LINE'],
    [
      'mismatch01 (3.1.2.17)',
      around('OPTIONS sip:user@example.com SIP/2.0', 'CSeq: 8 INVITE'),
      'SIP_MISSING_HEADER',
    ],
    [
      'bigcode (3.1.2.19)',
      around('SIP/2.0 4294967301 better not break the receiver'),
      'SIP_START_LINE',
    ],
    [
      'insuf (3.3.1)',
      wire(
        'INVITE sip:user@example.com SIP/2.0',
        'CSeq: 193942 INVITE',
        'Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj',
        '',
        '',
      ),
      'SIP_MISSING_HEADER',
    ],
    [
      'multi01 (3.3.8)',
      around('INVITE sip:user@company.com SIP/2.0', 'CSeq: 5 INVITE', 'Call-ID: a', 'Call-ID: b'),
      'SIP_MISSING_HEADER',
    ],
    [
      'mcl01 (3.3.9)',
      around('OPTIONS sip:user@example.com SIP/2.0', 'Content-Length: 13', 'Content-Length: 5'),
      'SIP_LENGTH',
    ],
  ])('%s is refused', (_name, bytes, code) => {
    expect(() => parseSip(bytes)).toThrow(SipFault)
    expect(() => parseSip(bytes)).toThrow(expect.objectContaining({ code }))
  })

  test('ltgtruri, badaspec, unkscm (3.1.2.7, 3.1.2.14, 3.3.2): no URI of ours', () => {
    expect(parseUri('<sip:user@example.com>')).toBeNull()
    expect(parseUri('"Watson, Thomas" < sip:t.watson@example.org >')).toBeNull()
    expect(parseUri('nobodyKnowsThisScheme:totallyopaquecontent')).toBeNull()
  })

  test.each([
    ['quotbal (3.1.2.6)', '"Mr. J. User <sip:j.user@example.com>'],
    ['baddn (3.1.2.15)', 'Bell, Alexander <sip:a.g.bell@example.com>;tag=43'],
    ['an address too many', 'A <sip:a@example.com> <sip:b@example.com>'],
    ['an address in a parameter', '<sip:a@example.com>;x=<sip:b@example.com>'],
    ['a quote that never ends', '<sip:a@example.com>;x="'],
  ])('%s: an address that two readers might read as two is none', (_name, value) => {
    expect(parseNameAddr(value)).toBeNull()
  })
})
