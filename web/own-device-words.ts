import { msg } from '@lit/localize'
import { wordsOf } from './wording.ts'

/** The name of whom one talks with; `null` for the person's own other devices, of whom nobody says "she". */
export type Who = string | null

/** What is said of a verification between two devices of one person, in place of the words for two people. */
export const OWN = wordsOf(() => ({
  verifyMenu: msg('Verify my other device…'),
  verify: msg('Verify my other device'),
  always: msg('Always use encryption between my devices'),
  unverified: msg('Encrypted. You haven’t checked that this is really your other device.'),
  verified: msg('Encrypted, and verified: this is your other device.'),
  ended: msg('Your other device ended encryption.'),
  verifiedChanged: msg('The verified identity of your other device has changed.'),
  identityChanged: msg('The identity of your other device has changed.'),
  waiting: msg('Waiting for the answer from your other device.'),
  waitingCode: msg('Type this code on your other device.'),
  theySee: msg(
    'A card above its message field asks for it. It waits two minutes, or longer if you take more time.',
  ),
  asked: msg('Your other device wants to verify this one.'),
  theirQuestion: msg('Your other device asks:'),
  noQuestion: msg(
    'Type the code that your other device shows, or the secret that you typed there.',
  ),
  proves: msg(
    'Answering proves this device to the other one. Your answer itself is never sent, and one guess is all anyone gets.',
  ),
  succeeded: msg('Verified. This is your other device.'),
  succeededMore: msg('Its key is remembered. You need not do this again unless it changes.'),
  oneSided: msg('Your other device has verified this one. Now verify the other one?'),
  oneSidedMore: msg('The other device knows this one. You have not checked the other one yet.'),
  noQuestions: msg('The app on your other device does not take questions.'),
  stopped: msg('Your other device stopped the verification.'),
  stoppedLate: msg('Your other device stopped the verification after the answers were given.'),
  tryAgain: msg('Nothing changed. Try again with both devices at hand.'),
  codeSteps: [
    msg('Have both devices before you.'),
    msg('Start, and type the code on the other device.'),
    msg('A card there asks for it. Then both devices show the result.'),
  ],
  secretSteps: [
    msg('Think of a secret that you can type on both devices.'),
    msg('A card on the other device asks for it. The secret itself is never sent.'),
  ],
  codeHint: msg('Best with both at hand'),
  secretHint: msg('Typed on both'),
  secretTip: msg('Type the same on the other device, letter for letter.'),
  compareTell: msg('Look at both screens. Both devices must show the same two.'),
  theirs: msg('Of the other device', { desc: 'Above the fingerprint of the other device' }),
  differText: msg(
    'Then this is not the key of your other device, or someone sits in between. Don’t write anything private here. End encryption, and look at “Your key” on the other device.',
  ),
  keys: msg('Keys of my other devices'),
  scan: msg('Scan the QR code of the other device'),
  aim: msg('Hold the camera over the QR code on the other screen, under “Your key”.'),
  matches: msg('It is the key that your other device uses now.'),
  differs: msg(
    'That is not the key that your other device uses now. Someone may be in between. Don’t write anything private here.',
  ),
}))
