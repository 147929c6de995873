import type { ColumnId } from './columns.ts'

/** A test that shows a column with a Sotto at either end: its file, from the root, and how its name begins. */
export interface TestedIn {
  readonly file: string
  readonly test: string
}

/** Where two Sottos are tested, or why they have no such case. */
export type SottoCell = TestedIn | { readonly none: string }

const WINDOWS = 'gateway-tests/browser/conversation.test.ts'
const KEYS = 'gateway-tests/browser/key-change.test.ts'
const OTHERS = 'gateway-tests/browser/faults.test.ts'
const KAMAILIO = 'gateway-tests/browser/kamailio.test.ts'
const AGENTS = 'gateway-tests/kamailio-conversation.test.ts'

const SAME = { none: 'nothing in it depends on the server: see the embedded edge' }

/** Two windows over the embedded edge and over Kamailio; headless where no window shows more. */
export const SOTTO_ROWS: Readonly<
  Record<ColumnId, { readonly edge: SottoCell; readonly kamailio: SottoCell }>
> = {
  plain: {
    edge: { file: OTHERS, test: 'an app without OTR: the window says so, and asks before' },
    kamailio: SAME,
  },
  nonAscii: {
    edge: { file: WINDOWS, test: 'talk encrypted without having asked for it' },
    kamailio: { file: KAMAILIO, test: 'and talk encrypted without having asked for it' },
  },
  theyStart: {
    edge: { file: WINDOWS, test: 'talk encrypted without having asked for it' },
    kamailio: { file: KAMAILIO, test: 'and talk encrypted without having asked for it' },
  },
  weStart: {
    edge: { file: WINDOWS, test: 'talk encrypted without having asked for it' },
    kamailio: { file: KAMAILIO, test: 'and talk encrypted without having asked for it' },
  },
  bothStart: {
    edge: { file: 'chat/delivery.test.ts', test: 'both call at once: one session, and every' },
    kamailio: SAME,
  },
  alwaysOtr: {
    edge: { file: WINDOWS, test: 'always with encryption: what is typed for an absent friend' },
    kamailio: SAME,
  },
  whitespaceTag: { edge: { none: 'we send none' }, kamailio: { none: 'we send none' } },
  hundred: {
    edge: { file: 'chat/network-loss.test.ts', test: 'the network fails again and again: all' },
    kamailio: { file: AGENTS, test: 'lose nothing and repeat nothing when the server is killed' },
  },
  long: {
    edge: { file: 'chat/encrypted.test.ts', test: 'a long text arrives whole' },
    kamailio: { file: AGENTS, test: 'send more than one frame of this relay can hold' },
  },
  secretByUs: {
    edge: { file: WINDOWS, test: 'verify each other with a shared secret' },
    kamailio: { file: KAMAILIO, test: 'verify each other with a shared secret' },
  },
  secretByThem: {
    edge: { file: WINDOWS, test: 'see a wrong secret fail on both sides, and nothing else' },
    kamailio: {
      file: AGENTS,
      test: 'verify each other: a wrong secret, the right one, a question',
    },
  },
  questionByUs: {
    edge: { file: 'chat/encrypted.test.ts', test: 'answering a question proves the one who' },
    kamailio: {
      file: AGENTS,
      test: 'verify each other: a wrong secret, the right one, a question',
    },
  },
  questionByThem: {
    edge: { file: 'chat/encrypted.test.ts', test: 'answering a question proves the one who' },
    kamailio: {
      file: AGENTS,
      test: 'verify each other: a wrong secret, the right one, a question',
    },
  },
  abortByUs: {
    edge: { file: 'chat/encrypted.test.ts', test: 'a failure later on does not undo an earlier' },
    kamailio: SAME,
  },
  abortByThem: {
    edge: { file: 'chat/encrypted.test.ts', test: 'a failure later on does not undo an earlier' },
    kamailio: SAME,
  },
  theyEnd: {
    edge: { file: WINDOWS, test: 'end the encryption: the other composer locks until its owner' },
    kamailio: { file: AGENTS, test: 'end encryption: nothing leaves until the other has chosen' },
  },
  weEnd: {
    edge: { file: KEYS, test: 'the buddy ends encryption when asked' },
    kamailio: { file: AGENTS, test: 'end encryption: nothing leaves until the other has chosen' },
  },
  gatewayRestarts: {
    edge: { file: OTHERS, test: 'the server stops in the middle of a conversation: what is typed' },
    kamailio: { file: KAMAILIO, test: 'and go on after the server was killed and started again' },
  },
  weReload: {
    edge: { file: WINDOWS, test: 'find it all again after a reload' },
    kamailio: SAME,
  },
  theyRestart: {
    edge: { file: OTHERS, test: 'a person who is away: the text waits, survives a reload, and' },
    kamailio: { file: AGENTS, test: 'keep what is written to someone offline, and deliver it' },
  },
  newKey: {
    edge: { file: KEYS, test: 'a changed key is announced four ways, and holds what is typed' },
    kamailio: { file: AGENTS, test: 'announce a changed key, and send nothing to it before' },
  },
  twoDevices: {
    edge: { file: OTHERS, test: 'a second tab says who has the account, and takes over' },
    kamailio: SAME,
  },
  composing: {
    edge: { file: 'chat/encrypted.test.ts', test: 'typing is told, and not in clear' },
    kamailio: SAME,
  },
  receipts: {
    edge: { file: 'chat/receipts.test.ts', test: 'displayed is told inside OTR, and only once' },
    kamailio: SAME,
  },
  markupFromUs: {
    edge: { none: 'we write plain text' },
    kamailio: { none: 'we write plain text' },
  },
  markupFromThem: {
    edge: { none: 'we write plain text' },
    kamailio: { none: 'we write plain text' },
  },
  roomLink: {
    edge: {
      file: 'gateway-tests/browser/rooms.test.ts',
      test: 'a name is a room of the own domain;',
    },
    kamailio: { none: 'it has no rooms: see SylkServer’s kind, in sylk-rooms.test.ts' },
  },
  mitm: {
    edge: { file: 'gateway-tests/browser/gateway.test.ts', test: 'somebody in the middle: both' },
    kamailio: SAME,
  },
}
