import { deepStrictEqual } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FuzzTarget, refusal } from '../fuzz-engine.ts'
import { fromLatin1, latin1 } from '../fuzz-mutations.ts'
import { concat, fromHex } from './bytes.ts'
import { fingerprint } from './dsa.ts'
import { OtrError } from './errors.ts'
import { parseFragment, Reassembler } from './fragments.ts'
import {
  readFingerprints,
  readInstanceTags,
  readPrivateKeys,
  writeFingerprints,
  writeInstanceTags,
  writePrivateKeys,
} from './libotr-files.ts'
import { parseMessage } from './messages.ts'
import { readPkcs8, writePkcs8 } from './pkcs8.ts'
import { recognise, writeEncoded } from './recognise.ts'
import { openBox, sealBox } from './sealed-box.ts'
import { type Eve, STAGES, type Stage, stage } from './testing/eve.ts'
import { KEYS, seeded } from './testing/peers.ts'
import { encodePlaintext, parsePlaintext, type Tlv } from './tlv.ts'
import { readBackup, writeBackup } from './vault-backup.ts'
import { VaultError } from './vault-error.ts'

const PROTOCOL = ['otr/conversation.ts', 'otr/session.ts', 'otr/ake.ts', 'otr/smp.ts'].concat(
  ['otr/smp-messages.ts', 'otr/messages.ts', 'otr/data-message.ts', 'otr/data-keys.ts'],
  ['otr/recognise.ts', 'otr/fragments.ts', 'otr/tlv.ts', 'otr/bytes.ts'],
)
const WORDS = ['?OTR', '?OTR:', '?OTRv23?', '?OTR?', '?OTR Error: ', '.', ',', '|', 'AAMD', 'AAIK']
  .concat([
    ' \t  \t\t\t\t \t \t \t  ',
    '  \t\t  \t\t',
    '00001,00002,',
    '\x00\x03\x02',
    '\x00\x02\x03',
  ])
  .concat(['\x00\x00\x00\xc0', '\xff\xff\xff\xff', '\x00\x00\x01\x00', '\x00\x00\x00\x00'])

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'otr.envelope',
    guide: [
      'otr/recognise.ts',
      'otr/fragments.ts',
      'otr/messages.ts',
      'otr/bytes.ts',
      'otr/base64.ts',
    ],
    words: WORDS,
    maxBytes: 10_000,
    steps: { perByte: 40, atAll: 2_000 },
    shortRuns: 960,
    seeds: () => handshake().map(fromLatin1),
    run(input) {
      try {
        const recognised = recognise(latin1(input))
        switch (recognised.kind) {
          case 'encoded': {
            deepStrictEqual(recognise(writeEncoded(recognised.bytes)), recognised)
            return parseMessage(recognised.bytes).type
          }
          case 'fragment':
            return typeof new Reassembler().accept(parseFragment(recognised.text), 0)
          default:
            return recognised.kind
        }
      } catch (error) {
        return refusal([OtrError], error)
      }
    },
  },
  {
    name: 'otr.messages',
    guide: ['otr/messages.ts', 'otr/bytes.ts'],
    words: WORDS,
    maxBytes: 4_000,
    steps: { perByte: 40, atAll: 2_000 },
    shortRuns: 960,
    seeds: () => handshake().flatMap(encodedBytes),
    run(input) {
      try {
        return parseMessage(input).type
      } catch (error) {
        return refusal([OtrError], error)
      }
    },
  },
  {
    // The first byte chooses where the session is; the rest is a text, or the bytes of a message.
    name: 'otr.session',
    guide: PROTOCOL,
    words: WORDS,
    maxBytes: 4_000,
    steps: { perByte: 100, atAll: 500_000 }, // Both ends and their handshake.
    shortRuns: 48,
    seeds: sessionSeeds,
    run(input) {
      const { alice, eve } = stage(PHASES[(input[0] ?? 0) % PHASES.length]!)
      const rest = input.subarray(1)
      const isMessage = rest[0] === 0 && (rest[1] === 2 || rest[1] === 3)
      alice.events = []
      alice.receive(isMessage ? writeEncoded(rest) : latin1(rest))
      for (const event of alice.events) {
        const who = 'fingerprint' in event ? event.fingerprint : null
        if (who !== null && who !== eve.fingerprint) throw new Error('somebody else was believed')
        if (event.type === 'text' && who !== null && event.text !== HELLO) {
          throw new Error('a forgery was believed')
        }
      }
      alice.send('and after all that she still works')
      return kindsOf(alice.events)
    },
  },
  {
    // What the holder of the keys may put inside a data message: the first byte chooses the stage.
    name: 'otr.plaintext',
    guide: PROTOCOL,
    words: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255].map(
      (type) => `\x00${String.fromCharCode(type)}\x00\x04`,
    ),
    maxBytes: 4_000,
    steps: { perByte: 100, atAll: 500_000 },
    shortRuns: 24,
    seeds: smpSeeds,
    run(input) {
      const plaintext = input.subarray(1)
      const parsed = parsePlaintext(plaintext)
      const again = encodePlaintext(parsed, 0)
      deepStrictEqual(
        parsePlaintext(again),
        parsePlaintext(encodePlaintext(parsePlaintext(again), 0)),
      )
      const at = ENCRYPTED[(input[0] ?? 0) % ENCRYPTED.length]!
      const { alice, eve } = stage(at)
      alice.events = []
      alice.receive(eve.seal(plaintext))
      // Eve does not know the secret that Alice gave.
      if (alice.smp.includes('succeeded')) throw new Error('Eve was verified')
      alice.send('and after all that she still works')
      return `${at.smp} ${kindsOf(alice.events)} ${alice.smp}`
    },
  },
  {
    name: 'otr.keyFiles',
    guide: ['otr/libotr-files.ts', 'otr/s-expression.ts', 'otr/pkcs8.ts', 'otr/base64.ts'],
    words: [
      '(',
      ')',
      '(account',
      '(name ',
      '(dsa',
      '(p #00#)',
      '#',
      '"',
      '\\',
      '|',
      '5:hello',
      '\t',
      '\n',
    ].concat([
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'MII',
      'smp',
      'verified',
    ]),
    maxBytes: 10_000,
    steps: { perByte: 100, atAll: 20_000 },
    shortRuns: 400,
    seeds: keyFiles,
    run(input) {
      const readers = {
        keys: () => again(readPrivateKeys(input), writePrivateKeys, readPrivateKeys),
        prints: () => again(readFingerprints(input), writeFingerprints, readFingerprints),
        tags: () => again(readInstanceTags(input), writeInstanceTags, readInstanceTags),
        pem: () =>
          again(
            [readPkcs8(latin1(input))],
            ([key]) => writePkcs8(key!),
            (pem) => [readPkcs8(pem)],
          ),
      }
      return Object.values(readers)
        .map((read) => outcomeOf(read, [OtrError]))
        .join(' ')
    },
  },
  {
    name: 'otr.backup',
    guide: ['otr/sealed-box.ts', 'otr/vault-backup.ts', 'otr/dsa-key-record.ts', 'otr/bytes.ts'],
    words: [
      'SOTTOBOX',
      '"schema":',
      '"account":',
      '"key":',
      'null',
      '[]',
      '{}',
      '1e999',
      '"__proto__":{}',
    ],
    maxBytes: 4_000,
    steps: { perByte: 100, atAll: 20_000 },
    shortRuns: 480,
    seeds: () => [BACKUP, sealBox('x', 'backup', BACKUP, seeded('box'), CHEAP)],
    run(input) {
      const inside = outcomeOf(() => readBackup(input).account.length > 0, [VaultError])
      const box = outcomeOf(() => openBox('x', 'backup', input).length > 0, [VaultError])
      return `${inside} ${box}`
    },
  },
]

