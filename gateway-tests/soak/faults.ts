import type { Person } from './person.ts'
import { CALM, type Trouble } from './troubled-wire.ts'

/** Who and what a fault may strike. */
export interface Scene {
  readonly person: Person
  /** From 0 to below 1. */
  readonly random: () => number
  /** Waits, in hours of the clients' clocks, given in milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  /** Stops the edge at once or in order, and starts it again. */
  readonly restartEdge: (how: 'killed' | 'in order') => Promise<void>
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** What happens to networks, machines and servers. Each lasts for as long as its promise. */
export const FAULTS = {
  'connections break': async ({ person }) => person.wire.cut(),
  'a connection is closed on one side only': async ({ person }) => person.wire.halfClose(),
  'the network is slow': (scene) => troubled(scene, { delayMs: upTo(scene, 100) }),
  'the network stands still for a while': (scene) => troubled(scene, { standstill: 'held' }),
  'the network swallows everything': (scene) => troubled(scene, { standstill: 'swallowed' }),
  'the network loses some': (scene) => troubled(scene, { loses: 0.05 }),
  'the network doubles some': (scene) => troubled(scene, { doubles: 0.1 }),
  'the app dies': async ({ person }) => person.die(),
  'the page is loaded anew': async ({ person }) => person.reload(),
  'the machine sleeps': async (scene) => {
    const { person, pause, random } = scene
    person.wire.trouble = { ...CALM, standstill: 'swallowed' }
    person.actor.later(random() * 8 * 60 * MINUTE)
    await pause(5 * SECOND)
    person.wire.trouble = CALM
    person.actor.client.probe()
  },
  'the clock is set': async ({ person, random }) =>
    person.actor.later((random() - 0.5) * 10 * MINUTE),
  'the disk is full for a while': async (scene) => {
    scene.person.store.isFull = true
    await scene.pause(upTo(scene, MINUTE))
    scene.person.store.isFull = false
  },
  'the server is restarted': ({ restartEdge }) => restartEdge('in order'),
  'the server dies': ({ restartEdge }) => restartEdge('killed'),
} as const satisfies Record<string, (scene: Scene) => Promise<void>>

export type FaultName = keyof typeof FAULTS

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[]

async function troubled(scene: Scene, trouble: Partial<Trouble>): Promise<void> {
  scene.person.wire.trouble = { ...CALM, ...trouble }
  await scene.pause(upTo(scene, MINUTE))
  scene.person.wire.trouble = CALM
}

function upTo({ random }: Scene, most: number): number {
  return random() * most
}
