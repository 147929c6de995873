import { expect, test } from 'vitest'
import type { Address } from './events.ts'
import { contactsWith, readForeignKnowledge, writeForeignKnowledge } from './foreign-contacts.ts'

const A = 'aa'.repeat(20)
const B = 'bb'.repeat(20)
const FILE = new TextEncoder().encode(
  [
    `bob@example.com\talice@example.com/Pidgin\tprpl-jabber\t${A}\tsmp`,
    `bob@example.com/Home\talice@example.com/Pidgin\tprpl-jabber\t${B}\t`,
    `sip:Carol@Example.com\talice@example.com/Pidgin\tprpl-jabber\t${A}\tverified`,
    `dave\talice@example.com/Pidgin\tprpl-jabber\t${A}\tverified`,
    `12345\t67890\tprpl-icq\t${A}\tverified`,
    '',
  ].join('\n'),
)

test('keys are found by account, and names that are no addresses left out', () => {
  const owner = { account: 'alice@example.com/Pidgin', protocol: 'prpl-jabber' }
  const bob = 'sip:bob@example.com'
  expect(readForeignKnowledge(FILE)).toEqual([
    {
      owner,
      keys: [
        { peer: bob, fingerprint: A, isVerified: true },
        { peer: bob, fingerprint: B, isVerified: false },
        { peer: 'sip:Carol@example.com', fingerprint: A, isVerified: true },
      ],
      leftOut: 1,
    },
    { owner: { account: '67890', protocol: 'prpl-icq' }, keys: [], leftOut: 1 },
  ])
})

test('they become learned keys, and say where their trust is from', () => {
  const [{ keys }] = readForeignKnowledge(FILE) as [ReturnType<typeof readForeignKnowledge>[0]]
  const contacts = contactsWith(keys, [], 50)
  expect(contacts.map(({ peer, name }) => [peer, name])).toEqual([
    ['sip:bob@example.com', 'bob'],
    ['sip:Carol@example.com', 'Carol'],
  ])
  expect(contacts[0]!.keys).toEqual([
    { fingerprint: A, firstSeen: 50, lastSeen: 50, verified: { method: 'import', at: 50 } },
    { fingerprint: B, firstSeen: 50, lastSeen: 50, verified: null },
  ])
  expect(contactsWith(keys, contacts, 60)).toEqual([])
})

test('a key that was verified here stays so, and the one used last stays first', () => {
  const peer = 'sip:bob@example.com' as Address
  const verified = { method: 'smp', at: 5 } as const
  const here = {
    peer,
    name: 'Bob',
    alwaysOtr: true,
    allowPlaintext: false,
    otrVersion: 3,
    keys: [{ fingerprint: B, firstSeen: 1, lastSeen: 2, verified }],
  } as const
  const [after] = contactsWith(
    [
      { peer, fingerprint: B, isVerified: false },
      { peer, fingerprint: A, isVerified: true },
    ],
    [here],
    50,
  )
  expect(after).toMatchObject({ name: 'Bob', alwaysOtr: true })
  expect(after!.keys.map(({ fingerprint }) => fingerprint)).toEqual([B, A])
  expect(after!.keys[0]!.verified).toBe(verified)
})

test('and go out again as libotr writes them', () => {
  const owner = { account: 'alice@example.com', protocol: 'prpl-simple' }
  const [{ keys }] = readForeignKnowledge(FILE) as [ReturnType<typeof readForeignKnowledge>[0]]
  expect(new TextDecoder().decode(writeForeignKnowledge(owner, contactsWith(keys, [], 50)))).toBe(
    `bob@example.com\talice@example.com\tprpl-simple\t${A}\tverified\n` +
      `bob@example.com\talice@example.com\tprpl-simple\t${B}\t\n` +
      `Carol@example.com\talice@example.com\tprpl-simple\t${A}\tverified\n`,
  )
})
