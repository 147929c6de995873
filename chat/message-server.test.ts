import { expect, test } from 'vitest'
import { messageServerOf, tunnelOwnersRelay } from './message-server.ts'

test('the relay of a server is at the same address', () => {
  expect(messageServerOf('wss://chat.example/ws')).toEqual({
    kind: 'server',
    url: 'wss://chat.example/ws',
    relay: 'msrps://chat.example:443;ws',
    isShared: true,
    framing: 'message',
  })
})

test('the relay of a provider is at the other end of another tunnel', () => {
  expect(messageServerOf('wss://chat.example/tunnel/sips/sip2sip.info')).toEqual({
    kind: 'provider',
    url: 'wss://chat.example/tunnel/msrps/sip2sip.info',
    relay: 'msrps://sip2sip.info:2855;tcp',
    isShared: false,
    framing: 'stream',
  })
})

test('beside a tunnel there is the relay of whoever runs it', () => {
  expect(tunnelOwnersRelay('ws://127.0.0.1:8020/tunnel/sips/sip2sip.info')).toEqual({
    kind: 'edge',
    url: 'ws://127.0.0.1:8020/ws',
    relay: 'msrp://127.0.0.1:8020;ws',
    isShared: true,
    framing: 'message',
  })
  expect(tunnelOwnersRelay('wss://chat.example/ws')).toBeNull()
})
