/** One XML element: what XMPP sends and receives. */
export interface Xml {
  /** With its prefix, as written. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Xml | string)[]
}

/** An element; attributes that are `undefined` are left out. */
export function xml(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: (Xml | string)[]
): Xml {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return { name, attributes: Object.fromEntries(given) as Record<string, string>, children }
}

export function writeXml(element: Xml | string): string {
  if (typeof element === 'string') return encoded(element)
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => ` ${name}="${encoded(value)}"`,
  )
  const start = `<${element.name}${attributes.join('')}`
  if (element.children.length === 0) return `${start}/>`
  return `${start}>${element.children.map(writeXml).join('')}</${element.name}>`
}

/** The first child of that name, and of that namespace if one is given. */
export function childOf(element: Xml, name: string, namespace?: string): Xml | undefined {
  return element.children.find(
    (child): child is Xml =>
      typeof child !== 'string' &&
      child.name === name &&
      (namespace === undefined || child.attributes['xmlns'] === namespace),
  )
}

/** All text inside, untouched: OTR's whitespace tag is made of spaces and tabs. */
export function textOf(element: Xml): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
}

/** Written as XML has it, so that a tab, a line end and a CR arrive as they left. */
function encoded(text: string): string {
  return text.replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: (Xml | string)[]
}

/**
 * Reads an XMPP stream: one element that stays open, and stanzas inside it. Of XML it knows what a
 * server sends; it throws on anything else.
 */
export class XmlStreamReader {
  readonly #onStart: (root: Xml) => void
  readonly #onStanza: (stanza: Xml) => void
  readonly #open: Open[] = []
  #unread = ''

  constructor(onStart: (root: Xml) => void, onStanza: (stanza: Xml) => void) {
    this.#onStart = onStart
    this.#onStanza = onStanza
  }

  read(text: string): void {
    this.#unread += text
    for (;;) {
      const at = this.#unread.indexOf('<')
      if (at < 0) return // A text ends at the next tag.
      if (at > 0) {
        this.#text(decoded(this.#unread.slice(0, at)))
        this.#unread = this.#unread.slice(at)
      }
      if (!this.#unread.includes('>')) return
      TOKEN.lastIndex = 0
      const token = TOKEN.exec(this.#unread)
      // A `>` may stand inside an attribute: then the rest of the tag is still to come.
      if (token === null) {
        if (this.#unread.length > 100_000) throw new Error('This is not XML that a server sends')
        return
      }
      this.#unread = this.#unread.slice(token[0].length)
      const [, slash, name, attributes = '', empty] = token
      if (name === undefined) continue // The XML declaration.
      if (slash === '') this.#start(name, attributes)
      if (slash === '/' || empty === '/') this.#end()
    }
  }

  #start(name: string, written: string): void {
    const attributes: Record<string, string> = {}
    for (const [, key, double, single] of written.matchAll(ATTRIBUTE)) {
      attributes[key!] = decoded(double ?? single!)
    }
    this.#open.push({ name, attributes, children: [] })
    if (this.#open.length === 1) this.#onStart(this.#open[0]!)
  }

  #text(text: string): void {
    if (this.#open.length > 1) this.#open.at(-1)!.children.push(text)
  }

  #end(): void {
    const element = this.#open.pop()
    if (element === undefined) throw new Error('An end tag without a start')
    if (this.#open.length === 1) this.#onStanza(element)
    else this.#open.at(-1)?.children.push(element)
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#([0-9]+)|(\w+));/gi, (_, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? ''
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
  })
}
