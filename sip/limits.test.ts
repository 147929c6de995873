import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFileDescription } from './file-description.ts'
import * as limits from './limits.ts'

/** The test that reaches each limit: its file and title. */
const REACHED = {
  PONG_TIMEOUT_MS: [
    'transport.test.ts',
    'a server that answered once and does not for 10 s is lost',
  ],
  RETRY_MAX_MS: [
    'back-off.test.ts',
    'waits up to 1, 2, 4, 8, 16 s, then 30 s doubled up to half an hour',
  ],
  RETRY_BASE_MS: [
    'back-off.test.ts',
    'waits up to 1, 2, 4, 8, 16 s, then 30 s doubled up to half an hour',
  ],
  GLARE_OWNER_MS: [
    'agent.test.ts',
    'glare in a call of ours: the peer, whose Call-ID it is not, tries again first',
  ],
  GLARE_OTHER_MS: [
    'incoming.test.ts',
    'glare: 491 is tried again within 2 s, while the peer’s own re-INVITE gets 491',
  ],
  PAGE_MAX: ['page.test.ts', 'what cannot be sent is the caller’s fault'],
  ROSTER_EXPIRES_S: [
    'rooms.test.ts',
    'SUBSCRIBE is what RFC 4575 asks for, in a dialog of its own, to the address dialled',
  ],
  ROSTER_INTERVAL_MS: [
    'rooms.test.ts',
    'a missed part: the whole is asked for in the dialog, not more than every 5 s',
  ],
  RETRY_FIRST_MS: [
    'back-off.test.ts',
    'waits up to 1, 2, 4, 8, 16 s, then 30 s doubled up to half an hour',
  ],
  CONNECT_TIMEOUT_MS: [
    'transport.test.ts',
    'that takes more than 10 s is unreachable, and its late success is ignored',
  ],
  PING_INTERVAL_MS: [
    'transport.test.ts',
    'pings within 20 to 25 s, again and again, while the server answers',
  ],
  PROBE_TIMEOUT_MS: ['transport.test.ts', 'a probe pings at once and waits 5 s'],
  DOUBT_TIMEOUT_MS: [
    'registration.test.ts',
    'a doubtful flow on which REGISTER is not answered within 5 s is given up',
  ],
  EXPIRES_S: ['agent.test.ts', 'expires=600'],
  EXPIRES_MAX_S: ['registration.test.ts', 'an absurd lifetime'],
  REFRESH_MIN_MS: ['registration.test.ts', '%s: registered, refreshed at leisure'],
  LEAVE_TIMEOUT_MS: ['registration.test.ts', 'waits 1.5 s and no longer'],
  RING_TIMEOUT_MS: ['agent.test.ts', 'nobody answers for 90 s: taken back'],
  MESSAGE_MAX: ['xml.test.ts', 'what is too deep, too long or too much is refused'],
  HEAD_MAX: ['stream-reader.test.ts', 'a whole head beyond the limit'],
  CALLS_MAX: ['incoming.test.ts', 'number 201 at a time is busy'],
  MEDIA_MAX: ['sdp.test.ts', 'media without end'],
  PATH_MAX: ['sdp.test.ts', 'a path without end'],
  URI_MAX: ['sdp.test.ts', 'an URI without end'],
  FILE_ATTRIBUTE_MAX: ['limits.test.ts', 'an attribute of a file may be so long, and no longer'],
  REFRESH_ATTEMPTS: ['incoming.test.ts', 'glare without end is met so often, and no more'],
  XML_DEPTH_MAX: ['xml.test.ts', 'what is too deep, too long or too much is refused'],
  XML_NAMESPACES_MAX: ['xml.test.ts', 'what is too deep, too long or too much is refused'],
  ROSTER_USERS_MAX: ['roster.test.ts', 'has limits'],
  ROSTER_ENDPOINTS_MAX: ['roster.test.ts', 'has limits'],
  ROSTER_NAME_MAX: ['roster.test.ts', 'has limits'],
  ROSTER_ATTEMPTS: ['rooms.test.ts', '%s: asked for again %i times'],
  REFERRAL_TIMEOUT_MS: ['rooms.test.ts', 'nobody answers for 3 min, or the connection is lost'],
  REFERRALS_MAX: ['rooms.test.ts', 'who is no SIP address, or one too many'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

test('an attribute of a file may be so long, and no longer', () => {
  const named = (length: number) => {
    const selector = `name:"${'x'.repeat(length - 'name:""'.length)}"`
    const attributes: Record<string, string> = {
      'file-selector': selector,
      'file-transfer-id': 't',
    }
    return readFileDescription((name) => attributes[name] ?? null)
  }
  expect(named(limits.FILE_ATTRIBUTE_MAX)).toMatchObject({ transferId: 't' })
  expect(named(limits.FILE_ATTRIBUTE_MAX + 1)).toBeNull()
})
