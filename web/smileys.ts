/** Stands by itself in a text, and is drawn as `emoji`. */
export interface Smiley {
  readonly kind: 'smiley'
  /** As it was typed. */
  readonly text: string
  readonly emoji: string
}

const SMILEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '🙂': ':-) :)',
    '😉': ';-) ;)',
    '🙁': ':-( :(',
    '😀': ':-D :D',
    '😛': ':-P :P :-p :p',
    '😮': ':-O :O :-o :o',
    '😢': ":'-( :'(",
    '😘': ':-* :*',
    '😕': ':-/',
    '😐': ':-|',
    '❤️': '<3',
  }).flatMap(([emoji, forms]) => forms.split(' ').map((form) => [form, emoji] as const)),
)

/** Code between backticks or indented, and keys; what is not closed goes on to the end. */
const VERBATIM =
  /```.*?(?:```|(?!.))|`[^`\n]*`|^(?: {4}|\t)[^\n]*|-----BEGIN .*?(?:-----END|(?!.))/s
const FORMS = [...SMILEYS.keys()].map((form) => form.replaceAll(/[()*|]/g, '\\$&')).join('|')
const CANDIDATE = new RegExp(`${VERBATIM.source}|(?<!\\S)(?:${FORMS})(?!\\S)`, 'gms')

/** Every smiley that has blanks or nothing on both sides, and where; none in what is shown verbatim. */
export function smileysIn(
  text: string,
): readonly { readonly at: number; readonly piece: Smiley }[] {
  return [...text.matchAll(CANDIDATE)].flatMap(({ 0: form, index: at }) => {
    const emoji = SMILEYS.get(form)
    return emoji === undefined ? [] : [{ at, piece: { kind: 'smiley', text: form, emoji } }]
  })
}
