import { expect, test } from 'vitest'
import { isListening } from '../ports.ts'
import { startProsody } from '../xmpp/prosody.ts'
import { edgeWith, type StartSipServer } from './sip-server.ts'
import { COMPONENTS, gatewayStage } from './stage.ts'

test('a stage that cannot begin leaves nothing behind', async () => {
  const xmpp = await startProsody(COMPONENTS)
  await xmpp.stop() // No gateway can be a component of it.
  let port = 0
  const sip: StartSipServer = async (setup) => {
    const server = await edgeWith(null)(setup)
    port = Number(new URL(server.url).port)
    expect(await isListening(port)).toBe(true)
    return server
  }
  await expect(gatewayStage(xmpp, { sip })).rejects.toThrow()
  expect(await isListening(port)).toBe(false)
})
