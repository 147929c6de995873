import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** ECMAScript 2026, by Node's own base64, which takes whatever it is given and so is asked to agree. */
class NewUint8Array extends Uint8Array {
  static fromBase64(digits: string): Uint8Array {
    const bytes = Buffer.from(digits, 'base64')
    if (bytes.toString('base64') !== digits) throw new SyntaxError('not base64')
    return new Uint8Array(bytes)
  }

  toBase64(): string {
    return Buffer.from(this).toString('base64')
  }
}

describe.each([
  ['by itself', Uint8Array],
  ['by the engine', NewUint8Array],
])('%s', (_, array) => {
  async function load() {
    vi.stubGlobal('Uint8Array', array)
    vi.resetModules()
    return import('./base64.ts')
  }

  test('the test vectors of RFC 4648 §10', async () => {
    const { fromBase64, toBase64 } = await load()
    const vectors = {
      '': '',
      f: 'Zg==',
      fo: 'Zm8=',
      foo: 'Zm9v',
      foob: 'Zm9vYg==',
      fooba: 'Zm9vYmE=',
      foobar: 'Zm9vYmFy',
    }
    for (const [text, digits] of Object.entries(vectors)) {
      expect(toBase64(array.from(Buffer.from(text)))).toBe(digits)
      expect(Buffer.from(fromBase64(digits)!).toString(), digits).toBe(text)
    }
  })

  test('is its own inverse, and what Node has', async () => {
    const { fromBase64, toBase64 } = await load()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const digits = toBase64(array.from(bytes))
        expect(digits).toBe(Buffer.from(bytes).toString('base64'))
        expect(Buffer.from(fromBase64(digits)!)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  test.each([
    'Z',
    'Zg',
    'Zg=',
    'Z===',
    '====',
    'Zm9v=',
    'Zg==Zg==',
    'Zm=v',
    'Zm9-',
    'Zm 9',
    'Zm9é',
    'Zm9🌍',
  ])('refuses %s', async (digits) => {
    const { fromBase64 } = await load()
    expect(fromBase64(digits)).toBe(null)
  })
})
