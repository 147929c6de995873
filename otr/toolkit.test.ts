import { describe, expect, test } from 'vitest'
import { fromHex, toHex, Writer } from './bytes.ts'
import { runToolkit } from './toolkit.ts'
import { assemble, findDeniable } from './toolkit-forge.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const { ake, data } = sheet
const M5 = data.aliceToBob.wire

const run = (args: string[], log = '') => runToolkit(args, async () => log)
const stdout = async (args: string[], log?: string) => (await run(args, log)).stdout

describe('parse', () => {
  test('shows the fields of a data message', async () => {
    const shown = await stdout(['parse'], `12:01 <alice> ${M5} \nnoise`)
    expect(shown.replace(/DH y: .*/, 'DH y: …').split('\n')).toEqual([
      'Data Message:',
      '\tVersion: 03',
      '\tFlags: 0',
      '\tSender instance: 669193623',
      '\tReceiver instance: 1517528473',
      '\tSender keyid: 1',
      '\tRcpt keyid: 1',
      '\tDH y: …',
      '\tCounter: 0000000000000001',
      '\tEncrypted message: 78ef52b3b2d93a296d33',
      '\tMAC: ea4ef8b5131ad9f4446a9306e2c79305b31c4876',
      '',
      '',
    ])
  })

  test('says what each message is, and which are none', async () => {
    const log = [
      ake.dhCommitV3,
      ake.dhCommitV2,
      ake.dhKeyV3,
      ake.revealSignatureV3,
      ake.signatureV3,
      M5.replace('.', 'A.'),
      '?OTR:AAQC.',
    ].join('\n')
    const heads = (await stdout(['parse'], log)).split('\n').filter((line) => /^[^\t]/.test(line))
    expect(heads).toEqual([
      'D-H Commit Message:',
      'D-H Commit Message:',
      'D-H Key Message:',
      'Reveal Signature Message:',
      'Signature Message:',
      'Data Message:',
      'Unrecognized OTR message:',
    ])
    expect(await stdout(['parse'], '?OTR:AAMDAA.')).toBe('Invalid Data Message\n\n')
  })
})

test('sesskeys shows what the vectors say', async () => {
  const shown = await stdout(['sesskeys', ake.aliceY, ake.gx])
  expect(shown).toContain('We are the low end of this key exchange.')
  expect(shown).toContain(`Our public key: ${ake.gy}`)
  expect(shown).toContain(`Sending   AES key: ${data.alice11.sendAes}`)
  expect(shown).toContain(`Sending   MAC key: ${data.alice11.sendMac}`)
  expect(shown).toContain(`Receiving AES key: ${data.alice11.receiveAes}`)
  expect(shown).toContain(`Receiving MAC key: ${data.alice11.receiveMac}`)
  expect(await run(['sesskeys', ake.gx, ake.aliceY])).toMatchObject({ status: 1, stdout: '' })
})

test('mackey gives the MAC key of an AES key', async () => {
  const shown = await stdout(['mackey', data.alice11.sendAes])
  expect(shown).toBe(`AES key: ${data.alice11.sendAes}\nMAC key: ${data.alice11.sendMac}\n`)
})

describe('readforge', () => {
  const key = data.alice11.sendAes
  const wrong = `00${key.slice(2)}`

  test('reads, up to the NUL', async () => {
    expect(await stdout(['readforge', key], M5)).toBe("Plaintext: ``Hello Bob''\n")
  })

  test('looks past other messages for the first data message', async () => {
    const log = `${ake.dhKeyV3}\n<alice> ${M5}\n<bob> ${data.bobToAlice.wire}`
    expect(await stdout(['readforge', key], log)).toBe("Plaintext: ``Hello Bob''\n")
  })

  test('forges a message that reads as another', async () => {
    const shown = await stdout(['readforge', key, 'Bonjour, Zoë'], M5)
    const forged = shown.split('\n')[1]!
    expect(await stdout(['readforge', key], forged)).toBe("Plaintext: ``Bonjour, Zoë''\n")
  })

  test('warns of a wrong key, and forges all the same', async () => {
    expect(await run(['readforge', wrong], M5)).toMatchObject({
      stdout: '',
      stderr: 'MAC does not verify: wrong AES key?\n',
      status: 0,
    })
    const { stdout: forged } = await run(['readforge', wrong, 'I owe you'], M5)
    expect(await stdout(['readforge', wrong], forged)).toBe("Plaintext: ``I owe you''\n")
  })
})

