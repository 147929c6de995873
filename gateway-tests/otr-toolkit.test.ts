import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  fingerprint,
  formatFingerprint,
  readFingerprints,
  readInstanceTags,
  readPkcs8,
  readPrivateKeys,
  writeFingerprints,
  writeInstanceTags,
  writePrivateKeys,
} from '../otr/index.ts'

/*
 * Our toolkit beside libotr's, byte for byte; and our files in libotr's hands and back.
 */

const ROOT = join(import.meta.dirname, '..')
const VECTORS = join(ROOT, 'otr', 'vectors')
const sheet = JSON.parse(readFileSync(join(VECTORS, 'otr-sheet.json'), 'utf8'))

if (spawnSync('otr_mackey').error !== undefined) {
  throw new Error('This test needs the Debian package libotr5-bin: apt-get install libotr5-bin')
}

interface Ran {
  readonly stdout: string
  readonly status: number | null
}

function ours(command: string, args: readonly string[], input: string): Ran {
  const all = ['--import=tsx', join('otr', 'toolkit-cli.ts'), command, ...args]
  const { stdout, status } = spawnSync(process.execPath, all, {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  })
  return { stdout, status }
}

function theirs(command: string, args: readonly string[], input: string): Ran {
  const { stdout, status } = spawnSync(`otr_${command}`, args, { input, encoding: 'utf8' })
  return { stdout, status }
}

describe('the toolkit prints what libotr5-bin prints', () => {
  const { ake, data } = sheet
  const { sendAes, sendMac } = data.alice11
  const m5: string = data.aliceToBob.wire
  const wrongAes = `00${sendAes.slice(2)}`
  const revealing = remac('00000001', `${'ab'.repeat(20)}${'cd'.repeat(20)}`)

  function remac(encrypted: string, revealed: string): string {
    const parts = ['1', '4294967295', '255', '1', '0', '00abcd', '0123456789abcdef', encrypted]
    return theirs('remac', [sendMac, ...parts, revealed], '').stdout
  }

  const encode = (hex: string) => `?OTR:${Buffer.from(hex, 'hex').toString('base64')}.`

  test.each<[string, string, string[], string]>([
    ['the vectors', 'parse', [], [...Object.values(ake), ...dataMessages()].join('\n')],
    ['revealed MAC keys', 'parse', [], revealing],
    ['revealed MAC keys of odd length', 'parse', [], remac('', 'ab'.repeat(41)) + remac('', 'ab')],
    ['version 1', 'parse', [], version1().join('\n')],
    ['damaged messages', 'parse', [], damaged().join('\n')],
    ['what is no message', 'parse', [], 'Hello?\n?OTRv23?\n?OTR Error: no\n?OTR:AAQC.\n?OTR:.'],
    ['an agreement', 'sesskeys', [ake.aliceY, ake.gx], ''],
    ['its other end', 'sesskeys', [ake.bobX, ake.gy], ''],
    ['an agreement with the keys swapped', 'sesskeys', [ake.gx, ake.aliceY], ''],
    ['a MAC key', 'mackey', [sendAes], ''],
    ['a MAC key of too little', 'mackey', [sendAes.slice(2)], ''],
    ['a MAC key of no key', 'mackey', ['xx'], ''],
    ['a text', 'readforge', [sendAes], m5],
    ['a text among others', 'readforge', [sendAes], `hi\n<a> ${m5}${revealing}`],
    ['a text under the wrong key', 'readforge', [wrongAes], m5],
    ['a forged text', 'readforge', [sendAes, 'Grüße'], m5],
    ['an empty forged text', 'readforge', [sendAes, ''], m5],
    ['a forged text under the wrong key', 'readforge', [wrongAes, 'I owe you'], m5],
    ['a forged message that reveals keys', 'readforge', [sendAes, 'x'], revealing],
    ['no message to forge', 'readforge', [sendAes, 'x'], ake.dhKeyV3],
    ['a changed word', 'modify', [sendMac, 'Bob', 'Eve', '6'], m5],
    ['a changed word that reaches too far', 'modify', [sendMac, 'Bob', 'Eve', '8'], m5],
    ['a changed word of another length', 'modify', [sendMac, 'Bob', 'Mallory', '6'], m5],
    ['a changed word under the wrong key', 'modify', ['00'.repeat(20), 'Bob', 'Eve', '6'], m5],
  ])('%s', (_, command, args, input) => {
    const expected = theirs(command, args, input)
    expect(ours(command, args, input)).toEqual(expected)
  })

  test('a message from its parts', () => {
    const parts = ['257', '0', '1', '7', '4294967295', `00${ake.gx}`, '00'.repeat(8), 'aabb', '']
    const expected = theirs('remac', [sendMac, ...parts], '')
    expect(expected.stdout).toContain('?OTR:AAMD')
    expect(ours('remac', [sendMac, ...parts], '')).toEqual(expected)
  })

  test('a transcript forged by ours convinces theirs', () => {
    const answer = theirs(
      'remac',
      [sendMac, '257', '258', '0', '1', '1', 'abcd', '00'.repeat(8), '', sendMac],
      '',
    )
    const log = `alice: ${m5}\nbob: ${answer.stdout}`
    const forged = ours('forge-transcript', ['1', 'Bob', 'Eve', '6'], log)
    expect(forged.status).toBe(0)
    expect(theirs('readforge', [sendAes], forged.stdout).stdout).toBe("Plaintext: ``Hello Eve''\n")
  })

  function dataMessages(): string[] {
    return [data.aliceToBob.wire, data.bobToAlice.wire]
  }

  function version1(): string[] {
    const mpi = (hex: string) => `000000${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`
    const mpis = ['1122', '33', '44', '55'].map(mpi).join('')
    const rest = `00000007${mpi('66')}${'aa'.repeat(20)}${'bb'.repeat(20)}`
    const body = `0000000100000002${mpi('77')}0102030405060708${mpi('8899')}${'cc'.repeat(20)}`
    return [
      encode(`00010a01${mpis}${rest}`),
      encode(`000103${body}${mpi('')}`),
      encode(`000103${body}${mpi('dd'.repeat(20))}`),
      encode(`00010a01${mpis}`),
      encode('000103'),
    ]
  }

  /** Every message of the vectors: cut short, lengthened, and with base64 gone wrong. */
  function damaged(): string[] {
    return [...Object.values<string>(ake), ...dataMessages()]
      .filter((text) => text.startsWith('?OTR:'))
      .flatMap((text) => [
        `${text.slice(0, 120)}.`,
        `${text.slice(0, -3)}.`,
        text.replace('.', 'AAAA.'),
        text.replace('AAAA', 'A A\tA*A'),
        text.replace(/.{9}\.$/, '=$&'),
      ])
  }
})

