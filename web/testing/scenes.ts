import type { Address, ChatEvent } from '../../chat/index.ts'
import type { RememberedAccount } from '../accounts.ts'
import {
  type AppState,
  type HeldFile,
  type SignInStage,
  type Stage,
  signInStage,
} from '../app-state.ts'
import type { ChatIntent } from '../intents.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import {
  ALICE_KEY,
  BOB,
  BOB_DOUBLE,
  BOB_KEY,
  BOB_NEW_KEY,
  BUDDY,
  CAROL,
  contact,
  key,
  MALLORY,
  message,
  notice,
  privacy,
} from './cast.ts'
import { fileScenes } from './file-scenes.ts'
import { roomScenes } from './room-scenes.ts'

/** One picture of the gallery: what has happened so far, and what is open. */
export interface Scene {
  readonly events: readonly ChatEvent[]
  readonly selected: Address | null
  readonly stage?: Stage
  readonly part?: Partial<AppState>
  readonly draft?: string
  /** Which dialog or menu to open once it is drawn. */
  readonly open?:
    | 'verify'
    | 'compare'
    | 'keys'
    | 'settings'
    | 'add'
    | 'menu'
    | 'options'
    | 'room'
    | 'members'
    | 'invite'
    | 'nickname'
    | 'search'
    | 'history'
    | 'clear'
    | 'rename'
    | 'remove'
    | 'export'
    | 'emoji'
  /** What the person has done in the selected conversation. */
  readonly intents?: readonly ChatIntent[]
  /** What the page has of the files of the selected conversation, by id. */
  readonly held?: Readonly<Record<string, Partial<HeldFile>>>
}

const now = Date.now()
const ago = (minutes: number) => now - minutes * 60_000
const server = { domain: 'sotto.example', enrolment: true, providers: ['sip2sip.info'] }
const form: SignInStage = { ...signInStage(), server }

const remembered: RememberedAccount = {
  address: BOB,
  server: 'wss://sotto.example/ws',
  found: 'own',
  instanceId: '',
  lastUsed: 1,
}

const inside: readonly ChatEvent[] = [
  { type: 'identity', fingerprint: ALICE_KEY, created: true },
  { type: 'account', account: { state: 'online' } },
]

const people: readonly ChatEvent[] = [
  ...inside,
  contact(BUDDY, 'Practice buddy'),
  message(BUDDY, 'peer', 'Hello! Write anything and I repeat it.', ago(3000)),
  contact(CAROL, 'Carol Andersen'),
  message(CAROL, 'peer', 'The draft is in your mailbox.', ago(1500), { protection: 'verified' }),
  message(CAROL, 'peer', 'See you at nine.', ago(1499), { protection: 'verified' }),
  privacy(CAROL, 'verified'),
  contact(BOB, 'Bob', { keys: [key(BOB_KEY, ago(60_000))] }),
  message(BOB, 'us', 'Are you back from the lake?', ago(1600), { protection: 'none' }),
  notice(BOB, 'encryption-started', 'Encryption started. Bob’s key is new here.', ago(42)),
  message(BOB, 'us', 'Now it is only us.', ago(40)),
  message(BOB, 'peer', 'Good. Did you see https://example.org/plan?page=2 already?', ago(38)),
  message(BOB, 'peer', 'I think the second half needs another look before we send it on.', ago(37)),
  message(
    BOB,
    'us',
    'Yes, read it on the train.\nThe numbers in the second table do not add up: compare rows 3 and 7.',
    ago(30),
  ),
  message(BOB, 'us', 'I can fix that tonight.', ago(29), { delivery: 'sent' }),
]

const verified = { method: 'smp', at: ago(300_000) } as const
const known = contact(BOB, 'Bob', { keys: [key(BOB_KEY, ago(600_000), verified)], alwaysOtr: true })

const bob = (...events: readonly ChatEvent[]): Scene => ({
  events: [...people, ...events],
  selected: BOB,
})

