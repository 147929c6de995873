import { type Xml, xml } from '../clients/xml.ts'
import { XHTML, XHTML_IM } from './stanzas.ts'

/** XEP-0071 §7, without images; and what people's software writes instead. */
const TAGS: Readonly<Record<string, string>> = {
  a: 'a',
  b: 'strong',
  br: 'br',
  em: 'em',
  i: 'em',
  li: 'li',
  ol: 'ol',
  p: 'p',
  span: 'span',
  strong: 'strong',
  ul: 'ul',
}

/** Elements whose words are not for people. */
const SILENT = /<(head|style|script|title)\b[^>]*>[\s\S]*?<\/\1>|<!--[\s\S]*?-->/gi
const TAG = /<(\/?)([a-z][a-z0-9]*)\b((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi

/** What somebody's HTML says, for `<body/>`. */
export function plainOf(html: string): string {
  return resolve(
    html
      .replaceAll(SILENT, '')
      .replaceAll(/<br\b[^>]*>/gi, '\n')
      .replaceAll(TAG, ''),
  ).trim()
}

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (Xml | string)[]
}

/** Somebody's HTML as XHTML-IM: well-formed whatever it was, and of harmless elements only. */
export function xhtmlOf(html: string): Xml {
  const source = html.replaceAll(SILENT, '')
  const body: Open = { name: 'body', attributes: { xmlns: XHTML }, children: [] }
  const open = [body]
  const end = (count: number) => {
    for (let left = count; left > 0; left--) {
      const { name, attributes, children } = open.pop()!
      open.at(-1)!.children.push(xml(name, attributes, ...children))
    }
  }
  let at = 0
  const say = (text: string) => {
    if (text !== '') open.at(-1)!.children.push(resolve(text))
  }
  for (const match of source.matchAll(TAG)) {
    say(source.slice(at, match.index))
    at = match.index + match[0].length
    const name = TAGS[match[2]!.toLowerCase()]
    if (name === undefined) continue
    if (name === 'br') open.at(-1)!.children.push(xml('br'))
    else if (match[1] === '') open.push({ name, children: [], attributes: attributesOf(match[3]!) })
    else {
      const depth = open.findLastIndex((element) => element.name === name)
      if (depth > 0) end(open.length - depth)
    }
  }
  say(source.slice(at))
  end(open.length - 1)
  return xml('html', { xmlns: XHTML_IM }, xml('body', body.attributes, ...body.children))
}

function attributesOf(written: string): Record<string, string> {
  const href = /\bhref\s*=\s*["'](https?:[^"']*)["']/i.exec(written)?.[1]
  return href === undefined ? {} : { href: resolve(href) }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u{a0}',
}

function resolve(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 31 && code < 0xd800 ? String.fromCodePoint(code) : ''
  })
}
