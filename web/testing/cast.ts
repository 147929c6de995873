import type {
  Address,
  ChatEvent,
  Contact,
  KnownKey,
  Message,
  Notice,
  Privacy,
  Protection,
} from '../../chat/index.ts'

/** Who plays in the tests and in the gallery. */
export const ALICE = 'sip:alice@sotto.example' as Address
export const BOB = 'sip:bob@sotto.example' as Address
/** Who wants to be taken for Bob. */
export const BOB_DOUBLE = 'sip:b0b@sotto.example' as Address
export const CAROL = 'sip:carol@sip.example.org' as Address
export const MALLORY = 'sip:mallory@elsewhere.example' as Address
export const ROOM = 'sip:lunch@conference.sotto.example' as Address
export const BUDDY = 'sip:buddy@sotto.example' as Address

export const ALICE_KEY = '8f3c90b1d27a44e0915cc6f0a7b23d5e6f7a8b9c'
export const BOB_KEY = '4ef4900210f87a1f38b82ac1bda6419b142d2c26'
export const BOB_NEW_KEY = 'c0ffee4410f87a1f38b82ac1bda6419b142d9911'

export function contact(peer: Address, name: string, part: Partial<Contact> = {}): ChatEvent {
  return {
    type: 'contact',
    contact: {
      peer,
      name,
      alwaysOtr: false,
      allowPlaintext: false,
      keys: [],
      otrVersion: 3,
      ...part,
    },
  }
}

export function key(
  fingerprint: string,
  seen: number,
  verified: KnownKey['verified'] = null,
): KnownKey {
  return { fingerprint, firstSeen: seen, lastSeen: seen, verified }
}

const PLAIN: Privacy = {
  state: 'none',
  composer: 'sends',
  version: null,
  ssid: null,
  ownFingerprint: null,
  peerFingerprint: null,
  sameKeyAs: null,
  verified: null,
}

const ENCRYPTED: Privacy = {
  ...PLAIN,
  version: 3,
  ssid: '0123456789abcdef',
  ownFingerprint: ALICE_KEY,
  peerFingerprint: BOB_KEY,
}

export function privacy(
  peer: Address,
  state: Privacy['state'],
  part: Partial<Privacy> = {},
): ChatEvent {
  const isEncrypted = state === 'unverified' || state === 'verified' || state === 'keyChanged'
  return {
    type: 'privacy',
    peer,
    privacy: { ...(isEncrypted ? ENCRYPTED : PLAIN), state, ...part },
  }
}

export function message(
  peer: Address,
  author: Message['author'],
  text: string,
  at: number,
  part: Partial<Message> = {},
): ChatEvent & { readonly type: 'message' } {
  return {
    type: 'message',
    restored: false,
    message: {
      id: `${author}-${at}`,
      peer,
      author,
      nickname: null,
      text,
      contentType: 'text/plain',
      at,
      protection: 'unverified' satisfies Protection,
      delivery: author === 'us' ? 'delivered' : null,
      reason: null,
      resent: false,
      ...part,
    },
  }
}

export function notice(
  peer: Address,
  code: Notice['code'],
  sentence: string,
  at: number,
  tone: Notice['tone'] = 'status',
): ChatEvent & { readonly type: 'notice' } {
  return { type: 'notice', notice: { id: `${code}-${at}`, peer, at, code, sentence, tone } }
}
