import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFailed } from 'vitest'
import { chain } from '../chain.ts'
import { MCABBER } from '../clients/mcabber.ts'
import type { XmppClient } from '../clients/xmpp-client.ts'
import { ManInTheMiddle } from '../gateway/man-in-the-middle.ts'
import { NOBODY_BETWEEN } from '../gateway/middle.ts'
import { edgeWith } from '../gateway/sip-server.ts'
import { COMPONENTS, type GatewayStage, gatewayStage, SIP_DOMAIN } from '../gateway/stage.ts'
import { startProsody } from '../xmpp/prosody.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const SECRET = 'the-red-door'
const PASSWORD = 'mcabber secret'

let browser: Browser
let xmpp: XmppServer
let stage: GatewayStage
let alice: Person
/** Two people with mcabber: one whom nobody overhears, and one who is not so lucky. */
let bob: XmppClient
let carol: XmppClient
let mallory: ManInTheMiddle
const test = chain()

beforeAll(async () => {
  browser = await startChromium()
  xmpp = await startProsody(COMPONENTS)
  mallory = await ManInTheMiddle.create()
  stage = await gatewayStage(xmpp, {
    sip: edgeWith(WEB),
    middle: (jid) => (jid.startsWith('carol@') ? mallory : NOBODY_BETWEEN),
  })
  bob = await login('bob')
  carol = await login('carol')
  alice = await Person.inOwnBrowser(browser, stage.sip.url, 'alice')
  await alice.createAccount()
  await alice.online()
})

afterAll(async () => {
  await browser?.close()
  await bob?.stop()
  await carol?.stop()
  await stage?.[Symbol.asyncDispose]()
  await xmpp?.stop()
})

async function login(name: string): Promise<XmppClient> {
  await xmpp.addUser(name, PASSWORD)
  return await MCABBER.start({
    port: xmpp.port,
    account: `${name}@${xmpp.domain}`,
    password: PASSWORD,
    peer: `alice@${SIP_DOMAIN}`,
  })
}

/** Says what the other side saw if the test fails. */
function explain(client: XmppClient): void {
  onTestFailed(() => void process.stderr.write(`${client.log().slice(-8_000)}\n`))
}

test('a window and a terminal talk, encrypted without having been asked for it', async () => {
  explain(bob)
  await alice.addContact(`bob@${xmpp.domain}`)
  await alice.turnTo('bob')
  await alice.write('the first words are private already: grüße, 世界')
  const text = 'the first words are private already: grüße, 世界'
  await bob.events.expect('text', { text, encrypted: true })
  await bob.say('and here is a terminal — ø')
  await alice.sees('and here is a terminal — ø')
  await alice.privacy('Encrypted, not verified')
  expect(xmpp.kept()).not.toContain('the first words')
})

test('the window asks for a secret, and the right one proves both', async () => {
  explain(bob)
  await alice.verifyWithSecret('bob', SECRET)
  await bob.events.expect('smpAsked')
  await bob.answer(SECRET)
  await alice.privacy('Verified')
  await bob.events.expect('smpSucceeded')
})

test('the terminal asks, and the window answers', async () => {
  explain(bob)
  await bob.verify(SECRET)
  await alice.answer(SECRET)
  await bob.events.expect('smpSucceeded')
  await alice.privacy('Verified')
})

test('the terminal ends encryption: the window holds what is typed until its owner chooses', async () => {
  explain(bob)
  await bob.endOtr()
  await alice.privacy('Ended')
  expect(await alice.page.getByRole('textbox', { name: 'Message' }).isEditable()).toBe(false)
  await alice.press('Encrypt again')
  await alice.privacy('Verified')
  await alice.write('encrypted again')
  await bob.events.expect('text', { text: 'encrypted again', encrypted: true })
})

test('a wrong secret fails, and both sides say so', async () => {
  explain(bob)
  await alice.verifyWithSecret('bob', SECRET)
  await bob.events.expect('smpAsked')
  await bob.answer('the-green-door')
  await alice.verificationSays('The answers didn’t match.')
  await bob.events.expect('smpFailed')
})

test('somebody in the middle: both windows look private, and verification says otherwise', async () => {
  explain(carol)
  await alice.addContact(`carol@${xmpp.domain}`)
  await alice.turnTo('carol')
  await alice.write('nobody hears us')
  await carol.events.expect('text', { text: 'nobody hears us', encrypted: true })
  await alice.privacy('Encrypted, not verified')
  expect(mallory.read).toEqual([{ from: 'sip', text: 'nobody hears us' }])

  const hers = await alice.fingerprints('carol')
  expect(hers.theirs, 'the window shows another key than Carol’s').not.toBe(
    await carol.fingerprint(),
  )
  expect(hers.theirs).toBe(mallory.fingerprints.sip)
  const theirs = await carol.peerFingerprint()
  expect(theirs, 'the terminal shows another key than Alice’s').not.toBe(hers.own)
  expect(theirs).toBe(mallory.fingerprints.xmpp)

  await alice.verifyWithSecret('carol', SECRET)
  await carol.events.expect('smpAsked')
  await carol.answer(SECRET)
  await alice.verificationSays('The answers didn’t match.')
  await carol.events.expect('smpFailed')
  await alice.privacy('Encrypted, not verified')
  expect(await carol.state()).toBe('encrypted')
})
