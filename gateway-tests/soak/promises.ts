import type { Person } from './person.ts'

/** Marks that tell the sender: it may not have arrived. */
const UNSURE = ['queued', 'failed']

/**
 * What must hold of all that `from` said to `to`, whatever happened on the way.
 *
 * @returns a sentence for each promise that was not kept
 */
export function brokenPromises(from: Person, to: Person): string[] {
  const broken: string[] = []
  const [fates, kept] = [from.fates(), from.kept()]
  const saidAs = new Map(from.said.map((said) => [textOf(from, said.number), said]))
  const shown = new Set<string>()
  to.screens().forEach((screen, life) => {
    let last = -1
    const here = new Set<string>()
    for (const { text, protection } of screen) {
      const said = saidAs.get(text)
      if (said === undefined) {
        broken.push(`${to.name} was shown what nobody said: ${text}`)
        continue
      }
      const { id, number } = said
      if (here.has(id)) broken.push(`${text}, twice in life ${life}`)
      else if (number < last && !fates.get(id)?.resent) {
        broken.push(`${text}, after ${last} in life ${life}`)
      }
      if (protection === 'none') broken.push(`${text}, in the clear`)
      last = Math.max(last, number)
      here.add(id)
      shown.add(id)
    }
  })
  for (const { id, number } of from.said) {
    const fate = fates.get(id)
    const isMarked =
      fate === undefined || UNSURE.includes(fate.delivery) || fate.reason !== null || !kept.has(id)
    if (!shown.has(id) && !isMarked) {
      broken.push(`${textOf(from, number)}: lost, but called ${fate.delivery}`)
    }
  }
  return broken
}

export function textOf({ name }: Person, number: number): string {
  return `${name} says number ${number}`
}
