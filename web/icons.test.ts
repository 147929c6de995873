import nodes from 'lucide-static/icon-nodes.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { ICONS } from './icons.ts'

test.each(Object.entries(ICONS))('%s is drawn as its authors draw it', (name, shapes) => {
  expect(shapes).toEqual((nodes as Record<string, unknown>)[name])
})
