import { html, nothing } from 'lit'
import type { Stage } from '../app-state.ts'
import type { Keyring } from '../keyring.ts'

/** What stands before an account; drawn once it is fetched. */
export function gateScreen(
  { at, name }: Extract<Stage, { readonly at: 'locked' | 'gone' }>,
  keyring: Keyring | null,
) {
  void import('../vault-screens.ts')
  if (keyring === null) return nothing
  return at === 'locked'
    ? html`<sotto-unlock .keyring=${keyring} .name=${name}></sotto-unlock>`
    : html`<sotto-keys-gone .keyring=${keyring} .name=${name}></sotto-keys-gone>`
}
