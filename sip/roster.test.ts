import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { ROSTER_ENDPOINTS_MAX, ROSTER_NAME_MAX, ROSTER_USERS_MAX } from './limits.ts'
import { RosterState } from './roster.ts'
import { StreamReader } from './stream-reader.ts'

const OWN = 'sip:alice@example.org'
let state: RosterState
beforeEach(() => {
  state = new RosterState()
})

/** A document; `root` are attributes of its root. */
const info = (root: string, ...content: string[]) =>
  [
    '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"',
    ` xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" entity="sip:tea@example.org" ${root}>`,
    ...content,
    '</conference-info>',
  ].join('\n')
const users = (attributes: string, ...content: string[]) =>
  `<users ${attributes}>${content.join('')}</users>`
const user = (name: string, attributes = '', content = '') =>
  `<user entity="sip:${name}@Example.ORG" ${attributes}>${content}</user>`
const endpoint = (name: string, status: string, attributes = '') =>
  `<endpoint entity="sip:${name}" ${attributes}><status>${status}</status></endpoint>`

const roster = () => state.roster(OWN)
const names = () => roster().users.map(({ entity }) => entity)

test('SylkServer, as people come, change their name, and leave', () => {
  const bytes = readFileSync(new URL('vectors/sylk-room-notifies.sip', import.meta.url))
  const notifies = new StreamReader().push(bytes)
  const told = notifies.slice(0, 6).map((notify) => {
    expect(state.apply(notify.slice(notify.indexOf('\r\n\r\n') + 4))).toBe('changed')
    const { users, subject } = state.roster('sip:alice@sip.agp.test')
    expect(subject).toBeNull()
    return users.map(({ entity, displayName }) => [entity, displayName])
  })
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => `sip:${name}@sip.agp.test`)
  expect(told).toEqual([
    [[alice, 'Alice']],
    [
      [alice, 'Alice'],
      [bob, 'Bob'],
    ],
    [
      [alice, 'Al'], // The nickname, which it writes where the name belongs.
      [bob, 'Bob'],
    ],
    [
      [alice, 'Al'],
      [bob, 'Bob'],
      [carol, null],
    ],
    [
      [alice, 'Al'],
      [carol, null],
    ],
    [[carol, null]],
  ])
  expect(notifies[6]).toContain('Subscription-State: terminated\r\n')
})

test('a whole roster says who is who', () => {
  const description =
    '<conference-description><subject>Tea\u202etime</subject></conference-description>'
  const alice = user('alice', 'xcon:nickname="Al"', '<display-text>Alice</display-text>')
  const bob = user('bob', '', endpoint('b1', 'alerting') + endpoint('b2', 'nonsense'))
  const gone = user('gone', '', endpoint('g1', 'disconnected'))
  const occupant = '<user entity="sip:room@EXAMPLE.org;gr=Nick"/>'
  const other =
    '<user entity="tel:+123"><endpoint entity="e"><display-text>Phone</display-text></endpoint></user>'
  expect(
    state.apply(info('version="7"', description, users('', alice, bob, gone, occupant, other))),
  ).toBe('changed')
  const nobody = { displayName: null, nickname: null, isOwn: false, endpoints: [] }
  expect(roster()).toEqual({
    subject: 'Tea time',
    users: [
      { ...nobody, entity: OWN, displayName: 'Alice', nickname: 'Al', isOwn: true },
      {
        ...nobody,
        entity: 'sip:bob@example.org',
        endpoints: [
          { entity: 'sip:b1', status: 'alerting' },
          { entity: 'sip:b2', status: null },
        ],
      },
      { ...nobody, entity: 'sip:room@example.org;gr=Nick' },
      {
        ...nobody,
        entity: 'tel:+123',
        displayName: 'Phone',
        endpoints: [{ entity: 'e', status: null }],
      },
    ],
  })
})

