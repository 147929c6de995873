import { test } from 'vitest'
import { stage } from './testing/stage.ts'
test('timing', async () => {
  const t0 = performance.now(); const log = (s: string) => process.stderr.write(`${s} ${(performance.now()-t0).toFixed(0)}\n`)
  const on = await stage(); log('stage')
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')]); log('in')
  alice.client.addContact(bob.address, null)
  bob.client.addContact(alice.address, null)
  alice.client.open(bob.address)
  await alice.until(e=>e.type==='opened'); log('opened')
  await alice.privacy(bob.address, 'unverified'); log('enc')
  const id = alice.client.send(bob.address, 'x'); await alice.delivery(id, 'delivered'); log('delivered')
  for (let i=0;i<100;i++) alice.client.send(bob.address, 'x'+i); await bob.hears('x99'); log('100')
  process.stderr.write(bob.events.map(e=>JSON.stringify(e)).slice(0,40).join('\n')+'\n')
  await alice.leave(); log('left')
  await on[Symbol.asyncDispose](); log('disposed')
})
