import type { Settings } from './settings.ts'

/** Whether quiet hours are on at a moment, by this device's clock. */
export function isQuiet(
  { quiet, quietFrom, quietTo }: Pick<Settings, 'quiet' | 'quietFrom' | 'quietTo'>,
  at: number,
): boolean {
  if (!quiet) return false
  const clock = new Date(at)
  const now = clock.getHours() * 60 + clock.getMinutes()
  // Most nights go over midnight; from a time to the same time is a whole day.
  if (quietFrom < quietTo) return now >= quietFrom && now < quietTo
  return now >= quietFrom || now < quietTo
}

/** Minutes after midnight as a time field has them, 22:05. */
export function clockOf(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** @returns `null` for an empty field */
export function readClock(text: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(text) ?? []
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes)
}
