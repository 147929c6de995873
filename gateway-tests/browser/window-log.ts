import type { BrowserContext, Page } from 'playwright-core'
import { LastLines, logOnFailure } from '../failure-log.ts'

let windows = 0

/** A failing test prints what every window of a browser complained of, sent and received. */
export function logWindows(context: BrowserContext): void {
  context.on('page', logWindow)
}

function logWindow(page: Page): void {
  const seen = new LastLines()
  const name = `window ${++windows}`
  page.on('console', (message) => seen.add(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => seen.add(`${error.stack}`))
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => seen.add(`> ${beginning(payload)}`))
    socket.on('framereceived', ({ payload }) => seen.add(`< ${beginning(payload)}`))
    socket.on('close', () => seen.add(`${socket.url()} closed`))
  })
  const ended = logOnFailure(name, () => `${page.url()}\n${seen}`)
  page.on('close', ended)
}

/** A frame may carry a piece of a file. */
function beginning(payload: string | Buffer): string {
  return payload.slice(0, 2_000).toString()
}
