import type { SottoElement } from './sotto-element.ts'

/** A dialog of those that nobody needs before the first message, fetched and drawn. */
export async function fetchedDialog<T extends SottoElement>(
  within: ParentNode,
  tag: string,
): Promise<T | null> {
  await import('../dialog-screens.ts')
  const dialog = within.querySelector<T>(tag)
  await dialog?.updateComplete
  return dialog
}
