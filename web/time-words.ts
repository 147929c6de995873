/** Dates and times as the reader's own language writes them. */

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
})
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

/** 14:05. */
export function timeOf(at: number): string {
  return time.format(at)
}

/** 3 May 2026. */
export function dayOf(at: number): string {
  return day.format(at)
}

/** Everything, for a tooltip. */
export function momentOf(at: number): string {
  return full.format(at)
}

/** The words on a date divider: today, yesterday, or the day. */
export function dividerOf(at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return days > 1 && days < 180 ? weekday.format(at) : day.format(at)
}

/** The shortest useful form for a list: a time today, a date before. */
export function recentOf(at: number, now: number): string {
  return daysBetween(at, now) === 0 ? time.format(at) : short.format(at)
}

/** Minutes and seconds left, 1:05. Never below zero. */
export function leftOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export function isSameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0
}

/** Calendar days of this device from `at` to `now`; daylight saving does not count as a day. */
function daysBetween(at: number, now: number): number {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000)
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
