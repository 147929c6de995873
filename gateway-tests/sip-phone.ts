import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import {
  type MsrpDescription,
  type SipAccount,
  SipAgent,
  type SipEnv,
  type SipEvent,
} from '../sip/index.ts'

/** What the world lends an agent in Node. */
export const nodeEnv: SipEnv = {
  connect: (url) => new WebSocket(url, 'sip') as unknown as ReturnType<SipEnv['connect']>,
  random: (length) => randomBytes(length),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
}

/** The same agent that runs in a browser, over `ws`, and what it has told. */
export class SipPhone {
  readonly events: SipEvent[] = []
  readonly agent: SipAgent
  /** Every SIP message that it sent. */
  readonly sent: string[] = []
  /** Every SIP message that it was sent. */
  readonly heard: string[] = []
  /** Cuts the wire, without a word. */
  cut = () => {}

  /** @param clock - another one than the machine's */
  constructor(
    account: Pick<SipAccount, 'address' | 'password' | 'server'> & Partial<SipAccount>,
    clock: Pick<SipEnv, 'now' | 'after'> = nodeEnv,
  ) {
    const connect: SipEnv['connect'] = (url) => {
      const socket = new WebSocket(url, 'sip')
      this.cut = () => socket.terminate()
      socket.on('message', (data) => this.heard.push(String(data)))
      const send = socket.send.bind(socket)
      socket.send = (data: string) => {
        this.sent.push(data)
        send(data)
      }
      return socket as unknown as ReturnType<SipEnv['connect']>
    }
    this.agent = new SipAgent(
      { displayName: null, instanceId: randomUUID(), ...account },
      { ...nodeEnv, now: () => clock.now(), after: (ms, task) => clock.after(ms, task), connect },
      (event) => this.events.push(event),
    )
  }

  async signIn(): Promise<this> {
    this.agent.start()
    await registered(this.events)
    return this
  }
}

/** Waits for the `times`th time. */
export async function registered(events: readonly SipEvent[], times = 1): Promise<void> {
  const count = () =>
    events.filter(
      (event) => event.type === 'registration' && event.registration.state === 'registered',
    ).length
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThanOrEqual(times)
}

/** The first event of this kind, now or later. */
export async function told<Type extends SipEvent['type']>(
  events: readonly SipEvent[],
  type: Type,
): Promise<Extract<SipEvent, { type: Type }>> {
  const found = () => events.find((event) => event.type === type)
  await expect.poll(found, { timeout: 10_000 }).toBeDefined()
  return found() as Extract<SipEvent, { type: Type }>
}

/** A chat whose messages nobody sends. */
export function stream(name: string, setup: MsrpDescription['setup']): MsrpDescription {
  return {
    protocol: 'TCP/MSRP',
    path: [`msrp://${name}.invalid:2855/${name};tcp`],
    acceptTypes: ['message/cpim', 'text/*'],
    acceptWrappedTypes: ['text/*'],
    setup,
    direction: 'sendrecv',
    maxSize: null,
    chatroom: null,
  }
}
