export type Sound = 'message' | 'sent' | 'alert'

/** Notes of a sound: pitch in Hz, and when it begins, in seconds. */
const NOTES = {
  message: [
    [660, 0],
    [880, 0.1],
  ],
  sent: [[990, 0]],
  alert: [
    [880, 0],
    [587, 0.18],
    [880, 0.36],
  ],
} as const satisfies Record<Sound, readonly (readonly [pitch: number, from: number])[]>

/** How long one note rings, in seconds, and how loud it begins, of 1. */
const RING = 0.3
const VOLUME = { message: 0.06, sent: 0.03, alert: 0.12 } as const satisfies Record<Sound, number>

/** Plays a few soft notes: less than a second in all. */
export function playSound(audio: AudioContext, sound: Sound): void {
  for (const [pitch, from] of NOTES[sound]) {
    const begin = audio.currentTime + from
    const gain = audio.createGain()
    gain.gain.setValueAtTime(VOLUME[sound], begin)
    gain.gain.exponentialRampToValueAtTime(0.001, begin + RING)
    gain.connect(audio.destination)
    const note = audio.createOscillator()
    note.frequency.value = pitch
    note.connect(gain)
    note.start(begin)
    note.stop(begin + RING)
  }
}
