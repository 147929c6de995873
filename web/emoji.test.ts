import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Emoji, emojiOf, findEmoji, loadEmoji, RecentEmoji } from './emoji.ts'
import { LANGUAGES, type Language } from './language.ts'
import { EMOJI_FOUND_MAX, EMOJI_RECENT_MAX } from './limits.ts'

const first = (emoji: readonly Emoji[]) => emoji[0]?.unicode

describe('finding', () => {
  test('by name before keyword, by the beginnings of words, without case and accents', async () => {
    const [en, es] = [await loadEmoji('en'), await loadEmoji('es')]
    expect(first(findEmoji(en, 'red hea'))).toBe('❤️')
    expect(first(findEmoji(en, 'RED HEA'))).toBe('❤️')
    expect(first(findEmoji(es, 'corazon rojo'))).toBe('❤️')
    expect(findEmoji(en, 'zzz none').length).toBe(0)
    expect(findEmoji(en, '  ')).toEqual([])
  })

  test('takes anything that is typed, and never finds more than is shown', async () => {
    const en = (await loadEmoji('en')).slice(0, 200)
    fc.assert(
      fc.property(fc.string(), (typed) => {
        expect(findEmoji(en, typed).length).toBeLessThanOrEqual(EMOJI_FOUND_MAX)
      }),
      { numRuns: 50 },
    )
    expect(findEmoji(await loadEmoji('en'), 'a').length).toBe(EMOJI_FOUND_MAX)
  })
})

test.each(Object.keys(LANGUAGES) as Language[])('%s has emoji, smileys first', async (language) => {
  const all = await loadEmoji(language)
  expect(all.length).toBeGreaterThan(1_500)
  expect(first(all)).toBe('😀')
  expect(new Set(all.map(({ unicode }) => unicode)).size).toBe(all.length)
})

test('parts of emoji are not offered', () => {
  expect(
    emojiOf([
      { unicode: '🏻', label: 'light skin tone', group: 2, order: 2 },
      { unicode: '🇦', label: 'regional indicator A' },
      { unicode: '🍉', label: 'watermelon', group: 4, order: 1 },
    ]).map(({ unicode }) => unicode),
  ).toEqual(['🍉'])
})

test('those used last are offered first, each once, not too many', () => {
  const map = new Map<string, string>()
  const recent = new RecentEmoji({
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
  })
  expect(recent.list()).toEqual([])
  for (const one of ['🍉', '👋', '🍉']) recent.add(one)
  expect(recent.list()).toEqual(['🍉', '👋'])
  for (let n = 0; n < 99; n++) recent.add(String.fromCodePoint(0x1f600 + n))
  expect(recent.list()).toHaveLength(EMOJI_RECENT_MAX)
})
