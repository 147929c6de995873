import { html, nothing } from 'lit'
import type { DiscoveryStep } from '../../chat/index.ts'
import { SERVER, searchLine } from '../sign-in-words.ts'
import './icon.ts'

/** How the server is found, as it is found. */
export function searchLog(search: readonly DiscoveryStep[]) {
  if (search.length === 0) return nothing
  return html`
    <div role="log" aria-label=${SERVER.steps}>
      <ul class="search">
        ${search.map(
          (step) => html`
            <li><sotto-icon name=${ICON[step.state]} ?spin=${step.state === 'trying'}></sotto-icon><span>${searchLine(step)}</span></li>`,
        )}
      </ul>
    </div>`
}

const ICON = {
  trying: 'loader-circle',
  found: 'check',
  failed: 'x',
} as const satisfies Record<DiscoveryStep['state'], string>
