import { expect, test } from 'vitest'
import { messageServerOf } from './message-server.ts'

test('the relay of a server is at the same address', () => {
  expect(messageServerOf('wss://chat.example/ws')).toEqual({
    url: 'wss://chat.example/ws',
    relay: 'msrps://chat.example:443;ws',
    isShared: true,
    framing: 'message',
  })
})

test('the relay of a provider is at the other end of another tunnel', () => {
  expect(messageServerOf('wss://chat.example/tunnel/sips/sip2sip.info')).toEqual({
    url: 'wss://chat.example/tunnel/msrps/sip2sip.info',
    relay: 'msrps://sip2sip.info:2855;tcp',
    isShared: false,
    framing: 'stream',
  })
})
