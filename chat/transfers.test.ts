import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import type { ChatEvent } from './events.ts'
import type { FileToSend } from './file-door.ts'
import { FILE_CHUNK_BYTES } from './limits.ts'
import { fileOf, MemoryFiles } from './testing/memory-files.ts'
import { PlainPeer } from './testing/plain-peer.ts'
import { type Actor, couple, type Stage, stage } from './testing/stage.ts'
import type { Transfer, TransferState } from './transfer-events.ts'

type StateOf<Step extends TransferState['step']> = Extract<TransferState, { step: Step }>
type TransferAt<Step extends TransferState['step']> = Transfer & { readonly state: StateOf<Step> }

/** The next transfer told that has come this far, counted from an event on. */
async function reaches<Step extends TransferState['step']>(
  actor: Actor,
  step: Step,
  from = 0,
): Promise<TransferAt<Step>> {
  const isIt = (event: ChatEvent) => event.type === 'transfer' && event.transfer.state.step === step
  const event = await actor.until(isIt, from)
  return (event as Extract<ChatEvent, { type: 'transfer' }>).transfer as TransferAt<Step>
}

const steps = (actor: Actor) => actor.all('transfer').map(({ transfer }) => transfer.state.step)

/** Alice and Bob, encrypted, and Bob’s folder. */
async function pair(on: Stage, speed = 1) {
  const files = new MemoryFiles()
  const { alice, bob } = await couple(on, { files, speed })
  return { alice, bob, files }
}

/** Alice sends, Bob takes it. */
async function send(alice: Actor, bob: Actor, file: FileToSend): Promise<string> {
  const from = bob.events.length
  const id = alice.client.sendFile(bob.address, file)
  const offered = await reaches(bob, 'asks', from)
  bob.client.acceptFile(alice.address, offered.id)
  return id
}

/** Neither has encryption, by choice. */
async function inClear(alice: Actor, bob: Actor): Promise<void> {
  alice.client.stopOtr(bob.address)
  await bob.privacy(alice.address, 'ended')
  bob.client.stopOtr(alice.address)
  await Promise.all([
    alice.privacy(bob.address, 'plaintext'),
    bob.privacy(alice.address, 'plaintext'),
  ])
}

test('5 MB go encrypted, and nobody on the way learns more than how many', async () => {
  await using on = await stage()
  const sip: string[] = []
  const files = new MemoryFiles()
  const forge = (text: string) => {
    sip.push(text)
    return text
  }
  const { alice, bob } = await couple(on, { files, forge })
  const file = fileOf('Grüße aus Zürich.png', 5_000_000)
  await send(alice, bob, file)

  const received = await reaches(bob, 'done')
  expect(await reaches(alice, 'done')).toMatchObject({ direction: 'out', protection: 'unverified' })
  expect(received).toMatchObject({
    direction: 'in',
    name: 'Grüße aus Zürich.png',
    size: 5_000_000,
    contentType: 'image/png',
    protection: 'unverified',
  })
  const kept = files.received.get('Grüße aus Zürich.png')
  expect(kept?.state).toBe('whole')
  expect(Buffer.compare(kept!.bytes, file.bytes)).toBe(0)

  const signalled = sip.join('\n')
  expect(signalled).toContain(
    'a=file-selector:name:"encrypted" type:application/x-otr-file size:5001232\r\n',
  )
  expect(signalled).not.toMatch(/hash:sha-1|Z%C3%BC|Grüße|image\/png/)
  expect(on.wire()).not.toMatch(/Grüße aus|image\/png/)
  const starts = [...on.wire().matchAll(/^Byte-Range: (\d+)-\*\/5001232\r$/gm)]
  expect(starts.slice(0, 3).map(([, start]) => Number(start) - 1)).toEqual(
    [0, 1, 2].map((chunk) => chunk * FILE_CHUNK_BYTES),
  )
  expect(on.wire()).not.toContain(Buffer.from(file.bytes.subarray(0, 64)).toString('utf8'))
  expect(new Set(steps(alice))).toEqual(new Set(['waiting', 'active', 'done']))
  expect(alice.all('closed')).toEqual([])
})

