import { msg } from '@lit/localize'
import { wordsOf } from './wording.ts'

export const EMOJI = wordsOf(() => ({
  open: msg('Emoji'),
  search: msg('Search emoji'),
  groups: msg('Kinds of emoji'),
  recent: msg('Used lately'),
  none: msg('No emoji of that name.'),
  failed: msg('The emoji could not be fetched. Check your connection.'),
  people: msg('Smileys and people', { id: 'emoji-people' }),
  nature: msg('Animals and nature', { id: 'emoji-nature' }),
  food: msg('Food and drink', { id: 'emoji-food' }),
  places: msg('Places', { id: 'emoji-places' }),
  activities: msg('Activities', { id: 'emoji-activities' }),
  objects: msg('Objects', { id: 'emoji-objects' }),
  symbols: msg('Symbols', { id: 'emoji-symbols' }),
  flags: msg('Flags', { id: 'emoji-flags' }),
}))