const asked = (question: string | null): ChatEvent => ({
  type: 'verification',
  peer: BOB,
  verification: { step: 'asked', question, since: now - 9_000, until: now + 111_000 },
})

export const SCENES: Readonly<Record<string, Scene>> = {
  'sign-in': { events: [], selected: null, stage: form },
  'sign-in-busy': { events: [], selected: null, stage: { ...form, busy: 'Making your key…' } },
  'sign-in-fault': {
    events: [],
    selected: null,
    stage: {
      ...form,
      remembered: [remembered],
      fault: 'The server does not know this name with this password. Check both and try again.',
    },
  },
  'sign-in-search': {
    events: [],
    selected: null,
    stage: {
      ...form,
      remembered: [remembered],
      search: [
        {
          kind: 'tunnel',
          url: 'wss://sotto.example/tunnel/sips/sip2sip.info',
          state: 'failed',
          fault: {
            code: 'TUNNEL_UNREACHABLE',
            sentence: 'The provider’s server does not take connections now. Try again later.',
          },
        },
        { kind: 'native', url: 'wss://sip2sip.info/ws', state: 'trying', fault: null },
      ],
      busy: 'Finding your server…',
    },
  },
  check: {
    events: inside,
    selected: null,
    part: {
      check: {
        address: BOB,
        diagnosis: {
          route: null,
          isOver: true,
          steps: [
            { step: 'socket', state: 'ok', ms: 12, fault: null },
            { step: 'name', state: 'ok', ms: 31, fault: null },
            {
              step: 'tls',
              state: 'failed',
              ms: 118,
              fault: {
                code: 'TUNNEL_CERTIFICATE',
                sentence: 'The provider’s certificate is not valid for its name.',
              },
            },
            { step: 'registration', state: 'skipped', ms: null, fault: null },
            { step: 'relay', state: 'skipped', ms: null, fault: null },
            { step: 'echo', state: 'skipped', ms: null, fault: null },
          ],
        },
      },
    },
  },
  elsewhere: { events: [], selected: null, stage: { at: 'elsewhere', name: 'alice', busy: false } },
  welcome: { events: inside, selected: null },
  people: { events: people, selected: null },
  'add-contact': { events: people, selected: null, open: 'add' },
  settings: { events: people, selected: null, open: 'settings' },
  unverified: bob(privacy(BOB, 'unverified'), { type: 'composing', peer: BOB, active: true }),
  verified: bob(
    known,
    privacy(BOB, 'verified', { verified }),
    message(BOB, 'peer', 'Perfect.', ago(1), { protection: 'verified' }),
  ),
  menu: { ...bob(privacy(BOB, 'unverified')), open: 'menu' },
  options: { ...bob(privacy(BOB, 'unverified')), open: 'options' },
  rename: { ...bob(privacy(BOB, 'unverified')), open: 'rename' },
  'remove-contact': { ...bob(privacy(BOB, 'unverified')), open: 'remove' },
  none: bob(privacy(BOB, 'none')),
  connecting: bob(privacy(BOB, 'connecting', { composer: 'holds' })),
  starting: bob(
    privacy(BOB, 'starting', { composer: 'holds' }),
    message(BOB, 'us', 'Can you hear me?', ago(1), {
      delivery: 'queued',
      reason: 'Held until encrypted.',
    }),
  ),
  plaintext: bob(
    privacy(BOB, 'plaintext'),
    message(BOB, 'peer', 'Plain text, then.', ago(1), { protection: 'none' }),
  ),
  unsupported: bob(
    privacy(BOB, 'unsupported', { composer: 'holds' }),
    message(BOB, 'us', 'Anyone there?', ago(1), {
      delivery: 'queued',
      reason: 'Held: Bob’s app does not answer to encryption.',
    }),
  ),
  ended: {
    ...bob(
      notice(BOB, 'encryption-ended-by-peer', 'Bob ended encryption.', ago(1), 'warning'),
      privacy(BOB, 'ended', { composer: 'locked' }),
    ),
    draft: 'What I was about to say',
  },
  'key-changed': bob(
    known,
    notice(BOB, 'key-changed', 'Bob’s verified identity has changed.', ago(1), 'alert'),
    {
      type: 'keyChanged',
      peer: BOB,
      name: 'Bob',
      fingerprint: BOB_NEW_KEY,
      previous: BOB_KEY,
      blocks: true,
    },
    privacy(BOB, 'keyChanged', { composer: 'holds', peerFingerprint: BOB_NEW_KEY }),
  ),
  ...roomScenes(people, ago),
  ...fileScenes(people),
  failed: bob(
    privacy(BOB, 'unverified'),
    message(BOB, 'us', 'This one did not make it', ago(2), {
      delivery: 'failed',
      reason: 'Bob’s app could not be reached.',
    }),
    {
      type: 'fault',
      peer: BOB,
      fault: {
        code: 'SIP_UNAVAILABLE',
        sentence: 'Bob is not online. The message is kept; try again later.',
      },
    },
  ),
  'verify-dialog': { ...bob(privacy(BOB, 'unverified')), open: 'verify' },
  keys: {
    ...bob(
      contact(BOB, 'Bob', {
        keys: [key(BOB_NEW_KEY, ago(100)), key(BOB_KEY, ago(600_000), verified)],
      }),
      privacy(BOB, 'unverified', { peerFingerprint: BOB_NEW_KEY, sameKeyAs: MALLORY }),
    ),
    open: 'keys',
  },
  asked: bob(privacy(BOB, 'unverified'), asked('Where did we meet first?')),
  'asked-code': bob(privacy(BOB, 'unverified'), asked(null)),
  waiting: bob(privacy(BOB, 'unverified'), {
    type: 'verification',
    peer: BOB,
    verification: { step: 'waiting', question: null, since: now - 20_000, until: now + 100_000 },
  }),
  succeeded: bob(privacy(BOB, 'verified', { verified }), {
    type: 'verification',
    peer: BOB,
    verification: { step: 'succeeded', provesPeer: true, at: now },
  }),
  'one-sided': bob(privacy(BOB, 'unverified'), {
    type: 'verification',
    peer: BOB,
    verification: { step: 'succeeded', provesPeer: false, at: now },
  }),
  'verification-failed': bob(privacy(BOB, 'unverified'), {
    type: 'verification',
    peer: BOB,
    verification: {
      step: 'failed',
      at: now,
      attempts: 2,
      stillVerified: false,
      until: now + 30_000,
    },
  }),
  'no-questions': bob(privacy(BOB, 'unverified'), {
    type: 'verification',
    peer: BOB,
    verification: { step: 'aborted', by: 'peer', at: now, answered: false, byApp: true },
  }),
  compare: { ...bob(privacy(BOB, 'unverified')), open: 'compare' },
  blocked: {
    events: [...people, contact(MALLORY, 'Mallory', { blocked: 'stranger' })],
    selected: null,
    part: { settings: { ...DEFAULT_SETTINGS, quiet: true } },
    open: 'settings',
  },
  'look-alike': {
    events: [...people, known, { type: 'invited', peer: BOB_DOUBLE, name: 'Bоb' }],
    selected: BOB_DOUBLE,
  },
  aborted: bob(privacy(BOB, 'unverified'), {
    type: 'verification',
    peer: BOB,
    verification: { step: 'aborted', by: 'peer', at: now, answered: false },
  }),
  invited: {
    events: [...people, { type: 'invited', peer: MALLORY, name: 'Mallory' }],
    selected: MALLORY,
  },
  offline: {
    events: [
      ...people,
      privacy(BOB, 'none', { composer: 'holds' }),
      {
        type: 'account',
        account: {
          state: 'offline',
          fault: {
            code: 'SIP_LOST',
            sentence: 'The connection is gone. Trying again in a few seconds.',
          },
          retryInMs: 4000,
        },
      },
      { type: 'fault', peer: null, fault: { code: 'CHAT_STORE', sentence: 'The disk is full.' } },
    ],
    selected: BOB,
  },
}
