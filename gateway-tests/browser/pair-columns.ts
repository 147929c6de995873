import { expect } from 'vitest'
import type { ColumnId } from '../matrix/columns.ts'
import { shuffled } from '../matrix/turns.ts'
import type { Pair, PairColumn } from './pair.ts'
import { PAIR_DEVICES } from './pair-devices.ts'
import { PAIR_VERIFICATION } from './pair-verification.ts'
import type { Person } from './person.ts'

const HUNDRED = 100
/** More than Kamailio's relay takes in two frames. */
const longWith = (mark: string) =>
  Array.from({ length: 1200 }, (_, at) => `${at} lang-ä€${mark}`).join(' ')
/** With which every whitespace tag begins (OTRv3, "Tagged plaintext messages"). */
const TAG = '\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20'

const TALK = {
  plain: {
    async run(pair) {
      await pair.inClear()
      await pair.talk(false, 'plain words')
    },
  },
  nonAscii: {
    async run(pair) {
      await pair.inClear()
      await pair.talk(false)
      await pair.inTouch()
      await pair.talk(true)
    },
  },
  theyStart: {
    async run(pair) {
      expect(await start(pair, [pair.bob])).toBe(1)
    },
  },
  weStart: {
    async run(pair) {
      expect(await start(pair, [pair.alice])).toBe(1)
    },
  },
  bothStart: {
    async run(pair) {
      let queries = 0
      for (let tries = 0; queries < 2 && tries < 5; tries++) {
        queries = await start(pair, [pair.alice, pair.bob])
      }
      expect(queries, 'they crossed').toBe(2)
    },
  },
  whitespaceTag: {
    async instead(pair) {
      await pair.inClear()
      await pair.say(pair.alice, 'nothing hides at the end of this', false)
      await pair.say(pair.bob, 'nor of this', false)
      expect(pair.left).not.toContain(TAG)
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>

const ENDS = {
  theyEnd: {
    async run(pair) {
      const { alice, bob } = pair
      await pair.inTouch()
      const field = alice.page.getByRole('textbox', { name: 'Message' })
      await field.fill('not for everybody')
      await bob.encryptionMenu('End encryption')
      await alice.privacy('Ended')
      await alice.sees('bob ended encryption.')
      await field.press('Enter')
      await pair.say(bob, 'that was me', false)
      expect(await field.inputValue(), 'it waits').toBe('not for everybody')
      await alice.press('Encrypt again')
      await pair.encrypted()
      await field.press('Enter')
      await bob.sees('not for everybody')
      expect(pair.left).not.toContain('not for everybody')
    },
  },
  weEnd: {
    async run(pair) {
      const { alice, bob } = pair
      await pair.inTouch()
      await alice.encryptionMenu('End encryption')
      await bob.privacy('Ended')
      await bob.sees('alice ended encryption.')
      expect(await bob.page.getByRole('textbox', { name: 'Message' }).isEditable()).toBe(false)
      await alice.privacy('Not encrypted')
      await bob.press('Continue without encryption')
      await pair.talk(false, 'as both chose')
    },
  },
  alwaysOtr: {
    async run(pair) {
      const { alice, bob } = pair
      await pair.inClear()
      await always(alice)
      await pair.encrypted()
      await alice.optionsMenu('Close session')
      await alice.privacy('Not connected')
      await pair.say(alice, 'only for your eyes', true)
      const field = alice.page.getByRole('textbox', { name: 'Message' })
      await field.fill('and so is this')
      await bob.encryptionMenu('End encryption')
      await alice.privacy('Ended')
      await warnOfClearText(pair)
      await alice.privacy('Ended')
      await field.press('Enter')
      expect(await field.inputValue(), 'it waits').toBe('and so is this')
      expect(await alice.page.getByRole('button', { name: 'Encrypt again' }).count()).toBe(1)
      expect(await alice.page.getByRole('button', { name: /without encryption/ }).count()).toBe(0)
      await alice.page.getByRole('button', { name: /^Encryption: / }).click()
      const giveUp = alice.page.getByRole('menuitem', { name: 'Go on without encryption' })
      expect(await giveUp.getAttribute('aria-disabled')).toBe('true')
      await alice.page.keyboard.press('Escape')
      await alice.press('Encrypt again')
      await pair.encrypted()
      await field.press('Enter')
      await bob.sees('and so is this')
      expect(pair.left).not.toContain('and so is this')
      await always(alice)
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>

const MUCH = {
  hundred: {
    async run(pair) {
      await pair.inTouch()
      await pair.talk(true)
      const numbers = Array.from({ length: HUNDRED }, (_, number) => number)
      const both = numbers.flatMap(() => ['alice', 'bob'] as const)
      for (const { is, number } of shuffled(both)) await pair[is].writeOn(`${is} says ${number}`)
      for (const [from, to] of [
        ['alice', pair.bob],
        ['bob', pair.alice],
      ] as const) {
        const said = to.page.getByRole('log').getByText(new RegExp(`^${from} says \\d+$`))
        await expect
          .poll(() => said.allTextContents())
          .toEqual(numbers.map((number) => `${from} says ${number}`))
      }
      expect(pair.left).not.toMatch(/(alice|bob) says/)
    },
  },
  long: {
    async run(pair) {
      await pair.inTouch()
      for (const [from, to, mark] of [
        [pair.alice, pair.bob, '🛰'],
        [pair.bob, pair.alice, '🚲'],
      ] as const) {
        await from.write(longWith(mark))
        const parts = to.page.getByRole('log').getByText(mark)
        await expect.poll(async () => (await parts.allTextContents()).join('')).toBe(longWith(mark))
      }
      await pair.talk(true)
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>

const AROUND = {
  composing: {
    async run(pair) {
      await pair.inClear()
      expect(await composes(pair)).toContain('<isComposing')
      await pair.inTouch()
      expect(await composes(pair)).not.toContain('<isComposing')
    },
  },
  receipts: {
    async run(pair) {
      const { alice, bob } = pair
      await pair.inTouch()
      await bob.addContact('carol') // So he looks at another conversation.
      await alice.write('have you got it?')
      await alice.row('have you got it?').getByText('Delivered').waitFor()
      await bob.turnTo('alice')
      await alice.row('have you got it?').getByText('Seen').waitFor()
    },
  },
  markupFromUs: { run: (pair) => sayMarkup(pair, pair.alice) },
  markupFromThem: { run: (pair) => sayMarkup(pair, pair.bob) },
  roomLink: {
    async run(pair) {
      const room = await enterGarden(pair)
      await pair.alice.privacy('Room, not encrypted')
      await pair.alice.write('hello, garden')
      await enterRoom(pair.bob, room)
      await pair.bob.privacy('Room, not encrypted')
      await pair.bob.write('welcome')
      await pair.alice.sees('welcome')
      const toRoom = pair.left.split('MSRP ').filter((frame) => frame.includes(`<sip:${room}>`))
      expect(toRoom.join()).toContain('hello, garden')
      expect(toRoom.join()).not.toContain('?OTR')
      await backFromGarden(pair)
    },
    async instead(pair) {
      await enterGarden(pair)
      await pair.alice.sees('There is nobody with this address.')
      await pair.alice.write('hello, garden')
      await backFromGarden(pair)
      expect(pair.left).not.toContain('hello, garden')
    },
  },
} as const satisfies Partial<Record<ColumnId, PairColumn>>

/**
 * They press "Start encryption" in the same instant: two clicks of Playwright's are further apart than
 * a query needs to the other side. On a busy machine these may be too; then only one of them counts.
 *
 * @returns how many queries that made
 */
async function start(pair: Pair, starting: readonly Person[]): Promise<number> {
  await pair.inClear()
  const before = pair.left.length
  for (const { page } of starting) {
    await page.getByRole('button', { name: /^Encryption: / }).click()
    await page.getByRole('menuitem', { name: 'Start encryption' }).waitFor()
  }
  const at = Date.now() + 500
  const press = (element: Element, at: number) =>
    void setTimeout(() => (element as HTMLElement).click(), at - Date.now())
  await Promise.all(
    starting.map(({ page }) =>
      page.getByRole('menuitem', { name: 'Start encryption' }).evaluate(press, at),
    ),
  )
  await pair.encrypted()
  for (const { page } of starting) await page.keyboard.press('Escape')
  await pair.talk(true)
  return pair.left.slice(before).match(/\?OTRv\d+\?/g)?.length ?? 0
}

/** The same warning is given every few seconds at most: Bob goes on until Alice gets a new one. */
async function warnOfClearText(pair: Pair): Promise<void> {
  const warnings = pair.alice.row('The next message came unencrypted')
  const before = await warnings.count()
  for (let said = 0; (await warnings.count()) === before; said++) {
    await pair.say(pair.bob, `for everybody ${said}`, false)
  }
}

async function always({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: /^Encryption: / }).click()
  await page.getByRole('menuitemcheckbox', { name: /^Always use encryption/ }).click()
  await page.keyboard.press('Escape')
}

/** Alice types, and Bob sees that she does. @returns what left the pages meanwhile */
async function composes(pair: Pair): Promise<string> {
  const { alice, bob } = pair
  const before = pair.left.length
  const field = alice.page.getByRole('textbox', { name: 'Message' })
  await field.pressSequentially('hm')
  await bob.page.getByText('alice is writing…').waitFor()
  await field.fill('')
  await bob.page.getByText('alice is writing…').waitFor({ state: 'hidden' })
  return pair.left.slice(before)
}

async function sayMarkup(pair: Pair, from: Person): Promise<void> {
  await pair.inTouch()
  await pair.say(from, `<b>bold</b> a < b &amp; "c" > d, says ${from.name}`, true)
}

async function enterRoom({ page }: Person, room: string): Promise<void> {
  await page.getByRole('button', { name: 'Enter a room' }).click()
  await page.getByRole('textbox', { name: 'Name or address of the room' }).fill(room)
  await page.getByRole('button', { name: 'Enter', exact: true }).click()
}

/** Bob writes where he is, and Alice follows the link. @returns the room's address */
async function enterGarden(pair: Pair): Promise<string> {
  await pair.inTouch()
  const room = `garden@conference.${pair.place.domain}`
  await pair.say(pair.bob, `sip:${room}`, true)
  const { page } = pair.alice
  await page
    .getByRole('log')
    .getByRole('button', { name: `sip:${room}` })
    .click()
  const field = page.getByRole('textbox', { name: 'Name or address of the room' })
  expect(await field.inputValue()).toBe(room)
  await page.getByRole('button', { name: 'Enter', exact: true }).click()
  return room
}

/** OTR stayed where it was. */
async function backFromGarden(pair: Pair): Promise<void> {
  await pair.alice.turnTo('bob')
  await pair.bob.turnTo('alice')
  await pair.encrypted()
  await pair.talk(true)
}

/**
 * In the order in which they run: two devices before anybody is verified, since a new key alarms
 * then; the 10 s after a wrong answer pass with something else.
 */
export const PAIR_COLUMNS = {
  ...TALK,
  twoDevices: PAIR_DEVICES.twoDevices,
  secretByUs: PAIR_VERIFICATION.secretByUs,
  ...MUCH,
  secretByThem: PAIR_VERIFICATION.secretByThem,
  ...AROUND,
  questionByUs: PAIR_VERIFICATION.questionByUs,
  ...ENDS,
  weReload: PAIR_DEVICES.weReload,
  questionByThem: PAIR_VERIFICATION.questionByThem,
  gatewayRestarts: PAIR_DEVICES.gatewayRestarts,
  abortByUs: PAIR_VERIFICATION.abortByUs,
  abortByThem: PAIR_VERIFICATION.abortByThem,
  theyRestart: PAIR_DEVICES.theyRestart,
  newKey: PAIR_DEVICES.newKey,
  mitm: PAIR_VERIFICATION.mitm,
} as const satisfies Record<ColumnId, PairColumn>
