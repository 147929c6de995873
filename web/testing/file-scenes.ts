import type { ChatEvent, Transfer, TransferState } from '../../chat/index.ts'
import type { HeldFile } from '../app-state.ts'
import { BOB, privacy } from './cast.ts'
import type { Scene } from './scenes.ts'

/** A file as the conversation has it, and what the page has of it. */
function file(
  id: string,
  direction: Transfer['direction'],
  name: string,
  size: number,
  state: TransferState,
  protection: Transfer['protection'] = 'unverified',
): ChatEvent {
  return {
    type: 'transfer',
    transfer: {
      id,
      peer: BOB,
      direction,
      name,
      size,
      contentType: 'application/octet-stream',
      at: Date.now() - 60_000,
      protection,
      state,
    },
  }
}

const picture = { url: '/icon-512.png', width: 512, height: 512 }
const cut = {
  code: 'CHAT_FILE_LOST',
  sentence: 'The connection was lost while the file was on its way.',
}

/** @param before - who is there, and what was said */
export function fileScenes(before: readonly ChatEvent[]): Readonly<Record<string, Scene>> {
  const scene = (
    events: readonly ChatEvent[],
    held: Readonly<Record<string, Partial<HeldFile>>> = {},
  ): Scene => ({ events: [...before, ...events], selected: BOB, held })
  return {
    'file-offered': scene([
      privacy(BOB, 'unverified'),
      file('1', 'out', 'Offer, second draft.odt', 84_320, { step: 'waiting' }),
      file('2', 'in', 'setup.exe', 2_400_000, { step: 'asks', about: 'offered' }),
    ]),
    'file-active': scene([
      privacy(BOB, 'verified'),
      file(
        '1',
        'out',
        'workshop.mp4',
        734_003_200,
        { step: 'active', done: 512_000_000 },
        'verified',
      ),
      file('2', 'in', 'تقرير.pdf', 1_480_000, { step: 'active', done: 200_000 }, 'verified'),
    ]),
    'file-done': scene(
      [
        privacy(BOB, 'verified'),
        file('1', 'out', 'beach.jpg', 1_240_000, { step: 'done' }, 'verified'),
        file('2', 'in', 'table.ods', 48_000, { step: 'done' }, 'verified'),
      ],
      { '1': { isCleaned: true, picture }, '2': { place: 'disk' } },
    ),
    'file-picture': scene(
      [
        privacy(BOB, 'verified'),
        file('1', 'in', 'lake.png', 310_000, { step: 'done' }, 'verified'),
      ],
      { '1': { place: 'disk', picture } },
    ),
    'file-failed': scene(
      [
        privacy(BOB, 'unverified'),
        file('1', 'out', 'workshop.mp4', 734_003_200, { step: 'active', done: 9_000_000 }),
        file('1', 'out', 'workshop.mp4', 734_003_200, {
          step: 'failed',
          fault: cut,
          resumable: true,
        }),
        file('2', 'in', 'notes.txt', 900, { step: 'failed', fault: cut, resumable: false }),
        file('3', 'in', 'film.mkv', 9e9, { step: 'cancelled', by: 'peer' }),
      ],
      {},
    ),
    'file-unencrypted': scene([
      privacy(BOB, 'plaintext'),
      file('1', 'out', 'map.gpx', 12_000, { step: 'asks', about: 'unencrypted' }, 'none'),
      file('2', 'in', 'ticket.pdf', 12_000, { step: 'asks', about: 'offered' }, 'none'),
    ]),
  }
}
