import type { PrivacyState, Protection } from '../chat/index.ts'
import type { IconName } from './icons.ts'

/** How a state looks. Every state has a shape of its own: colour only repeats what shape and words say. */
export interface Look {
  readonly icon: IconName
  readonly tone: 'plain' | 'safe' | 'caution' | 'danger'
  readonly spin?: true
}

export const PRIVACY_LOOK: Record<PrivacyState, Look> = {
  none: { icon: 'circle-dashed', tone: 'plain' },
  connecting: { icon: 'loader-circle', tone: 'plain', spin: true },
  plaintext: { icon: 'lock-open', tone: 'plain' },
  unsupported: { icon: 'circle-question-mark', tone: 'caution' },
  starting: { icon: 'loader', tone: 'plain', spin: true },
  unverified: { icon: 'lock', tone: 'caution' },
  verified: { icon: 'shield-check', tone: 'safe' },
  keyChanged: { icon: 'shield-alert', tone: 'danger' },
  ended: { icon: 'shield-off', tone: 'danger' },
  room: { icon: 'users', tone: 'plain' },
}

export const PROTECTION_ICON: Record<Protection, IconName> = {
  none: 'lock-open',
  unverified: 'lock',
  verified: 'shield-check',
}