describe('libotr', () => {
  const folder = mkdtempSync(join(tmpdir(), 'otr-files-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const path = (name: string) => join(folder, name)
  const file = (name: string) => new Uint8Array(readFileSync(path(name)))

  let library: ReturnType<typeof openLibotr>
  beforeAll(() => {
    library = openLibotr()
  })

  test('reads our private keys, adds one, and writes what we would have written', () => {
    const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    const key = readPkcs8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const keys = [
      { account: 'alice@example.org', protocol: 'sip', key },
      { account: 'it\'s "Zoë" \\ \t 日本', protocol: 'prpl jabber', key },
      ...readPrivateKeys(new Uint8Array(readFileSync(join(VECTORS, 'libotr-keys.txt')))),
    ]
    writeFileSync(path('keys'), writePrivateKeys(keys))

    const user = library.create()
    expect(library.readKeys(user, path('keys'))).toBe(0)
    for (const { account, protocol, key } of keys) {
      const text = Buffer.alloc(45)
      expect(library.fingerprint(user, text, account, protocol), account).not.toBeNull()
      expect(text.toString('latin1', 0, 44)).toBe(formatFingerprint(fingerprint(key)))
    }

    expect(library.generateKey(user, path('keys'), 'éva', 'xmpp')).toBe(0)
    const written = readPrivateKeys(file('keys'))
    expect(written).toHaveLength(keys.length + 1)
    expect(written).toEqual(expect.arrayContaining(keys))
    expect(writePrivateKeys(written)).toEqual(file('keys'))
  })

  test('reads our fingerprints, and writes them as we read them', () => {
    const hex = (digit: string) => digit.repeat(40)
    const known = [
      { username: 'bob', account: 'alice', protocol: 'sip', fingerprint: hex('a'), trust: '' },
      { username: 'bob', account: 'alice', protocol: 'sip', fingerprint: hex('b'), trust: 'smp' },
      {
        username: 'Zoë',
        account: 'alice',
        protocol: 'x',
        fingerprint: hex('c'),
        trust: 'verified',
      },
    ]
    writeFileSync(path('fingerprints'), writeFingerprints(known))
    const user = library.create()
    expect(library.readFingerprints(user, path('fingerprints'), null, null)).toBe(0)
    expect(library.writeFingerprints(user, path('fingerprints'))).toBe(0)
    const written = readFingerprints(file('fingerprints'))
    expect(written).toHaveLength(known.length)
    expect(written).toEqual(expect.arrayContaining(known))
  })

  test('reads our instance tags, and adds one that we read', () => {
    const ours = { account: 'alice', protocol: 'sip', instanceTag: 0x0abcdef0 }
    writeFileSync(path('tags'), writeInstanceTags([ours]))
    const user = library.create()
    expect(library.readTags(user, path('tags'))).toBe(0)
    expect(library.generateTag(user, path('tags'), 'Zoë', 'xmpp')).toBe(0)
    const written = readInstanceTags(file('tags'))
    expect(written).toContainEqual(ours)
    expect(written).toHaveLength(2)
    expect(writeInstanceTags(written)).toEqual(file('tags'))
  })
})

function openLibotr() {
  const gcrypt = koffi.load('libgcrypt.so.20')
  gcrypt.func('const char *gcry_check_version(const char *)')(null)
  const GCRYCTL_ENABLE_QUICK_RANDOM = 44
  gcrypt.func('int gcry_control(int, ...)')(GCRYCTL_ENABLE_QUICK_RANDOM, 'int', 0)

  const otr = koffi.load('libotr.so.5')
  otr.func('int otrl_init(uint, uint, uint)')(4, 1, 1)
  const named = 'const char *, const char *'
  return {
    create: otr.func('void *otrl_userstate_create()'),
    readKeys: otr.func('uint otrl_privkey_read(void *, const char *)'),
    generateKey: otr.func(`uint otrl_privkey_generate(void *, const char *, ${named})`),
    fingerprint: otr.func(`char *otrl_privkey_fingerprint(void *, _Out_ char *, ${named})`),
    readFingerprints: otr.func(
      'uint otrl_privkey_read_fingerprints(void *, const char *, void *, void *)',
    ),
    writeFingerprints: otr.func('uint otrl_privkey_write_fingerprints(void *, const char *)'),
    readTags: otr.func('uint otrl_instag_read(void *, const char *)'),
    generateTag: otr.func(`uint otrl_instag_generate(void *, const char *, ${named})`),
  }
}
