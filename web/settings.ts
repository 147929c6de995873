import { isLanguage, type Language } from './language.ts'

/** What the person chose for this browser, whoever signs in. */
export interface Settings {
  readonly language: Language | 'auto'
  readonly theme: 'auto' | 'light' | 'dark'
  /** More contrast than usual, whatever the system asks for. */
  readonly contrast: boolean
  /** Smileys that are typed are drawn as emoji. */
  readonly smileys: boolean
  /** A changed key is spoken. */
  readonly speech: boolean
  readonly notifications: boolean
  /** Notifications show the text; otherwise only that there is a message. */
  readonly preview: boolean
  readonly sound: boolean
  /** So does what was sent. */
  readonly soundSent: boolean
  /** A changed key makes a system notification, and a sound. */
  readonly keyNotice: boolean
  readonly alertSound: boolean
  /** From one minute of the day to another nothing is spoken and nothing sounds. */
  readonly quiet: boolean
  readonly quietFrom: number
  readonly quietTo: number
  /** A changed key is spoken and sounds even then, as far as it is at other times. */
  readonly quietAlerts: boolean
  /** Pictures from contacts are shown in the conversation without being asked for. */
  readonly pictures: boolean
  /** Photos go without what they tell besides the picture. */
  readonly cleanPhotos: boolean
  /** People are told when their messages were seen, and asked to tell. */
  readonly receipts: boolean
  /** A passphrase is asked for again after so many minutes without anybody there; 0 for never. */
  readonly lockAfter: number
}

export const DEFAULT_SETTINGS: Settings = {
  language: 'auto',
  theme: 'auto',
  contrast: false,
  smileys: true,
  speech: true,
  notifications: true,
  preview: false,
  sound: false,
  soundSent: false,
  keyNotice: true,
  alertSound: true,
  quiet: false,
  quietFrom: 22 * 60,
  quietTo: 7 * 60,
  quietAlerts: false,
  pictures: true,
  cleanPhotos: true,
  receipts: true,
  lockAfter: 0,
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
  const { language, theme, speech, notifications, preview, sound, receipts, lockAfter } =
    stored as Record<string, unknown>
  const { soundSent, keyNotice, alertSound, quiet, quietFrom, quietTo, quietAlerts } =
    stored as Record<string, unknown>
  const { pictures, cleanPhotos, contrast, smileys } = stored as Record<string, unknown>
  return {
    language: isLanguage(language) ? language : 'auto',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    contrast: flag(contrast, DEFAULT_SETTINGS.contrast),
    smileys: flag(smileys, DEFAULT_SETTINGS.smileys),
    speech: flag(speech, DEFAULT_SETTINGS.speech),
    notifications: flag(notifications, DEFAULT_SETTINGS.notifications),
    preview: flag(preview, DEFAULT_SETTINGS.preview),
    sound: flag(sound, DEFAULT_SETTINGS.sound),
    soundSent: flag(soundSent, DEFAULT_SETTINGS.soundSent),
    keyNotice: flag(keyNotice, DEFAULT_SETTINGS.keyNotice),
    alertSound: flag(alertSound, DEFAULT_SETTINGS.alertSound),
    quiet: flag(quiet, DEFAULT_SETTINGS.quiet),
    quietFrom: minuteOfDay(quietFrom, DEFAULT_SETTINGS.quietFrom),
    quietTo: minuteOfDay(quietTo, DEFAULT_SETTINGS.quietTo),
    quietAlerts: flag(quietAlerts, DEFAULT_SETTINGS.quietAlerts),
    pictures: flag(pictures, DEFAULT_SETTINGS.pictures),
    cleanPhotos: flag(cleanPhotos, DEFAULT_SETTINGS.cleanPhotos),
    receipts: flag(receipts, DEFAULT_SETTINGS.receipts),
    lockAfter: minutes(lockAfter),
  }
}

/** Up to a day. */
function minutes(value: unknown): number {
  const isSensible = typeof value === 'number' && value >= 0 && value <= 24 * 60
  return isSensible ? Math.round(value) : DEFAULT_SETTINGS.lockAfter
}

function minuteOfDay(value: unknown, otherwise: number): number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 24 * 60
    ? Number(value)
    : otherwise
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise
}
