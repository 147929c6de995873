import { region } from './language.ts'
import { wordsOf } from './wording.ts'

/** Dates and times as the reader's own language writes them. */
const FORMAT = wordsOf(() => {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(region(), options)
  return {
    time: format({ hour: '2-digit', minute: '2-digit' }),
    day: format({ day: 'numeric', month: 'long', year: 'numeric' }),
    weekday: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    short: format({ day: 'numeric', month: 'short' }),
    full: format({ dateStyle: 'full', timeStyle: 'medium' }),
    relative: new Intl.RelativeTimeFormat(region(), { numeric: 'auto' }),
  }
})

/** 14:05. */
export function timeOf(at: number): string {
  return FORMAT.time.format(at)
}

/** 3 May 2026. */
export function dayOf(at: number): string {
  return FORMAT.day.format(at)
}

/** Everything, for a tooltip. */
export function momentOf(at: number): string {
  return FORMAT.full.format(at)
}

/** The words on a date divider: today, yesterday, or the day. */
export function dividerOf(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days === 0 || days === 1) return capital(FORMAT.relative.format(-days, 'day'))
  return capital(days > 1 && days < 180 ? FORMAT.weekday.format(at) : FORMAT.day.format(at))
}

/** The shortest useful form for a list: a time today, a date before. */
export function recentOf(at: number, now: number): string {
  return daysBetween(at, now) === 0 ? FORMAT.time.format(at) : FORMAT.short.format(at)
}

/** Minutes and seconds left, 1:05. Never below zero. */
export function leftOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export function isSameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0
}

/** It stands alone, as a sentence does. */
function capital(words: string): string {
  const [first = '', ...rest] = words
  return first.toLocaleUpperCase(region()) + rest.join('')
}

/** Calendar days of this device from `at` to `now`; daylight saving does not count as a day. */
function daysBetween(at: number, now: number): number {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000)
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
