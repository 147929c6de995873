import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Recorder, replay } from '../otr/testing/transcript.ts'
import { LIBOTR_POLICY, LibotrPeer } from './libotr.ts'

/*
 * A whole conversation with libotr, recorded. `RECORD=1` puts the recordings into `otr/vectors/`, where
 * `otr/transcripts.test.ts` replays them without libotr.
 */

let ours: Recorder
let libotr: LibotrPeer

afterEach(() => libotr?.[Symbol.dispose]())

/** Carries texts until neither has anything to say. */
async function settle(): Promise<void> {
  while (ours.outbox.length + libotr.outbox.length > 0) {
    for (const text of ours.outbox.splice(0)) libotr.receive(text)
    for (const text of libotr.take()) await ours.run({ op: 'receive', text })
  }
}

async function weSay(text: string): Promise<void> {
  await ours.run({ op: 'send', id: text, text })
  await settle()
}

async function libotrSays(text: string): Promise<void> {
  libotr.send(text)
  await settle()
}

async function weVerify(secret: string, question: string | null, answer: string): Promise<void> {
  await ours.run({ op: 'smpStart', secret, question })
  await settle()
  libotr.answer(answer)
  await settle()
}

async function libotrVerifies(secret: string, question: string | null, answer: string) {
  libotr.verify(secret, question)
  await settle()
  await ours.run({ op: 'smpAnswer', secret: answer })
  await settle()
}

describe.each([2, 3] as const)('version %i with libotr 4.1.1', (version) => {
  test('what was recorded can be replayed, to the byte', async () => {
    const policy = {
      allowV2: version === 2,
      allowV3: version === 3,
      requireEncryption: true,
      sendWhitespaceTag: false,
      whitespaceStartsAke: false,
      errorStartsAke: false,
    }
    const profile = { fragmentAbove: null, padTo: 256, errors: true }
    const setup = { account: 'sip:alice@example.com', policy, profile }
    libotr = new LibotrPeer('bob', 'alice', LIBOTR_POLICY.both)
    ours = await Recorder.begin('libotr 4.1.1', setup, (length) =>
      crypto.getRandomValues(new Uint8Array(length)),
    )

    await ours.run({ op: 'start' })
    await settle()
    await weSay('Grüße aus Köln 🌍')
    await libotrSays('日本から 🦊')
    await weVerify('schöne Grüße 🦊', null, 'schöne Grüße 🦊')
    await weVerify('right', null, 'wrong')
    await weVerify('Lassie', 'Wie heißt der Hund?', 'Lassie')
    await libotrVerifies('correct horse', null, 'correct horse')
    await libotrVerifies('right', 'Which?', 'wrong')
    for (let turn = 0; turn < 5; turn++) {
      await weSay(`our turn ${turn}`)
      await weSay(`and again ${turn}`)
      await libotrSays(`libotr's turn ${turn}`)
    }
    libotr.end()
    await settle()
    await weSay('which must not leave')
    await ours.run({ op: 'end' })

    libotr.start()
    await settle()
    await libotrSays('in a new session')
    await ours.run({ op: 'start' })
    await settle()
    await weSay('under new keys')
    await ours.run({ op: 'end' })
    await settle()

    expect(libotr.texts).toEqual([
      'Grüße aus Köln 🌍',
      ...[0, 1, 2, 3, 4].flatMap((turn) => [`our turn ${turn}`, `and again ${turn}`]),
      'under new keys',
    ])
    expect(libotr.smp.filter((event) => event === 'success' || event === 'failure')).toEqual([
      'success',
      'failure',
      'success',
      'success',
      'failure',
    ])
    expect(libotr.ended).toBe(true)

    const { transcript } = ours
    const outputs = await replay(transcript)
    expect(outputs).toEqual(transcript.steps.map(({ wire, events }) => ({ wire, events })))
    if (process.env['RECORD']) {
      const name = `libotr-transcript-v${version}.json`
      const path = join(import.meta.dirname, '..', 'otr', 'vectors', name)
      writeFileSync(path, `${JSON.stringify(transcript, null, 1)}\n`)
    }
  })
})
