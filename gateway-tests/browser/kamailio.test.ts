import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEdge } from '../edge.ts'
import { startKamailio } from '../kamailio.ts'
import { startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

test('a page from elsewhere does not get a connection', async () => {
  await using browser = await startChromium()
  const edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  const elsewhere = new URL(edge.url).origin.replaceAll('.', '[.]')
  await using open = await startKamailio({ origins: elsewhere })
  await using strict = await startKamailio({ origins: 'https://chat[.]example[.]org' })
  const { page } = await Person.inOwnBrowser(browser, edge.url, 'alice')
  const connect = (url: string) =>
    page.evaluate(
      (url) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(url, 'sip')
          socket.onopen = () => resolve(0)
          socket.onclose = ({ code }) => resolve(code)
        }),
      url,
    )
  expect(await connect(open.url)).toBe(0)
  expect(await connect(strict.url)).toBe(1006)
  await edge.close()
})
