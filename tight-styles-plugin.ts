import type { Plugin } from 'vitest/config'

/** Style sheets in templates are written for who reads them: comments and indentation are not sent. */
export function tightStyles(): Plugin {
  return {
    name: 'sotto-tight-styles',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\.ts$/, code: 'css`' },
      // A file's name in a comment, such as `theme.css`, begins no template.
      handler: (code) => ({ code: code.replaceAll(/(?<!\.)\bcss`[^`]*`/g, tight), map: null }),
    },
  }
}

function tight(css: string): string {
  return css.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\s+/g, ' ')
}
