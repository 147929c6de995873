import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { writeXml, type Xml, XmlStreamReader, xml } from '../clients/xml.ts'

export interface ComponentOptions {
  /** Of 127.0.0.1. */
  readonly port: number
  readonly domain: string
  readonly secret: string
}

/** A server's external component (XEP-0114): it gets and sends all stanzas of one domain. */
export class XmppComponent {
  readonly domain: string
  readonly #socket: Socket

  private constructor(domain: string, socket: Socket) {
    this.domain = domain
    this.#socket = socket
  }

  /** @throws Error if the server does not take us */
  static async connect(
    { port, domain, secret }: ComponentOptions,
    onStanza: (stanza: Xml) => void,
  ): Promise<XmppComponent> {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').setNoDelay()
    await once(socket, 'connect')
    const component = new XmppComponent(domain, socket)
    await new Promise<void>((resolve, reject) => {
      let isIn = false
      const reader = new XmlStreamReader(
        ({ attributes }) => {
          const digest = createHash('sha1').update(`${attributes['id']}${secret}`).digest('hex')
          component.send(xml('handshake', {}, digest))
        },
        (stanza) => {
          if (isIn) return onStanza(stanza)
          if (stanza.name !== 'handshake') return reject(new Error(writeXml(stanza)))
          isIn = true
          resolve()
        },
      )
      socket.on('data', (text: string) => reader.read(text))
      socket.on('error', reject)
      socket.on('close', () => reject(new Error(`${domain}: closed before the handshake`)))
      socket.write(
        `<?xml version="1.0"?><stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}">`,
      )
    })
    return component
  }

  send(stanza: Xml): void {
    if (!this.#socket.destroyed) this.#socket.write(writeXml(stanza))
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close')
    this.#socket.end('</stream:stream>')
    await closed
  }

  /** As a power cut does. */
  cut(): void {
    this.#socket.destroy()
  }
}
