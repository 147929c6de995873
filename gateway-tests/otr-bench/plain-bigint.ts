/*
 * What runs in a process of its own, as in a page whose policy forbids WebAssembly: the same tasks on
 * plain `bigint`, timed there.
 */
import { Ours, type Task } from './ours.ts'

Object.assign(WebAssembly, {
  Module: function forbidden() {
    throw new WebAssembly.CompileError('not here')
  },
})
const meeting = Ours.meet()

process.on('message', async ([task, count]: [Task, number]) => {
  const ours = await meeting
  const start = performance.now()
  for (let i = 0; i < count; i++) await ours[task]()
  process.send!(performance.now() - start)
})
