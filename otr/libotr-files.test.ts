import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fingerprint } from './dsa.ts'
import {
  type LibotrFingerprint,
  readFingerprints,
  readInstanceTags,
  readPrivateKeys,
  writeFingerprints,
  writeInstanceTags,
  writePrivateKeys,
} from './libotr-files.ts'

const vector = (name: string) =>
  new Uint8Array(readFileSync(join(import.meta.dirname, 'vectors', name)))
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const code = (code: string) => expect.objectContaining({ code })

describe('otr.private_key', () => {
  // Made by libotr 4.1.1, under names that bring out each notation.
  const file = vector('libotr-keys.txt')
  const keys = readPrivateKeys(file)

  test('is read as libotr wrote it', () => {
    expect(keys.map(({ account, protocol }) => [account, protocol])).toEqual([
      ['tok:en/x=+*_-.', 'sip'],
      ['éric', 'xmpp'],
      ['it\'s "quoted"\\ \t', 'sip'],
      ['alice@example.org', 'prpl-jabber'],
      ['Zoë', 'xmpp'],
      ['1digit', 'irc'],
      ['\u0080', 'x'],
    ])
    expect(new Set(keys.map(({ key }) => fingerprint(key))).size).toBe(7)
  })

  test('is written as libotr wrote it, byte for byte', () => {
    expect(writePrivateKeys(keys)).toEqual(file)
  })

  test('is read in canonical notation too', () => {
    const hex = (value: bigint) => value.toString(16).padStart(256, '0')
    const { p, q, g, y, x } = keys[0]!.key
    const list =
      '(8:privkeys(7:account(4:name3:bob)(8:protocol4:xmpp)(11:private-key(3:dsa' +
      `(1:p#${hex(p)}#)(1:q#${hex(q)}#)(1:g#${hex(g)}#)(1:y#${hex(y)}#)(1:x#${hex(x)}#)))))`
    expect(readPrivateKeys(bytes(list))).toEqual([
      { account: 'bob', protocol: 'xmpp', key: keys[0]!.key },
    ])
  })

  test('is refused when a key does not fit together, or a part is missing', () => {
    const [first] = keys
    const written = text(writePrivateKeys([first!]))
    const x = /\(x #(..)/.exec(written)![1]!
    expect(() => readPrivateKeys(bytes(written.replace(`(x #${x}`, '(x #01')))).toThrow(
      code('OTR_OUT_OF_RANGE'),
    )
    for (const part of [
      'privkeys',
      'account',
      'name',
      'protocol',
      'private-key',
      'dsa',
      'q',
      'x',
    ]) {
      const damaged = bytes(
        written.replace(`(${part} `, '(other ').replace(`(${part}\n`, '(other '),
      )
      expect(() => readPrivateKeys(damaged), part).toThrow(code('OTR_MALFORMED'))
    }
  })

  test('is refused when it ends anywhere too early', () => {
    const whole = text(writePrivateKeys([keys[0]!])).trimEnd()
    for (let length = 0; length < whole.length; length += 17) {
      expect(() => readPrivateKeys(bytes(whole.slice(0, length))), `${length}`).toThrow(
        expect.objectContaining({ name: 'OtrError' }),
      )
    }
  })

  test('may hold no key at all', () => {
    expect(readPrivateKeys(bytes('(privkeys)'))).toEqual([])
    expect(text(writePrivateKeys([]))).toBe('(privkeys\n)\n')
  })
})

describe('otr.fingerprints', () => {
  const hex = '7aeaa4d706895a01f24b93ba7027cfb5a50faa8d'
  const known: LibotrFingerprint[] = [
    { username: 'bob', account: 'alice', protocol: 'sip', fingerprint: hex, trust: '' },
    { username: 'Zoë', account: 'alice', protocol: 'sip', fingerprint: hex, trust: 'verified' },
    { username: 'eve', account: 'alice', protocol: 'sip', fingerprint: hex, trust: 'smp' },
  ]

  test('has five fields to a line, the last of them empty for an unverified key', () => {
    expect(text(writeFingerprints(known)).split('\n')).toEqual([
      `bob\talice\tsip\t${hex}\t`,
      `Zoë\talice\tsip\t${hex}\tverified`,
      `eve\talice\tsip\t${hex}\tsmp`,
      '',
    ])
    expect(readFingerprints(writeFingerprints(known))).toEqual(known)
  })

  test('has four in old files', () => {
    expect(readFingerprints(bytes(`bob\talice\tsip\t${hex.toUpperCase()}\n`))).toEqual([known[0]])
  })

  test('is read past lines that make no sense', () => {
    const lines = [
      '',
      'bob',
      `bob\talice\t${hex}`,
      `bob\talice\tsip\t${hex}0`,
      `\ta\tb\t${hex}`,
    ].concat(`b\rb\talice\tsip\t${hex}\t`)
    const file = [...lines, `bob\talice\tsip\t${hex}\t`].join('\n')
    expect(readFingerprints(bytes(file))).toEqual([known[0]])
  })

  test('takes no name that would break a line', () => {
    for (const username of ['a\tb', 'a\nb', 'a\rb']) {
      expect(() => writeFingerprints([{ ...known[0]!, username }])).toThrow(RangeError)
    }
  })
})

describe('otr.instance_tags', () => {
  const file = vector('libotr-instance-tags.txt')

  test('is read and written as libotr wrote it', () => {
    const tags = readInstanceTags(file)
    expect(tags).toContainEqual({
      account: 'alice@example.org',
      protocol: 'prpl-jabber',
      instanceTag: 0xd5bce163,
    })
    expect(text(writeInstanceTags(tags))).toBe(text(file))
  })

  test('is read past comments, reserved tags and what is none', () => {
    const lines = ['# comment', 'a\tb\t000000ff', 'a\tb\tnone', 'a\tb\t123456789', 'a\tb\t00000100']
    expect(readInstanceTags(bytes(lines.join('\n')))).toEqual([
      { account: 'a', protocol: 'b', instanceTag: 0x100 },
    ])
  })
})