test('a verified conversation marks its files so', async () => {
  await using on = await stage()
  const { alice, bob } = await pair(on)
  const { peerFingerprint } = alice.privacyNow(bob.address)!
  alice.client.trust(bob.address, peerFingerprint!, 'verified')
  await alice.privacy(bob.address, 'verified')
  await send(alice, bob, fileOf('a.png', 3))
  expect((await reaches(alice, 'done')).protection).toBe('verified')
  expect((await reaches(bob, 'done')).protection).toBe('unverified')
})

test('an empty file arrives, encrypted and in clear', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  await send(alice, bob, fileOf('empty', 0))
  await Promise.all([reaches(alice, 'done'), reaches(bob, 'done')])
  expect(files.received.get('empty')).toMatchObject({ state: 'whole' })
  await inClear(alice, bob)
  const from = [alice.events.length, bob.events.length] as const
  const id = alice.client.sendFile(bob.address, fileOf('empty too', 0))
  await reaches(alice, 'asks', from[0])
  alice.client.approveUnencrypted(bob.address, id)
  bob.client.acceptFile(alice.address, (await reaches(bob, 'asks', from[1])).id)
  await Promise.all([reaches(alice, 'done', from[0]), reaches(bob, 'done', from[1])])
})

test('without encryption the person is asked first, and then it goes in clear', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  await inClear(alice, bob)
  const file = fileOf('photo.png', 700_000)
  const id = alice.client.sendFile(bob.address, file)
  const asked = await reaches(alice, 'asks')
  expect(asked.state.about).toBe('unencrypted')
  expect(steps(bob)).toEqual([])
  alice.client.approveUnencrypted(bob.address, id)
  const offered = await reaches(bob, 'asks')
  expect(offered).toMatchObject({ protection: 'none', name: 'photo.png', size: 700_000 })
  bob.client.acceptFile(alice.address, offered.id)
  await Promise.all([reaches(alice, 'done'), reaches(bob, 'done')])
  expect(Buffer.compare(files.received.get('photo.png')!.bytes, file.bytes)).toBe(0)
})

test('nothing leaves in clear for an always-OTR contact', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { speed: 40 })
  const plain = new PlainPeer(on.edge, 'bob', 'correct horse')
  await on.edge.enrol('bob', 'correct horse')
  await plain.signIn()
  alice.client.addContact(plain.address, null)
  alice.client.setAlwaysOtr(plain.address, true)
  alice.client.open(plain.address)
  await alice.privacy(plain.address, 'unsupported')
  const id = alice.client.sendFile(plain.address, fileOf('secret.png', 1000))
  const { state } = await reaches(alice, 'failed')
  expect(state).toMatchObject({ fault: { code: 'CHAT_FILE_ALWAYS_OTR' }, resumable: false })
  alice.client.approveUnencrypted(plain.address, id)
  await alice.fault('CHAT_UNKNOWN_FILE')
  expect(on.wire()).not.toContain('secret.png')
  await plain.leave()
})

test('what goes in clear stops when the contact becomes always-OTR', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  await inClear(alice, bob)
  files.onWrite = async (_, offset) => {
    if (offset === 200_000) alice.client.setAlwaysOtr(bob.address, true)
  }
  const id = alice.client.sendFile(bob.address, fileOf('photo.png', 3_000_000))
  await reaches(alice, 'asks')
  alice.client.approveUnencrypted(bob.address, id)
  bob.client.acceptFile(alice.address, (await reaches(bob, 'asks')).id)
  expect((await reaches(alice, 'failed')).state.fault.code).toBe('CHAT_FILE_ALWAYS_OTR')
  expect((await reaches(bob, 'cancelled')).state.by).toBe('peer')
})

test('files do not go to rooms', async () => {
  await using on = await stage()
  const alice = await on.actor('alice')
  const room = parseAddress(`sip:tea@conference.${on.edge.domain}`)
  alice.client.open(room)
  await alice.privacy(room, 'room')
  alice.client.sendFile(room, fileOf('photo.png', 10))
  expect((await reaches(alice, 'failed')).state.fault.code).toBe('CHAT_FILE_ROOM')
})

