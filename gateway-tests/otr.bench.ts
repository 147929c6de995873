/**
 * Our OTR against libotr 4.1.1 in the same run. Both ends of each exchange are of the same kind and
 * share one thread; ours is called through its door. Trust the ratios, not the milliseconds.
 */
import { afterAll, bench, describe } from 'vitest'
import { createOtrEngine, type KeyRecord, type OtrCommand, type OtrEngine } from '../otr/index.ts'
import { LIBOTR_POLICY, LibotrPeer } from './libotr.ts'

const POLICY = {
  allowV2: true,
  allowV3: true,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: false,
  errorStartsAke: false,
}

function engine(): OtrEngine {
  const records = new Map<string, KeyRecord>()
  return createOtrEngine(
    { random: (length) => crypto.getRandomValues(new Uint8Array(length)), now: () => Date.now() },
    {
      load: async (account) => records.get(account) ?? null,
      save: async (account, record) => {
        records.set(account, record)
      },
    },
  )
}

/** Alice and Bob of ours. */
class Ours {
  readonly #engine = engine()

  async open(): Promise<void> {
    for (const account of ['alice', 'bob']) {
      const profile = { fragmentAbove: null, padTo: 0, errors: true }
      await this.#engine.open(account, { account, policy: POLICY, profile })
    }
  }

  /** Runs a command and carries what follows until nobody has anything to say. */
  async run(who: 'alice' | 'bob', command: OtrCommand): Promise<void> {
    let to = who
    let texts = (await this.#engine.run(who, command)).wire
    while (texts.length > 0) {
      to = to === 'alice' ? 'bob' : 'alice'
      const answers = []
      for (const { text } of texts) {
        answers.push(...(await this.#engine.run(to, { op: 'receive', text })).wire)
      }
      texts = answers
    }
  }
}

/** Alice and Bob of libotr. */
class Theirs {
  readonly alice = new LibotrPeer('alice', 'bob', LIBOTR_POLICY.both)
  readonly bob = new LibotrPeer('bob', 'alice', LIBOTR_POLICY.both)

  settle(): void {
    while (this.alice.outbox.length + this.bob.outbox.length > 0) {
      for (const text of this.alice.take()) this.bob.receive(text)
      for (const text of this.bob.take()) this.alice.receive(text)
    }
  }
}

const ours = new Ours()
await ours.open()
await ours.run('alice', { op: 'start' })
const theirs = new Theirs()
theirs.alice.start()
theirs.settle()

afterAll(() => {
  theirs.alice[Symbol.dispose]()
  theirs.bob[Symbol.dispose]()
})

const TEXT = 'x'.repeat(100)
const send = (id: string): OtrCommand => ({ op: 'send', id, text: TEXT })

describe('a DSA key', () => {
  bench('ours', async () => {
    await engine().identity('alice')
  })
  bench('libotr', () => {
    new LibotrPeer('carol', 'bob', LIBOTR_POLICY.both)[Symbol.dispose]()
  })
})

describe('a handshake', () => {
  bench('ours', () => ours.run('alice', { op: 'start' }))
  bench('libotr', () => {
    theirs.alice.start()
    theirs.settle()
  })
})

describe('a verification', () => {
  bench('ours', async () => {
    await ours.run('alice', { op: 'smpStart', secret: 's', question: 'q' })
    await ours.run('bob', { op: 'smpAnswer', secret: 's' })
  })
  bench('libotr', () => {
    theirs.alice.verify('s', 'q')
    theirs.settle()
    theirs.bob.answer('s')
    theirs.settle()
  })
})

describe('100 bytes there and back', () => {
  bench('ours', async () => {
    await ours.run('alice', send('1'))
    await ours.run('bob', send('2'))
  })
  bench('libotr', () => {
    theirs.alice.send(TEXT)
    theirs.settle()
    theirs.bob.send(TEXT)
    theirs.settle()
  })
})

describe('100 bytes, one way', () => {
  bench('ours', () => ours.run('alice', send('1')))
  bench('libotr', () => {
    theirs.alice.send(TEXT)
    theirs.settle()
  })
})
