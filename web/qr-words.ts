import { msg, str } from '@lit/localize'
import { OWN, type Who } from './own-device-words.ts'
import { wordsOf } from './wording.ts'

/** Fingerprints from screen to screen, and from mouth to ear. */
export const QR = wordsOf(() => ({
  show: msg('Show as QR code'),
  label: msg('QR code of your fingerprint'),
  readAloud: msg('Read aloud'),
  scan: (name: Who) => (name === null ? OWN.scan : msg(str`Scan ${name}’s QR code`)),
  aim: (name: Who) =>
    name === null
      ? OWN.aim
      : msg(str`Hold the camera over the QR code on ${name}’s screen, under “Your key”.`),
  stop: msg('Stop scanning'),
  noCamera: msg('The camera cannot be used here. Compare the groups instead.'),
  matches: (name: Who) =>
    name === null ? OWN.matches : msg(str`It is the key that ${name} uses now.`),
  differs: (name: Who) =>
    name === null
      ? OWN.differs
      : msg(
          str`That is not the key that ${name} uses now. Someone may be in between. Don’t write anything private here.`,
        ),
  unknown: msg('That QR code holds no fingerprint.'),
}))
