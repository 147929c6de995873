import { deepStrictEqual } from 'node:assert'
import { type FuzzTarget, refusal } from '../fuzz-engine.ts'
import { VaultError } from '../otr/index.ts'
import { readBackupContent, writeBackupContent } from './backup.ts'
import { htmlToText } from './html-to-text.ts'

const utf8 = new TextEncoder()

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'chat.html',
    guide: ['chat/html-to-text.ts'],
    words: [
      '<',
      '>',
      '</',
      '<!--',
      '-->',
      '<script>',
      '</script>',
      '<style',
      '<br>',
      '<p>',
      '&lt;',
      '&#60;',
    ].concat([
      '&#x3c;',
      '&#0;',
      '&#xd800;',
      '&nbsp;',
      '&',
      ';',
      ' onerror=',
      '"',
      '\0',
      '<svg/onload=',
    ]),
    maxBytes: 10_000,
    steps: { perByte: 40, atAll: 1_000 },
    shortRuns: 960,
    seeds: () => HTML.map((html) => utf8.encode(html)),
    run(input) {
      const html = new TextDecoder().decode(input)
      const text = htmlToText(html)
      // An entity is never shorter than what it stands for, nor a tag than its line break.
      if (text.length > html.length) throw new Error('more comes out than went in')
      if (!html.includes('<') && !html.includes('&')) {
        deepStrictEqual(text, html.replaceAll(/[ \t\r\n\f]+/g, ' ').trim())
      }
      return `${text === ''} ${text.includes('\n')} ${text.includes('<')}`
    },
  },
  {
    name: 'chat.backup',
    guide: ['chat/backup.ts', 'chat/address.ts'],
    words: [
      '"schema":1',
      '"contacts":[',
      '"keys":[]',
      'null',
      '-1',
      '1e999',
      '"__proto__":{}',
      '"constructor":1',
    ].concat([
      '"address":"sip:a@b.example"',
      '"fingerprint":"',
      '"verified":',
      'true',
      '[]',
      '{}',
      '""',
    ]),
    maxBytes: 10_000,
    steps: { perByte: 60, atAll: 5_000 },
    shortRuns: 960,
    seeds: () => [utf8.encode(BACKUP)],
    run(input) {
      try {
        const content = readBackupContent(new TextDecoder().decode(input))
        const written = writeBackupContent(content)
        deepStrictEqual(writeBackupContent(readBackupContent(written)), written)
        return `${content.contacts.length > 0} ${content.messages.length > 0}`
      } catch (error) {
        return refusal([VaultError], error)
      }
    },
  },
]

const HTML = [
  '<html><head><title>x</title></head><body><p>Hello &amp; <b>good-bye</b><br/>you</p></body></html>',
  'a < b, and <script>alert(1)</script><style>p { }</style> nothing <!-- more --> here',
  '<svg/onload=alert(1)><img src=x onerror="alert(1)">&lt;img src=x&gt; &#60;b&#62; &nbsp;&hellip;',
  'no markup at all',
]

const KEY = {
  fingerprint: '0'.repeat(40),
  firstSeen: 1,
  lastSeen: 2,
  verified: { method: 'smp', at: 1 },
}
const BACKUP = JSON.stringify({
  schema: 1,
  contacts: [
    {
      peer: 'sip:bob@example.org',
      name: 'Bob',
      alwaysOtr: true,
      allowPlaintext: false,
      keys: [KEY],
      otrVersion: 3,
    },
  ],
  messages: [
    { id: 'm1', peer: 'sip:bob@example.org', author: 'peer', nickname: null, text: 'hello', at: 3 },
    {
      id: 'm2',
      peer: 'sip:bob@example.org',
      author: 'us',
      text: 'hi',
      at: 4,
      protection: 'verified',
    },
  ],
  settings: { theme: 'dark' },
})
