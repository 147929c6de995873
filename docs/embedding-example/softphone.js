// A softphone for calls, as many pages have one, with chat beside it. The page brings its own
// sip.js user agent; docs/embedding.md explains the three places marked "chat".
import { Inviter, Registerer, UserAgent } from 'sip.js'
import { attachToUserAgent } from '../../sip/index.ts' // chat

/**
 * @param {object} options
 * @param {string} options.address `sip:user@domain`
 * @param {string} options.password
 * @param {string} options.server WebSocket URL
 * @param {(invitation: import('sip.js').Invitation) => void} options.onCall an audio call comes in
 * @param {(sipAgent: Function) => { start(): void, stop(): Promise<void> }} options.chat what works over
 *   the agent that `sipAgent(sink)` gives: see chat.js
 * @param {Function} [options.media] factory of session description handlers; WebRTC by default
 */
export function startSoftphone({ address, password, server, onCall, chat: makeChat, media }) {
  // What the page had before: one user agent, its registration, its calls.
  const uri = UserAgent.makeURI(address)
  const userAgent = new UserAgent({
    uri,
    authorizationUsername: uri.user,
    authorizationPassword: password,
    transportOptions: { server },
    delegate: { onInvite: onCall },
    ...(media === undefined ? {} : { sessionDescriptionHandlerFactory: media }),
    logBuiltinEnabled: false,
  })
  const registerer = new Registerer(userAgent)

  // chat: over the same connection and registration. It must be there before the first call comes.
  const sipAgent = (sink) => attachToUserAgent(userAgent, { address, registerer }, clock, sink)
  const chat = makeChat(sipAgent)
  chat.start()

  const started = userAgent.start().then(() => registerer.register())

  return {
    /** Resolves when REGISTER was sent. */
    started,
    /** chat: what was made of the agent. */
    chat,
    /** Places an audio call. */
    call(peer) {
      const inviter = new Inviter(userAgent, UserAgent.makeURI(peer))
      return inviter.invite().then(() => inviter)
    },
    /** chat: goes first, while its sessions can still say goodbye. */
    async stop() {
      await chat.stop()
      await userAgent.stop()
    },
  }
}

/** What chat is lent by the page. */
const clock = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
}
