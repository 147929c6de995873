#!/usr/bin/env node
// Firefox as playwright wants to find it. Runs Debian's with the arguments given, and stands between
// its WebDriver BiDi and the one who drives it. Everything passes as it is but two things that
// Firefox 153 has not got:
// - `emulation.setMediaFeaturesOverride`, without which playwright opens no window. Light and dark
//   are set here from inside the browser instead.
// - The `download` that tells one download from another, without which playwright heeds none that
//   a page begins by itself.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { WebSocket, WebSocketServer } from 'ws'

const FIREFOX = '/usr/bin/firefox-esr'
const LISTENING = /^WebDriver BiDi listening on (ws:.+)$/
/** Our own commands have numbers that the driver, which counts from 1, does not come to. */
let lastOwn = 2 ** 40

const args = ['--remote-allow-system-access', ...process.argv.slice(2)]
const firefox = spawn(FIREFOX, args, { stdio: ['ignore', 'ignore', 'pipe'] })
firefox.on('error', ({ message }) => fail(message))
firefox.on('exit', (code) => process.exit(code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => firefox.kill())

createInterface({ input: firefox.stderr }).on('line', (line) => {
  const address = LISTENING.exec(line)?.[1]
  if (address === undefined) process.stderr.write(`${line}\n`)
  else standBetween(address)
})

function standBetween(address) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('listening', () => {
    process.stderr.write(`WebDriver BiDi listening on ws://127.0.0.1:${server.address().port}\n`)
  })
  server.on('connection', (driver, { url }) => {
    const browser = new WebSocket(address + url, { perMessageDeflate: false, maxPayload: 2 ** 30 })
    const ready = new Promise((resolve) => browser.on('open', resolve))
    const downloads = new Downloads()
    /** Who waits for the answer to a command of our own, by its number. */
    const own = new Map()
    const ask = async (method, params) => {
      await ready
      const id = ++lastOwn
      browser.send(JSON.stringify({ id, method, params }))
      return await new Promise((resolve) => own.set(id, resolve))
    }
    driver.on('message', async (data) => {
      const text = data.toString()
      const { id, method, params } = JSON.parse(text)
      if (method === 'emulation.setMediaFeaturesOverride') {
        await setColorScheme(ask, params)
        driver.send(JSON.stringify({ type: 'success', id, result: {} }))
      } else {
        await ready
        browser.send(text)
      }
    })
    browser.on('message', (data) => {
      const text = data.toString()
      const message = JSON.parse(text)
      const waiting = own.get(message.id)
      own.delete(message.id)
      if (waiting !== undefined) waiting(message)
      else driver.send(downloads.named(message) ?? text)
    })
    browser.on('error', ({ message }) => fail(message))
    browser.on('close', () => driver.close())
    driver.on('close', () => browser.close())
  })
}

/** Of single windows. What is asked for whole containers is what a new one has anyway: light. */
async function setColorScheme(ask, { features, contexts = [] }) {
  if (contexts.length === 0) return
  const tree = await ask('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const answer = await ask('script.callFunction', {
    functionDeclaration: `(scheme, ...ids) => {
      const { NavigableManager } = ChromeUtils.importESModule(
        'chrome://remote/content/shared/NavigableManager.sys.mjs',
      )
      for (const id of ids)
        NavigableManager.getBrowsingContextById(id).prefersColorSchemeOverride = scheme
    }`,
    arguments: [features['prefers-color-scheme'] ?? 'none', ...contexts].map((value) => ({
      type: 'string',
      value,
    })),
    target: { context: tree.result.contexts[0].context },
    awaitPromise: false,
  })
  if (answer.result?.type !== 'success') fail(`cannot set the colours: ${JSON.stringify(answer)}`)
}

/** Names the downloads of a browser that does not. */
class Downloads {
  #count = 0
  /** By window and address, which for a file that a page has made is its own. */
  #names = new Map()

  /** The event with a name in it, or `null` for every other message. */
  named({ method, params, ...rest }) {
    if (method !== 'browsingContext.downloadWillBegin' && method !== 'browsingContext.downloadEnd')
      return null
    const key = `${params.context} ${params.url}`
    if (method.endsWith('Begin')) this.#names.set(key, `download-${++this.#count}`)
    const download = this.#names.get(key)
    return JSON.stringify({ ...rest, method, params: { ...params, download } })
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  firefox.kill()
  process.exit(1)
}
