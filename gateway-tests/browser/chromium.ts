import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { logWindows } from './window-log.ts'

const CHROMIUM = '/usr/bin/chromium'

/**
 * What is waited for on a page has to come; how soon says most about the machine, of which one core may
 * be busy with something else: 30 s.
 */
export const PATIENCE_MS = 30_000

/** Keep a headless browser on a closed network from looking for its maker. */
const QUIET = [
  '--no-sandbox', // Chromium has none as root; the pages are our own.
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** @param more - further arguments, such as for a camera */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error('The browser lane needs the Debian package chromium: apt-get install chromium')
  }
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [...QUIET, ...more],
    headless: true,
  })
}

/** What the page asked its voice, its loudspeaker and the system for, kept because headless has none. */
export interface Announced {
  readonly spoken: readonly string[]
  /** Notes that were played, in Hz. */
  readonly sounded: readonly number[]
  readonly notified: readonly Notified[]
}

export interface Notified {
  readonly title: string
  readonly body: string
  /** The system shows the last one of each tag. */
  readonly tag: string
  /** Makes itself heard again where it takes the place of another one. */
  readonly renotify: boolean
}

/**
 * A person's browser: storage of its own, notifications allowed. Speech, sounds and notifications are
 * recorded, since a headless browser has no voice and no desktop.
 */
export async function newPerson(browser: Browser, origin: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.grantPermissions(['notifications'], { origin })
  await context.addInitScript(recordAnnouncements)
  logWindows(context)
  return context
}

export async function announced(page: Page): Promise<Announced> {
  return await page.evaluate(() => (window as unknown as { announced: Announced }).announced)
}

function recordAnnouncements(): void {
  const spoken: string[] = []
  const sounded: number[] = []
  const notified: Notified[] = []
  Object.assign(window, { announced: { spoken, sounded, notified } })
  speechSynthesis.speak = (utterance) => {
    if (utterance.volume > 0 && utterance.text.trim() !== '') spoken.push(utterance.text)
    utterance.dispatchEvent(new Event('end'))
  }
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (when) {
    sounded.push(this.frequency.value)
    start.call(this, when)
  }
  const System = window.Notification
  class Recorded extends System {
    constructor(title: string, options: NotificationOptions & { renotify?: boolean } = {}) {
      super(title, options)
      const { body = '', tag = '', renotify = false } = options
      notified.push({ title, body, tag, renotify })
    }
  }
  Object.defineProperty(window, 'Notification', { value: Recorded, configurable: true })
}
