import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Address, Transfer } from '../chat/index.ts'
import { CommandError } from './commands.ts'
import { fileToSend } from './file-to-send.ts'
import { ReceivedFiles } from './received-files.ts'

const folder = () => mkdtemp(join(tmpdir(), 'sotto-received-'))

const transfer = (id: string, name: string): Transfer => ({
  id,
  peer: 'sip:bob@sotto.test' as Address,
  direction: 'in',
  name,
  size: 5,
  contentType: 'text/plain',
  at: 1,
  protection: 'verified',
  state: { step: 'waiting' },
})

const bytes = (text: string) => new TextEncoder().encode(text)

test('a file has its name when it is complete, and its owner alone reads it', async () => {
  const place = join(await folder(), 'files')
  const files = new ReceivedFiles(place)
  const sink = await files.create(transfer('one', 'a.txt'))
  await sink.write(2, bytes('llo'))
  await sink.write(0, bytes('he'))
  expect(await readdir(place)).toEqual(['.one.part'])
  expect(files.pathOf('one')).toBeNull()
  expect(await sink.read(1, 3)).toEqual(bytes('ell'))
  await sink.finish()
  expect(files.pathOf('one')).toBe(join(place, 'a.txt'))
  expect(await readFile(join(place, 'a.txt'), 'utf8')).toBe('hello')
  expect((await stat(join(place, 'a.txt'))).mode & 0o777).toBe(0o600)
  expect((await stat(place)).mode & 0o777).toBe(0o700)
  expect(await readdir(place)).toEqual(['a.txt'])
})

test('one that is there is never replaced', async () => {
  const place = await folder()
  await writeFile(join(place, 'a.tar.gz'), 'mine')
  const files = new ReceivedFiles(place)
  for (const id of ['one', 'two']) await (await files.create(transfer(id, 'a.tar.gz'))).finish()
  expect((await readdir(place)).toSorted()).toEqual(['a.tar (1).gz', 'a.tar (2).gz', 'a.tar.gz'])
  expect(await readFile(join(place, 'a.tar.gz'), 'utf8')).toBe('mine')
})

test('what is given up leaves nothing', async () => {
  const place = await folder()
  const sink = await new ReceivedFiles(place).create(transfer('one', 'a.txt'))
  await sink.write(0, bytes('h'))
  await sink.abort()
  expect(await readdir(place)).toEqual([])
})

test('a file on the disk is read where it is asked', async () => {
  const path = join(await folder(), 'Grüße.txt')
  await writeFile(path, 'hello')
  const file = fileToSend(path, 'text/plain')
  expect(file).toMatchObject({ name: 'Grüße.txt', size: 5, contentType: 'text/plain' })
  expect(await file.read(1, 3)).toEqual(bytes('ell'))
  expect(await file.read(3, 5)).toEqual(bytes('lo')) // It has become shorter: the transfer ends.
})

test.each(['/nowhere/at/all', '/'])('%s is no file to send', (path) => {
  expect(() => fileToSend(path, 'text/plain')).toThrow(CommandError)
})