test('a peer that has not said so gets no record of type 8: the person is asked', async () => {
  await using on = await stage()
  // What Blink’s SDP is like in this respect.
  const forge = (sip: string) => sip.replaceAll('a=sotto-features:', 'a=other-features:')
  const files = new MemoryFiles()
  const ops: string[] = []
  const { alice, bob } = await couple(on, {
    files,
    forge,
    otr: (engine) => ({
      identity: (account, watch) => engine.identity(account, watch),
      renewIdentity: (account, watch) => engine.renewIdentity(account, watch),
      open: (session, setup) => engine.open(session, setup),
      run: (session, command) => {
        ops.push(command.op)
        return engine.run(session, command)
      },
      close: (session) => engine.close(session),
      dispose: () => engine.dispose(),
    }),
  })
  alice.client.sendFile(bob.address, fileOf('photo.png', 1000))
  expect((await reaches(alice, 'asks')).state.about).toBe('unencrypted')
  expect(ops).not.toContain('extraKey')
})

test('the end of encryption stops an encrypted file, and it never goes on in clear', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  files.onWrite = async (_, offset) => {
    if (offset === 196_608) alice.client.stopOtr(bob.address)
  }
  const id = await send(alice, bob, fileOf('photo.png', 3_000_000))
  const stopped = await reaches(alice, 'failed')
  expect(stopped.state).toMatchObject({ fault: { code: 'CHAT_FILE_UNPROTECTED' }, resumable: true })
  await alice.privacy(bob.address, 'plaintext')
  const from = alice.events.length
  alice.client.resumeFile(bob.address, id)
  const { state } = await reaches(alice, 'failed', from)
  expect(state.fault.code).toBe('CHAT_FILE_UNPROTECTED')
  await expect.poll(() => steps(bob).at(-1)).toMatch(/failed|cancelled/)
  expect(files.received.get('photo.png')!.state).not.toBe('whole')
})

test('whoever ends encryption takes no more of an encrypted file', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  files.onWrite = async (_, offset) => {
    if (offset === 196_608) bob.client.stopOtr(alice.address)
  }
  await send(alice, bob, fileOf('photo.png', 3_000_000))
  expect((await reaches(bob, 'failed')).state.fault.code).toBe('CHAT_FILE_UNPROTECTED')
  await expect.poll(() => steps(alice).at(-1)).toMatch(/failed|cancelled/)
})

test.each(['encrypted', 'in clear'])(
  'a broken connection: it goes on where it stopped, %s',
  async (how) => {
    await using on = await stage()
    const { alice, bob, files } = await pair(on, 20)
    if (how === 'in clear') await inClear(alice, bob)
    let broken = false
    const written: number[] = []
    files.onWrite = async (_, offset) => {
      written.push(offset)
      if (broken || offset < 500_000) return
      broken = true
      for (const one of [alice, bob]) one.cut()
    }
    const file = fileOf('film.png', 2_000_000)
    const id = alice.client.sendFile(bob.address, file)
    if (how === 'in clear') {
      await reaches(alice, 'asks')
      alice.client.approveUnencrypted(bob.address, id)
    }
    bob.client.acceptFile(alice.address, (await reaches(bob, 'asks')).id)
    // Whoever is back first may be so before the other has noticed that anything was lost.
    const [hers, his] = [alice.events.length, bob.events.length]
    const lost = await reaches(alice, 'failed')
    expect(lost.state).toMatchObject({ resumable: true })
    await reaches(bob, 'failed')
    const isBack = (event: ChatEvent) =>
      event.type === 'privacy' && event.privacy.state === 'unverified'
    await Promise.all([alice.until(isBack, hers), bob.until(isBack, his)])
    if (how === 'in clear') await inClear(alice, bob)
    const resumedAt = written.length
    alice.client.resumeFile(bob.address, id)
    await Promise.all([reaches(alice, 'done'), reaches(bob, 'done')])
    expect(Buffer.compare(files.received.get('film.png')!.bytes, file.bytes)).toBe(0)
    expect(files.received.get('film.png')!.state).toBe('whole')
    expect(Math.min(...written.slice(resumedAt))).toBeGreaterThan(100_000)
    expect(
      bob.all('transfer').filter(({ transfer }) => transfer.state.step === 'asks'),
    ).toHaveLength(1)
  },
)

