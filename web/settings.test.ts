import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS, parseSettings } from './settings.ts'

test('what was saved is read back', () => {
  const settings = { ...DEFAULT_SETTINGS, theme: 'dark', speech: false, sound: true } as const
  expect(parseSettings(JSON.stringify(settings))).toEqual(settings)
})

test.each([
  null,
  '',
  '{',
  'null',
  '[]',
  '7',
  '"x"',
  '{"theme":"pink","speech":"no","quietFrom":1440,"quietTo":-1}',
])('of %j only what makes sense is taken', (text) => {
  expect(parseSettings(text)).toEqual(DEFAULT_SETTINGS)
})

test('nothing is shown, sounded or previewed of a message unless it was switched on', () => {
  expect(DEFAULT_SETTINGS).toMatchObject({
    preview: false,
    sound: false,
    soundSent: false,
  })
})