const HELLO = 'hello'
/** Where a handshake may be. The SMP is the same in both versions, and costs much. */
const PHASES = STAGES.filter(({ smp }) => smp === null || smp === 'expect1')
const ENCRYPTED = STAGES.filter(({ version, smp }) => version === 3 && smp !== null)
const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }
const BACKUP = writeBackup({
  account: 'sip:alice@example.org',
  key: KEYS.alice,
  content: '{"schema":1}',
  madeAt: 1,
})

/** What was read is the same when it is written and read again. @returns whether it was anything */
function again<Entry, File>(
  entries: readonly Entry[],
  write: (entries: readonly Entry[]) => File,
  read: (file: File) => readonly Entry[],
): boolean {
  deepStrictEqual(read(write(entries)), entries)
  return entries.length > 0
}

function outcomeOf(work: () => unknown, kinds: Parameters<typeof refusal>[0]): string {
  try {
    return String(work())
  } catch (error) {
    return refusal(kinds, error)
  }
}

function kindsOf(events: readonly { readonly type: string; readonly why?: unknown }[]): string {
  return [...new Set(events.map(({ type, why }) => (why ? `${type} ${why}` : type)))].join()
}

/** Everything that is said in honest conversations, and what else there is. */
function handshake(): string[] {
  const said = PHASES.flatMap((at) => {
    const { eve } = stage(at)
    return [...eve.said, ...eve.heard, ...hello(eve, at)]
  })
  return [...new Set([...said, ...OTHERS])]
}

