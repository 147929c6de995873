/**
 * Takes the pictures in `docs/screens/` from the running product: `npm run screens`. Two people and
 * the practice buddy go through every state that is met every day; `rare-screens.ts` has the others.
 * With names, as in `npx tsx gateway-tests/browser/screens.ts room emoji`, it takes those alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore, startBuddy } from '../../agent/index.ts'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import { startEdge } from '../../edge/index.ts'
import { SipPhone } from '../../edge/testing/sip-phone.ts'
import { take } from './camera.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'
import { noise, png } from './sample-files.ts'
import { unreadable } from './unreadable.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PASSWORD = 'correct horse'

const scratch = mkdtempSync(join(tmpdir(), 'sotto-screens-'))
process.once('exit', () => rmSync(scratch, { recursive: true }))
const edge = await startEdge({ port: 0, dataDir: null, webRoot: join(ROOT, 'dist', 'web') })
const browser = await startChromium()

const buddyAddress = `sip:buddy@${edge.domain}`
for (const name of ['buddy', 'carol', 'dave', 'mira', 'work']) await edge.enrol(name, PASSWORD)
const buddy = startBuddy({
  account: {
    address: buddyAddress,
    password: PASSWORD,
    server: edge.wsUrl,
    displayName: 'Practice buddy',
  },
  store: await FileStore.open(join(scratch, 'buddy'), buddyAddress),
})

const alice = await arrive('alice')
const alices = `sip:alice@${edge.domain}` as PlainPeer['address']
await take(alice.page, 'sign-in')
await alice.createAccount()
await alice.online()
await take(alice.page, 'welcome')

const bob = await arrive('bob')
await bob.createAccount()
await bob.online()
await bob.addContact('alice')
await bob.turnTo('alice')
await alice.addContact('bob')
await alice.turnTo('bob')
await alice.write('Hi Bob! Are you at the workshop already?')
await bob.sees('Hi Bob! Are you at the workshop already?')
await bob.write('Just arrived. The good coffee is gone, though.')
await alice.sees('Just arrived. The good coffee is gone, though.')
await alice.write('Then the bad coffee it is. Can we talk about the offer before ten?')
await arrived(alice)
await take(alice.page, 'conversation-unverified')

await take(alice.page, 'encryption-menu', async () => {
  await alice.page.getByRole('button', { name: /^Encryption: / }).click()
})
await alice.page.keyboard.press('Escape')

await alice.encryptionMenu('Verify bob…')
await take(alice.page, 'verify')
await alice.page.getByRole('radio', { name: 'Shared secret' }).click()
await alice.page.getByRole('textbox', { name: 'The secret' }).fill('the red door')
await alice.press('Start verification')
await bob.page.getByRole('textbox', { name: 'Answer' }).waitFor()
await take(alice.page, 'smp-waiting')
await take(bob.page, 'smp-asked')
await bob.answer('the red door')
await alice.privacy('Verified')
await take(alice.page, 'smp-succeeded')
await alice.page.getByLabel('Dismiss').click() // The reminder to make a backup.
await alice.press('Dismiss')
await bob.write('So it is really you.')
await alice.sees('So it is really you.')
await alice.write('And really you. Ten to ten, by the window?')
await arrived(alice)
await take(alice.page, 'conversation-verified')

const [chooser] = await Promise.all([
  bob.page.waitForEvent('filechooser'),
  bob.press('Attach files'),
])
await chooser.setFiles([png('window-table.png', 480, 270), noise('offer.odt', 84_320)])
const offered = alice.page.getByRole('group', { name: 'File from bob: window-table.png' })
await offered.getByRole('button', { name: 'Accept', exact: true }).click()
await offered.getByRole('img', { name: 'window-table.png' }).waitFor()
await take(alice.page, 'files')
await alice.press('Decline')

await alice.encryptionMenu('Keys…')
await take(alice.page, 'keys')
await alice.page.keyboard.press('Escape')

await bob.encryptionMenu('End encryption')
await alice.privacy('Ended')
await take(alice.page, 'conversation-ended')
await alice.press('Encrypt again')
await alice.privacy('Verified')

await alice.addContact('dave')
await alice.turnTo('dave')
await alice.write('This waits until you are back.')
await alice.page.getByText('Waiting').last().waitFor()
await take(alice.page, 'conversation-offline')

const carol = new PlainPeer(edge, 'carol', PASSWORD)
await carol.signIn()
await alice.addContact('carol')
await alice.turnTo('carol')
await alice.write('Can you read this?')
await alice.privacy('Setting up encryption')
await take(alice.page, 'conversation-setting-up')
await alice.page.getByText('carol’s app doesn’t answer to encryption.').waitFor({ timeout: 25_000 })
await take(alice.page, 'conversation-unsupported')
await alice.press('Send unencrypted')
await alice.privacy('Not encrypted')
await take(alice.page, 'conversation-plaintext')
carol.say(unreadable(), alices)
await alice.sees('A message could not be read.')
await take(alice.page, 'gap')
carol.unwanted = 'too long'
await alice.write('Is this too long for your app?')
await alice.sees('Not sent')
await take(alice.page, 'not-sent')

const silent = await new SipPhone(edge.wsUrl, 'mira', edge.domain).open()
await silent.register({ password: PASSWORD })
await alice.addContact('mira')
await alice.turnTo('mira')
await alice.write('Do you hear it ring?')
const call = await silent.takeRequest('INVITE')
await alice.privacy('Connecting')
await take(alice.page, 'conversation-connecting')
silent.respond(call, 480)
silent.close()

await enterRoom(bob)
await bob.press('Invite…')
await bob.page.getByRole('textbox', { name: 'Name or address' }).fill('alice')
await bob.page.getByRole('button', { name: 'Invite', exact: true }).click()
const invitation = alice.page.getByRole('group', { name: 'Invitation to a room' })
await invitation.waitFor()
await take(alice.page, 'room-invitation')
await invitation.getByRole('button', { name: 'Enter' }).click()
await alice.privacy('Room, not encrypted')
await bob.write('Soup today, and the good bread.')
await alice.sees('Soup today, and the good bread.')
await alice.write('Keep me a seat!')
await alice.page.getByRole('button', { name: '2 members' }).waitFor({ timeout: 20_000 })
await take(alice.page, 'room')
await alice.page.getByRole('button', { name: 'Write privately to bob' }).click()
await take(alice.page, 'room-private')
await alice.press('Write to everybody again')

await alice.turnTo('bob')
await alice.page.getByRole('button', { name: 'Search messages' }).click()
await alice.page.getByRole('searchbox', { name: 'Search for' }).fill('coffee')
await alice.page.getByText('2 messages found').waitFor()
await take(alice.page, 'search')
await alice.page.getByRole('button', { name: 'Close', exact: true }).click()
await alice.page.getByRole('button', { name: 'Emoji' }).click()
await alice.page.getByRole('grid').waitFor()
await take(alice.page, 'emoji')
await alice.page.keyboard.press('Escape')

await alice.page.getByRole('button', { name: 'Practice with the buddy' }).click()
await alice.sees('blue heron')
await alice.verifyWithSecret('Practice buddy', 'blue heron')
await alice.privacy('Verified')
await alice.write('new key')
await alice.privacy('Identity changed')
await take(alice.page, 'conversation-key-changed')

await alice.page.getByRole('button', { name: 'Settings' }).first().click()
await take(alice.page, 'settings')
await alice.page.keyboard.press('Escape')

await alice.page.keyboard.press('Escape')
await openAccounts(alice)
await alice.page.getByRole('menuitem', { name: 'Add account…' }).click()
await take(alice.page, 'account-add')
await alice.signInAs('work', PASSWORD)
await alice.page.getByText(`You are now using work@${edge.domain}.`).waitFor({ state: 'attached' })
await alice.online()
await alice.page.keyboard.press('F8')
await alice.turnTo('bob')
await bob.addContact('work')
await bob.turnTo('work')
await bob.write('Is this where the offer comes from?')
await alice.page.getByText(`To work@${edge.domain}`).waitFor()
await take(alice.page, 'account-calls')
await take(alice.page, 'accounts', () => openAccounts(alice))

await carol.leave()
await browser.close()
await buddy.stop()
await edge.close()
process.exit(0)

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  return await Person.arrive(context, edge.url, name)
}

/** The last of what was written is there, whether or not a window was open before it. */
async function arrived({ page }: Person): Promise<void> {
  await page
    .getByRole('log')
    .getByText(/Delivered|Seen/)
    .last()
    .waitFor()
}

/** The account menu, anew; on a phone it is in the list. */
async function openAccounts({ page }: Person): Promise<void> {
  await page.keyboard.press('Escape')
  const back = page.getByRole('button', { name: 'Back to contacts' })
  if (await back.isVisible()) await back.click()
  await page.getByRole('button', { name: /^Accounts/ }).click()
}

async function enterRoom({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Enter a room' }).click()
  await page.getByRole('textbox', { name: 'Name or address of the room' }).fill('lunch')
  await page.getByRole('button', { name: 'Enter', exact: true }).click()
  await page.getByText('You', { exact: true }).waitFor({ timeout: 20_000 })
}
