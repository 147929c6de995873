import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/**
 * A sentence is one message: where its parts stand is for each language to say. Words are `msg` itself
 * and whatever is imported from a file of words. Whole sentences stand side by side in markup, or by
 * `sentences`.
 */
const HERE = import.meta.dirname

const FILES = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /^[\w/-]+\.ts$/.test(path) && !/^(languages|testing)\//.test(path),
)

test('no sentence is put together from words and others', () => {
  expect(FILES.length).toBeGreaterThan(100)
  const found = FILES.flatMap((path) =>
    concatenations(readFileSync(join(HERE, path), 'utf8')).map((what) => `${path}: ${what}`),
  )
  expect(found).toEqual([])
})

test.each([
  ["msg('Hello') + ' ' + msg('you')", 2],
  ["'Hello' + CHAT.you(name)", 1],
  [template('{msg(str`Hello {name}`)}, {rest}'), 1],
  [template('{CHAT.hello}!'), 1],
  ["sentences(CHAT.hello, msg('How are you?'))", 0],
  [`html${template('{CHAT.hello} {CHAT.you}')}`, 0],
  [`msg(str${template('Hello {name}')})`, 0],
  [template('{name}'), 0],
  ['many + 1', 0],
])('%s', (expression, count) => {
  const source = `import { CHAT } from './words.ts'\nexport const text = ${expression}`
  expect(concatenations(source)).toHaveLength(count)
})

/** Written with `{}` for what stands in it. */
function template(text: string): string {
  return `\`${text.replaceAll('{', '${')}\``
}

function concatenations(text: string): string[] {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true)
  const words = new Set(['msg', ...importedWords(source)])
  const found: string[] = []
  const isOfWords = (node: ts.Node): boolean =>
    ts.isIdentifier(node)
      ? words.has(node.text)
      : (ts.forEachChild(node, (child) => isOfWords(child) || undefined) ?? false)
  const visit = (node: ts.Node): void => {
    if (isSum(node) ? isOfWords(node) : isPlainTemplate(node) && isOfWords(node))
      found.push(node.getText())
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function importedWords(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    if (
      !ts.isImportDeclaration(statement) ||
      !/words\.ts'$/.test(statement.moduleSpecifier.getText())
    )
      return []
    const names = statement.importClause?.namedBindings
    if (names === undefined || !ts.isNamedImports(names)) return []
    return names.elements.map(({ name }) => name.text).filter((name) => !/^[A-Z][a-z]/.test(name))
  })
}

function isSum(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken
}

function isPlainTemplate(node: ts.Node): boolean {
  return ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent)
}
