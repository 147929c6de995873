/*
 * Just enough of an assembler for WebAssembly (Core Specification 2.0) to write a kernel as nested
 * expressions, operands first, and build it where it runs: there is no binary to trust.
 */

/** Instructions: bytes, nested as the expressions are. */
export type Code = number | readonly Code[]

export type ValueType = keyof typeof VALUE_TYPE

/** Core Specification 2.0, §5.3. */
const VALUE_TYPE = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const

export interface WasmFunction {
  readonly name: string
  /** i32 each; nothing is returned. */
  readonly parameters: number
  /** Numbered on from the parameters. */
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** A module of some functions and a memory of one page (64 KiB), all exported: §5.5. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    list(Array.from({ length: parameters }, () => VALUE_TYPE.i32)),
    list([]),
  ])
  const memory = [name('memory'), 2, 0]
  const exported = functions.map((it, index) => [name(it.name), 0, unsigned(index)])
  const bodies = functions.map(({ locals, body }) =>
    sized([list(locals.map((type) => [1, VALUE_TYPE[type]])), body, END]),
  )
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1.
      section(1, list(types)),
      section(3, list(functions.map((_, index) => unsigned(index)))),
      section(5, list([[0, 1]])),
      section(7, list([memory, ...exported])),
      section(10, list(bodies)),
    ]),
  )
}

function section(id: number, content: Code): Code {
  return [id, sized(content)]
}

function list(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}

function sized(content: Code): Code {
  const bytes = flat(content)
  return [unsigned(bytes.length), bytes]
}

function name(text: string): Code {
  return list([...new TextEncoder().encode(text)])
}

function flat(code: Code, into: number[] = []): readonly number[] {
  if (typeof code === 'number') into.push(code)
  else for (const part of code) flat(part, into)
  return into
}

/** LEB128, §5.2.2. */
function unsigned(value: number): Code {
  return value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(value >>> 7)]
}

function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? value & 0x7f : [(value & 0x7f) | 0x80, signed(value >> 7)]
}

const END = 0x0b

/** Where in memory: a constant beside the address on the stack. The alignment is only a hint. */
function at(offset: number): Code {
  return [0, unsigned(offset)]
}

const vector = (opcode: number): Code => [0xfd, unsigned(opcode)]
const unary = (opcode: Code) => (a: Code) => [a, opcode]
const binary = (opcode: Code) => (a: Code, b: Code) => [a, b, opcode]
const load = (opcode: Code) => (address: Code, offset: number) => [address, opcode, at(offset)]
const store = (opcode: Code) => (address: Code, offset: number, value: Code) => [
  address,
  value,
  opcode,
  at(offset),
]

const sum =
  (add: (a: Code, b: Code) => Code) =>
  (...terms: readonly Code[]) =>
    terms.reduce(add)

export const i32 = {
  const: (value: number) => [0x41, signed(value)],
  add: binary(0x6a),
  ltU: binary(0x49),
  wrapI64: unary(0xa7),
}

export const i64 = {
  const: (value: number) => [0x42, signed(value)],
  load: load(0x29),
  load32U: load(0x35),
  store: store(0x37),
  sum: sum(binary(0x7c)),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  shl: binary(0x86),
  shrU: binary(0x88),
  extendI32U: unary(0xad),
}

export const v128 = {
  load: load(vector(0x00)),
  load32Splat: load(vector(0x09)),
  load64Splat: load(vector(0x0a)),
  store: store(vector(0x0b)),
  zero: [vector(0x0c), Array.from({ length: 16 }, () => 0)],
}

export const i32x4 = {
  splat: unary(vector(0x11)),
  /** Of two vectors in a row, the lanes 1 to 4. */
  lastThreeAndFirst: binary([vector(0x0d), Array.from({ length: 16 }, (_, byte) => byte + 4)]),
}

export const i64x2 = {
  sum: sum(binary(vector(0xce))),
  /** The products of the first two lanes of each. */
  extmulLowI32x4U: binary(vector(0xde)),
  /** The products of the last two. */
  extmulHighI32x4U: binary(vector(0xdf)),
}

/** Does `body`, and again for as long as `condition` holds after it. */
export function loopWhile(body: Code, condition: Code): Code {
  return [0x03, 0x40, body, condition, 0x0d, 0, END]
}

/** Names the variables of a function: parameters, which are i32, and locals, which begin as zero. */
export function frame<Parameter extends string, Local extends string>(
  parameters: readonly Parameter[],
  locals: Readonly<Record<Local, ValueType>>,
) {
  const names: readonly string[] = [...parameters, ...Object.keys(locals)]
  return {
    parameters: parameters.length,
    locals: Object.values<ValueType>(locals),
    get: (name: Parameter | Local): Code => [0x20, names.indexOf(name)],
    set: (name: Parameter | Local, value: Code): Code => [value, 0x21, names.indexOf(name)],
  }
}
