import type { Who } from './otr-harness.ts'
import { repeatable } from './soak/repeatable.ts'

/** Both ends of a conversation, as whoever carries its texts sees them. */
export interface Ends {
  /** `who` encrypts a text for the other. */
  say(who: Who, text: string): Promise<void>
  /** Takes what `who` has for the network. */
  take(who: Who): string[]
  /** A text of the network reaches `to`. */
  deliver(to: Who, text: string): Promise<void>
}

export interface Traffic {
  /** What each said that was neither lost nor overtaken: what the other must have read, in order. */
  readonly readable: Record<Who, string[]>
  readonly lost: number
  readonly doubled: number
  /** Arrived after a later text; OTR cannot read them any more. */
  readonly overtaken: number
}

interface Letter {
  readonly text: string
  /** Of what it says among all that is said; `null` for the protocol's own messages. */
  readonly number: number | null
}

/**
 * Has both say `count` things in random order over a wire that loses, doubles and holds back one
 * message in ten each, until all has arrived. The same seed gives the same choices.
 */
export async function talkOverRoughWire(ends: Ends, count: number, seed: number): Promise<Traffic> {
  const random = repeatable(seed)
  const chance = (probability: number) => random() < probability
  const way: Record<Who, Letter[]> = { we: [], they: [] }
  const readable: Record<Who, string[]> = { we: [], they: [] }
  const newest: Record<Who, number> = { we: -1, they: -1 }
  const tally = { lost: 0, doubled: 0, overtaken: 0 }

  const collect = (number: number | null) => {
    for (const who of ['we', 'they'] as const) {
      way[who].push(...ends.take(who).map((text) => ({ text, number })))
    }
  }
  const arrive = async (from: Who, { text, number }: Letter) => {
    if (number !== null && number > newest[from]) {
      newest[from] = number
      readable[from].push(wording(number))
    } else if (number !== null && number < newest[from]) tally.overtaken++
    await ends.deliver(from === 'we' ? 'they' : 'we', text)
    collect(null)
  }

  collect(null)
  for (let said = 0; said < count || way.we.length + way.they.length > 0; ) {
    const who = chance(0.5) ? 'we' : 'they'
    if (said < count && chance(0.35)) {
      await ends.say(who, wording(said))
      collect(said++)
      continue
    }
    const letter = way[who].shift()
    if (letter === undefined) continue
    if (way[who].length > 0 && chance(0.2)) {
      way[who].splice(1 + Math.floor(random() * 3), 0, letter)
    } else if (chance(0.1)) tally.lost++
    else {
      await arrive(who, letter)
      if (!chance(0.1)) continue
      tally.doubled++
      await arrive(who, letter)
    }
  }
  return { readable, ...tally }
}

function wording(number: number): string {
  return `${number} ä€🌍`
}
