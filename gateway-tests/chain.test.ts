import { expect, test } from 'vitest'
import { chain } from './chain.ts'

const done: string[] = []
const step = chain()

const met = step('the beginning', () => void done.push('met'))

step('goes on from it', () => {
  expect(done).toEqual(['met'])
  done.push('talked')
})

step('and on', () => {
  expect(done).toEqual(['met', 'talked'])
})

chain(met)('another way on', () => {
  expect(done[0]).toBe('met')
})

test('each step is done once, whoever asks for it', async () => {
  await met()
  expect(done.filter((what) => what === 'met')).toHaveLength(1)
})
