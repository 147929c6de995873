/**
 * The installed app around the page: looks for new versions, and brings one in when the person says so.
 *
 * @fires change {Event} {@link isNewReady} is another value.
 */
export class AppShell extends EventTarget {
  #registration: ServiceWorkerRegistration | null = null
  #isWanted = false

  /** A new version is stored, and waits to be used. */
  get isNewReady(): boolean {
    return this.#registration?.waiting != null && navigator.serviceWorker.controller !== null
  }

  /** Does nothing where there are no service workers: on insecure addresses, in private windows. */
  async start(): Promise<void> {
    if (!('serviceWorker' in navigator)) return
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (this.#isWanted) location.reload()
    })
    try {
      this.#registration = await navigator.serviceWorker.register('/shell-worker.js')
    } catch {
      return // The app works without; it only does not start without a network.
    }
    this.#registration.addEventListener('updatefound', () => this.#follow())
    this.#follow()
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.look()
    })
  }

  /** Asks the server whether there is a new version. */
  async look(): Promise<void> {
    await this.#registration?.update().catch(() => undefined) // Offline: there is none to be had.
  }

  /** Loads the page anew with the version that waits. Other tabs go on with what they have. */
  useNew(): void {
    this.#isWanted = true
    this.#registration?.waiting?.postMessage('use')
  }

  #follow(): void {
    this.dispatchEvent(new Event('change'))
    this.#registration?.installing?.addEventListener('statechange', () => {
      this.dispatchEvent(new Event('change'))
    })
  }
}
