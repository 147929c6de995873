import { PRESS_SLIP_PX } from '../limits.ts'

/**
 * A button that is pressed is the one that is meant, although what stands above it grows before the
 * pointer is released: without this the release would hit whatever moved beneath it. Whoever slides off
 * takes the press back, as ever (WCAG 2.2, 2.5.2).
 */
export function holdPress(press: PointerEvent): void {
  const button = press.composedPath().find((one) => one instanceof HTMLButtonElement)
  if (button === undefined || press.button !== 0) return
  const { pointerId, clientX, clientY } = press
  const slide = (move: PointerEvent) => {
    const slip = Math.hypot(move.clientX - clientX, move.clientY - clientY)
    if (slip > PRESS_SLIP_PX) button.releasePointerCapture(pointerId)
  }
  const end = () => button.removeEventListener('pointermove', slide)
  button.setPointerCapture(pointerId)
  button.addEventListener('pointermove', slide)
  button.addEventListener('lostpointercapture', end, { once: true })
}
