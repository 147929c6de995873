/** Random order: who speaks next, and which of their words it is. */
export function shuffled<Who extends string>(turns: readonly Who[]): { is: Who; number: number }[] {
  const order = turns
    .map((is) => ({ is, at: crypto.getRandomValues(new Uint32Array(1))[0]! }))
    .toSorted((one, other) => one.at - other.at)
  const spoken = new Map<Who, number>()
  return order.map(({ is }) => {
    const number = spoken.get(is) ?? 0
    spoken.set(is, number + 1)
    return { is, number }
  })
}
