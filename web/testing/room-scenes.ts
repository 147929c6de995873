import type { ChatEvent, RoomMember } from '../../chat/index.ts'
import { ALICE, BOB, CAROL, contact, message, notice, privacy, ROOM } from './cast.ts'
import type { Scene } from './scenes.ts'

const member = (name: string, part: Partial<RoomMember> = {}): RoomMember => ({
  address: `sip:${name.toLowerCase()}@sotto.example`,
  name,
  nickname: null,
  displayName: null,
  status: 'here',
  isOwn: false,
  isNameShared: false,
  ...part,
})

const DORA = member('Dora', { nickname: 'Dora' })
const MEMBERS = [
  member('alice', { address: ALICE, isOwn: true }),
  DORA,
  member('Emil', { status: 'onHold' }),
  member('ليلى', { address: 'sip:layla@sotto.example', isNameShared: true }),
  member('ليلى', { address: 'sip:laila@elsewhere.example', isNameShared: true, status: 'joining' }),
]

/** Rooms, and what is kept and found. */
export function roomScenes(people: readonly ChatEvent[], ago: (minutes: number) => number) {
  const says = (member: RoomMember, text: string, minutes: number, part = {}) =>
    message(ROOM, 'peer', text, ago(minutes), {
      nickname: member.name,
      from: member.address,
      protection: 'none',
      ...part,
    })
  const room = {
    peer: ROOM,
    subject: 'What to eat today',
    members: MEMBERS,
    allows: { nicknames: true, privateMessages: true },
    nickname: null,
  }
  const privately = { address: DORA.address, name: DORA.name }
  const here: readonly ChatEvent[] = [
    ...people,
    contact(ROOM, 'lunch'),
    { type: 'opened', peer: ROOM, room: true },
    privacy(ROOM, 'room'),
    { type: 'room', room },
    notice(ROOM, 'room-entered', 'lunch is a room. Rooms are not encrypted.', ago(6)),
    says(DORA, 'Who is in today?', 95, { earlier: true }),
    says(MEMBERS[3]!, 'أنا هنا', 90, { earlier: true }),
    says(MEMBERS[4]!, 'Me too.', 88, { earlier: true }),
    notice(ROOM, 'room-status', 'Emil came in.', ago(5)),
    says(DORA, 'Soup today', 4),
    says(DORA, 'With bread.', 3.5),
    says(MEMBERS[2]!, 'Again?', 3),
    message(ROOM, 'us', 'I like soup', ago(2), { protection: 'none', delivery: 'sent' }),
    says(DORA, 'Shall I keep you a seat?', 1, { privately }),
    message(ROOM, 'us', 'Yes please!', ago(1), { protection: 'none', delivery: 'sent', privately }),
    { type: 'roomInvitation', peer: ROOM, who: CAROL, fault: null },
  ]
  const conversation: readonly ChatEvent[] = [...people, privacy(BOB, 'unverified')]
  return {
    room: { events: here, selected: ROOM },
    'room-private': {
      events: here,
      selected: ROOM,
      intents: [{ do: 'writeTo', whom: privately }],
    },
    'room-members': { events: here, selected: ROOM, open: 'members' },
    'room-nickname': { events: here, selected: ROOM, open: 'nickname' },
    'room-invite': { events: here, selected: ROOM, open: 'invite' },
    'room-left': {
      events: [
        ...here,
        { type: 'closed', peer: ROOM, by: 'local', fault: null },
        privacy(ROOM, 'none'),
      ],
      selected: ROOM,
    },
    'room-called': {
      events: [...conversation, { type: 'invited', peer: ROOM, name: null, room: true, by: CAROL }],
      selected: BOB,
    },
    'enter-room': { events: people, selected: null, open: 'room' },
    gap: {
      events: [
        ...conversation,
        notice(
          BOB,
          'message-unreadable',
          'A message could not be read. Ask Bob to send it again, if it does not come by itself.',
          ago(1),
          'warning',
        ),
      ],
      selected: BOB,
    },
    deleted: {
      events: [...conversation, contact(CAROL, 'Carol Andersen', { muted: true })],
      selected: BOB,
      intents: [{ do: 'deleteMessage', id: `us-${ago(29)}`, key: `us us-${ago(29)}` }],
    },
    search: { events: conversation, selected: BOB, open: 'search' },
    'history-rule': { events: conversation, selected: BOB, open: 'history' },
    'clear-history': { events: conversation, selected: BOB, open: 'clear' },
    export: { events: conversation, selected: BOB, open: 'export' },
    emoji: { events: conversation, selected: BOB, open: 'emoji' },
  } as const satisfies Readonly<Record<string, Scene>>
}
