/** Who stands between the two sides of a chat, and what passes then. Texts of one chat come in order. */
export interface Middle {
  fromSip(text: string): Promise<Passing>
  fromXmpp(text: string): Promise<Passing>
  dispose(): void
}

/** What goes to either side because of one text. */
export interface Passing {
  readonly toSip: readonly string[]
  readonly toXmpp: readonly string[]
}

/** Nobody: what comes goes on, to the byte. */
export const NOBODY_BETWEEN: Middle = {
  fromSip: async (text) => ({ toSip: [], toXmpp: [text] }),
  fromXmpp: async (text) => ({ toSip: [text], toXmpp: [] }),
  dispose: () => {},
}
