/** What the person chose for this browser, whoever signs in. */
export interface Settings {
  readonly theme: 'auto' | 'light' | 'dark'
  /** A changed key is spoken. */
  readonly speech: boolean
  readonly notifications: boolean
  /** Notifications show the text; otherwise only that there is a message. */
  readonly preview: boolean
  readonly sound: boolean
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'auto',
  speech: true,
  notifications: true,
  preview: false,
  sound: false,
}

const KEY = 'sotto.settings'

export function loadSettings(storage: Storage): Settings {
  return parseSettings(storage.getItem(KEY))
}

export function saveSettings(storage: Storage, settings: Settings): void {
  storage.setItem(KEY, JSON.stringify(settings))
}

/** Takes what it knows from `text`, field by field; anything else is as it is by default. */
export function parseSettings(text: string | null): Settings {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? '{}')
  } catch {
    return DEFAULT_SETTINGS
  }
  if (typeof stored !== 'object' || stored === null) return DEFAULT_SETTINGS
  const { theme, speech, notifications, preview, sound } = stored as Record<string, unknown>
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    speech: flag(speech, DEFAULT_SETTINGS.speech),
    notifications: flag(notifications, DEFAULT_SETTINGS.notifications),
    preview: flag(preview, DEFAULT_SETTINGS.preview),
    sound: flag(sound, DEFAULT_SETTINGS.sound),
  }
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise
}
