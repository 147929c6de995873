import { XML_MAX } from './limits.ts'

/** An element of one of the small documents that go inside messages. */
export interface XmlElement {
  /** Empty if none. */
  readonly namespace: string
  /** Without prefix. */
  readonly name: string
  readonly children: readonly XmlElement[]
  /** Its own text, trimmed. */
  readonly text: string
}

const DEPTH_MAX = 8
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** One piece: comment or declaration, end tag, start tag with its attributes, text. */
const PIECE =
  /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y

interface Open {
  readonly tag: string
  readonly namespaces: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

/**
 * Reads a document without DTD, entities of its own or CDATA, which none of the formats here needs
 * and which are the ways to make a reader work for nothing.
 *
 * @returns `null` if it is not well-formed, deeper than 8 or longer than `XML_MAX`
 */
export function readXml(document: string): XmlElement | null {
  if (document.length > XML_MAX) return null
  const stack: Open[] = [{ tag: '', namespaces: new Map(), children: [], text: '' }]
  PIECE.lastIndex = document.startsWith('\ufeff') ? 1 : 0
  while (PIECE.lastIndex < document.length) {
    const match = PIECE.exec(document)
    if (match === null) return null
    const [, skipped, endTag, startTag, attributes, empty, text] = match
    if (skipped !== undefined) continue
    const parent = stack.at(-1)!
    if (text !== undefined) {
      const decoded = decode(text)
      if (decoded === null) return null
      parent.text += decoded
    } else if (startTag !== undefined) {
      if (stack.length > DEPTH_MAX) return null
      const namespaces = bind(parent.namespaces, attributes!)
      stack.push({ tag: startTag, namespaces, children: [], text: '' })
    } else if (parent.tag !== endTag) {
      return null
    }
    if (endTag !== undefined || empty === '/') {
      const closed = stack.pop()!
      stack.at(-1)!.children.push(element(closed))
    }
  }
  const [root] = stack
  if (stack.length > 1 || root!.children.length !== 1 || root!.text.trim() !== '') return null
  return root!.children[0]!
}

/** The first child of this name, in the namespace of its parent. */
export function child(parent: XmlElement, name: string): XmlElement | null {
  const isIt = (element: XmlElement) =>
    element.name === name && element.namespace === parent.namespace
  return parent.children.find(isIt) ?? null
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[<>&]/g, (character) => XML_ESCAPES[character]!)
}

const XML_ESCAPES: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' }

function element({ tag, namespaces, children, text }: Open): XmlElement {
  const colon = tag.indexOf(':')
  const namespace = namespaces.get(colon < 0 ? '' : tag.slice(0, colon)) ?? ''
  return { namespace, name: tag.slice(colon + 1), children, text: text.trim() }
}

function bind(outer: ReadonlyMap<string, string>, attributes: string): ReadonlyMap<string, string> {
  const declared = [...attributes.matchAll(/xmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
  if (declared.length === 0) return outer
  return new Map([
    ...outer,
    ...declared.map(([, prefix, a, b]) => [prefix ?? '', a ?? b ?? ''] as const),
  ])
}

function decode(text: string): string | null {
  let known = true
  const decoded = text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));|&/g,
    (_, ...found) => {
      const [decimal, hex, name] = found as (string | undefined)[]
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null
      if (code !== null && code <= 0x10ffff) return String.fromCodePoint(code)
      const entity = name !== undefined && Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : null
      known &&= entity !== null
      return entity ?? ''
    },
  )
  return known ? decoded : null
}
