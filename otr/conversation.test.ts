import { expect, test } from 'vitest'
import { encryptedPair, settle } from './testing/peers.ts'

test.each([2, 3] as const)(
  'version %i: handshake, text both ways, verification, end',
  (version) => {
    const only = { policy: { allowV2: version === 2, allowV3: version === 3 } }
    const pair = encryptedPair(only, only)
    const { alice, bob } = pair
    const seen = { version, state: 'encrypted', refreshed: false }
    expect(alice.state).toMatchObject({ ...seen, fingerprint: bob.fingerprint, ssidHalf: 'second' })
    expect(bob.state).toMatchObject({ ...seen, fingerprint: alice.fingerprint, ssidHalf: 'first' })

    for (let i = 0; i < 10; i++) {
      alice.send(`Grüße ${i} 🌍`)
      bob.send(`zurück ${i}`)
      settle(pair)
    }
    expect(bob.texts.length).toBe(10)
    expect(bob.texts.at(-1)).toBe('Grüße 9 🌍')
    expect(alice.texts.length).toBe(10)

    alice.run({ op: 'smpStart', secret: 'correct horse', question: null })
    settle(pair)
    bob.run({ op: 'smpAnswer', secret: 'correct horse' })
    settle(pair)
    expect(alice.smp).toEqual(['started', 'working', 'succeeded'])
    expect(bob.smp).toEqual(['asked', 'working', 'succeeded'])

    alice.run({ op: 'end' })
    settle(pair)
    expect(alice.state).toMatchObject({ state: 'plaintext', by: 'us' })
    expect(bob.state).toMatchObject({ state: 'finished', by: 'peer' })
  },
)
