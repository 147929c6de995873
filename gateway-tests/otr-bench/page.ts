/*
 * What runs in the page: the same tasks, timed by the page's own clock.
 */
import { Ours, type Task } from './ours.ts'

const meeting = Ours.meet()

/** Milliseconds that `count` times `task` take. */
async function time(task: Task, count: number): Promise<number> {
  const ours = await meeting
  const start = performance.now()
  for (let i = 0; i < count; i++) await ours[task]()
  return performance.now() - start
}

export type PageClock = typeof time
Object.assign(window, { time })
