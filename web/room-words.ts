import { msg, str } from '@lit/localize'
import type { RoomMember } from '../chat/index.ts'
import { number, plural, wordsOf } from './wording.ts'

/** Everything about rooms. */
export const ROOM = wordsOf(() => ({
  enter: msg('Enter a room'),
  enterField: msg('Name or address of the room'),
  enterHint: (host: string) =>
    msg(str`A name such as lunch is a room at ${host}. It is there as soon as somebody enters it.`),
  enterAction: msg('Enter'),
  open: msg('Room: never encrypted here'),
  openWhy: msg(
    'This encryption works between two people, and a room has more. Everyone in it, and its server, can read what is said.',
  ),
  outside: msg('You are not in the room now.'),
  again: msg('Enter again'),
  leave: msg('Leave the room'),
  members: (name: string) => msg(str`Members of ${name}`),
  count,
  noMembers: msg('The room does not say who is there.'),
  you: msg('You', { id: 'room-you' }),
  writePrivately: msg('Write privately…'),
  writeTo: (name: string) => msg(str`Write privately to ${name}`),
  nickname: msg('Change nickname…'),
  nicknameTitle: msg('Your nickname in this room'),
  nicknameField: msg('Nickname'),
  nicknameHint: msg('Everyone in the room sees it. Leave it empty to go by your own name.'),
  nicknameAction: msg('Use this nickname'),
  invite: msg('Invite…'),
  inviteTitle: msg('Invite somebody'),
  inviteContact: msg('A contact'),
  inviteOther: msg('Somebody else'),
  inviteField: msg('Name or address'),
  inviteAction: msg('Invite', { id: 'invite-action' }),
  invited: msg('Invited'),
  asking: (who: string) => msg(str`Asking ${who}…`),
  reached: (who: string) => msg(str`${who} was reached.`),
  notReached: (who: string, why: string) => msg(str`${who}: ${why}`),
  invites: msg('Invites you into this room'),
  invitation: msg('Invitation to a room'),
  called: (who: string, room: string) => msg(str`${who} calls you into the room ${room}.`),
  calledByRoom: (room: string) => msg(str`You are called into the room ${room}.`),
  calledDetail: msg('Rooms are not encrypted: everyone there, and the server, can read.'),
  decline: msg('Decline'),
  earlier: msg('Earlier messages'),
  since: msg('Since you came in'),
  onlyTo: (name: string) => msg(str`Only to ${name}`),
  onlyToYou: msg('Only to you'),
  everybody: msg('Write to everybody again'),
  privateHint: (name: string) => msg(str`Only ${name} and the room’s server can read this.`),
}))

/** What a member is doing there; nothing to say of those who are simply there. */
export const MEMBER_STATUS = wordsOf(
  () =>
    ({
      joining: msg('Coming in'),
      here: msg('Here'),
      onHold: msg('On hold'),
    }) satisfies Record<RoomMember['status'], string>,
)

function count(members: number): string {
  const n = number(members)
  return plural(members, {
    zero: msg(str`${n} members`, { id: 'members-zero' }),
    one: msg(str`${n} member`, { id: 'members-one' }),
    two: msg(str`${n} members`, { id: 'members-two' }),
    few: msg(str`${n} members`, { id: 'members-few' }),
    many: msg(str`${n} members`, { id: 'members-many' }),
    other: msg(str`${n} members`, { id: 'members-other' }),
  })
}