test('a file that began in clear begins anew, encrypted, once the conversation is', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on, 20)
  await inClear(alice, bob)
  let broken = false
  files.onWrite = async (_, offset) => {
    if (broken || offset < 300_000) return
    broken = true
    for (const one of [alice, bob]) one.cut()
  }
  const file = fileOf('film.png', 1_000_000)
  const id = alice.client.sendFile(bob.address, file)
  await reaches(alice, 'asks')
  alice.client.approveUnencrypted(bob.address, id)
  bob.client.acceptFile(alice.address, (await reaches(bob, 'asks')).id)
  const from = [alice.events.length, bob.events.length] as const
  await reaches(alice, 'failed')
  const isBack = (event: ChatEvent) =>
    event.type === 'privacy' && event.privacy.state === 'unverified'
  await Promise.all([alice.until(isBack, from[0]), bob.until(isBack, from[1])])
  alice.client.resumeFile(bob.address, id)
  const again = await reaches(bob, 'asks', from[1])
  expect(again.protection).toBe('unverified')
  bob.client.acceptFile(alice.address, again.id)
  expect((await reaches(alice, 'done')).protection).toBe('unverified')
  await reaches(bob, 'done')
  expect(Buffer.compare(files.received.get('film.png')!.bytes, file.bytes)).toBe(0)
})

test('the one who sends can stop it, and the other’s part is thrown away', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  let id = ''
  files.onWrite = async (_, offset) => {
    if (offset > 100_000) alice.client.cancelFile(bob.address, id)
  }
  const from = bob.events.length
  id = alice.client.sendFile(bob.address, fileOf('photo.png', 3_000_000))
  bob.client.acceptFile(alice.address, (await reaches(bob, 'asks', from)).id)
  expect((await reaches(alice, 'cancelled')).state.by).toBe('us')
  expect((await reaches(bob, 'cancelled')).state.by).toBe('peer')
  expect(files.received.get('photo.png')!.state).toBe('gone')
  alice.client.cancelFile(bob.address, id)
  await alice.fault('CHAT_UNKNOWN_FILE')
})

test('the one who receives can stop it', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  files.onWrite = async (transfer, offset) => {
    if (offset > 100_000) bob.client.cancelFile(alice.address, transfer.id)
  }
  await send(alice, bob, fileOf('photo.png', 3_000_000))
  expect((await reaches(bob, 'cancelled')).state.by).toBe('us')
  expect((await reaches(alice, 'cancelled')).state.by).toBe('peer')
  expect(files.received.get('photo.png')!.state).toBe('gone')
})

test('who refuses a file is heard, and who takes it back', async () => {
  await using on = await stage()
  const { alice, bob } = await pair(on)
  alice.client.sendFile(bob.address, fileOf('one.png', 1000))
  bob.client.cancelFile(alice.address, (await reaches(bob, 'asks')).id)
  expect((await reaches(alice, 'cancelled')).state.by).toBe('peer')
  const [mine, his] = [alice.events.length, bob.events.length]
  const id = alice.client.sendFile(bob.address, fileOf('two.png', 1000))
  await reaches(bob, 'asks', his)
  alice.client.cancelFile(bob.address, id)
  expect((await reaches(alice, 'cancelled', mine)).state.by).toBe('us')
  expect((await reaches(bob, 'cancelled', his)).state.by).toBe('peer')
})

test('a file that changes on its way is thrown away', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  const file = fileOf('photo.png', 300_000)
  let reads = 0
  const changing: FileToSend = {
    ...file,
    read: async (offset, length) => {
      if (reads++ === 2) file.bytes[290_000]! ^= 1
      return file.read(offset, length)
    },
  }
  await send(alice, bob, changing)
  expect((await reaches(bob, 'failed')).state.fault.code).toBe('CHAT_FILE_DAMAGED')
  expect((await reaches(alice, 'failed')).state.fault.code).toBe('CHAT_FILE_DAMAGED')
  expect(files.received.get('photo.png')!.state).toBe('gone')
})

