import type { Address } from '../chat/index.ts'
import { type Announcement, STRANGERS } from './announcements.ts'
import { directionOf, type Language, language, region } from './language.ts'
import { SOUND_PAUSE_MS, STRANGERS_PAUSE_MS } from './limits.ts'
import { Pace } from './pace.ts'
import { playSound, type Sound } from './sounds.ts'

/** Speech, system notifications, sound and the app's badge: each where the browser has it. */
export class Announcer {
  /** The person clicked a notification of this conversation. */
  readonly #onOpen: (peer: Address, account: Address | null) => void
  readonly #pace = new Pace()
  #audio: AudioContext | null = null

  constructor(onOpen: (peer: Address, account: Address | null) => void) {
    this.#onOpen = onOpen
  }

  /**
   * Speech and sound are refused until the person has acted on the page. Call this while handling
   * a click, so that a warning much later can be heard.
   */
  prime(): void {
    if ('speechSynthesis' in globalThis) {
      const silence = new SpeechSynthesisUtterance(' ')
      silence.volume = 0
      speechSynthesis.speak(silence)
    }
    if ('AudioContext' in globalThis) this.#audio ??= new AudioContext()
  }

  /** @param account - whose conversation it is about */
  announce(announcement: Announcement, account: Address | null): void {
    switch (announcement.kind) {
      case 'speak':
        return this.speak(announcement.text)
      case 'sound':
        return this.#sound(announcement.sound)
      case 'notify':
        return this.#notify(announcement, account)
    }
  }

  /** @param tongue - the language of `text`, if it is not the reader's */
  speak(text: string, tongue?: Language): void {
    if (!('speechSynthesis' in globalThis)) return
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.lang = tongue ?? region()
    // A system may have voices for a language and yet speak with another unless it is told.
    utterance.voice =
      speechSynthesis.getVoices().find(({ lang }) => lang.startsWith(tongue ?? language())) ?? null
    speechSynthesis.speak(utterance)
  }

  badge(unread: number): void {
    // Only an installed app has a badge; elsewhere the promise is refused, and the title counts.
    if (!('setAppBadge' in navigator)) return
    navigator.setAppBadge(unread).catch(() => undefined)
  }

  #sound(sound: Sound): void {
    if (this.#audio === null) return
    // A warning does not wait for the sound of a message.
    const kind = sound === 'alert' ? 'alert' : 'message'
    if (this.#pace.lets(kind, SOUND_PAUSE_MS, Date.now())) playSound(this.#audio, sound)
  }

  #notify(announcement: Extract<Announcement, { kind: 'notify' }>, account: Address | null): void {
    if (notificationPermission() !== 'granted') return
    const { title, body, peer, urgent } = announcement
    const tag = `${account} ${announcement.tag}`
    if (announcement.tag === STRANGERS && !this.#pace.lets(tag, STRANGERS_PAUSE_MS, Date.now()))
      return
    const options = {
      body,
      tag,
      requireInteraction: urgent,
      renotify: urgent, // Chromium's; the DOM's types do not know it.
      lang: language(),
      dir: directionOf(language()),
    }
    try {
      const notification = new Notification(title, options)
      notification.onclick = () => {
        window.focus()
        this.#onOpen(peer, account)
        notification.close()
      }
    } catch {
      // Some mobile browsers have the constructor and refuse it; the page itself still shows all.
    }
  }
}

/** `unavailable` where the browser has no notifications at all. */
export function notificationPermission(): NotificationPermission | 'unavailable' {
  return 'Notification' in globalThis ? Notification.permission : 'unavailable'
}