describe('a partial roster', () => {
  beforeEach(() => {
    const alice = user('alice', 'xcon:nickname="Al"', '<display-text>Alice</display-text>')
    const bob = user('bob', '', endpoint('b1', 'alerting') + endpoint('b2', 'connected'))
    state.apply(info('version="1"', users('', alice, bob)))
  })
  const apply = (...content: string[]) =>
    state.apply(info('state="partial" version="2"', ...content))
  const bob = () => roster().users.find(({ entity }) => entity === 'sip:bob@example.org')

  test('adds, replaces and removes users', () => {
    apply(
      users(
        'state="partial"',
        user('carol'),
        user('alice', 'state="full"'),
        user('bob', 'state="deleted"'),
      ),
    )
    expect(names()).toEqual([OWN, 'sip:carol@example.org'])
    expect(roster().users[0]).toMatchObject({ displayName: null, nickname: null })
  })

  test('changes what it names of a user, and keeps the rest', () => {
    apply(
      users(
        'state="partial"',
        user('alice', 'state="partial" xcon:nickname="Ally"'),
        user('bob', 'state="partial"', endpoint('b1', 'connected', 'state="partial"')),
      ),
    )
    expect(roster().users[0]).toMatchObject({ displayName: 'Alice', nickname: 'Ally' })
    expect(bob()?.endpoints.map(({ status }) => status)).toEqual(['connected', 'connected'])
  })

  test('removes a session, and takes a name back', () => {
    const b2 = '<endpoint entity="sip:b2" state="deleted"/>'
    apply(
      users(
        'state="partial"',
        user('alice', 'state="partial"', '<display-text/>'),
        user('bob', 'state="partial"', b2),
      ),
    )
    expect(roster().users[0]?.displayName).toBeNull()
    expect(bob()?.endpoints).toEqual([{ entity: 'sip:b1', status: 'alerting' }])
  })

  test('with a whole list replaces the list', () => {
    apply(users('', user('carol')))
    expect(names()).toEqual(['sip:carol@example.org'])
  })

  test('without a list changes nobody; a description is whole', () => {
    apply('<conference-description><subject>Cake</subject></conference-description>')
    expect([roster().subject, names().length]).toEqual(['Cake', 2])
    state.apply(info('state="partial" version="3"', '<conference-description/>'))
    expect(roster().subject).toBeNull()
  })

  test('of somebody unknown adds them', () => {
    apply(users('state="partial"', user('carol', 'state="partial"', endpoint('c', 'connected'))))
    expect(names()).toContain('sip:carol@example.org')
  })
})

describe('the version', () => {
  const partial = (version: number) => info(`state="partial" version="${version}"`)

  test('begins anywhere, and older documents are not applied', () => {
    expect(state.apply(info('version="4000000000"'))).toBe('changed')
    expect(state.apply(info('version="4000000000"', users('', user('bob'))))).toBe('old')
    expect(state.apply(partial(3))).toBe('old')
    expect(names()).toEqual([])
  })

  test('of a part must be the next; a whole roster mends it', () => {
    state.apply(info('version="1"'))
    expect([2, 4, 3].map((version) => state.apply(partial(version)))).toEqual([
      'changed',
      'gap',
      'changed',
    ])
    expect(state.apply(info('version="9"', users('', user('bob'))))).toBe('changed')
    expect(state.apply(partial(10))).toBe('changed')
  })

  test('of a part that comes first is a gap', () => {
    expect(state.apply(partial(1))).toBe('gap')
  })

  test('may be absent from whole rosters', () => {
    expect(state.apply(info(''))).toBe('changed')
    expect(state.apply(info('', users('', user('bob'))))).toBe('changed')
    expect(state.apply(info('state="partial"'))).toBe('gap')
    expect(names()).toEqual(['sip:bob@example.org'])
  })
})

test.each([
  ['gone', info('state="deleted" version="2"')],
  ['malformed', info('version="-1"')],
  ['malformed', '<conference-info version="1"/>'],
  ['malformed', '<users xmlns="urn:ietf:params:xml:ns:conference-info"/>'],
  ['malformed', ''],
])('%s: nothing changes', (step, document) => {
  state.apply(info('version="1"', users('', user('bob'))))
  expect(state.apply(document)).toBe(step)
  expect(names()).toEqual(['sip:bob@example.org'])
})

test('has limits', () => {
  const many = Array.from({ length: 700 }, (_, at) => `<user entity="sip:${at}@a"/>`)
  state.apply(info('version="1"', users('', ...many)))
  const more = many.map((one) => one.replace('@a', '@b'))
  state.apply(info('version="2" state="partial"', users('state="partial"', ...more)))
  expect(names()).toHaveLength(ROSTER_USERS_MAX)

  const sessions = Array.from({ length: 20 }, (_, at) => endpoint(String(at), 'connected'))
  const name = `<display-text>${'x'.repeat(ROSTER_NAME_MAX - 1)}\u{1f600}</display-text>`
  state.apply(info('version="3"', users('', user('bob', '', name + sessions.join('')))))
  expect(roster().users[0]?.endpoints).toHaveLength(ROSTER_ENDPOINTS_MAX)
  expect(roster().users[0]?.displayName).toBe('x'.repeat(ROSTER_NAME_MAX - 1))
})