const OTHERS = [
  '?OTRv23?',
  '?OTR?v2?',
  'hi \t  \t\t\t\t \t \t \t    \t\t  \t\t',
  '?OTR Error: no',
].concat(['?OTR,1,2,?OTR:AA,', '?OTR|1065|1061,00001,00002,?OTR:AAM,', 'plain text'])

/** What an honest peer says at that stage. */
function hello(eve: Eve, { ake }: Stage): string[] {
  return ake === 'encrypted' ? [eve.seal(new TextEncoder().encode(HELLO))] : []
}

function encodedBytes(text: string): Uint8Array[] {
  const recognised = recognise(text)
  return recognised.kind === 'encoded' ? [recognised.bytes] : []
}

/** What may come next at each stage; messages as bytes, whose base64 no mutation would hit. */
function sessionSeeds(): Uint8Array[] {
  return PHASES.flatMap((at, index) => {
    const { eve } = stage(at)
    const next = eve.next === null ? [] : [eve.next]
    return [...next, ...hello(eve, at), ...eve.said.slice(-1), ...OTHERS.slice(0, 4)].map((text) =>
      concat(Uint8Array.of(index), encodedBytes(text)[0] ?? fromLatin1(text)),
    )
  })
}

/** At each stage of the SMP the message that it waits for, and once what else there is. */
function smpSeeds(): Uint8Array[] {
  const others = [
    { type: 8, value: fromHex('00000001aabb') },
    { type: 1, value: new Uint8Array() },
    { type: 0, value: new Uint8Array(9) },
  ]
  return ENCRYPTED.flatMap((at, index) => {
    const tlvs =
      at.smp === 'expect1' ? [...others, ...question()] : stage(at).eve.smpMessages.slice(-1)
    return tlvs.map((tlv) =>
      concat(Uint8Array.of(index), encodePlaintext({ text: HELLO, tlvs: [tlv] }, 0)),
    )
  })
}

function question(): Tlv[] {
  const { eve } = stage({ version: 3, ake: 'encrypted', smp: 'awaitingSecret' })
  return eve.smpMessages.slice(0, 1)
}

function keyFiles(): Uint8Array[] {
  const vectors = join(import.meta.dirname, 'vectors')
  const files = ['libotr-keys.txt', 'libotr-instance-tags.txt'].map(
    (name) => new Uint8Array(readFileSync(join(vectors, name))),
  )
  const known = { username: 'bob@example.org', account: 'alice', protocol: 'prpl-jabber' }
  const prints = writeFingerprints([{ ...known, fingerprint: fingerprint(KEYS.bob), trust: 'smp' }])
  return [...files, prints, fromLatin1(writePkcs8(KEYS.alice))]
}
