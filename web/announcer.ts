import type { Address } from '../chat/index.ts'
import type { Announcement } from './announcements.ts'

/** Speech, system notifications, sound and the app's badge: each where the browser has it. */
export class Announcer {
  /** The person clicked a notification of this conversation. */
  readonly #onOpen: (peer: Address) => void
  #audio: AudioContext | null = null

  constructor(onOpen: (peer: Address) => void) {
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

  announce(announcement: Announcement): void {
    switch (announcement.kind) {
      case 'speak':
        return this.speak(announcement.text)
      case 'sound':
        return this.#chime()
      case 'notify':
        return this.#notify(announcement)
    }
  }

  speak(text: string): void {
    if (!('speechSynthesis' in globalThis)) return
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.lang = document.documentElement.lang
    speechSynthesis.speak(utterance)
  }

  badge(unread: number): void {
    // Only an installed app has a badge; elsewhere the promise is refused, and the title counts.
    if (!('setAppBadge' in navigator)) return
    navigator.setAppBadge(unread).catch(() => undefined)
  }

  #notify({ title, body, peer, urgent }: Extract<Announcement, { kind: 'notify' }>): void {
    if (notificationPermission() !== 'granted') return
    try {
      const notification = new Notification(title, {
        body,
        tag: urgent ? `key ${peer}` : peer,
        requireInteraction: urgent,
        lang: document.documentElement.lang,
      })
      notification.onclick = () => {
        window.focus()
        this.#onOpen(peer)
        notification.close()
      }
    } catch {
      // Some mobile browsers have the constructor and refuse it; the page itself still shows all.
    }
  }

  /** Two soft notes, 300 ms in all. */
  #chime(): void {
    const audio = this.#audio
    if (audio === null) return
    const gain = audio.createGain()
    gain.gain.setValueAtTime(0.06, audio.currentTime)
    gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.3)
    gain.connect(audio.destination)
    for (const [frequency, delay] of [
      [660, 0],
      [880, 0.1],
    ] as const) {
      const note = audio.createOscillator()
      note.frequency.value = frequency
      note.connect(gain)
      note.start(audio.currentTime + delay)
      note.stop(audio.currentTime + 0.3)
    }
  }
}

/** `unavailable` where the browser has no notifications at all. */
export function notificationPermission(): NotificationPermission | 'unavailable' {
  return 'Notification' in globalThis ? Notification.permission : 'unavailable'
}
