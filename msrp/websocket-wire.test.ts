import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { opened, type WebSocketLike } from './websocket-wire.ts'

let server: WebSocketServer
let url: string

beforeEach(async () => {
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => (offered.has('msrp') ? 'msrp' : false),
  })
  await once(server, 'listening')
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

const connect = (...protocols: string[]) =>
  opened(new WebSocket(url, protocols) as unknown as WebSocketLike)

async function both() {
  const [wire, [socket]] = await Promise.all([connect('msrp'), once(server, 'connection')])
  return { wire, server: socket as WebSocket }
}

test('text and binary messages arrive as the same bytes; what goes out is binary', async () => {
  const { wire, server } = await both()
  const received: Uint8Array[] = []
  wire.onBytes = (bytes) => received.push(bytes)
  server.send('é')
  server.send(Uint8Array.of(0, 255))
  await expect.poll(() => received).toEqual([Uint8Array.of(0xc3, 0xa9), Uint8Array.of(0, 255)])

  const message = once(server, 'message')
  wire.send(Uint8Array.of(1, 2, 255))
  const [data, isBinary] = await message
  expect([[...(data as Buffer)], isBinary]).toEqual([[1, 2, 255], true])
})

test.each([
  ['local', null, (wire: { close(): void }) => wire.close()],
  ['remote', '1002 why', (_: unknown, server: WebSocket) => server.close(1002, 'why')],
  ['remote', '1006', (_: unknown, server: WebSocket) => server.terminate()],
] as const)('closed by %s (%s), once, and then sends nothing', async (by, error, close) => {
  const { wire, server } = await both()
  const closed: unknown[] = []
  wire.onClose = (why) => closed.push(why)
  close(wire, server)
  await expect.poll(() => closed).toEqual([{ by, error }])
  wire.send(Uint8Array.of(1))
  wire.close()
  expect(closed).toHaveLength(1)
})

test('a socket without subprotocol msrp is refused', async () => {
  await expect(connect()).rejects.toMatchObject({ code: 'MSRP_CONNECTION_LOST' })
})

test('a server that is not there', async () => {
  server.close()
  for (const client of server.clients) client.terminate()
  await expect(connect('msrp')).rejects.toMatchObject({ code: 'MSRP_CONNECTION_LOST' })
})
