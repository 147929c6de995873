import {
  createPrivateKey,
  createPublicKey,
  sign as opensslSign,
  verify as opensslVerify,
  randomBytes,
} from 'node:crypto'
import type { Bench } from '../bench.ts'
import { fromHex, Reader } from './bytes.ts'
import { encodePublicKey, readPublicKey, sign, verify } from './dsa.ts'
import { writePkcs8 } from './pkcs8.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const random = (length: number) => new Uint8Array(randomBytes(length))
const big = (hex: string) => BigInt(`0x${hex}`)
const { p, q, g, alice } = sheet.dsa
const key = { p: big(p), q: big(q), g: big(g), y: big(alice.y), x: big(alice.x) }
const m = fromHex(alice.m)
const signature = fromHex(alice.signature)
const wire = encodePublicKey(key)

const opensslKey = createPrivateKey(writePkcs8(key))
const opensslPublic = createPublicKey(opensslKey)
const opensslSignature = opensslSign('sha256', m, opensslKey)
const verifyByOpenssl = () => opensslVerify('sha256', m, opensslPublic, opensslSignature)

const against = (name: string, peer: string, ours: () => unknown, peers: () => unknown): Bench => ({
  name: `dsa.${name}`,
  unit: 'us',
  peer,
  prepare: () => ({ ours: { run: ours }, peers: { run: peers } }),
})

export const benches: readonly Bench[] = [
  against(
    'sign',
    "OpenSSL's sign",
    () => sign(key, m, random),
    () => opensslSign('sha256', m, opensslKey),
  ),
  against('verify', "OpenSSL's verify", () => verify(key, m, signature), verifyByOpenssl),
  against(
    'readPublicKey',
    "OpenSSL's verify",
    () => readPublicKey(new Reader(wire)),
    verifyByOpenssl,
  ),
]
