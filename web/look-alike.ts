import { type Address, domainOf, userOf } from '../chat/index.ts'
import { type Conversation, nameOf } from './app-state.ts'

/**
 * The verified contact that a stranger could be taken for: by the same name, by the same user at another
 * domain, or by an address that differs in a letter or in letters that look alike.
 *
 * @returns `null` if there is none
 */
export function lookAlike(
  stranger: Conversation,
  conversations: ReadonlyMap<Address, Conversation>,
): Conversation | null {
  if (stranger.contact !== null || stranger.invitation?.room !== false) return null
  for (const known of conversations.values())
    if (isVerified(known) && isMistakenFor(stranger, known)) return known
  return null
}

function isVerified({ contact }: Conversation): boolean {
  return contact?.keys.some(({ verified }) => verified !== null) ?? false
}

function isMistakenFor(stranger: Conversation, known: Conversation): boolean {
  const [user, domain] = [userOf, domainOf].map((part) => looksOf(part(stranger.peer)))
  const [knownUser, knownDomain] = [userOf, domainOf].map((part) => looksOf(part(known.peer)))
  if (looksOf(nameOf(stranger)) === looksOf(nameOf(known)) || user === knownUser) return true
  // Short names differ in a letter by chance: Ann and Jan, Tim and Tom.
  return domain === knownDomain && knownUser!.length >= NEAR_MIN && isNear(user!, knownUser!)
}

const NEAR_MIN = 5

/** Letters of other scripts, and digits, that are drawn as Latin ones (after Unicode UTS #39). */
const DOUBLES: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  к: 'k',
  м: 'm',
  т: 't',
  в: 'b',
  н: 'h',
  ο: 'o',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  0: 'o',
  1: 'i',
  l: 'i',
  '|': 'i',
  3: 'e',
  5: 's',
}

/** What is left of a name when everything that eyes pass over is taken away. */
export function looksOf(text: string): string {
  return [...text.normalize('NFKD').toLowerCase()]
    .map((letter) => DOUBLES[letter] ?? letter)
    .join('')
    .replace(/[^\p{Letter}\p{Number}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}

/** One letter more, less, other, or two changed over. */
function isNear(a: string, b: string): boolean {
  if (a === b) return true
  const start = [...a].findIndex((letter, at) => letter !== b[at])
  const at = start === -1 ? a.length : start
  const [restA, restB] = [a.slice(at), b.slice(at)]
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0]
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (isSwapped && restA.slice(2) === restB.slice(2))
  )
}