test('what somebody on the way changes is noticed, and thrown away', async () => {
  let frames = 0
  const tap = (frame: Uint8Array) => {
    const isChunk = Buffer.from(frame.subarray(0, 800)).includes('application/x-otr-file\r\n\r\n')
    if (isChunk && frame.length > 2000 && ++frames === 9) frame[1500]! ^= 1
  }
  await using on = await stage({ tap })
  const { alice, bob, files } = await pair(on)
  await send(alice, bob, fileOf('photo.png', 500_000))
  expect((await reaches(bob, 'failed')).state.fault.code).toBe('CHAT_FILE_DAMAGED')
  await expect.poll(() => steps(alice).at(-1)).toMatch(/failed|cancelled/)
  expect(files.received.get('photo.png')!.state).toBe('gone')
})

test('a name is only a name', async () => {
  await using on = await stage()
  const { alice, bob } = await pair(on)
  await inClear(alice, bob)
  const names = ['../../etc/passwd', 'C:\\con.txt', 'gpj.\u202eexe', '.bashrc', '\0', 'a"b%.txt']
  for (const name of names) {
    const id = alice.client.sendFile(bob.address, { ...fileOf('', 5), name })
    await alice.until(
      (event) =>
        event.type === 'transfer' &&
        event.transfer.id === id &&
        event.transfer.state.step === 'asks',
    )
    alice.client.approveUnencrypted(bob.address, id)
  }
  const offered = () => bob.all('transfer').map(({ transfer }) => transfer.name)
  await expect
    .poll(() => offered().toSorted())
    .toEqual(['passwd', '_con.txt', 'gpj.exe', 'bashrc', 'file', 'a_b%.txt'].toSorted())
})

test('a file that cannot be kept, or read, fails at both ends', async () => {
  await using on = await stage()
  const { alice, bob, files } = await pair(on)
  files.onWrite = () => Promise.reject(new Error('disk full'))
  await send(alice, bob, fileOf('photo.png', 300_000))
  expect((await reaches(bob, 'failed')).state.fault.code).toBe('CHAT_FILE_UNWRITABLE')
  expect((await reaches(alice, 'cancelled')).state.by).toBe('peer')
  const from = alice.events.length
  alice.client.sendFile(bob.address, {
    ...fileOf('gone.png', 10),
    read: () => Promise.reject(new Error('gone')),
  })
  const { state } = await reaches(alice, 'failed', from)
  expect(state).toMatchObject({ fault: { code: 'CHAT_FILE_UNREADABLE' }, resumable: false })
})

test('there are limits: size, how many at once, and where there is no folder', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.sendFile(bob.address, { ...fileOf('huge', 0), size: 2 ** 40 })
  await alice.fault('CHAT_FILE_TOO_LARGE')
  alice.client.sendFile(bob.address, fileOf('photo.png', 10))
  const { state } = await reaches(alice, 'failed')
  expect(state).toMatchObject({ fault: { code: 'CHAT_FILE_UNSUPPORTED' } })
  expect(steps(bob)).toEqual([])
  const waiting: FileToSend = { ...fileOf('slow.png', 10), read: () => new Promise(() => {}) }
  for (let i = 0; i < 9; i++) alice.client.sendFile(bob.address, waiting)
  await alice.fault('CHAT_FILES_MAX')
})

test('a stranger offers no files', async () => {
  await using on = await stage()
  const files = new MemoryFiles()
  const [alice, bob] = await Promise.all([
    on.actor('alice', { files }),
    on.actor('bob', { files, speed: 200 }),
  ])
  bob.client.addContact(alice.address, null)
  bob.client.sendFile(alice.address, fileOf('photo.png', 10))
  expect((await reaches(bob, 'failed')).state.fault.code).toBe('CHAT_FILE_UNREACHED')
  expect(steps(alice)).toEqual([])
})
