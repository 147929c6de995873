import { MESSAGE_MAX, XML_DEPTH_MAX, XML_NAMESPACES_MAX } from './limits.ts'

/** An element of a document that a server describes something with. */
export interface XmlElement {
  /** Empty if none. */
  readonly namespace: string
  /** Without prefix. */
  readonly name: string
  /** By name; one with a prefix by `{namespace}name`. Declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, trimmed. */
  readonly text: string
}

/**
 * Reads a document without DTD, entities of its own or CDATA: no format here needs them, and they
 * are the ways to make a reader work for nothing.
 *
 * @returns `null` if it is not well-formed, uses a prefix that it does not declare, or is beyond
 *   `MESSAGE_MAX`, `XML_DEPTH_MAX` or `XML_NAMESPACES_MAX`
 */
export function readXml(document: string): XmlElement | null {
  if (document.length > MESSAGE_MAX) return null
  const root = new Open('', '', new Map([['xml', XML]]))
  const stack = [root]
  PIECE.lastIndex = document.startsWith('\ufeff') ? 1 : 0
  while (PIECE.lastIndex < document.length) {
    const match = PIECE.exec(document)
    if (match === null) return null
    const [, skipped, endTag, startTag, attributes, slash, text] = match
    if (skipped !== undefined) continue
    const inner = stack.at(-1)!
    if (text !== undefined) {
      const decoded = decode(text)
      if (decoded === null) return null
      inner.text += decoded
      continue
    }
    if (startTag !== undefined) {
      if (stack.length > XML_DEPTH_MAX) return null
      const opened = new Open(startTag, attributes!, inner.namespaces)
      if (opened.namespaces.size > XML_NAMESPACES_MAX) return null
      stack.push(opened)
    } else if (endTag !== inner.tag) {
      return null
    }
    if (endTag === undefined && slash === '') continue
    const element = stack.pop()!.close()
    if (element === null) return null
    stack.at(-1)!.children.push(element)
  }
  const [element, ...more] = root.children
  const isWhole = stack.length === 1 && more.length === 0 && root.text.trim() === ''
  return isWhole ? (element ?? null) : null
}

/** The children of this name, in the namespace of their parent. */
export function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter(
    (child) => child.name === name && child.namespace === parent.namespace,
  )
}

/** The text of the first such child; `null` if there is none. */
export function textOf(parent: XmlElement, name: string): string | null {
  return childrenOf(parent, name)[0]?.text ?? null
}

/** One piece: comment or declaration, end tag, start tag with its attributes, text. */
const PIECE =
  /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const XML = 'http://www.w3.org/XML/1998/namespace'

/** An element whose end has not been read. */
class Open {
  readonly tag: string
  /** By prefix, `''` for the default one. */
  readonly namespaces: ReadonlyMap<string, string>
  readonly children: XmlElement[] = []
  text = ''
  readonly #attributes: readonly (readonly [string, string | null])[]

  constructor(tag: string, attributes: string, outer: ReadonlyMap<string, string>) {
    this.tag = tag
    const all = Array.from(
      attributes.matchAll(ATTRIBUTE),
      ([, name, double, single]) => [name!, decode(double ?? single ?? '')] as const,
    )
    const declared = all.filter(([name]) => isDeclaration(name))
    this.#attributes = all.filter(([name]) => !isDeclaration(name))
    this.namespaces =
      declared.length === 0
        ? outer
        : new Map([
            ...outer,
            ...declared.map(([name, uri]) => [name.slice('xmlns:'.length), uri ?? ''] as const),
          ])
  }

  /** @returns `null` if a prefix, an entity or a repeated attribute makes it meaningless */
  close(): XmlElement | null {
    const [namespace, name] = this.#resolve(this.tag, this.namespaces.get('') ?? '')
    if (namespace === null) return null
    const attributes = new Map<string, string>()
    for (const [qualified, value] of this.#attributes) {
      const [namespace, local] = this.#resolve(qualified, '')
      const key = namespace === '' ? local : `{${namespace}}${local}`
      if (namespace === null || value === null || attributes.has(key)) return null
      attributes.set(key, value)
    }
    return { namespace, name, attributes, children: this.children, text: this.text.trim() }
  }

  #resolve(qualified: string, unprefixed: string): readonly [string | null, string] {
    const colon = qualified.indexOf(':')
    if (colon < 0) return [unprefixed, qualified]
    return [this.namespaces.get(qualified.slice(0, colon)) ?? null, qualified.slice(colon + 1)]
  }
}

function isDeclaration(name: string): boolean {
  return name === 'xmlns' || name.startsWith('xmlns:')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

/** @returns `null` if there is a reference in it that means nothing */
function decode(text: string): string | null {
  let isKnown = true
  const decoded = text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));|&/gi, (...found) => {
    const [, decimal, hex, name] = found as (string | undefined)[]
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16)
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    const entity = ENTITIES.get(name ?? '')
    isKnown &&= entity !== undefined
    return entity ?? ''
  })
  return isKnown ? decoded : null
}
