/**
 * Our OTR against libotr 4.1.1: in this program, there without WebAssembly too, in Chromium and in
 * Firefox. Both ends of each exchange
 * are of the same kind and share one thread; ours is called through its door.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import type { Bench, Contest } from '../bench.ts'
import { startChromium } from './browser/chromium.ts'
import { startFirefox } from './browser/firefox.ts'
import { builtPage } from './otr-bench/built-page.ts'
import { Ours, TASKS, type Task } from './otr-bench/ours.ts'
import type { PageClock } from './otr-bench/page.ts'
import { Theirs } from './otr-bench/theirs.ts'

/** How long a key takes is luck: of few, the median says little. */
const ROUNDS: Partial<Record<Task, number>> = { keygen: 301 }

function bench(
  task: Task,
  where: '' | '.bigint' | '.chromium' | '.firefox',
  prepare: Bench['prepare'],
): Bench {
  return {
    name: `otr.${task}${where}`,
    unit: task === 'oneway100' ? 'us' : 'ms',
    peer: 'libotr 4.1.1',
    rounds: ROUNDS[task] ?? 31,
    prepare,
  }
}

async function here(task: Task): Promise<Contest> {
  const ours = await Ours.meet()
  const theirs = new Theirs()
  return {
    ours: { run: () => ours[task]() },
    peers: { run: () => theirs[task]() },
    end: () => theirs[Symbol.dispose](),
  }
}

async function withPlainBigint(task: Task): Promise<Contest> {
  const child = fork(fileURLToPath(new URL('./otr-bench/plain-bigint.ts', import.meta.url)))
  const theirs = new Theirs()
  return {
    ours: {
      async time(count) {
        child.send([task, count])
        const [ms] = (await once(child, 'message')) as [number]
        return ms
      },
    },
    peers: { run: () => theirs[task]() },
    end() {
      theirs[Symbol.dispose]()
      child.kill()
    },
  }
}

async function inPage(task: Task, start: () => Promise<Browser>): Promise<Contest> {
  const browser = await start()
  const page = await browser.newPage()
  await page.addScriptTag({ type: 'module', content: await builtPage() })
  const theirs = new Theirs()
  return {
    ours: {
      time: (count) =>
        page.evaluate(
          ([task, count]) => (window as unknown as { time: PageClock }).time(task, count),
          [task, count] as const,
        ),
    },
    peers: { run: () => theirs[task]() },
    async end() {
      theirs[Symbol.dispose]()
      await browser.close()
    },
  }
}

/** Its clock goes in steps of 1 ms otherwise. */
function startExactFirefox(): Promise<Browser> {
  return startFirefox({ 'privacy.reduceTimerPrecision': false })
}

export const benches: readonly Bench[] = [
  ...TASKS.map((task) => bench(task, '', () => here(task))),
  ...TASKS.map((task) => bench(task, '.bigint', () => withPlainBigint(task))),
  ...TASKS.map((task) => bench(task, '.chromium', () => inPage(task, startChromium))),
  ...TASKS.map((task) => bench(task, '.firefox', () => inPage(task, startExactFirefox))),
]
