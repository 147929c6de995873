import { expect, test } from 'vitest'
import { frame, i32, i64, loopWhile, v128, wasmModule } from './wasm.ts'

/** Runs functions that were assembled, and shows what they left in memory. */
function assembled(...functions: Parameters<typeof wasmModule>[0]) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(functions)))
  const { buffer } = exports['memory'] as WebAssembly.Memory
  return {
    words: new BigInt64Array(buffer),
    call: (name: string, ...args: number[]) => (exports[name] as CallableFunction)(...args),
  }
}

const HERE = i32.const(0)

test('the smallest module, as the Core Specification lays it out', () => {
  const { parameters, locals } = frame([], {})
  const bytes = wasmModule([{ name: 'f', parameters, locals, body: [] }])
  expect([...bytes]).toEqual([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0], // One type: from nothing to nothing.
    ...[3, 2, 1, 0], // One function, of type 0.
    ...[5, 3, 1, 0, 1], // One memory, of at least one page.
    ...[7, 14, 2, 6, ...Buffer.from('memory'), 2, 0, 1, ...Buffer.from('f'), 0, 0],
    ...[10, 4, 1, 2, 0, 0x0b], // One body: no locals, no code.
  ])
  expect(WebAssembly.validate(bytes)).toBe(true)
})

test('constants and offsets of every length', () => {
  const values = [0, 63, 64, 127, 128, 2 ** 28 - 1, 2 ** 31 - 1, -1, -64, -65, -129]
  const offsets = values.map((_, i) => 8 * i + 40 * i ** 2)
  const body = values.map((value, i) => i64.store(HERE, offsets[i]!, i64.const(value)))
  const { words, call } = assembled({ name: 'f', parameters: 0, locals: [], body })
  call('f')
  expect(offsets.map((offset) => Number(words[offset / 8]))).toEqual(values)
})

test('parameters, locals, loops, and several functions', () => {
  const { get, set, ...variables } = frame(['n'], { product: 'i64', pair: 'v128' })
  const factorial = {
    name: 'factorial',
    ...variables,
    body: [
      set('product', i64.const(1)),
      loopWhile(
        [
          set('product', i64.mul(get('product'), i64.extendI32U(get('n')))),
          set('n', i32.add(get('n'), i32.const(-1))),
        ],
        get('n'),
      ),
      i64.store(HERE, 0, get('product')),
      set('pair', v128.load64Splat(HERE, 0)),
      v128.store(HERE, 16, get('pair')),
    ],
  }
  const clear = { name: 'clear', parameters: 0, locals: [], body: v128.store(HERE, 16, v128.zero) }
  const { words, call } = assembled(factorial, clear)
  call('factorial', 20)
  expect([...words.slice(0, 4)]).toEqual([2432902008176640000n, 0n, words[0], words[0]])
  call('clear')
  expect([...words.slice(2, 4)]).toEqual([0n, 0n])
})
