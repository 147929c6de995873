import { expect, test } from 'vitest'
import { profileOf } from './profiles.ts'

const blinkTypes = ['message/cpim', 'text/*', 'image/*', 'application/im-iscomposing+xml']

test.each([
  ['Sotto 0.1', blinkTypes, 'sotto'],
  ['Blink Pro 7.1.3 (MacOSX)', blinkTypes, 'blink'],
  ['Blink 6.0.6 (Linux)', blinkTypes, 'blink'],
  ['sipsimple 5.5.0', blinkTypes, 'blink'],
  ['SylkServer-6.6.1', ['message/cpim'], 'sylkserver'],
  [null, ['message/cpim'], 'sylkserver'],
  ['Pidgin/2.14.12', ['text/plain'], 'libpurple'],
  ['Blinkenlights 1.0', blinkTypes, 'unknown'],
  [null, [], 'unknown'],
])('%s with %j is %s', (userAgent, acceptTypes, name) => {
  const acceptWrappedTypes = ['*']
  expect(profileOf({ userAgent, acceptTypes, acceptWrappedTypes }).name).toBe(name)
})

test('only a peer that is known to take chunks gets any; all others get what fits every relay', () => {
  for (const userAgent of ['Blink Pro', 'SylkServer-6', 'Pidgin', 'something else', null]) {
    const profile = profileOf({ userAgent, acceptTypes: [], acceptWrappedTypes: [] })
    expect(profile.maxChunk, `${userAgent}`).toBeNull()
    expect(profile.maxMessage, `${userAgent}`).toBeLessThanOrEqual(10_000)
  }
})

test('towards an XMPP gateway composing goes in the clear, or it would be an error', () => {
  const traits = { userAgent: 'SylkServer-6.6.1', acceptTypes: [], acceptWrappedTypes: [] }
  expect(profileOf(traits)).toMatchObject({ composing: 'clear', report408: 'unconfirmed' })
})
