import { expect, test } from 'vitest'
import type { OtrEngine } from '../otr/index.ts'
import { stage } from './testing/stage.ts'

/** A D-H Key message of version 3. */
const DH_KEY = '?OTR:AAMK'

test('a handshake that both ends wait in is begun anew, before anybody is told that there is no OTR', async () => {
  await using on = await stage()
  let swallowed = 0
  const losesItsKey = (engine: OtrEngine): OtrEngine => ({
    identity: (account, watch) => engine.identity(account, watch),
    renewIdentity: (account, watch) => engine.renewIdentity(account, watch),
    open: (session, setup) => engine.open(session, setup),
    close: (session) => engine.close(session),
    dispose: () => engine.dispose(),
    async run(session, command) {
      const { wire, events } = await engine.run(session, command)
      const kept = wire.filter(({ text }) => swallowed > 0 || !text.startsWith(DH_KEY))
      swallowed += wire.length - kept.length
      return { wire: kept, events }
    },
  })
  const alice = await on.actor('alice', { speed: 5, otr: losesItsKey })
  const bob = await on.actor('bob', { speed: 5, otr: losesItsKey })
  alice.client.addContact(bob.address, null)
  bob.client.addContact(alice.address, null)
  alice.client.send(bob.address, 'in the end')
  await bob.hears('in the end')
  expect(swallowed).toBe(1)
  const states = alice.all('privacy').map(({ privacy }) => privacy.state)
  expect(states).not.toContain('unsupported')
  expect(on.wire()).not.toContain('in the end')
})