describe('modify', () => {
  const { sendMac, sendAes } = data.alice11

  test('changes a guessed word with the MAC key alone', async () => {
    const forged = await stdout(['modify', sendMac, 'Bob', 'Eve', '6'], M5)
    expect(await stdout(['readforge', sendAes], forged)).toBe("Plaintext: ``Hello Eve''\n")
  })

  test('leaves out what lies beyond the end', async () => {
    const forged = await stdout(['modify', sendMac, 'b\0XX', 'y\0YY', '8'], M5)
    expect(await stdout(['readforge', sendAes], forged)).toBe("Plaintext: ``Hello Boy''\n")
    expect(await stdout(['modify', sendMac, 'a', 'b', '4000000000'], M5)).toContain('?OTR:')
  })

  test.each([
    [['00'.repeat(20), 'Bob', 'Eve', '6']],
    [[sendMac, 'Bob', 'Eves', '6']],
    [[sendMac, 'Bob', 'Eve', '-1']],
    [[sendMac.slice(2), 'Bob', 'Eve', '6']],
    [[`${sendMac.slice(2)}zz`, 'Bob', 'Eve', '6']],
  ])('refuses %j', async (args) => {
    expect(await run(['modify', ...args], M5)).toMatchObject({ status: 1, stdout: '' })
  })
})

test('remac makes the message of the vectors from its parts', async () => {
  const y = /DH y: (.*)/.exec(await stdout(['parse'], M5))![1]!
  const { bob, alice } = sheet.instanceTags
  const parts = [`${alice}`, `${bob}`, '0', '1', '1', y, '0000000000000001', '78ef52b3b2d93a296d33']
  expect(await stdout(['remac', data.alice11.sendMac, ...parts, ''])).toBe(`${M5}\n`)
})

describe('forge-transcript', () => {
  const macKey = fromHex(data.alice11.sendMac)
  // Bob answers, and gives away the key that he checked Alice's message with.
  const answer = assemble(fromHex(data.bob12.sendMac), {
    senderInstance: sheet.instanceTags.bob,
    receiverInstance: sheet.instanceTags.alice,
    flags: 0,
    senderKeyId: 2,
    recipientKeyId: 2,
    nextPublic: fromHex(ake.gx),
    counter: new Writer().int(0).int(1).finish(),
    ciphertext: new Uint8Array(3),
    revealedMacKeys: macKey,
  })
  const log = `alice: ${M5}\nbob: ${answer}\n`

  test('finds the messages whose keys the log gives away', async () => {
    expect(await stdout(['forge-transcript'], log)).toBe(
      'Data Message 1: MAC key revealed by 2, can be forged\n' +
        'Data Message 2: MAC key not revealed\n',
    )
    expect(toHex(findDeniable(log)[0]!.revealed!.macKey)).toBe(data.alice11.sendMac)
  })

  test('forges one of them in place', async () => {
    const forged = await stdout(['forge-transcript', '1', 'Bob', 'Eve', '6'], log)
    expect(forged.startsWith('alice: ?OTR:')).toBe(true)
    expect(forged.endsWith(`\nbob: ${answer}\n`)).toBe(true)
    const read = await stdout(['readforge', data.alice11.sendAes], forged)
    expect(read).toBe("Plaintext: ``Hello Eve''\n")
  })

  test.each([['2'], ['3'], ['0'], ['x']])('refuses message %s', async (number) => {
    expect((await run(['forge-transcript', number, 'a', 'b'], log)).status).toBe(1)
  })
})

test('explains itself when asked for what it does not do', async () => {
  for (const args of [[], ['nothing'], ['__proto__'], ['mackey'], ['mackey', 'a', 'b']]) {
    const { stdout, stderr, status } = await run(args)
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('otr-toolkit mackey aeskey')
  }
})
