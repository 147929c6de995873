import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, firefox } from 'playwright-core'

const FIREFOX = '/usr/bin/firefox-esr'

/** Keep it from looking for its maker, and from opening anything over the page. */
const QUIET = {
  'app.update.disabledForTesting': true,
  'browser.download.alwaysOpenPanel': false, // The list of downloads would take the focus.
  'browser.backup.enabled': false,
  'datareporting.healthreport.uploadEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

/** @param more - further settings, by their names in about:config */
export async function startFirefox(
  more: Readonly<Record<string, boolean | number | string>> = {},
): Promise<Browser> {
  if (!existsSync(FIREFOX)) {
    throw new Error('The Firefox lane needs the Debian package firefox-esr: apt-get install it')
  }
  return await firefox.launch({
    channel: 'moz-firefox', // As its maker ships it, by WebDriver BiDi.
    executablePath: join(import.meta.dirname, 'firefox-bidi.mjs'),
    firefoxUserPrefs: { ...QUIET, ...more },
    headless: true,
  })
}
