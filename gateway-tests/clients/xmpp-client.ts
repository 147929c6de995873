import type { TestedRow } from '../found/results.ts'
import type { EventLog } from './event-log.ts'

/** A program that people chat with over XMPP and OTR, as a test holds it: logged in, with one peer. */
export interface XmppClient extends AsyncDisposable {
  /** What it told its user, in order. */
  readonly events: EventLog<ClientEvent>
  /** Begins OTR as its user does. */
  startOtr(): Promise<void>
  /** Sends as its user does: encrypted if the conversation is. */
  say(text: string): Promise<void>
  /** Types, without sending. */
  type(): Promise<void>
  /** Begins a verification with a shared secret. */
  verify(secret: string): Promise<void>
  /** Begins a verification with a question. */
  ask(question: string, answer: string): Promise<void>
  /** Answers the peer's verification. */
  answer(secret: string): Promise<void>
  abortSmp(): Promise<void>
  endOtr(): Promise<void>
  /** Its own, 40 lower-case hex digits, as it shows it. */
  fingerprint(): Promise<string>
  /** The peer's key while the conversation is encrypted, as it shows it: the one to compare. */
  peerFingerprint(): Promise<string>
  /** How private it says the conversation is. */
  state(): Promise<ClientState>
  /** Whether a text of the peer's with a whitespace tag makes it begin OTR, and its own carry one. */
  setOpportunistic(on: boolean): Promise<void>
  /** Ends it and starts it again, with the key it had or with none: then it makes one. */
  restart(key: 'same' | 'new'): Promise<void>
  /** Everything that could explain a failure. */
  log(): string
  /** Ends it, with every process that it started. */
  stop(): Promise<void>
}

/** `ended`: the peer ended OTR, and nothing is sent until the user decides. */
export type ClientState = 'plaintext' | 'encrypted' | 'verified' | 'ended'

export type ClientEvent =
  /** `encrypted` as the client marks it. */
  | { readonly type: 'text'; readonly text: string; readonly encrypted: boolean }
  /** The conversation became private, or was refreshed. */
  | { readonly type: 'encrypted' }
  /** It is private no more, by either side. */
  | { readonly type: 'ended' }
  | { readonly type: 'smpAsked'; readonly question: string | null }
  | { readonly type: 'smpSucceeded' | 'smpFailed' | 'smpAborted' }

export interface XmppClientOptions {
  /** c2s of a server without TLS, of 127.0.0.1. */
  readonly port: number
  /** Bare addresses. */
  readonly account: string
  readonly password: string
  readonly peer: string
}

/** What clients differ in. The suite tests each one: that it can, or that it still cannot. */
export const ABILITIES = {
  version2: 'speaks version 2',
  version3: 'speaks version 3',
  crossesHandshakes: 'begins at the same time as the peer, and both are encrypted',
  changesVersion: 'speaks another version than before, without a restart',
  showsFailure: 'ends a verification with a wrong secret as failed, for the peer as well',
  asksQuestion: 'verifies with a question of its own',
  showsAbort: 'tells its user when the peer aborts a verification',
  abortsSmp: 'aborts a verification',
  tellsEnd: 'tells the peer when it ends OTR',
  showsEnd: 'tells its user when the peer ends OTR',
  holdsAfterEnd: 'sends nothing in the clear after the peer ended OTR, until its user decides',
  answersTag: 'begins OTR when a text with a whitespace tag comes',
  sendsTag: 'puts a whitespace tag into its texts',
  sendsLongText: 'sends a text of 1,800 characters in one piece',
  literalText: 'shows decrypted text as it is, not as HTML',
  sendsLiteralText: 'sends text as it was typed, not as HTML',
  keepsKey: 'keeps its key over a restart',
  rekeys: 'answers a query while encrypted with a new handshake',
} as const

export type Ability = keyof typeof ABILITIES
/** What it cannot, each with the evidence. */
export type ClientLimits = Readonly<Partial<Record<Ability, string>>>

/** One client as the tests find it: where it comes from, what it cannot, and how it is started. */
export interface XmppClientKind {
  /** With the version of Debian 12. */
  readonly name: string
  readonly packages: readonly string[]
  readonly drivenBy: string
  readonly limits: ClientLimits
  /** Where decrypted text is not shown literally: a text with markup in it, and what its user reads. */
  readonly shownMarkup?: { readonly sent: string; readonly shown: string }
  /** Fixed ports of the server that it insists on. */
  readonly serverPort?: number
  /** @throws Error with its log if it does not log in, or with the package's name if it is missing */
  start(options: XmppClientOptions): Promise<XmppClient>
}

/** The client as its results are kept. */
export function testedClient({ name, packages }: XmppClientKind): TestedRow {
  return { id: `clients/${packages[0]}`, head: name, packages }
}
