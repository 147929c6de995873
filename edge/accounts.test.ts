import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Accounts } from './accounts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-accounts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (): string => join(folder, 'accounts.json')
const open = (domain = 'example.com'): Promise<Accounts> => Accounts.open(domain, folder)

describe('enrol', () => {
  test('makes an address', async () => {
    const accounts = await Accounts.open('example.com', null)
    expect(await accounts.enrol('alice', 'correct horse')).toEqual({
      ok: true,
      address: 'sip:alice@example.com',
    })
    expect(accounts.ha1('alice', 'MD5')).toMatch(/^[\da-f]{32}$/)
    expect(accounts.ha1('alice', 'SHA-256')).toMatch(/^[\da-f]{64}$/)
    expect(accounts.ha1('bob', 'MD5')).toBeNull()
  })

  test.each([
    ['Alice', 'correct horse', 'NAME_INVALID'],
    ['', 'correct horse', 'NAME_INVALID'],
    ['.alice', 'correct horse', 'NAME_INVALID'],
    ['al ice', 'correct horse', 'NAME_INVALID'],
    ['al@ice', 'correct horse', 'NAME_INVALID'],
    ['аlice', 'correct horse', 'NAME_INVALID'], // Cyrillic а.
    ['a'.repeat(33), 'correct horse', 'NAME_INVALID'],
    ['support', 'correct horse', 'NAME_RESERVED'],
    ['conference', 'correct horse', 'NAME_RESERVED'],
    ['alice', 'seven 7', 'PASSWORD_SHORT'],
    ['alice', '💙'.repeat(7), 'PASSWORD_SHORT'],
    ['alice', 'x'.repeat(257), 'PASSWORD_LONG'],
    ['taken', 'correct horse', 'NAME_TAKEN'],
  ])('refuses %j with %j: %s', async (name, password, code) => {
    const accounts = await Accounts.open('example.com', null)
    await accounts.enrol('taken', 'first come')
    expect(await accounts.enrol(name, password)).toMatchObject({ ok: false, code })
  })

  test('says how long a password must be', async () => {
    const accounts = await Accounts.open('example.com', null)
    const refused = await accounts.enrol('alice', 'short')
    expect(refused).toMatchObject({ sentence: expect.stringContaining('8 characters') })
  })

  test('has names like JavaScript’s own', async () => {
    const accounts = await open()
    await accounts.enrol('constructor', 'correct horse')
    expect((await open()).has('constructor')).toBe(true)
    expect((await open()).has('tostring')).toBe(false)
  })
})

describe('the file', () => {
  test('brings accounts back, holds no password and is for its owner only', async () => {
    const accounts = await open()
    await accounts.enrol('alice', 'correct horse')
    expect((await open()).ha1('alice', 'MD5')).toBe(accounts.ha1('alice', 'MD5'))
    expect(readFileSync(file(), 'utf8')).not.toContain('correct horse')
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['accounts.json'])
  })

  test('has all of those who come at once', async () => {
    const accounts = await open()
    const names = Array.from({ length: 20 }, (_, at) => `user${at}`)
    await Promise.all(names.map((name) => accounts.enrol(name, 'correct horse')))
    const again = await open()
    expect(names.filter((name) => !again.has(name))).toEqual([])
  })

  test.each([
    ['not JSON', '{"version":1,'],
    ['another version', '{"version":2,"domain":"example.com","accounts":{}}'],
    ['no accounts', '{"version":1,"domain":"example.com"}'],
    ['a list', '[]'],
    ['a bad name', '{"version":1,"domain":"example.com","accounts":{"A":{}}}'],
    [
      'a short digest',
      '{"version":1,"domain":"example.com","accounts":{"a":{"md5":"0","sha256":"0"}}}',
    ],
  ])('is refused, and left alone, if it is %s', async (_what, text) => {
    writeFileSync(file(), text)
    await expect(open()).rejects.toMatchObject({ code: 'ACCOUNTS_MALFORMED' })
    expect(readFileSync(file(), 'utf8')).toBe(text)
  })

  test('is refused for another domain, where no password would match', async () => {
    await (await open()).enrol('alice', 'correct horse')
    await expect(open('example.org')).rejects.toMatchObject({ code: 'ACCOUNTS_OTHER_DOMAIN' })
  })

  test('an account that could not be written is none', async () => {
    const accounts = await open()
    rmSync(folder, { recursive: true })
    await expect(accounts.enrol('alice', 'correct horse')).rejects.toMatchObject({ code: 'ENOENT' })
    expect(accounts.has('alice')).toBe(false)
    await Accounts.open('example.com', folder) // For afterEach.
  })
})
